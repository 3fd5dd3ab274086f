"""Deriving what people read: closed forms in reading order, judged before they are shown."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from ..errors import DerivativeError, OutcomeError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..graph.parts import enlarged
from ..graph.unroll import unroll
from ..language import Range, assumed_ranges
from ..outcome import Outcome, Trust
from ..symbolic import repair_joins, simplify_for_display, stabilize_for_display, tidy_totals
from ..symbolic.symmetric import without_transposes
from ..verify import DerivativeCheck, judge_derivatives
from ..verify.sampling import Entries, is_symmetric, make_symmetric

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
#: Sizes of the dimensions of matrices, in turn, for each time a formula is judged.
SIZES = ((3, 2), (2, 3), (1, 2), (2, 2))
#: Derivatives in scalars and columns are judged one by one up to this number.
MAX_SINGLE = 20
#: Points for each derivative; fewer where there are several sizes.
N_POINTS, FEW_POINTS = 5, 3
#: For one choice of sizes, however late it is.
LEAST_SECONDS = 0.2
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
    if any(len(variable.shape) == 2 for variable in expression.variables):
        graph, nodes = without_transposes(graph, nodes, symmetric_data(expression, found))
    graph, nodes = tidy_totals(graph, nodes)
    forms = [Expression(graph, node, expression.variables) for node in nodes]
    if len(forms) <= MAX_SIMPLIFIED:
        forms = _simplified(forms)
    by_orders = dict(zip(found, forms, strict=True))
    _check_real(expression, by_orders)
    return by_orders


def symmetric_data(expression: Expression, forms: Iterable[Orders]) -> frozenset[str]:
    """Return the matrices declared symmetric that no derivative is taken in.

    A derivative in a symmetric matrix is that in a general one: its transposes stay.
    """
    wrt = {name for orders in forms for name, _ in orders}
    return frozenset(v.name for v in expression.variables if is_symmetric(v)) - wrt


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

    A formula over arrays is judged for several small sizes, written out in scalars.

    Raises
    ------
    OutcomeError
        A form disagrees: it is not an answer. The check is in `result`.
    """
    sizes = judged_sizes(expression)
    ends = time.monotonic() + seconds
    checks: list[DerivativeCheck] = []
    for index, chosen in enumerate(sizes):
        left = max((ends - time.monotonic()) / (len(sizes) - index), LEAST_SECONDS)
        check = _judged_once(expression, forms, chosen, left, few=len(sizes) > 1)
        if not check.is_good:
            raise OutcomeError(f"{check.outcome} {check.message}", check)
        checks.append(check)
    return checks[0] if len(checks) == 1 else _summed_up(checks)


def judged_sizes(expression: Expression) -> list[dict[str, int]]:
    """Return the sizes of the dimensions for which a formula is judged; one choice for scalars.

    Data columns are written out as three rows. Matrices get several sizes, unequal and equal,
    ones among them. All are larger where a part of an array would be empty.
    """
    graph, roots = expression.graph, [expression.root]
    shapes = [variable.shape for variable in expression.variables if variable.shape]
    names = list(dict.fromkeys(d for shape in shapes for d in shape if isinstance(d, str)))
    if all(len(shape) < 2 for shape in shapes):
        return [enlarged(graph, roots, dict.fromkeys(names, JUDGED_ROWS))]
    choices = [
        {name: pattern[place % len(pattern)] for place, name in enumerate(names)}
        for pattern in SIZES
    ]
    return [enlarged(graph, roots, sizes) for sizes in choices]


def _judged_once(
    expression: Expression,
    forms: Mapping[Orders, Expression],
    sizes: Mapping[str, int],
    seconds: float,
    *,
    few: bool,
) -> DerivativeCheck:
    """Judge closed forms for one choice of sizes."""
    value, claims, names, entries = _in_scalars(expression, forms, sizes)
    given = symmetric_data(expression, forms)
    matrices = [variable for variable in expression.variables if variable.name in given]
    ranges = _ranges(expression, names)
    return judge_derivatives(
        value,
        claims,
        names,
        n_points=FEW_POINTS if few else N_POINTS,
        max_single=0 if few else MAX_SINGLE,  # elements of a matrix may well be 0 everywhere
        assumptions={name: "integer" for name, known in ranges.items() if known.is_integer},
        domains={name: (known.lower, known.upper) for name, known in ranges.items()},
        settle=lambda point: make_symmetric(point, entries, matrices),
        seconds=seconds,
    )


