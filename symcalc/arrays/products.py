"""Products of vectors and matrices, transposes, and what is made by them."""

from __future__ import annotations

from ..graph.contractions import broadcast, contract
from ..graph.contractions import transpose as reversed_axes
from ..graph.dimensions import product as product_of_dimensions
from ..graph.graph import Graph, Node
from ..graph.shapes import Shape, written
from .broadcasting import BroadcastingGraph
from .mismatch import ShapeError, check_shape
from .row_vectors import Everywhere, EverywhereMatrix, EverywhereRow, RowProduct, RowVector

__all__ = [
    "column_product",
    "diagonal",
    "kronecker",
    "matmul",
    "outer",
    "solve",
    "square",
    "trace",
    "transpose",
]

#: A product of so many factors stays closed inside the next: to open those of a long chain again
#: and again would take quadratic time.
MAX_FACTORS = 12


def transpose(graph: Graph, node: Node) -> Node:
    """Return the transpose; that of a vector is a row."""
    rank = len(graph.shape(node))
    if isinstance(node, Everywhere):
        if type(node) is EverywhereMatrix:
            return node
        return Everywhere(node) if type(node) is EverywhereRow else EverywhereRow(node)
    if isinstance(node, RowVector):
        return int(node)
    if rank == 1:
        return RowVector(node)
    return reversed_axes(graph, node)


def matmul(graph: Graph, left: Node, right: Node, *, strict: bool = False) -> Node:
    """Return left @ right.

    As in NumPy, but a transposed vector is a row: `x.T@y` is the inner, `x@y.T` the outer product.
    `strict` is the convention of matrixcalculus.org: every other vector is a column.

    Raises
    ------
    ShapeError
    """
    try:
        return _product(graph, left, right, strict)
    except ShapeError as mismatch:
        mismatch.kind = "@"
        raise


def _product(graph: Graph, left: Node, right: Node, strict: bool) -> Node:
    """Return left @ right."""
    shapes = graph.shape(left), graph.shape(right)
    ranks = tuple(map(len, shapes))
    rows = isinstance(left, RowVector), isinstance(right, RowVector)
    if 0 in ranks or max(ranks) > 2:
        raise ShapeError("`@` multiplies vectors and matrices.")
    if rows[1] and not rows[0] and ranks == (1, 1):
        if type(right) is RowProduct and not strict:
            raise ShapeError(
                "It is not clear whether this product is the inner or the outer one.",
                "Write outer(a, b) or dot(a, b).",
            )
        return outer(graph, int(left), int(right))
    _check_rows(ranks, rows, strict)
    inner = shapes[0][-1], shapes[1][0]
    if inner[0] != inner[1]:
        raise ShapeError(f"`@` needs equal inner dimensions, not {inner[0]} and {inner[1]}.")
    outer_axes = (0,)[: ranks[0] - 1] + (2,)[: ranks[1] - 1]
    factors = [(int(left), (0, 1)[-ranks[0] :]), (int(right), (1, 2)[: ranks[1]])]
    closed = graph.closed if isinstance(graph, BroadcastingGraph) else set[Node]()
    node = contract(graph, factors, outer_axes, opaque=closed)
    if len(graph.args[node]) >= MAX_FACTORS:
        closed.add(node)
    return RowProduct(node) if rows[0] and ranks[1] == 2 else node


def column_product(graph: Graph, left: Node, right: Node) -> Node:
    """Return the product of matrixcalculus.org: of columns, rows and matrices, or with a scalar."""
    if isinstance(right, Everywhere) and graph.shape(left):
        _check_known(right, EverywhereRow)
        right = broadcast(graph, int(right), graph.shape(left)[-1:], ())
    elif isinstance(left, Everywhere) and graph.shape(right):
        _check_known(left, Everywhere)
        left = RowVector(broadcast(graph, int(left), graph.shape(right)[:1], ()))
    elif isinstance(left, Everywhere) and isinstance(right, Everywhere):
        _check_known(left, type(left))
    if not (graph.shape(left) and graph.shape(right)):
        return graph.mul([left, right])
    return matmul(graph, left, right, strict=True)


def _check_known(constant: Node, refused: type[Everywhere]) -> None:
    """Refuse a constant whose shape what is beside it does not tell."""
    if type(constant) in (EverywhereMatrix, refused):
        raise ShapeError("The shape of this constant is not known here.")


def _check_rows(ranks: tuple[int, ...], rows: tuple[bool, bool], strict: bool) -> None:
    """Refuse products that no reading of rows and columns allows."""
    if rows[1]:
        both = "Both factors are rows." if rows[0] else "A matrix cannot stand in front of a row."
        raise ShapeError(both, "Write the second factor without its transpose.")
    if strict and ranks[0] == 1 and not rows[0]:
        what = "Both factors are columns." if ranks[1] == 1 else "A column stands before a matrix."
        raise ShapeError(what, "Transpose the first factor.")


def outer(graph: Graph, left: Node, right: Node) -> Node:
    """Return the outer product of two vectors."""
    if len(graph.shape(left)) != 1 or len(graph.shape(right)) != 1:
        raise ShapeError("`outer` takes two vectors.")
    return contract(graph, [(left, (0,)), (right, (1,))], (0, 1))


def square(graph: Graph, node: Node, name: str) -> Shape:
    """Return the shape of a square matrix.

    Raises
    ------
    ShapeError
        It is something else.
    """
    shape = graph.shape(node)
    if len(shape) != 2 or shape[0] != shape[1]:
        what = f"an array of shape {written(shape)}" if shape else "a scalar"
        hint = ""
        if len(shape) == 2 and any(isinstance(size, str) for size in shape):
            hint = f"If {shape[0]} and {shape[1]} are equal, give both one name."
        raise ShapeError(f"`{name}` takes a square matrix; this is {what}.", hint)
    return shape


def trace(graph: Graph, node: Node) -> Node:
    """Return the sum of the diagonal."""
    square(graph, node, "trace")
    return contract(graph, [(node, (0, 0))], ())


def diagonal(graph: Graph, node: Node) -> Node:
    """Return the diagonal of a square matrix, or the diagonal matrix of a vector."""
    if len(graph.shape(node)) == 1:
        return contract(graph, [(node, (0,))], (0, 0))
    square(graph, node, "diag")
    return contract(graph, [(node, (0, 0))], (0,))


def solve(graph: Graph, matrix: Node, right: Node) -> Node:
    """Return inv(matrix) @ right."""
    square(graph, matrix, "solve")
    return matmul(graph, graph.node("inv", (matrix,)), right)


def kronecker(graph: Graph, left: Node, right: Node) -> Node:
    """Return the Kronecker product of two vectors or two matrices."""
    shapes = graph.shape(left), graph.shape(right)
    rank = len(shapes[0])
    if rank != len(shapes[1]) or rank not in (1, 2):
        raise ShapeError("`kron` takes two vectors or two matrices.")
    first, second = tuple(range(0, 2 * rank, 2)), tuple(range(1, 2 * rank, 2))
    node = contract(graph, [(left, first), (right, second)], range(2 * rank))
    shape = tuple(product_of_dimensions(pair) for pair in zip(*shapes, strict=True))
    check_shape(shape)
    return graph.node("reshape", (node,), shape)
