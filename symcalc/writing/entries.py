"""A product of arrays with all its axes, entry by entry: `-inv(S)[j,k]*inv(S)[l,i]`."""

from __future__ import annotations

import sys

from ..graph.graph import Graph, Node
from .array_nodes import ArrayNotation
from .chains import Indexed, Leaf, Made, natural_order
from .layout import Layout, Level, Piece
from .matrices import Labels
from .text import TextRenderer

__all__ = ["to_entries"]

#: Arrays with more axes are written entry by entry.
MAX_RANK = 2


def to_entries(graph: Graph, root: Node) -> str:
    """Return the entry [i,j,k,l] of a product without sums, or "" where it is none.

    The entries of an identity matrix are written as Kronecker's δ.
    """
    arrays = [arg for arg in graph.args[root] if graph.shape(arg)]
    body = arrays[0] if graph.kinds[root] == "mul" and len(arrays) == 1 else root
    if graph.kinds[body] != "ein" or len(graph.shape(body)) <= MAX_RANK:
        return ""
    if any(len(graph.shape(arg)) > MAX_RANK for arg in graph.args[body]):
        return ""
    renderer = _EntriesRenderer(graph, root)
    text = renderer.render(sys.maxsize)
    return text if renderer.is_product else ""


class _EntryNotation(ArrayNotation):
    """Spells what has no notation of matrices with indices in square brackets."""

    def indexed(self, tree: Indexed, order: Labels) -> Layout:
        if len(order) <= MAX_RANK:
            return super().indexed(tree, order)
        letters = self.letters(tree, order)
        if len(letters) > len(order) and isinstance(self.renderer, _EntriesRenderer):
            self.renderer.is_product = False
        pieces: list[Piece] = []
        ones = [x for x in tree.items if isinstance(x, Leaf) and isinstance(x.source, Made)]
        for item in [item for item in tree.items if item not in ones] or ones:
            axes = item.axes if isinstance(item, Leaf) else natural_order(item)
            source = item.source if isinstance(item, Leaf) else None
            is_eye = isinstance(source, int) and self.renderer.kind(source) == "eye"
            pieces += ["*"] if pieces else []
            pieces += ["δ"] if is_eye else self.inner(item, axes, Level.ATOM)
            pieces.append(f"[{','.join(letters[label] for label in axes)}]")
        return Layout(Level.PRODUCT, tuple(pieces))


class _EntriesRenderer(TextRenderer):
    """The language's own words, and entries of arrays with more than two axes."""

    notation = _EntryNotation
    is_product = True
