r"""Arrays as textbooks set them: X^{\top} \left(y \odot p\right), \mathbf{1}^{\top} x, I_{n}."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..graph.graph import Node
from ..graph.shapes import Dimension, Shape
from .array_nodes import ArrayNotation
from .chains import Chain, Indexed, Leaf, Made, Product, Total, Tree, natural_order
from .layout import Layout, Level, Piece, Slot
from .matrices import Labels
from .names import latex_names

__all__ = ["LatexMatrices"]

_WORDS = {
    "amax": r"\max",
    "amin": r"\min",
    "det": r"\det",
    "diag": r"\operatorname{diag}",
    "lse": r"\operatorname{logsumexp}",
    "logdet": r"\log \det",
    "prod": r"\operatorname{prod}",
    "softmax": r"\operatorname{softmax}",
    "sum": r"\operatorname{sum}",
    "trace": r"\operatorname{tr}",
}


class LatexMatrices(ArrayNotation):
    """Vectors are columns, and nothing is repeated silently: 1 stands for a vector of ones."""

    words = _WORDS
    concatenation = (r"\begin{bmatrix} ", r" \end{bmatrix}", "")
    names_axis = False

    def call(self, word: str, *pieces: Piece) -> Layout:
        if word == "inv":
            return Layout(Level.POWER, (*self._raised(pieces), "^{-1}"))
        brackets = (self.renderer.opening, *pieces, self.renderer.closing)
        return Layout(Level.ATOM, (self.words[word], *brackets))

    def _raised(self, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
        (slot,) = pieces
        assert isinstance(slot, Slot)
        return (Slot(slot.node, Level.ATOM),)

    def _is_whole(self, node: Node) -> bool:
        return True

    def is_solved(self, link: Tree) -> bool:
        return False

    def is_square(self, links: Sequence[Tree]) -> bool:
        return False

    def transposed(self, source: Node | Made) -> Layout:
        if isinstance(source, int) and self.renderer.kind(source) == "inv":
            (matrix,) = self.graph.args[source]
            return Layout(Level.POWER, (Slot(matrix, Level.ATOM), r"^{-\top}"))
        return Layout(Level.POWER, (*self.source(source, Level.ATOM), r"^{\top}"))

    def towards_vector(self, chain: Chain) -> Layout:
        return self.side_by_side(chain)

    def side_by_side(self, chain: Chain) -> Layout:
        pieces: list[Piece] = []
        for place, link in enumerate(chain.links):
            axes = tuple(x for x in chain.path[place : place + 2] if x is not None)
            pieces += [" "] if pieces else []
            if chain.path[place] is None:  # a vector on the left is a row
                pieces += (*self.inner(link, axes, Level.ATOM), r"^{\top}")
            else:
                pieces += self.inner(link, axes, Level.CHAIN)
        return Layout(Level.CHAIN, tuple(pieces))

    def product(self, product: Product, order: Labels) -> Layout:
        """Return a product whose vectors scale rows and columns as diagonal matrices do."""
        scalars = [item for item in product.items if not item.labels]
        arrays = [item for item in product.items if item.labels]
        matrices = [item for item in arrays if len(item.labels) > 1]
        if len(order) != 2:
            pieces = self.times([self.inner(item, order, Level.POWER) for item in arrays])
            level = Level.PRODUCT
        elif not matrices:
            pieces, level = [*self.outer(arrays, order).pieces], Level.CHAIN
        else:
            alone = Level.CHAIN if len(matrices) == 1 else Level.POWER
            pieces = self.times([self.inner(item, order, alone) for item in matrices])
            scaled = [
                self._diagonal([item for item in arrays if item.labels == {label}], label)
                for label in order
            ]
            level = Level.CHAIN if any(scaled) else Level.PRODUCT
            if any(scaled) and len(matrices) > 1:
                pieces = [self.renderer.opening, *pieces, self.renderer.closing]
            left, right = scaled
            pieces = [*left, *([" "] if left else []), *pieces, *([" "] if right else []), *right]
        front = [self.inner(item, (), Level.POWER) for item in scalars]
        for item in reversed(front):
            pieces, level = [*item, *([" "] if pieces else []), *pieces], Level.PRODUCT
        return Layout(level, tuple(pieces))

    def _diagonal(self, vectors: Sequence[Tree], label: int) -> list[Piece]:
        if not vectors:
            return []
        level = Level.ANY if len(vectors) == 1 else Level.POWER
        inner = self.times([self.inner(item, (label,), level) for item in vectors])
        return [*self.call("diag", *inner).pieces]

    def times(self, factors: Sequence[tuple[Piece, ...]]) -> list[Piece]:
        pieces: list[Piece] = []
        for factor in factors:
            pieces += [r" \odot "] if pieces else []
            pieces += factor
        return pieces

    def outer(self, vectors: Sequence[Tree], order: Labels) -> Layout:
        sides: list[tuple[Piece, ...]] = []
        for label, level in zip(order, (Level.POWER, Level.ATOM), strict=True):
            items = [item for item in vectors if label in item.labels]
            if len(items) == 1:
                sides.append(self.inner(items[0], (label,), level))
            else:
                parts = self.times([self.inner(x, (label,), Level.POWER) for x in items])
                sides.append((self.renderer.opening, *parts, self.renderer.closing))
        return Layout(Level.CHAIN, (*sides[0], " ", *sides[1], r"^{\top}"))

    def total(self, total: Total, order: Labels) -> Layout:
        """Return a sum as a product with vectors of ones."""
        if len(order) > 1:
            return self.indexed(Indexed((total.inner,), order), order)
        axes = natural_order(total.inner)
        ones = (r"\mathbf{1}",)
        if len(axes) == 1:
            inner = self.inner(total.inner, axes, Level.POWER)
            return Layout(Level.CHAIN, (*ones, r"^{\top} ", *inner))
        if not order:
            inner = self.inner(total.inner, axes, Level.POWER)
            return Layout(Level.CHAIN, (*ones, r"^{\top} ", *inner, " ", *ones))
        (over,) = total.over
        inner = self.inner(total.inner, (*order, over), Level.POWER)
        return Layout(Level.CHAIN, (*inner, " ", *ones))

    def indexed(self, tree: Indexed, order: Labels) -> Layout:
        r"""Return \left[\sum_{k} A_{ik} B_{jk}\right]_{ij}."""
        letters = self.letters(tree, order)
        summed = "".join(text for label, text in letters.items() if label not in order)
        pieces: list[Piece] = [r"\left["]
        pieces += [rf"\sum_{{{summed}}} "] if summed else []
        for place, item in enumerate(tree.items):
            axes = item.axes if isinstance(item, Leaf) else natural_order(item)
            below = "".join(letters[label] for label in axes)
            pieces += [" "] if place else []
            pieces += (*self._indexable(item, axes), f"_{{{below}}}")
        outer = "".join(letters[label] for label in order)
        return Layout(Level.ATOM, (*pieces, rf"\right]_{{{outer}}}"))

    def _indexable(self, item: Tree, axes: Labels) -> tuple[Piece, ...]:
        """Return an array that indices can follow: in braces where it has some of its own."""
        source = item.source if isinstance(item, Leaf) else None
        kind = self.renderer.kind(source) if isinstance(source, int) else ""
        if kind == "eye":
            return (r"\delta",)
        inner = self.inner(item, axes, Level.ATOM)
        if isinstance(source, int) and kind == "var":
            written = self.renderer.variable(self.graph.data[source])
            return inner if "_" not in written else ("{", *inner, "}")
        return ("{", *inner, "}")

    def reduction(self, kind: str, arg: Node, axis: int | None) -> Layout:
        layout = super().reduction(kind, arg, None)
        if axis is None or len(self.graph.shape(arg)) == 1:
            return layout
        word = self.words[kind]
        return Layout(Level.ATOM, (f"{word}_{{\\text{{axis {axis}}}}}", *layout.pieces[1:]))

    def made(self, made: Made) -> Layout:
        lengths = r" \times ".join(str(self.dimension(dim).pieces[0]) for dim in made.dims)
        if made.kind == "eye":
            return Layout(Level.ATOM, (f"I_{{{lengths}}}",))
        if made.kind == "ones":
            return Layout(Level.ATOM, (rf"\mathbf{{1}}_{{{lengths}}}",))
        entry: Any = made.index
        whole = (entry,) if isinstance(entry, int) else ((0, None, 1), entry)
        return Layout(Level.ATOM, (rf"\left[I_{{{lengths}}}\right]_{{{self._below(whole)}}}",))

    def part(self, arg: Node, index: tuple[Any, ...]) -> Layout:
        below = f"_{{{self._below(index)}}}"
        if self.renderer.kind(arg) == "var":
            return Layout(Level.ATOM, (*self._indexable(Leaf(arg, ()), ()), below))
        return Layout(Level.ATOM, (r"\left[", Slot(arg), r"\right]", below))

    def _below(self, index: Sequence[Any]) -> str:
        """Return an index counted from 0, as everywhere else."""
        return r",\, ".join(map(self.entry, index))

    def dimension(self, dim: Dimension) -> Layout:
        text = str(super().dimension(dim).pieces[0])
        named = re.sub(r"[^\W\d]\w*", lambda m: latex_names([m.group()])[m.group()], text)
        return Layout(Level.ATOM, (named.replace("*", " "),))

    def column(self, tree: Tree, axes: Labels) -> Layout:
        return Layout(Level.POWER, self.inner(tree, axes, Level.POWER))

    def row(self, tree: Tree, axes: Labels) -> Layout:
        return Layout(Level.POWER, (*self.inner(tree, axes, Level.ATOM), r"^{\top}"))

    def reshaped(self, arg: Node, shape: Shape) -> Layout:
        sides = self.kronecker_sides(arg, shape)
        if sides:
            left, right = (self.side(*side, Level.POWER) for side in sides)
            return Layout(Level.PRODUCT, (*left, r" \otimes ", *right))
        lengths = r" \times ".join(str(self.dimension(dim).pieces[0]) for dim in shape)
        word = rf"\operatorname{{reshape}}_{{{lengths}}}"
        brackets = (self.renderer.opening, Slot(arg), self.renderer.closing)
        return Layout(Level.ATOM, (word, *brackets))

    def zeros(self, shape: Shape) -> str:
        lengths = r" \times ".join(str(self.dimension(dim).pieces[0]) for dim in shape)
        return rf"\mathbf{{0}}_{{{lengths}}}"

    def between(self, axis: int) -> str:
        return " & " if axis else r" \\ "
