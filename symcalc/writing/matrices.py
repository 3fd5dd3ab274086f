"""Trees of contractions in NumPy's notation: `X.T @ (y*p)`, `d[:, None]*X`, `solve(S, b)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..graph.graph import Node
from ..graph.shapes import Dimension
from .chains import (
    Chain,
    Diagonal,
    DiagonalMatrix,
    Indexed,
    Leaf,
    Made,
    Product,
    Total,
    Trace,
    Tree,
    natural_order,
)
from .layout import Layout, Level, Piece, Slot

if TYPE_CHECKING:
    from .text import TextRenderer

__all__ = ["Labels", "MatrixNotation"]

Labels = tuple[int, ...]

#: What indices are called; the summed ones come last.
LETTERS = "ijklpqrstuvwxyzabcdefghmno"

_PLAIN = "det diag einsum eye inv kron logdet norm2 ones outer prod reshape softmax solve sum trace"
_WORDS = {name: name for name in _PLAIN.split()}
_WORDS |= {"amax": "max", "amin": "min", "lse": "logsumexp"}


class MatrixNotation:
    """Spells trees for a renderer; what is elementwise stays with the renderer."""

    #: The spelling of each function.
    words = _WORDS

    def __init__(self, renderer: TextRenderer) -> None:
        self.renderer, self.graph = renderer, renderer.graph
        self.uses: dict[Node, int] = {}
        for node in renderer.nodes:
            for arg in self.graph.args[node]:
                self.uses[arg] = self.uses.get(arg, 0) + 1

    # -- trees --------------------------------------------------------------------------------

    def form(self, tree: Tree, order: Labels) -> Layout:
        """Return the layout of a tree, its axes in the order of the labels given."""
        if isinstance(tree, Leaf):
            return self.leaf(tree, order)
        if isinstance(tree, Chain):
            return self.chain(tree, order)
        if isinstance(tree, Product):
            return self.product(tree, order)
        if isinstance(tree, Total):
            return self.total(tree, order)
        if isinstance(tree, Trace):
            return self.trace(_plainest(_turned(tree)))
        if isinstance(tree, Diagonal):
            return self.call("diag", *self.source(tree.source, Level.ANY))
        if isinstance(tree, DiagonalMatrix):
            return self.call("diag", *self.inner(tree.inner, tuple(tree.inner.labels), Level.ANY))
        return self.indexed(tree, order)

    def inner(self, tree: Tree, order: Labels, level: int) -> tuple[Piece, ...]:
        """Return the pieces of a tree, bracketed where it binds less than `level`."""
        if isinstance(tree, Leaf) and tree.axes == order:
            return self.source(tree.source, level)
        return self.bracketed(self.form(tree, order), level)

    def bracketed(self, layout: Layout, level: int) -> tuple[Piece, ...]:
        """Return the pieces of a layout, in brackets where it binds less than `level`."""
        if layout.level >= level:
            return layout.pieces
        return (self.renderer.opening, *layout.pieces, self.renderer.closing)

    def source(self, source: Node | Made, level: int) -> tuple[Piece, ...]:
        """Return the pieces of a factor as it is."""
        if isinstance(source, Made):
            return self.bracketed(self.made(source), level)
        return (Slot(source, level),)

    def leaf(self, leaf: Leaf, order: Labels) -> Layout:
        """Return the layout of a factor, transposed if its axes stand in the other order."""
        if leaf.axes == order:
            return Layout(Level.ATOM, self.source(leaf.source, Level.ATOM))
        if len(order) == 2:
            return self.transposed(leaf.source)
        return self.indexed(Indexed((leaf,), leaf.axes), order)

    def transposed(self, source: Node | Made) -> Layout:
        """Return the layout of a transposed matrix."""
        return Layout(Level.ATOM, (*self.source(source, Level.ATOM), ".T"))

    def chain(self, chain: Chain, order: Labels) -> Layout:
        """Return the layout of a product of matrices."""
        if chain.path[0] is None:
            chain = _plainest([chain, chain.reversed()])
        elif chain.path[-1] is None:
            return self.towards_vector(chain)
        elif chain.path[0] != order[0]:
            chain = chain.reversed()
        return self.side_by_side(chain)

    def towards_vector(self, chain: Chain) -> Layout:
        """Return `A @ (B @ v)`: from the vector outward no product of two matrices is made."""
        links, path = chain.links, chain.path
        last = len(links) - 1
        level = Level.ANY if self.is_solved(links[last - 1]) else Level.POWER
        pieces = self.inner(links[last], _labels(path, last), level)
        layout = Layout(Level.ATOM, pieces)
        for place in reversed(range(last)):
            link, axes = links[place], _labels(path, place)
            if self.is_solved(link):
                layout = self.solve(link, axes, layout.pieces)
            else:
                right = self.bracketed(layout, Level.POWER)
                layout = Layout(Level.CHAIN, (*self.inner(link, axes, Level.POWER), " @ ", *right))
        return layout

    def side_by_side(self, chain: Chain) -> Layout:
        """Return `a @ B @ c` or `A @ (B.T @ B)`: from left to right, a small square at once."""
        links, path = chain.links, chain.path
        pieces: list[Piece] = []
        place, last = 0, len(links) - 1
        while place <= last:
            if pieces:
                pieces.append(" @ ")
            link, axes = links[place], _labels(path, place)
            if place < last and self.is_solved(link):
                rest = Chain(links[place + 1 :], path[place + 1 :])
                is_vector = rest.path[-1] is None
                if len(rest.links) == 1:
                    right = self.inner(rest.links[0], _labels(rest.path, 0), Level.ANY)
                else:
                    right = (
                        self.towards_vector(rest) if is_vector else self.side_by_side(rest)
                    ).pieces
                solved = self.solve(link, axes, right)
                if not pieces:
                    return solved
                pieces += solved.pieces
                break
            if place and last > 1 and self.is_square(links[place : place + 2]):
                square = Chain(links[place : place + 2], path[place : place + 3])
                pieces += self.bracketed(self.side_by_side(square), Level.POWER)
                place += 2
                continue
            pieces += self.inner(link, axes, Level.POWER)
            place += 1
        return Layout(Level.CHAIN, tuple(pieces))

    def is_square(self, links: Sequence[Tree]) -> bool:
        """Whether two links are `V.T @ V`, which has the shorter side of V."""
        if len(links) != 2:
            return False
        first, second = links
        return (
            isinstance(first, Leaf)
            and isinstance(second, Leaf)
            and first.source == second.source
            and first.axes[0] == second.axes[0]
            and len(second.axes) == 2
        )

    def is_solved(self, link: Tree) -> bool:
        """Whether a link is an inverse that nothing else uses."""
        source = link.source if isinstance(link, Leaf) else None
        return (
            isinstance(source, int)
            and self.renderer.kind(source) == "inv"
            and self.uses[source] == 1
        )

    def solve(self, link: Tree, axes: Labels, right: tuple[Piece, ...]) -> Layout:
        """Return `solve(S, b)` for `inv(S) @ b`."""
        assert isinstance(link, Leaf)
        assert isinstance(link.source, int)
        (matrix,) = self.graph.args[link.source]
        is_same = link.axes == axes
        left = (Slot(matrix),) if is_same else self.transposed(matrix).pieces
        return self.call("solve", *left, ", ", *right)

    def trace(self, trace: Chain) -> Layout:
        """Return the layout of a trace."""
        if len(trace.links) == 1:
            link = trace.links[0]
            assert isinstance(link, Leaf)
            return self.call("trace", *self.source(link.source, Level.ANY))
        return self.call("trace", *self.side_by_side(trace).pieces)

    def product(self, product: Product, order: Labels) -> Layout:
        """Return the layout of an elementwise product: `outer(u, v)`, `d[:, None]*X`."""
        items = product.items
        scalars = [item for item in items if not item.labels]
        arrays = [item for item in items if item.labels]
        if len(order) == 2 and not any(len(item.labels) == 2 for item in arrays):
            layout = self.outer(arrays, order)
            if not scalars:
                return layout
            pieces: list[Piece] = [*layout.pieces]
        else:
            columns = [item for item in arrays if item.labels != set(order[1:]) or len(order) < 2]
            rows = [item for item in arrays if item not in columns]
            factors = [*sorted(columns, key=_is_matrix), *rows]
            below = [item for item in factors if self.divisor(item, order) is not None]
            below = below if len(below) < len(factors) else []
            pieces = self.times(
                [self.aligned(item, order) for item in factors if item not in below]
            )
            for item in below:
                pieces += ["/", Slot(self.divisor(item, order) or 0, Level.POWER)]
        front = [self.inner(item, (), Level.POWER) for item in scalars]
        if front:
            pieces = self.times([*front, tuple(pieces)] if pieces else front)
        return Layout(Level.PRODUCT, tuple(pieces))

    def divisor(self, item: Tree, order: Labels) -> Node | None:
        """Return b where an item of a product is 1/b and stands as it is, else None."""
        if not isinstance(item, Leaf) or item.axes != order[-len(item.axes) :]:
            return None
        return self.renderer.reciprocal(item.source) if isinstance(item.source, int) else None

    def times(self, factors: Sequence[tuple[Piece, ...]]) -> list[Piece]:
        """Return factors with the sign of the elementwise product between them."""
        pieces: list[Piece] = []
        for factor in factors:
            pieces += ["*"] if pieces else []
            pieces += factor
        return pieces

    def aligned(self, item: Tree, order: Labels) -> tuple[Piece, ...]:
        """Return an item of a product so that its axes meet those of the result."""
        axes = tuple(label for label in order if label in item.labels)
        if len(order) == 2 and axes == order[:1]:
            return self.column(item, axes).pieces
        return self.inner(item, axes, Level.POWER)

    def outer(self, vectors: Sequence[Tree], order: Labels) -> Layout:
        """Return the layout of the outer product of vectors, some with the same label."""
        sides = []
        for label in order:
            items = [item for item in vectors if label in item.labels]
            level = Level.ANY if len(items) == 1 else Level.POWER
            sides.append(self.times([self.inner(item, (label,), level) for item in items]))
        return self.call("outer", *sides[0], ", ", *sides[1])

    def column(self, tree: Tree, axes: Labels) -> Layout:
        """Return the layout of a vector as a column."""
        return Layout(Level.ATOM, (*self.inner(tree, axes, Level.ATOM), "[:, None]"))

    def total(self, total: Total, order: Labels) -> Layout:
        """Return the layout of a sum over some axes."""
        axes = natural_order(total.inner)
        if len(order) > 1:
            return self.indexed(Indexed((total.inner,), order), order)
        inner = self.inner(total.inner, axes, Level.ANY)
        if not order:
            return self.call("sum", *inner)
        (over,) = total.over
        return self.call("sum", *inner, f", axis={axes.index(over)}")

    def indexed(self, tree: Indexed, order: Labels) -> Layout:
        """Return `einsum("ij,kj->ik", A, B)`."""
        letters = self.letters(tree, order)
        spelled = [natural_order(item) for item in tree.items]
        if len(tree.items) == 1 and isinstance(tree.items[0], Leaf):
            spelled = [tree.items[0].axes]  # may have a label twice
        left = ",".join("".join(letters[x] for x in axes) for axes in spelled)
        right = "".join(letters[label] for label in order)
        pieces: list[Piece] = [f'"{left}->{right}"']
        for item, axes in zip(tree.items, spelled, strict=True):
            pieces.append(", ")
            pieces += self.inner(item, axes, Level.ANY)
        return self.call("einsum", *pieces)

    def letters(self, tree: Indexed, order: Labels) -> dict[int, str]:
        """Return a letter for each label, those of the result first."""
        labels = dict.fromkeys(order)
        for item in tree.items:
            labels.update(dict.fromkeys(natural_order(item)))
        return dict(zip(labels, LETTERS, strict=False))

    # -- words --------------------------------------------------------------------------------

    def call(self, word: str, *pieces: Piece) -> Layout:
        """Return the layout of a function of what is written in its brackets."""
        return Layout(Level.ATOM, (f"{self.words[word]}(", *pieces, ")"))

    def dimension(self, dim: Dimension) -> Layout:
        """Return the layout of the length of an axis."""
        return Layout(Level.ATOM, (re.sub("([+-])", r" \1 ", str(dim)),))

    def lengths(self, dims: Sequence[Dimension]) -> str:
        """Return lengths of axes as arguments."""
        return ", ".join(str(self.dimension(dim).pieces[0]) for dim in dims)

    def made(self, made: Made) -> Layout:
        """Return the layout of an array that is no node."""
        if made.kind == "ones":
            return self.call("ones", self.lengths(made.dims))
        eye = self.call("eye", self.lengths(made.dims))
        if made.kind == "eye":
            return eye
        entry: Any = made.index
        entries = (entry,) if isinstance(entry, int) else ((0, None, 1), entry)
        return Layout(Level.ATOM, (*eye.pieces, self.index(entries)))

    def index(self, entries: Sequence[Any]) -> str:
        """Return an index in brackets; whole axes at the end are left out."""
        kept = list(entries)
        while len(kept) > 1 and kept[-1] == (0, None, 1):
            kept.pop()
        return f"[{', '.join(map(self.entry, kept))}]"

    def entry(self, entry: Any) -> str:
        """Return one entry of an index: a number or `start:stop:step`."""
        if isinstance(entry, int):
            return str(entry)
        start, stop, step = entry
        begin = self.bound(start) if start not in (0, None, ()) else ""
        end = self.bound(stop) if stop is not None else ""
        return f"{begin}:{end}" + (f":{step}" if step not in (1, None) else "")

    def bound(self, bound: Any) -> str:
        """Return an end of a slice: a number, or dimensions to add up."""
        if isinstance(bound, int):
            return str(bound)
        return " + ".join(str(self.dimension(dim).pieces[0]) for dim in bound) or "0"


def _labels(path: Sequence[int | None], place: int) -> Labels:
    """Return the labels of a link: two, or one of a vector."""
    return tuple(label for label in path[place : place + 2] if label is not None)


def _is_matrix(tree: Tree) -> bool:
    return len(tree.labels) > 1


def _turned(trace: Trace) -> list[Chain]:
    """Return the chains that have the same trace."""
    n_links = len(trace.links)
    found = []
    for start in range(n_links):
        links = trace.links[start:] + trace.links[:start]
        path = trace.path[start:-1] + trace.path[: start + 1]
        chain = Chain(links, path)
        found += [chain, chain.reversed()]
    return found


def _plainest(chains: Sequence[Chain]) -> Chain:
    """Return the chain with the fewest transposed matrices, the first of equals."""

    def transposed(chain: Chain) -> int:
        return sum(
            isinstance(link, Leaf) and link.axes != _labels(chain.path, place)
            for place, link in enumerate(chain.links)
        )

    return min(chains, key=transposed)
