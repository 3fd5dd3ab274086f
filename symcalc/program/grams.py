"""Weighted products of a matrix with itself: `X.T @ (d*X)` as `Z.T @ Z` with `Z = sqrt(d)*X`.

Libraries compute one half of the second form and mirror it. The weights must not be negative, for
certain: products of exponentials, shares, squares and the like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..graph.contractions import Factor
from ..graph.graph import Graph, Node

__all__ = ["weighted_gram"]

#: Functions whose values are never negative; NaN is none either.
_NONNEGATIVE = frozenset(
    {"exp", "sigmoid", "softplus", "abs", "cosh", "sech", "relu", "dim", "size"}
)


def weighted_gram(
    graph: Graph, factors: Sequence[Factor], out: Sequence[int]
) -> tuple[Factor, list[Node]] | None:
    """Return the matrix of a weighted product with itself and the weights; None for any other."""
    for place, (node, labels) in enumerate(factors):
        for other, more in factors[place + 1 :]:
            shared = set(labels) & set(more)
            if other != node or len(shared) != 1 or len(set(labels)) != 2 or len(more) != 2:
                continue
            (row,) = shared
            if labels.index(row) != more.index(row) or {*labels, *more} - {row} != set(out):
                continue
            rest = list(factors)
            rest.remove((node, labels))
            rest.remove((other, more))
            weights = [weight for weight, _ in rest]
            if rest and all(axes == (row,) for _, axes in rest) and _is_product(graph, weights):
                return (node, labels), weights
    return None


def _is_product(graph: Graph, nodes: Iterable[Node]) -> bool:
    """Whether a product is never negative: of pairs of equal factors, and of such themselves."""
    return all(n % 2 == 0 or _is_nonnegative(graph, node) for node, n in Counter(nodes).items())


def _is_nonnegative(graph: Graph, node: Node) -> bool:
    """Whether a node is never negative for certain."""
    kind, args = graph.kinds[node], graph.args[node]
    if kind == "const":
        return bool(graph.data[node] >= 0)
    if kind == "pow":
        power = graph.value(args[1])
        is_even = power is not None and power.denominator == 1 and power.numerator % 2 == 0
        return is_even or _is_nonnegative(graph, args[0])
    if kind in ("mul", "ein"):
        return _is_product(graph, args) if kind == "mul" else len(args) == 1 and _all(graph, args)
    if kind == "piecewise":
        return _all(graph, (*args[:-1:2], args[-1]))
    return kind in _NONNEGATIVE or (kind in ("add", "sum") and _all(graph, args))


def _all(graph: Graph, nodes: Iterable[Node]) -> bool:
    return all(_is_nonnegative(graph, node) for node in nodes)
