"""The nodes of arrays: contractions, reductions, parts, blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..graph.contractions import Contraction
from ..graph.graph import Node
from ..graph.shapes import Shape
from .broadcasting import whole_nodes
from .chains import Leaf, Made, arrange
from .layout import Layout, Level, Piece, Slot
from .matrices import MatrixNotation

if TYPE_CHECKING:
    from .text import TextRenderer

__all__ = ["ARRAY_KINDS", "KRONECKER", "ArrayNotation"]

#: The kinds of nodes that are spelled here.
ARRAY_KINDS = frozenset(
    "ein eye dim inv det logdet lse amax amin prod take put concat reshape".split()
)

#: The shapes of scalars and of columns of data.
LIKE_SCALARS = ((), ("rows",))

#: The labels of the outer products that a Kronecker product reshapes.
KRONECKER = ((((0,), (1,)), (0, 1)), (((0, 2), (1, 3)), (0, 1, 2, 3)))

#: A contraction inside another is written into it up to this many factors.
MAX_FACTORS = 8


class ArrayNotation(MatrixNotation):
    """Spells the nodes that are not elementwise, in the words of the language."""

    def __init__(self, renderer: TextRenderer) -> None:
        super().__init__(renderer)
        self.whole = whole_nodes(renderer.graph, renderer.nodes, renderer.root)
        #: Whether there are arrays beyond columns of data, which are written like scalars.
        self.is_used = any(
            self.graph.kinds[node] in ARRAY_KINDS or self.graph.shape(node) not in LIKE_SCALARS
            for node in renderer.nodes
        )

    def layout(self, node: Node) -> Layout:
        """Return the layout of a node of one of the kinds above."""
        kind, args, data = self.graph.kinds[node], self.graph.args[node], self.graph.data[node]
        if kind == "ein":
            return self.contraction(node)
        if kind == "dim":
            return self.dimension(data)
        if kind == "eye":
            return self.made(Made("eye", (data,)))
        if kind == "take":
            return self.part(args[0], data[1])
        if kind == "put":
            return self.among_zeros(node)
        if kind == "reshape":
            return self.reshaped(args[0], data)
        if kind == "concat":
            return self.blocks(args, data[1])
        if kind in {"lse", "amax", "amin", "prod"}:
            return self.reduction(kind, args[0], data)
        return self.call(kind, Slot(args[0]))

    def contraction(self, node: Node) -> Layout:
        """Return the layout of a contraction; free axes are written where they must be."""
        data: Contraction = self.graph.data[node]
        leaves, eyes = self._leaves(node, data)
        present = tuple(label for label in data.out if label not in data.free)
        if self.is_number_one(node):
            return Layout(Level.ATOM, ("1",))
        if data.free and not self._is_whole(node):
            vector = arrange(leaves, present, eyes)
            if present == data.out[:1] and len(data.out) == 2:
                return self.column(vector, present)
            return self.form(vector, present)
        if data.free and not present:
            leaves.append(Leaf(Made("ones", tuple(data.dims[x] for x in data.free)), data.free))
        else:
            leaves += [Leaf(Made("ones", (data.dims[x],)), (x,)) for x in data.free]
        return self.form(arrange(leaves, data.out, eyes), data.out)

    def is_number_one(self, node: Node) -> bool:
        """Whether a node is an array of ones that may be written as the number."""
        is_ones = self.renderer.kind(node) == "ein" and not self.graph.args[node]
        return is_ones and not self._is_whole(node)

    def _is_whole(self, node: Node) -> bool:
        return node in self.whole or len(self.graph.shape(node)) > 2

    def _leaves(self, node: Node, data: Contraction) -> tuple[list[Leaf], list[Leaf]]:
        """Return the factors, those of contractions inside among them, and identity matrices."""
        graph = self.graph
        pairs = list(zip(graph.args[node], data.factors, strict=True))
        fresh = len(data.dims)
        leaves: list[Leaf] = []
        eyes: list[Leaf] = []
        for arg, axes in pairs:
            inner = graph.data[arg] if self.renderer.kind(arg) == "ein" else None
            if graph.kinds[arg] == "eye":
                eyes.append(Leaf(arg, axes))
            elif inner is None or len(axes) != 2 or not self._opens(inner, len(pairs)):
                leaves.append(Leaf(arg, axes))
            else:
                names = dict(zip(inner.out, axes, strict=True))
                for label in range(len(inner.dims)):
                    if label not in names:
                        names[label], fresh = fresh, fresh + 1
                leaves += [
                    Leaf(factor, tuple(names[label] for label in labels))
                    for factor, labels in zip(graph.args[arg], inner.factors, strict=True)
                ]
        return leaves, eyes

    def _opens(self, inner: Contraction, n_beside: int) -> bool:
        """Whether a contraction inside is written into the one around it."""
        return not inner.free and len(inner.factors) + n_beside <= MAX_FACTORS

    def reduction(self, kind: str, arg: Node, axis: int | None) -> Layout:
        """Return the layout of a reduction along an axis, or of all elements."""
        along = () if axis is None or len(self.graph.shape(arg)) == 1 else (f", axis={axis}",)
        return self.call(kind, Slot(arg), *along)

    def part(self, arg: Node, index: tuple[Any, ...]) -> Layout:
        """Return `X[:, 1]`, `X[1:3]`."""
        return Layout(Level.ATOM, (Slot(arg, Level.ATOM), self.index(index)))

    def among_zeros(self, node: Node) -> Layout:
        """Return an array put among zeros: a product with columns of identity matrices."""
        graph = self.graph
        (arg,), (shape, index) = graph.args[node], graph.data[node]
        leaves: list[Leaf] = []
        axes: list[int] = []
        for place, (dim, entry) in enumerate(zip(shape, index, strict=True)):
            if entry == (0, None, 1):
                axes.append(place)
            elif isinstance(entry, int):
                leaves.append(Leaf(Made("columns", (dim,), entry), (place,)))
            else:
                label = len(shape) + place
                leaves.append(Leaf(Made("columns", (dim,), entry), (place, label)))
                axes.append(label)
        front = [Leaf(arg, tuple(axes))]
        out = tuple(range(len(shape)))
        return self.form(arrange([*front, *leaves], out), out)

    def reshaped(self, arg: Node, shape: Shape) -> Layout:
        """Return `kron(A, B)`, or `reshape(X, m*n)`."""
        data = self.graph.data[arg]
        if self.renderer.kind(arg) == "ein" and (data.factors, data.out) in KRONECKER:
            left, right = self.graph.args[arg]
            return self.call("kron", Slot(left), ", ", Slot(right))
        return self.call("reshape", Slot(arg), ", ", self.lengths(shape))

    def blocks(self, args: Sequence[Node], axis: int) -> Layout:
        """Return `concat(a, b)`, `concat(A, B, axis=1)`."""
        pieces: list[Piece] = ["concat("]
        for place, arg in enumerate(args):
            pieces += [", "] if place else []
            pieces.append(Slot(arg))
        return Layout(Level.ATOM, (*pieces, f", axis={axis})" if axis else ")"))
