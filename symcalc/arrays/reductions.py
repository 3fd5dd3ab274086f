"""Sums, products, extrema and their like: over all elements, or along one axis."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ..graph.contractions import broadcast, contract
from ..graph.graph import Graph, Node
from ..graph.shapes import Shape, written
from .broadcasting import BroadcastingGraph
from .mismatch import ShapeError

__all__ = [
    "REDUCERS",
    "check_axis",
    "keep_axis",
    "log_softmax",
    "n_elements",
    "norm",
    "softmax",
]


def check_axis(graph: Graph, node: Node, axis: int) -> int:
    """Return an axis counted from the front.

    Raises
    ------
    ShapeError
        The array does not have it.
    """
    shape = graph.shape(node)
    if not -len(shape) <= axis < len(shape):
        what = f"An array of shape {written(shape)} has no axis {axis}."
        raise ShapeError(
            what,
            f"Its axes are 0 to {len(shape) - 1}." if len(shape) > 1 else "Its only axis is 0.",
        )
    return axis % len(shape)


def keep_axis(graph: Graph, node: Node, shape: Shape, axis: int | None) -> Node:
    """Return a reduced array with the axes that were reduced, of length 1."""
    kept = tuple(1 if axis in (None, place) else size for place, size in enumerate(shape))
    axes = [] if axis is None else [place for place in range(len(shape)) if place != axis]
    return broadcast(graph, node, kept, axes)


def n_elements(graph: Graph, node: Node, axis: int | None = None) -> Node:
    """Return how many elements an array has, or an axis of it."""
    if isinstance(graph, BroadcastingGraph) and graph.columns_only and axis is None:
        return graph.size(node)
    shape = graph.shape(node)
    sizes = shape if axis is None else (shape[axis],)
    return graph.mul([graph.dimension(size) for size in sizes])


def _sum(graph: Graph, node: Node, axis: int | None) -> Node:
    if axis is None or len(graph.shape(node)) == 1:
        return graph.node("sum", (node,))
    labels = range(len(graph.shape(node)))
    return contract(graph, [(node, tuple(labels))], [label for label in labels if label != axis])


def _mean(graph: Graph, node: Node, axis: int | None) -> Node:
    axis = None if len(graph.shape(node)) == 1 else axis
    return graph.div(_sum(graph, node, axis), n_elements(graph, node, axis))


def _variance(graph: Graph, node: Node, axis: int | None) -> Node:
    """Return the mean square of what is left of the elements without their mean."""
    shape = graph.shape(node)
    axis = None if len(shape) == 1 else axis
    center = _mean(graph, node, axis)
    if axis is not None:
        axes = [place for place in range(len(shape)) if place != axis]
        center = broadcast(graph, center, shape, axes)
    return _mean(graph, graph.pow(graph.sub(node, center), graph.const(2)), axis)


def _deviation(graph: Graph, node: Node, axis: int | None) -> Node:
    return graph.pow(_variance(graph, node, axis), graph.const(Fraction(1, 2)))


def _reducer(kind: str) -> Callable[[Graph, Node, int | None], Node]:
    def build(graph: Graph, node: Node, axis: int | None) -> Node:
        return graph.node(kind, (node,), None if len(graph.shape(node)) == 1 else axis)

    return build


#: For each name what builds it of an array and an axis, None for all elements.
REDUCERS: dict[str, Callable[[Graph, Node, int | None], Node]] = {
    "sum": _sum,
    "mean": _mean,
    "var": _variance,
    "std": _deviation,
    "prod": _reducer("prod"),
    "max": _reducer("amax"),
    "min": _reducer("amin"),
    "amax": _reducer("amax"),
    "amin": _reducer("amin"),
    "logsumexp": _reducer("lse"),
}


def softmax(graph: Graph, node: Node, axis: int | None) -> Node:
    """Return exp(x - logsumexp(x)), which cannot overflow."""
    return graph.call("exp", (log_softmax(graph, node, axis),))


def log_softmax(graph: Graph, node: Node, axis: int | None) -> Node:
    """Return x - logsumexp(x)."""
    shape = graph.shape(node)
    if axis is None and len(shape) > 1:
        hint = "Write axis=1 for each row, axis=0 for each column."
        raise ShapeError("`softmax` of a matrix needs an axis.", hint)
    total = REDUCERS["logsumexp"](graph, node, axis)
    if graph.shape(total):
        axes = [place for place in range(len(shape)) if place != axis]
        total = broadcast(graph, total, shape, axes)
    return graph.sub(node, total)


def norm(graph: Graph, node: Node, name: str) -> Node:
    """Return norm1, norm2 or norminf; of matrices norm2 alone, which is Frobenius'."""
    if name == "norm2":
        squares = graph.node("sum", (graph.pow(node, graph.const(2)),))
        root = graph.pow(squares, graph.const(Fraction(1, 2)))
        if isinstance(graph, BroadcastingGraph):
            graph.norms.add(root)
        return root
    sizes = graph.call("abs", (node,))
    if len(graph.shape(node)) > 1:
        inner = "sum(abs(A), axis={})"
        induced = f"max({inner.format(0 if name == 'norm1' else 1)})"
        entrywise = "sum(abs(A))" if name == "norm1" else "max(abs(A))"
        hint = f"Write {entrywise} for all entries, {induced} for the operator norm."
        raise ShapeError(f"`{name}` of a matrix has two meanings.", hint)
    return graph.node("sum", (sizes,)) if name == "norm1" else graph.node("amax", (sizes,))
