"""`jacobian`: the gradients of several formulas in the same variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..language import Limits
from .budget import budgeted
from .gradient import partials
from .jacobian_result import Jacobian
from .reading import Formula, derived_names, to_expression, to_names

__all__ = ["jacobian"]


@budgeted
def jacobian(
    expr: Formula | Sequence[Formula],
    wrt: Any = None,
    *,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Jacobian:
    """Return the Jacobian of one or several formulas in closed form, judged row by row.

    Parameters
    ----------
    expr : formula or sequence of formulas
    wrt : str or sequence of str, optional
        The variables; default: all variables of all formulas, sorted by name.
    shapes, assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Jacobian
        `j["x"]` holds the derivatives of each formula in `x`; `j.matrix` is the matrix. Of one
        array it is one form, with the axes of the array, then those of `x`; `j.action("x")` is
        what it does to a change of `x`.

    Raises
    ------
    ParseError, LimitError, ArgumentError, DerivativeError, OutcomeError
        As for `gradient`; `ArgumentError` also when no formula is given.

    Examples
    --------
    >>> import symcalc as sc
    >>> [[str(entry) for entry in row] for row in sc.jacobian(["r*cos(t)", "r*sin(t)"]).matrix]
    [['cos(t)', '-r*sin(t)'], ['sin(t)', 'r*cos(t)']]
    """
    names = to_names(wrt)
    formulas = list(expr) if isinstance(expr, (list, tuple)) else [expr]
    if not formulas:
        raise ArgumentError("No formula was given; the Jacobian needs at least one.")
    expressions = [
        to_expression(
            formula,
            declared=names or (),
            shapes=shapes,
            assume=assume,
            syntax=syntax,
            limits=limits,
        )
        for formula in formulas
    ]
    chosen = names or _all_names(expressions)
    rows = tuple(partials(expression, chosen) for expression in expressions)
    return Jacobian(tuple(expressions), chosen, rows)


def _all_names(expressions: Sequence[Expression]) -> tuple[str, ...]:
    """Return the scalar variables of all formulas, in order of first appearance."""
    variables = [variable for expression in expressions for variable in expression.variables]
    names = dict.fromkeys(variable.name for variable in variables if not variable.shape)
    if not names:
        for expression in expressions:
            derived_names(expression)
    return tuple(names)