def _summed_up(checks: Sequence[DerivativeCheck]) -> DerivativeCheck:
    """Return one check for those of several sizes, as good as the poorest that counted."""
    counted = [check for check in checks if check.trust is Trust.CHECKED]
    if len(counted) < 2:
        return checks[0]
    worst = max(check.worst_gap for check in counted)
    gap = f"{worst:.0e}" if worst else "0"
    message = (
        f"agrees with an independent derivative on data of {len(counted)} shapes, "
        f"worst relative gap {gap}"
    )
    details = tuple(one for check in counted for one in check.details)
    n_points = min(check.n_points for check in counted)
    return DerivativeCheck(Trust.CHECKED, Outcome.DONE, n_points, worst, message, details)


def _ranges(expression: Expression, names: Sequence[str]) -> dict[str, Range]:
    """Return what is assumed of the names; the rows of a column are as the column is."""
    known = assumed_ranges({v.name: v.assumption for v in expression.variables if v.assumption})
    owners = {name: name if name in known else name.rpartition(ROW)[0] for name in names}
    return {name: known[owner] for name, owner in owners.items() if owner in known}


def _in_scalars(
    expression: Expression, forms: Mapping[Orders, Expression], sizes: Mapping[str, int]
) -> tuple[tuple[Graph, Node], list[tuple[dict[str, int], Graph, Node]], list[str], Entries]:
    """Return value, claims, names and entries for the judge; arrays are written out in scalars."""
    roots = [(expression.graph, expression.root)] + [(f.graph, f.root) for f in forms.values()]
    if not any(variable.shape for variable in expression.variables):
        claims = [
            (dict(order), graph, root)
            for order, (graph, root) in zip(forms, roots[1:], strict=True)
        ]
        return roots[0], claims, list(expression.names), {}
    together = Graph()
    nodes = [together.absorb(graph, [root])[0] for graph, root in roots]
    arrays = [together.var(v.name, v.shape) for v in expression.variables if v.shape]
    found = unroll(together, [*nodes, *arrays], sizes)
    graph, values = found.graph, found.roots[0]
    claims = []
    for orders, elements in zip(forms, found.roots[1:], strict=False):
        for names, index in _components(orders, found.entries):
            parts = {lead: elements.get((*lead, *index), elements.get(())) for lead in values}
            if all(part is not None for part in parts.values()):  # a 0 stands for all elements
                claims.append((dict(Counter(names)), graph, _weighted(graph, parts)))
    names = [variable.name for variable in expression.variables if not variable.shape]
    names += [name for entries in found.entries.values() for name in entries.values()]
    return (graph, _weighted(graph, values)), claims, names, found.entries


def _weighted(graph: Graph, elements: Mapping[tuple[int, ...], Any]) -> Node:
    """Return one scalar for the elements of an array: itself, or a sum with unlike weights."""
    if set(elements) == {()}:
        return int(elements[()])
    terms = [
        graph.scale(Fraction(1009 + 331 * place % 997, 1000), element)
        for place, element in enumerate(elements.values())
    ]
    return graph.add(terms)


def _components(
    orders: Orders, entries: Mapping[str, Mapping[tuple[int, ...], str]]
) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """Yield the scalars of each element of a derivative, and its index."""
    steps = [name for name, order in orders for _ in range(order)]
    choices = [
        [(entry, index) for index, entry in entries[name].items()]
        if name in entries
        else [(name, ())]
        for name in steps
    ]
    for choice in product(*choices):
        yield [entry for entry, _ in choice], tuple(i for _, index in choice for i in index)
