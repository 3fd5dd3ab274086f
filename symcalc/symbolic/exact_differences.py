"""Differences with what is equal cancelled exactly: `(x + 1) - x` is 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.graph import Graph, Node, Number
from .deadline import within_seconds

__all__ = ["differences_in", "exact_difference", "exact_sum", "square_of"]

HALF = Fraction(1, 2)
#: Differences of larger formulas are left as they are; so is what takes SymPy longer.
MAX_NODES, SECONDS = 60, 0.5


def exact_difference(g: Graph, left: Node, right: Node) -> Node:
    """Append left - right, expanded where that makes it smaller."""
    return exact_sum(g, g.sub(left, right))


def exact_sum(g: Graph, node: Node) -> Node:
    """Append a formula multiplied out and collected, where that makes it smaller."""
    size = len(g.reachable([node]))
    if size > MAX_NODES:
        return node

    def expand() -> Expression:
        import sympy

        return Expression.from_sympy(sympy.expand(Expression(g, node).sympy))

    try:
        found = within_seconds(SECONDS, expand)
    except (ArgumentError, ArithmeticError, ValueError, TypeError, AttributeError):
        return node
    if found is None or len(found.graph.reachable([found.root])) > size:
        return node
    return g.absorb(found.graph, [found.root])[0]


def differences_in(g: Graph, node: Node) -> Iterator[tuple[Node, Node, list[Node]]]:
    """Yield (a, b, others) for each way to read a sum as a - b + others."""
    if g.kinds[node] != "add":
        return
    terms = g.args[node]
    for i, minus in enumerate(terms):
        if not _is_negative(g, minus):
            continue
        for j, plus in enumerate(terms):
            if j != i and not _is_negative(g, plus):
                yield plus, g.neg(minus), [t for k, t in enumerate(terms) if k not in (i, j)]


def square_of(g: Graph, node: Node) -> Node | None:
    """Append the square of a multiple of a square root or length; None for anything else."""
    coefficient, rest = _split(g, node)
    if g.kinds[rest] == "pow" and g.value(g.args[rest][1]) == HALF:
        inside = g.args[rest][0]
    elif g.kinds[rest] == "hypot":
        inside = g.add([g.pow(leg, g.const(2)) for leg in g.args[rest]])
    else:
        return None
    return g.scale(coefficient * coefficient, inside)


def _split(g: Graph, node: Node) -> tuple[Number, Node]:
    """Return the numerical factor of a node and the rest."""
    if g.kinds[node] == "mul":
        value = g.value(g.args[node][0])
        if value is not None:
            return value, g.mul(g.args[node][1:])
    return 1, node


def _is_negative(g: Graph, node: Node) -> bool:
    """Whether a term is written with a minus."""
    value = g.value(node)
    if value is None and g.kinds[node] == "mul":
        value = g.value(g.args[node][0])
    return value is not None and value < 0
