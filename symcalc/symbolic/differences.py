"""Differences with what is equal cancelled exactly: `(x + 1) - x` is 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ..graph.graph import Graph, Node, Number
from .polynomials import minus, multiplied_out, to_node

__all__ = [
    "HALF",
    "cancelled_difference",
    "differences_in",
    "exact_difference",
    "exact_sum",
    "square_of",
    "without_front",
]

HALF = Fraction(1, 2)


def cancelled_difference(g: Graph, left: Node, right: Node) -> Node | None:
    """Append left - right multiplied out, where terms cancel; None where none do."""
    a, b = multiplied_out(g, left), multiplied_out(g, right)
    if a is None or b is None:
        return None
    gap = minus(a, b)
    return to_node(g, gap) if len(gap) < len(a) + len(b) else None


def exact_difference(g: Graph, left: Node, right: Node) -> Node:
    """Append left - right, with equal terms cancelled."""
    found = cancelled_difference(g, left, right)
    return g.sub(left, right) if found is None else found


def exact_sum(g: Graph, node: Node) -> Node:
    """Append a sum multiplied out, where that has fewer terms."""
    terms = g.args[node] if g.kinds[node] == "add" else (node,)
    found = multiplied_out(g, node)
    return node if found is None or len(found) >= len(terms) else to_node(g, found)


def differences_in(g: Graph, node: Node) -> Iterator[tuple[Node, Node, list[Node]]]:
    """Yield (a, b, others) for each way to read a sum as a - b + others."""
    if g.kinds[node] != "add":
        return
    terms = g.args[node]
    for i, minus_term in enumerate(terms):
        if not _is_negative(g, minus_term):
            continue
        for j, plus in enumerate(terms):
            if j != i and not _is_negative(g, plus):
                yield plus, g.neg(minus_term), [t for k, t in enumerate(terms) if k not in (i, j)]


def square_of(g: Graph, node: Node) -> Node | None:
    """Append the square of a multiple of a square root or length; None for anything else."""
    coefficient, rest = without_front(g, node)
    if g.kinds[rest] == "pow" and g.value(g.args[rest][1]) == HALF:
        inside = g.args[rest][0]
    elif g.kinds[rest] == "hypot":
        inside = g.add([g.pow(leg, g.const(2)) for leg in g.args[rest]])
    else:
        return None
    return g.scale(coefficient * coefficient, inside)


def without_front(g: Graph, node: Node) -> tuple[Number, Node]:
    """Return the number in front of a node, and the rest; of a number, itself and 1."""
    value = g.value(node)
    if value is not None:
        return value, g.const(1)
    if g.kinds[node] == "mul":
        front = g.value(g.args[node][0])
        if front is not None:
            return front, g.mul(g.args[node][1:])
    return 1, node


def _is_negative(g: Graph, node: Node) -> bool:
    """Whether a term is written with a minus."""
    return without_front(g, node)[0] < 0
