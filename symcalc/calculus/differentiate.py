"""`differentiate`: one derivative of any order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from numbers import Integral
from typing import Any

from ..errors import ArgumentError, LimitError
from ..expression import Expression
from ..graph.derive import jacobian_nodes
from ..graph.graph import Graph, Node
from ..language import Limits, check_limits
from ..outcome import Trust
from ..verify import DerivativeCheck
from .budget import budgeted
from .derivative import Derivative
from .derived import JUDGE_SECONDS, Orders, closed_forms, judged
from .reading import Formula, derived_names, to_expression, to_names

__all__ = ["differentiate"]

#: Beyond this order the form of a derivative grows past any use.
MAX_ORDER = 40

#: How many times larger a form may become by one more derivative.
GROWTH = 8

#: Up to this many values of the function make one difference of high order.
MAX_VALUES = 400


@budgeted
def differentiate(
    expr: Formula,
    *wrt: Any,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Derivative:
    """Return a derivative in closed form, judged before it is shown.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
    *wrt : str or (str, int)
        In order: `"x"`, `("x", 2)` or `"x", 2` for the second derivative, `"x", "y"` for the
        mixed partial. May be left out when the formula has one variable.
    shapes, assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Derivative
        An `Expression` with `check` and `at`.

    Raises
    ------
    ParseError, LimitError, ArgumentError, DerivativeError, OutcomeError
        As for `gradient`; `LimitError` also when the form outgrows `limits.max_nodes` on the
        way to a high order.

    Notes
    -----
    The whole derivative is judged by differences of that order of values of the formula. Where
    that cannot be (functions without ball arithmetic, many variables) each step is judged by
    differences of the form before it.

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
        expr,
        declared=dict.fromkeys(steps),
        shapes=shapes,
        assume=assume,
        syntax=syntax,
        limits=limits,
    )
    if not steps:
        steps = derived_names(expression)
        if len(steps) != 1:
            raise ArgumentError(
                f"The formula has the variables {', '.join(steps) or '(none)'}; "
                "say which to differentiate in."
            )
    forms = [expression]
    for name in steps:
        _check_size(forms, check_limits(limits).max_nodes)
        forms.append(_once(forms[-1], name))
    return Derivative(forms[-1], expression, steps, _judged_whole(forms, steps))


def _once(expression: Expression, name: str) -> Expression:
    """Differentiate once."""

    def derive(graph: Graph, root: Node) -> dict[Orders, Node]:
        shape = next((v.shape for v in expression.variables if v.name == name), ())
        return {((name, 1),): jacobian_nodes(graph, root, [graph.var(name, shape)])[0]}

    return closed_forms(expression, derive)[((name, 1),)]


def _check_size(forms: Sequence[Expression], max_nodes: int) -> None:
    """Raise an error before a form of order 3 and more grows past the limit on nodes."""
    order = len(forms) - 1
    n_nodes = len(forms[-1].graph.reachable([forms[-1].root]))
    if order >= 2 and n_nodes * GROWTH > max_nodes:
        raise LimitError(
            f"The derivative of order {order} has {n_nodes:,} nodes, and every further order has "
            "several times as many.\nAsk for a lower order, or raise Limits(max_nodes=...)."
        )


def _judged_whole(forms: Sequence[Expression], steps: Sequence[str]) -> DerivativeCheck:
    """Judge the last form by values of the first; where that says nothing, step by step."""
    orders = tuple(Counter(steps).items())
    if math.prod(times + 1 for _, times in orders) <= MAX_VALUES:
        check = judged(forms[0], {orders: forms[-1]})
        if check.trust is not Trust.UNCHECKED or len(steps) == 1:
            return check
    checks = [
        judged(before, {((name, 1),): after}, seconds=JUDGE_SECONDS / len(steps))
        for before, name, after in zip(forms, steps, forms[1:], strict=False)
    ]
    return min(checks, key=lambda check: check.n_points)


def _steps(wrt: tuple[Any, ...]) -> tuple[str, ...]:
    """Return the variables one by one: ("x", 2), "y" is x, x, y, and so is "x", 2, "y"."""
    steps: list[str] = []
    names: tuple[str, ...]
    can_count = False
    for item in wrt:
        if can_count and isinstance(item, Integral):
            # SymPy's habit: a number counts the variable before it, which stands there once.
            names, times, can_count = (steps.pop(),), _order(item), False
        elif isinstance(item, tuple):
            if len(item) != 2:
                raise ArgumentError(f"{item!r:.60} is not a variable, nor (variable, times).")
            names, times, can_count = to_names(item[0]) or (), _order(item[1]), False
        else:
            names, times = to_names(item) or (), 1
            can_count = len(names) == 1
        steps += names * times
    _order(len(steps) or 1)
    return tuple(steps)


def _order(order: Any) -> int:
    """Return an order of differentiation, checked."""
    if isinstance(order, bool) or not isinstance(order, Integral) or int(order) < 1:
        raise ArgumentError(f"The order {order!r:.40} is not a positive whole number.")
    if int(order) > MAX_ORDER:
        raise ArgumentError(f"The order {order!r:.40} is too high; {MAX_ORDER} is the highest.")
    return int(order)
