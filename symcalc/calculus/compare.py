"""`compare`: the closed form beside numerical derivatives and the true value."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import Any

from ..errors import ArgumentError
from ..language import Limits
from .at_point import to_point
from .budget import budgeted
from .comparison import Comparison
from .reading import Formula, to_expression, to_names
from .rivals import Rivals

__all__ = ["compare"]


@budgeted
def compare(
    expr: Formula,
    at: Any,
    *,
    wrt: Any = None,
    order: int = 1,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Comparison:
    """Set symbolic and numerical derivatives side by side, with the true value.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        A scalar formula.
    at : dict, str, or sequence of these
        One point or several: `{"x": 1000}`, `"x=1, y=2"`, `["x=1", "x=2"]`.
    wrt : str or sequence of str, optional
        The variables; default: all.
    order : {1, 2}
        1 for the gradient, 2 for the Hessian, component by component.
    assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Comparison
        An entry for each point and component, each with the results of the methods:
        the compiled closed form, the complex step (where every function of the formula allows
        it), forward, central and adaptive differences; each with its digits of agreement with a
        value of 50 digits, its evaluations and its time.

    Raises
    ------
    ParseError, LimitError, ArgumentError, CompileError, DerivativeError

    Notes
    -----
    Differences are taken of the compiled function, which uses stable forms; the complex step of
    the formula as it is written. Forward and central differences of order 1 get the best that
    one step can do: it is chosen from the second and third derivative, which a user of
    differences would not know.

    Examples
    --------
    >>> import symcalc as sc
    >>> found = sc.compare("log(1 + exp(x))", at="x=1000")
    >>> found[0]["symbolic"].estimate.value, found[0]["symbolic"].digits
    (1.0, 17.0)
    """
    if order not in (1, 2) or isinstance(order, bool):
        raise ArgumentError(f"`order` is {order!r}; allowed are 1 (gradient) and 2 (Hessian).")
    points = [at] if isinstance(at, str | Mapping) else list(at)
    if not points:
        raise ArgumentError("`at` has no point; give one, such as at='x=1'.")
    names = to_names(wrt)
    expression = to_expression(
        expr, declared=names or (), assume=assume, syntax=syntax, limits=limits
    )
    if any(variable.shape for variable in expression.variables):
        raise ArgumentError("Formulas over data columns are not compared at points.")
    places = [to_point(expression, point, {}) for point in points]
    chosen = names or expression.names
    if not chosen:
        raise ArgumentError("The formula has no variable; there is nothing to differentiate in.")
    rivals = Rivals(expression, order)
    steps = [(name,) for name in chosen] if order == 1 else _pairs(chosen)
    entries = tuple(rivals.compare(place, step) for place in places for step in steps)
    return Comparison(expression, order, entries)


def _pairs(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the pairs of variables of a Hessian's upper half."""
    return list(combinations_with_replacement(names, 2))
