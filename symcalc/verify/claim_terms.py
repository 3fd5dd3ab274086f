"""The terms of a formula, as written and multiplied out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import SymcalcError
from ..expression import Expression
from ..graph.graph import REDUCTIONS, Graph, Node

__all__ = ["expanded", "terms_of"]

MAX_NODES, MAX_TERMS = 150, 60


def terms_of(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Return the terms of the formulas, as written and multiplied out, in the same graph."""
    found: dict[Node, None] = {}
    for root in roots:
        for form in (root, expanded(graph, root)):
            if form is not None:
                for term in _flat(graph, form):
                    found.setdefault(term)
                    if len(found) >= MAX_TERMS:
                        return list(found)
    return list(found)


def _flat(graph: Graph, root: Node) -> Iterator[Node]:
    """Yield the terms of nested sums, numbers in front of a sum multiplied in."""
    stack: list[tuple[Node, Node | None]] = [(root, None)]
    while stack:
        node, factor = stack.pop()
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "add":
            stack += [(arg, factor) for arg in reversed(args)]
        elif kind == "mul" and len(args) == 2 and graph.value(args[0]) is not None:
            number = args[0] if factor is None else graph.mul((factor, args[0]))
            yield graph.mul((number, args[1]))
            if graph.kinds[args[1]] == "add":
                stack.append((args[1], number))
        else:
            yield node if factor is None else graph.mul((factor, node))


def expanded(graph: Graph, root: Node) -> Node | None:
    """Return the formula with products of sums multiplied out; None where that is not done."""
    nodes = graph.reachable([root])
    if len(nodes) > MAX_NODES or any(graph.kinds[n] in REDUCTIONS for n in nodes):
        return None
    import sympy

    try:
        form = Expression.from_sympy(sympy.expand_mul(Expression(graph, root).sympy))
    except (SymcalcError, ArithmeticError, RecursionError, TypeError, ValueError):
        return None
    (node,) = graph.absorb(form.graph, [form.root])
    return node
