"""Deriving what people read: closed forms in reading order, judged before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..errors import DerivativeError, OutcomeError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..symbolic import repair_joins, simplify_for_display, stabilize_for_display
from ..verify import DerivativeCheck, judge_derivatives

__all__ = ["Orders", "closed_forms", "judged"]

#: How often to differentiate in which variable: `(("x", 2), ("y", 1))`.
Orders = tuple[tuple[str, int], ...]

#: Above this many closed forms they are shown as derived.
MAX_SIMPLIFIED = 60


def closed_forms(
    expression: Expression, derive: Callable[[Graph, Node], dict[Orders, Node]]
) -> dict[Orders, Expression]:
    """Return derivatives as closed forms for people.

    `derive(graph, root)` appends the derivatives to the graph that it is given.
    """
    if any(variable.kind == "complex" for variable in expression.variables) or (
        "I" in expression.graph.kinds
    ):
        raise DerivativeError(
            "This expression is complex; symcalc differentiates real expressions only."
        )
    stable, (root,) = stabilize_for_display(expression.graph, [expression.root])
    graph = stable.copy()
    found = derive(graph, root)
    nodes = repair_joins(graph, root, list(found.values()))
    forms = [Expression(graph, node, expression.variables) for node in nodes]
    if len(forms) <= MAX_SIMPLIFIED:
        forms = [simplify_for_display(form) for form in forms]
    return dict(zip(found, forms, strict=True))


def judged(
    expression: Expression, forms: Mapping[Orders, Expression], *, seconds: float = 2.0
) -> DerivativeCheck:
    """Judge closed forms against an oracle that does not know the rules that made them.

    Raises
    ------
    OutcomeError
        A form disagrees: it is not an answer. The check is in `result`.
    """
    check = judge_derivatives(
        (expression.graph, expression.root),
        [(dict(orders), form.graph, form.root) for orders, form in forms.items()],
        expression.names,
        assumptions={v.name: v.assumption for v in expression.variables if v.assumption},
        seconds=seconds,
    )
    if not check.is_good:
        raise OutcomeError(f"{check.outcome} {check.message}", check)
    return check
