"""Deriving what people read: closed forms in reading order, judged before they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..errors import DerivativeError, OutcomeError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..graph.rows import unroll_rows
from ..symbolic import repair_joins, simplify_for_display, stabilize_for_display, tidy_totals
from ..verify import DerivativeCheck, judge_derivatives

__all__ = ["Orders", "closed_forms", "judged"]

#: How often to differentiate in which variable: `(("x", 2), ("y", 1))`.
Orders = tuple[tuple[str, int], ...]

#: Above this many closed forms they are shown as derived.
MAX_SIMPLIFIED = 60

#: Formulas over data columns are judged on data of so many rows.
JUDGED_ROWS = 3


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
    last = [graph.var(orders[0][0]) for orders in found]
    nodes = repair_joins(graph, root, list(found.values()), last)
    graph, nodes = tidy_totals(graph, nodes)
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
    value, claims, names = _in_scalars(expression, forms)
    check = judge_derivatives(
        value,
        claims,
        names,
        assumptions={v.name: v.assumption for v in expression.variables if v.assumption},
        seconds=seconds,
    )
    if not check.is_good:
        raise OutcomeError(f"{check.outcome} {check.message}", check)
    return check


def _in_scalars(
    expression: Expression, forms: Mapping[Orders, Expression]
) -> tuple[tuple[Graph, Node], list[tuple[dict[str, int], Graph, Node]], list[str]]:
    """Return value, claims and names for the judge; data columns are written out as rows."""
    orders = [dict(order) for order in forms]
    roots = [(expression.graph, expression.root)] + [(f.graph, f.root) for f in forms.values()]
    names = list(expression.names)
    if any(variable.shape for variable in expression.variables):
        names = [variable.name for variable in expression.variables if not variable.shape]
        together = Graph()
        nodes = [together.absorb(graph, [root])[0] for graph, root in roots]
        unrolled, nodes, rows = unroll_rows(together, nodes, JUDGED_ROWS)
        roots = [(unrolled, node) for node in nodes]
        names += rows
    claims = [(order, *root) for order, root in zip(orders, roots[1:], strict=True)]
    return roots[0], claims, names
