"""`parse`: text → Expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..expression import Expression
from ..language import Limits
from .budget import budgeted
from .reading import Formula, to_expression, to_names

__all__ = ["parse"]


@budgeted
def parse(
    text: Formula,
    *,
    variables: Sequence[str] | None = None,
    declared: Sequence[str] | str = (),
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        A formula in the language of symcalc; an `Expression` or a SymPy expression is accepted
        too and returned as an `Expression`.
    variables : sequence of str, optional
        Exactly the names allowed; any other name is an error. Default: every name that is not a
        constant or function is a real variable.
    declared : sequence of str, optional
        Names that are variables here even if a constant or function has them; others are allowed.
    shapes : dict or str, optional
        Shapes of array variables by named dimensions: `{"x": "rows"}` or `"x: rows; y: rows"`.
    assume : str, optional
        What is known of the variables: `"a > 0, n integer"`.
    syntax : str
        "symcalc", or "latex" for a documented subset of LaTeX.
    limits : Limits, optional
        Bounds on length, nesting, size and digits, checked before any work.

    Returns
    -------
    Expression

    Raises
    ------
    ParseError
        With the place in the text, what was received and what is allowed.
    LimitError
        The text exceeds a limit.

    Examples
    --------
    >>> import symcalc as sc
    >>> str(sc.parse("2x*(x + 1) − √y"))
    '2*x*(x + 1) - sqrt(y)'
    """
    return to_expression(
        text,
        declared=to_names(declared) or (),
        variables=variables,
        shapes=shapes,
        assume=assume,
        syntax=syntax,
        limits=limits,
    )
