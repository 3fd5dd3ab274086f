"""`differentiate`: one derivative of any order."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.derive import derivative
from ..graph.graph import Graph, Node
from ..language import Limits
from .budget import budgeted
from .derived import Orders, closed_forms, judged
from .reading import Formula, to_expression, to_names
from .results import Derivative

__all__ = ["differentiate"]

#: Beyond this order the form of a derivative grows past any use.
MAX_ORDER = 40


@budgeted
def differentiate(
    expr: Formula,
    *wrt: Any,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Derivative:
    """Return a derivative in closed form, judged before it is shown.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
    *wrt : str or (str, int)
        In order: `"x"`, `("x", 2)` for the second derivative, `"x", "y"` for the mixed partial.
        May be left out when the formula has one variable.
    assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Derivative
        An `Expression` with `check` and `at`.

    Raises
    ------
    ParseError, LimitError, ArgumentError, DerivativeError, OutcomeError
        As for `gradient`.

    Examples
    --------
    >>> import symcalc as sc
    >>> print(sc.differentiate("sin(x*y)", "x", "y"))
    cos(x*y) - x*y*sin(x*y)
    >>> print(sc.differentiate("x^5", ("x", 3)))
    60*x**2
    """
    steps = _steps(wrt)
    expression = to_expression(
        expr, declared=dict.fromkeys(steps), assume=assume, syntax=syntax, limits=limits
    )
    if not steps:
        if len(expression.names) != 1:
            raise ArgumentError(
                f"The formula has the variables {', '.join(expression.names) or '(none)'}; "
                "say which to differentiate in."
            )
        steps = expression.names
    current: Expression = expression
    for name in steps:
        form, check = _once(current, name)
        current = form
    return Derivative(current, expression, steps, check)


def _once(expression: Expression, name: str) -> tuple[Expression, Any]:
    """Differentiate once, and judge that step."""

    def derive(graph: Graph, root: Node) -> dict[Orders, Node]:
        return {((name, 1),): derivative(graph, root, graph.var(name))}

    forms = closed_forms(expression, derive)
    return forms[((name, 1),)], judged(expression, forms)


def _steps(wrt: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the variables one by one: ("x", 2), "y" is x, x, y."""
    steps: list[str] = []
    for item in wrt:
        times = 1
        if isinstance(item, tuple):
            if len(item) != 2:
                raise ArgumentError(f"{item!r} is not a variable, nor (variable, times).")
            item, times = item
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise ArgumentError(f"The order {times!r} is not a positive whole number.")
        steps += list(to_names(item) or ()) * times
    if len(steps) > MAX_ORDER:
        raise ArgumentError(f"The order {len(steps)} is too high; at most {MAX_ORDER} is allowed.")
    return tuple(steps)
