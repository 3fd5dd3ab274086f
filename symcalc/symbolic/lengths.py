"""Euclidean lengths: where squares leave the range of floating point, and forms that do not.

The length of numbers near 1e-200 or 1e200 is one, the sum of their squares is not. `lengths` are
the sums to look at, `with_scaled_lengths` has nodes of a kind of their own in their place, whose
derivatives are unit vectors, and theirs again.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..graph.contractions import Contraction, broadcast, contract
from ..graph.dimensions import product
from ..graph.graph import Graph, Node
from ..graph.rewrite import rebuild

__all__ = [
    "HALF",
    "is_length",
    "is_positive",
    "lengths",
    "with_ranged_lengths",
    "with_scaled_lengths",
]

HALF = Fraction(1, 2)

#: Numbers are scaled by 2 to this power where the sum of their squares is below, or above.
SCALE = 600


def lengths(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Return the sums of squares over arrays that roots or logarithms are taken of."""
    if not graph.shapes:
        return []
    found = {graph.args[node][0]: node for node in graph.reachable(roots) if _reads(graph, node)}
    return list(found)


def _reads(graph: Graph, node: Node) -> bool:
    """Whether a node is a root of a sum of squares, a power of the root, or its logarithm."""
    return _is_of_squares(graph, graph.kinds[node], graph.args[node])


def _is_of_squares(graph: Graph, kind: str, args: tuple[Node, ...]) -> bool:
    if kind == "pow":
        power = graph.value(args[1])
        return power is not None and power.denominator == 2 and is_length(graph, args[0])
    return kind == "log" and is_length(graph, args[0])


def with_scaled_lengths(graph: Graph, root: Node) -> tuple[Graph, Node]:
    """Return the formula with lengths that are computed by scaled squares."""
    if not lengths(graph, [root]):
        return graph, root
    scaled, (root,) = rebuild(graph, [root], _rule)
    return scaled, root


def with_ranged_lengths(graph: Graph, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return formulas and their first derivatives with lengths made of totals that are in range.

    For code of one pass over columns: beside the squares it adds up those of numbers scaled down
    and up by a power of two, and takes the root of what is in range.
    """
    if not lengths(graph, roots):
        return graph, list(roots)
    return rebuild(graph, roots, _ranged_rule)


def _ranged_rule(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    if kind == "compare" and is_length(g, args[0]) and g.value(args[1]) == 0:
        return g.node(kind, (_ranged(g, args[0]), args[1]), data)
    if kind != "pow" or not _is_of_squares(g, kind, args):
        return None
    return g.pow(_ranged(g, args[0]), g.const(2 * g.data[args[1]]))


def _ranged(g: Graph, squares: Node) -> Node:
    """Return the root of a sum of squares, or of scaled squares where those are out of range."""
    large, small = g.const(2**SCALE), g.const(Fraction(1, 2**SCALE))
    above, within = g.compare(">", squares, large), g.compare(">=", squares, small)
    half = g.const(HALF)
    down, up = (g.pow(_scaled(g, squares, factor), half) for factor in (small, large))
    pieces = [(g.mul((large, down)), above), (g.pow(squares, half), within)]
    return g.piecewise(pieces, g.mul((small, up)))


def _scaled(g: Graph, squares: Node, factor: Node) -> Node:
    """Return a sum of squares of numbers times a factor; of small ones alone if it is large."""
    if g.kinds[squares] == "mul":
        parts = [_scaled(g, f, factor) if _is_total(g, f) else f for f in g.args[squares]]
        return g.mul(parts)
    x = _root(g, g.args[squares][0])
    if g.data[factor] > 1:
        is_small = g.compare("<", g.call("abs", (x,)), g.const(Fraction(1, 2 ** (SCALE // 2 - 1))))
        x = g.piecewise([(x, is_small)], g.const(0))
    return g.node("sum", (g.pow(g.mul((factor, x)), g.const(2)),))


def _rule(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    if not _is_of_squares(g, kind, args):
        return None
    length = _length(g, args[0])
    if kind == "log":
        return g.scale(2, g.call("log", (length,)))
    return g.pow(length, g.const(2 * g.data[args[1]]))


def _length(g: Graph, squares: Node) -> Node:
    """Return the root of a sum of squares as a length."""
    kind, args = g.kinds[squares], g.args[squares]
    if kind == "mul":
        half = g.const(HALF)
        return g.mul([_length(g, f) if _is_total(g, f) else g.pow(f, half) for f in args])
    if kind == "sum":
        return g.node("length", (_root(g, args[0]),))
    data: Contraction = g.data[squares]
    pairs = list(zip(args, data.factors, strict=True))
    if len(pairs) == 1:
        factors = [(_root(g, args[0]), data.factors[0])]
    else:
        factors = [pair for at, pair in enumerate(pairs) if pairs[:at].count(pair) % 2]
    used = {label for _, labels in factors for label in labels}
    kept = [label for label in data.out if label in used]
    summed = sorted(used.difference(kept))
    body = contract(g, factors, (*kept, *summed))
    shape = [data.dims[label] for label in kept]
    if not summed:
        found = g.call("abs", (body,))
    else:
        if len(summed) > 1:
            whole = (*shape, product([data.dims[label] for label in summed]))
            body = g.node("reshape", (body,), whole)
        found = g.node("length", (body,), len(kept) if kept else None)
    if len(kept) == len(data.out):
        return found
    axes = [place for place, label in enumerate(data.out) if label in used]
    return broadcast(g, found, g.shape(squares), axes)


def _root(g: Graph, square: Node) -> Node:
    """Return x for x**2, x**2 for x**4."""
    base, power = g.args[square]
    return g.pow(base, g.const(g.data[power] // 2))


def is_length(g: Graph, node: Node) -> bool:
    """Whether a node is a sum of squares over axes of an array, or a positive multiple of one."""
    if g.kinds[node] == "mul":
        totals = [factor for factor in g.args[node] if _is_total(g, factor)]
        rest = [factor for factor in g.args[node] if factor not in totals]
        return len(totals) == 1 and is_length(g, totals[0]) and all(is_positive(g, f) for f in rest)
    if g.kinds[node] == "sum":
        return _is_square(g, g.args[node][0])
    if g.kinds[node] != "ein":
        return False
    factors, labels = g.args[node], g.data[node].factors
    if len(factors) == 1:
        return _is_square(g, factors[0])
    pairs = list(zip(factors, labels, strict=True))
    return bool(pairs) and all(pairs.count(pair) % 2 == 0 for pair in pairs)


def _is_total(g: Graph, node: Node) -> bool:
    return g.kinds[node] in ("sum", "ein")


def _is_square(g: Graph, node: Node) -> bool:
    if g.kinds[node] != "pow":
        return False
    power = g.value(g.args[node][1])
    return power is not None and power > 0 and power.denominator == 1 and power % 2 == 0


def is_positive(g: Graph, node: Node) -> bool:
    """Whether a scalar is a positive number or made of dimensions."""
    value = g.value(node)
    if value is not None:
        return value > 0
    return g.kinds[node] in ("dim", "size") or (
        g.kinds[node] == "pow" and is_positive(g, g.args[node][0])
    )
