"""Elementwise operations between different shapes, as NumPy broadcasts them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..graph.contractions import contract
from ..graph.graph import Graph, Node, Number
from ..graph.shapes import SHAPE_RULES, Dimension, Shape, written
from .mismatch import ShapeError
from .row_vectors import Everywhere, RowProduct, RowVector

__all__ = ["BroadcastingGraph", "broadcast_shapes", "stretch"]

#: Kinds that are true or false: they cannot be factors of a contraction.
_CONDITIONS = frozenset({"compare", "and", "or", "not"})


def broadcast_shapes(first: Shape, second: Shape) -> Shape:
    """Return the shape of an elementwise operation: axes are aligned at the end, 1 is stretched.

    Raises
    ------
    ShapeError
        Two dimensions are not equal. Dimensions of different names need not be.

    Examples
    --------
    >>> broadcast_shapes(("m", "n"), ("n",))
    ('m', 'n')
    >>> broadcast_shapes(("m", 1), ("k",))
    ('m', 'k')
    """
    long, short = (first, second) if len(first) >= len(second) else (second, first)
    offset = len(long) - len(short)
    shape: list[Dimension] = list(long)
    for axis, dimension in enumerate(short, offset):
        if shape[axis] == 1:
            shape[axis] = dimension
        elif dimension not in (1, shape[axis]):
            raise ShapeError(f"Shapes {written(first)} and {written(second)} do not broadcast.")
    return tuple(shape)


def stretch(graph: Graph, node: Node, shape: Shape) -> Node:
    """Return an array broadcast to a shape; a scalar stays, for it stands beside any shape."""
    own = graph.shape(node)
    if not own or own == shape:
        return node
    if graph.kinds[node] in _CONDITIONS:
        args = tuple([stretch(graph, arg, shape) for arg in graph.args[node]])
        return graph.node(graph.kinds[node], args, graph.data[node])
    offset = len(shape) - len(own)
    summed = len(shape)
    labels = [
        summed + axis if size == 1 and shape[offset + axis] != 1 else offset + axis
        for axis, size in enumerate(own)
    ]
    return contract(graph, [(node, tuple(labels))], range(len(shape)), dict(enumerate(shape)))


class BroadcastingGraph(Graph):
    """An arena whose elementwise nodes broadcast their arguments, as a text means them.

    Attributes
    ----------
    strict : bool
        Whether vectors are columns or rows everywhere, as matrixcalculus.org has it; otherwise
        only `.T` makes a row.
    columns_only : bool
        Whether no declared variable is a matrix: columns of data, counted by "size".
    closed : set of Node
        Products that have so many factors that they are not opened inside others.
    norms : set of Node
        Square roots of sums of squares: their even powers need no root, and no division by zero
        where they are differentiated.
    """

    __slots__ = ("closed", "columns_only", "norms", "strict")

    def __init__(self, *, strict: bool = False, columns_only: bool = False) -> None:
        super().__init__()
        self.strict, self.columns_only = strict, columns_only
        self.closed: set[Node] = set()
        self.norms: set[Node] = set()

    def node(self, kind: str, args: tuple[Node, ...], data: Any = None) -> Node:
        """Return the one node, its arguments broadcast where the kind is elementwise."""
        if kind in SHAPE_RULES or not (self.shapes or self.strict):
            return super().node(kind, args, data)
        try:
            self._check_ranks(args)
            shape: Shape = ()
            for arg in args:
                shape = broadcast_shapes(shape, self.shape(arg))
            full = tuple([stretch(self, int(arg), shape) for arg in args])
            return self._oriented(super().node(kind, full, data), args)
        except ShapeError as mismatch:
            mismatch.kind = kind
            raise

    def _check_ranks(self, args: Sequence[Node]) -> None:
        """Refuse a vector beside a matrix where it is a column: NumPy takes it for a row."""
        if self.strict and len({len(self.shape(arg)) for arg in args if self.shape(arg)}) > 1:
            raise ShapeError("A vector cannot stand beside a matrix elementwise.")

    def scale(self, coefficient: Number, node: Node) -> Node:
        """Return coefficient × node; a multiple of a row is a row."""
        return self._oriented(super().scale(coefficient, int(node)), (node,))

    def pow(self, base: Node, exponent: Node) -> Node:
        """Return base ** exponent; an even power of a norm is one of the sum of squares."""
        power = self.value(exponent)
        if base in self.norms and power is not None and power % 2 == 0:
            return super().pow(self.args[base][0], self.const(Fraction(power) / 2))
        return super().pow(base, exponent)

    def _oriented(self, node: Node, args: Sequence[Node]) -> Node:
        """Return the node as a row if all arrays among its arguments are."""
        if all(type(arg) is int for arg in args):
            return node
        arrays = [arg for arg in args if self.shape(arg)]
        if not arrays:
            kinds = {type(arg) for arg in args if isinstance(arg, Everywhere)}
            if len(kinds) > 1:
                raise ShapeError("The shape of this constant is not known.")
            return kinds.pop()(node)
        if not any(isinstance(arg, RowVector) for arg in arrays):
            return node
        if all(isinstance(arg, RowVector) for arg in arrays):
            return (type(arrays[0]) if len(arrays) == 1 else RowProduct)(node)
        if self.strict or any(type(arg) is RowVector for arg in args):
            raise ShapeError("A row cannot stand beside a column or a matrix elementwise.")
        return node
