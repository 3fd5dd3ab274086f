"""Deriving what people read: closed forms in reading order, judged before they are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from ..errors import DerivativeError, OutcomeError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..graph.rows import unroll_rows
from ..language import Range, assumed_ranges
from ..symbolic import repair_joins, simplify_for_display, stabilize_for_display, tidy_totals
from ..verify import DerivativeCheck, judge_derivatives

__all__ = ["JUDGE_SECONDS", "Orders", "closed_forms", "judged"]

#: How often to differentiate in which variable: `(("x", 2), ("y", 1))`.
Orders = tuple[tuple[str, int], ...]

#: Above this many closed forms they are shown as derived, and so are those that are still left
#: when the simplification of the others has taken this many seconds.
MAX_SIMPLIFIED = 60
SIMPLIFY_SECONDS = 2.0

#: Time after which the judge looks at no further point.
JUDGE_SECONDS = 2.0

#: Formulas over data columns are judged on data of so many rows.
JUDGED_ROWS = 3
#: What stands between the name of a column and the number of a row in `unroll_rows`.
ROW = "_row"


def closed_forms(
    expression: Expression, derive: Callable[[Graph, Node], dict[Orders, Node]]
) -> dict[Orders, Expression]:
    """Return derivatives as closed forms for people.

    `derive(graph, root)` appends the derivatives to the graph that it is given.

    Raises
    ------
    DerivativeError
        The formula is complex, or one of its derivatives is real nowhere.
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
        forms = _simplified(forms)
    by_orders = dict(zip(found, forms, strict=True))
    _check_real(expression, by_orders)
    return by_orders


def _simplified(forms: list[Expression]) -> list[Expression]:
    """Return the forms as people read them, the last ones as they are when time runs out."""
    ends = time.monotonic() + SIMPLIFY_SECONDS
    return [simplify_for_display(f) if time.monotonic() < ends else f for f in forms]


def _check_real(source: Expression, forms: Mapping[Orders, Expression]) -> None:
    """Refuse derivatives that are real nowhere."""
    isolated = _isolated(source)
    for orders in forms:
        for name, _ in orders:
            if name in isolated:
                raise DerivativeError(
                    f"There is no derivative in `{name}`: {isolated[name]:.60} is not real on any "
                    "interval, only at isolated exponents."
                )
    graphs = {id(form.graph): form.graph for form in forms.values()}
    if not any("I" in graph.kinds for graph in graphs.values()):
        return
    for orders, form in forms.items():
        if any(form.graph.kinds[node] == "I" for node in form.graph.reachable([form.root])):
            raise DerivativeError(
                f"The derivative in `{orders[-1][0]}` is not real: in closed form it is "
                f"{form.text:.120}."
            )


def _isolated(source: Expression) -> dict[str, str]:
    """Return the variables that negative numbers are raised to, with such a power."""
    graph, found = source.graph, dict[str, str]()
    for node in graph.reachable([source.root]):
        if graph.kinds[node] == "pow":
            base, exponent = graph.args[node]
            if (graph.value(base) or 0) < 0:
                for variable in graph.variables([exponent]):
                    found.setdefault(graph.data[variable], Expression(graph, node).text)
    return found


def judged(
    expression: Expression, forms: Mapping[Orders, Expression], *, seconds: float = JUDGE_SECONDS
) -> DerivativeCheck:
    """Judge closed forms against an oracle that does not know the rules that made them.

    Raises
    ------
    OutcomeError
        A form disagrees: it is not an answer. The check is in `result`.
    """
    value, claims, names = _in_scalars(expression, forms)
    ranges = _ranges(expression, names)
    check = judge_derivatives(
        value,
        claims,
        names,
        assumptions={name: "integer" for name, known in ranges.items() if known.is_integer},
        domains={name: (known.lower, known.upper) for name, known in ranges.items()},
        seconds=seconds,
    )
    if not check.is_good:
        raise OutcomeError(f"{check.outcome} {check.message}", check)
    return check


def _ranges(expression: Expression, names: Sequence[str]) -> dict[str, Range]:
    """Return what is assumed of the names; the rows of a column are as the column is."""
    known = assumed_ranges({v.name: v.assumption for v in expression.variables if v.assumption})
    owners = {name: name if name in known else name.rpartition(ROW)[0] for name in names}
    return {name: known[owner] for name, owner in owners.items() if owner in known}


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
