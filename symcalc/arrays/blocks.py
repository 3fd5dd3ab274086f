"""Arrays from a few parts: blocks side by side, stacks, constants of a shape."""

from __future__ import annotations

from collections.abc import Sequence

from ..graph.contractions import broadcast
from ..graph.dimensions import total
from ..graph.graph import Graph, Node, Number
from ..graph.shapes import Shape, written
from .mismatch import ShapeError, check_shape

__all__ = ["concatenate", "filled", "insert_axis", "stack"]


def filled(graph: Graph, value: Number, shape: Shape) -> Node:
    """Return an array with one number everywhere."""
    return broadcast(graph, graph.const(value), shape, ())


def insert_axis(graph: Graph, node: Node, axis: int) -> Node:
    """Return an array with one more axis, of length 1."""
    shape = graph.shape(node)
    check_shape((1, *shape))
    axes = [place + (place >= axis) for place in range(len(shape))]
    return broadcast(graph, node, (*shape[:axis], 1, *shape[axis:]), axes)


def concatenate(graph: Graph, nodes: Sequence[Node], axis: int) -> Node:
    """Return arrays side by side along an axis.

    Raises
    ------
    ShapeError
        They differ in rank, or in another dimension.
    """
    shapes = [graph.shape(node) for node in nodes]
    first = shapes[0]
    for shape in shapes:
        same_rank = len(shape) == len(first)
        if not same_rank or _without(shape, axis) != _without(first, axis):
            shown = f"{written(first)} and {written(shape)}"
            problem = f"Arrays of shapes {shown} do not fit side by side along axis {axis}."
            raise ShapeError(problem, "" if same_rank else "All need as many axes.")
    if len(nodes) == 1:
        return nodes[0]
    whole = (*first[:axis], total(shape[axis] for shape in shapes), *first[axis + 1 :])
    check_shape(whole)
    return graph.node("concat", tuple(nodes), (whole, axis))


def stack(graph: Graph, nodes: Sequence[Node], axis: int) -> Node:
    """Return arrays of one shape along a new axis."""
    shapes = [graph.shape(node) for node in nodes]
    for shape in shapes:
        if shape != shapes[0]:
            shown = f"{written(shapes[0])} and {written(shape)}"
            raise ShapeError(f"`stack` takes arrays of one shape, not {shown}.")
    return concatenate(graph, [insert_axis(graph, node, axis) for node in nodes], axis)


def _without(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]
