"""The nodes of arrays: contractions, reductions, parts, blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..graph.contractions import Contraction
from ..graph.dimensions import difference, product, total
from ..graph.graph import Node
from ..graph.shapes import Dimension, Shape
from .broadcasting import MAX_RANK, whole_nodes
from .chains import Leaf, Made, Tree, arrange
from .layout import Layout, Level, Piece, Slot
from .matrices import Labels, MatrixNotation

if TYPE_CHECKING:
    from .text import TextRenderer

__all__ = ["ARRAY_KINDS", "ArrayNotation"]

#: The kinds of nodes that are reductions along an axis, or of all; four are compiled code's alone.
_REDUCTIONS = frozenset("lse amax amin prod exactprod others length unit".split())

#: The kinds of nodes that are spelled here.
ARRAY_KINDS = _REDUCTIONS | frozenset("ein eye dim inv det logdet take put concat reshape".split())

#: The shapes of scalars and of columns of data.
LIKE_SCALARS = ((), ("rows",))

#: A contraction inside another is written into it up to this many factors.
MAX_FACTORS = 8


class ArrayNotation(MatrixNotation):
    """Spells the nodes that are not elementwise, in the words of the language."""

    #: What stands around blocks, before and behind their axis, and whether that is named.
    concatenation = ("concat(", "", ")")
    names_axis = True

    def __init__(self, renderer: TextRenderer) -> None:
        super().__init__(renderer)
        self.whole = whole_nodes(renderer.graph, renderer.nodes, renderer.roots)
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
            return self.joined([Slot(arg) for arg in args], data[1])
        if kind in _REDUCTIONS:
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
        if not present and 0 < len(data.free) < 3:
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

    def shares(self, arg: Node) -> Layout | None:
        """Return `softmax(X, axis=1)` for the exponential of X - logsumexp(X, axis=1), else None.

        `arg` is what the exponential is taken of.
        """
        graph = self.graph
        if self.renderer.kind(arg) != "add":
            return None
        terms = graph.args[arg]
        for term in terms:
            largest = self._subtracted(term)
            if largest is None:
                continue
            (inner,), axis = graph.args[largest], graph.data[largest]
            rest = tuple(other for other in terms if other != term)
            is_same = rest == (inner,) or (
                graph.kinds[inner] == "add" and rest == graph.args[inner]
            )
            if is_same and graph.shape(inner) == graph.shape(arg):
                return self.reduction("softmax", inner, axis)
        return None

    def _subtracted(self, term: Node) -> Node | None:
        """Return the logsumexp that a term is the negative of, repeated along its axis, or None."""
        graph = self.graph
        if graph.kinds[term] != "mul" or self.renderer.constant(graph.args[term][0]) != -1:
            return None
        if len(graph.args[term]) != 2:
            return None
        node = graph.args[term][1]
        if graph.kinds[node] == "ein":
            data: Contraction = graph.data[node]
            if len(graph.args[node]) != 1 or len(data.free) != 1 or len(data.out) != 2:
                return None
            (node,) = graph.args[node]
            if graph.kinds[node] == "lse" and graph.data[node] != data.out.index(data.free[0]):
                return None
        elif graph.shape(node):
            return None
        is_vector = len(graph.shape(graph.args[node][0])) == 1 if graph.args[node] else False
        has_axis = graph.kinds[node] == "lse" and (is_vector or graph.data[node] is not None)
        return node if has_axis else None

    def length(self, squares: Node) -> Layout | None:
        """Return `norm2(x)` for the root of the sum of the squares of x, else None."""
        graph = self.graph
        if self.renderer.kind(squares) != "sum":
            return None
        (inner,) = graph.args[squares]
        if self.renderer.kind(inner) != "pow":
            return None
        base, exponent = graph.args[inner]
        if self.renderer.constant(exponent) != 2 or len(graph.shape(base)) not in (1, 2):
            return None
        return self.call("norm2", Slot(base))

    def reduction(self, kind: str, arg: Node, axis: int | None) -> Layout:
        """Return the layout of a reduction along an axis, or of all elements."""
        along = () if axis is None or len(self.graph.shape(arg)) == 1 else (f", axis={axis}",)
        return self.call(kind, Slot(arg), *along)

    def part(self, arg: Node, index: tuple[Any, ...]) -> Layout:
        """Return `X[:, 1]`, `X[1:3]`."""
        return Layout(Level.ATOM, (Slot(arg, Level.ATOM), self.index(index)))

    def among_zeros(self, node: Node) -> Layout:
        """Return an array between zeros, or else a product with columns of identity matrices."""
        graph = self.graph
        (arg,), (shape, index) = graph.args[node], graph.data[node]
        sliced = [place for place, entry in enumerate(index) if entry != (0, None, 1)]
        if len(sliced) == 1 and len(shape) <= MAX_RANK:
            (axis,) = sliced
            entry = index[axis]
            if not isinstance(entry, int) and entry[2] == 1:
                before = _position(entry[0], shape[axis])
                after = difference(shape[axis], total([before, graph.shape(arg)[axis]]))
                return self.padded(arg, shape, axis, (before, after))
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

    def padded(
        self, arg: Node, shape: Shape, axis: int, margins: tuple[Dimension, Dimension]
    ) -> Layout:
        """Return `concat(zeros(1), x)`."""
        front, back = (
            [self.zeros((*shape[:axis], margin, *shape[axis + 1 :]))] if margin else []
            for margin in margins
        )
        return self.joined([*front, Slot(arg), *back], axis)

    def zeros(self, shape: Shape) -> str:
        """Return an array of zeros."""
        return f"zeros({self.lengths(shape)})"

    def between(self, axis: int) -> str:
        """Return what stands between two blocks."""
        return ", "

    def joined(self, blocks: Sequence[Piece], axis: int) -> Layout:
        """Return `concat(a, b)`, `concat(A, B, axis=1)`."""
        opening, closing, end = self.concatenation
        pieces = [piece for block in blocks for piece in (self.between(axis), block)]
        along = f", axis={axis}" if axis and self.names_axis else ""
        return Layout(Level.ATOM, (opening, *pieces[1:], closing + along + end))

    def kronecker_sides(self, arg: Node, shape: Shape) -> list[tuple[Tree, Labels]]:
        """Return the two factors whose outer product, in another shape, is a Kronecker product."""
        data = self.graph.data[arg]
        if self.renderer.kind(arg) != "ein" or len(data.out) != 2 * len(shape):
            return []
        lengths = [data.dims[label] for label in data.out]
        if shape != tuple(product(pair) for pair in zip(lengths[::2], lengths[1::2], strict=True)):
            return []
        leaves, eyes = self._leaves(arg, data)
        sides: list[tuple[Tree, Labels]] = []
        for own, others in ((data.out[::2], data.out[1::2]), (data.out[1::2], data.out[::2])):
            reached = _reached([leaf.labels for leaf in (*leaves, *eyes)], own)
            present = tuple(label for label in own if label not in data.free)
            if reached.intersection(others) or not present:
                return []
            chosen, identities = (
                [leaf for leaf in group if leaf.labels & reached] for group in (leaves, eyes)
            )
            sides.append((arrange(chosen, present, identities), own))
            leaves = [leaf for leaf in leaves if leaf not in chosen]
            eyes = [leaf for leaf in eyes if leaf not in identities]
        return [] if leaves or eyes else sides

    def side(self, tree: Tree, axes: Labels, level: int) -> tuple[Piece, ...]:
        """Return a factor of a Kronecker product; a vector among matrices is a row or column."""
        present = tuple(label for label in axes if label in tree.labels)
        if present == axes:
            return self.inner(tree, axes, level)
        if axes[0] in present:
            return self.column(tree, present).pieces
        return self.row(tree, present).pieces

    def row(self, tree: Tree, axes: Labels) -> Layout:
        """Return the layout of a vector as a row."""
        return Layout(Level.ATOM, (*self.inner(tree, axes, Level.ATOM), "[None, :]"))

    def reshaped(self, arg: Node, shape: Shape) -> Layout:
        """Return `kron(A, B)`, or `reshape(X, m*n)`."""
        sides = self.kronecker_sides(arg, shape)
        if sides:
            left, right = (self.side(*side, Level.ANY) for side in sides)
            return self.call("kron", *left, ", ", *right)
        return self.call("reshape", Slot(arg), ", ", self.lengths(shape))


def _position(start: int | tuple[Dimension, ...] | None, size: Dimension) -> Dimension:
    """Return where a slice begins, counted from the front."""
    if isinstance(start, tuple):
        return total(start)
    if start is not None and start < 0:
        return difference(size, -start)
    return start or 0


def _reached(groups: Sequence[frozenset[int]], labels: Sequence[int]) -> set[int]:
    """Return the labels that are connected with some, over groups that share one."""
    reached = set(labels)
    while True:
        grown = reached.union(*[group for group in groups if group & reached])
        if grown == reached:
            return reached
        reached = grown
