"""Contractions as people write them: chains of matrices, elementwise products, sums, diagonals.

The labels of a contraction are eliminated one after the other, by the rule that reads best: what
shares all its labels is multiplied elementwise, a matrix meets a vector, matrices follow each other
in a chain, a vector scales rows or columns. What is left in the end is one tree, or, where no
notation of matrices will do, several beside each other for `einsum`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..graph.graph import Node
from ..graph.shapes import Dimension

__all__ = [
    "Chain",
    "Diagonal",
    "DiagonalMatrix",
    "Indexed",
    "Leaf",
    "Made",
    "Product",
    "Total",
    "Trace",
    "Tree",
    "arrange",
    "natural_order",
]

Labels = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """An array that is no node: "ones" of some dimensions, or columns of an identity, "columns"."""

    kind: str
    dims: tuple[Dimension, ...]
    index: object = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A factor and the labels of its axes, each once."""

    source: Node | Made
    axes: Labels

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return frozenset(self.axes)


@dataclass(frozen=True, slots=True)
class Diagonal:
    """The diagonal of a matrix."""

    source: Node | Made
    label: int

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return frozenset((self.label,))


@dataclass(frozen=True, slots=True)
class DiagonalMatrix:
    """The matrix with a vector on its diagonal."""

    inner: Tree
    axes: Labels

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return frozenset(self.axes)


@dataclass(frozen=True, slots=True)
class Chain:
    """A product of matrices: link k has the labels k and k + 1 of the path.

    A vector stands at an end, where the path has None: at the right one, if there is only one.
    """

    links: tuple[Tree, ...]
    path: tuple[int | None, ...]

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return frozenset(label for label in (self.path[0], self.path[-1]) if label is not None)

    def reversed(self) -> Chain:
        """Return the transposed chain."""
        return Chain(self.links[::-1], self.path[::-1])

    def ending(self, label: int | None) -> Chain:
        """Return the chain with a label at its right end."""
        return self if self.path[-1] == label else self.reversed()


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of a chain that ends where it begins."""

    links: tuple[Tree, ...]
    path: Labels

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Product:
    """A product element by element; an item without a label of the result is repeated along it."""

    items: tuple[Tree, ...]

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return frozenset().union(*(item.labels for item in self.items))


@dataclass(frozen=True, slots=True)
class Total:
    """A sum over some labels."""

    inner: Tree
    over: frozenset[int]

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return self.inner.labels - self.over


@dataclass(frozen=True, slots=True)
class Indexed:
    """What has no notation but that of indices."""

    items: tuple[Tree, ...]
    axes: Labels

    @property
    def labels(self) -> frozenset[int]:
        """The labels of the array."""
        return frozenset(self.axes)


Tree = Leaf | Diagonal | DiagonalMatrix | Chain | Trace | Product | Total | Indexed


def natural_order(tree: Tree) -> Labels:
    """Return the labels in the order that needs no transposition."""
    if isinstance(tree, Leaf | DiagonalMatrix | Indexed):
        return tree.axes
    if isinstance(tree, Chain):
        return tuple(label for label in (tree.path[0], tree.path[-1]) if label is not None)
    if isinstance(tree, Product):
        whole = next((item for item in tree.items if item.labels == tree.labels), None)
        return tuple(sorted(tree.labels)) if whole is None else natural_order(whole)
    if isinstance(tree, Total):
        return tuple(label for label in natural_order(tree.inner) if label not in tree.over)
    return tuple(tree.labels)


def arrange(leaves: Sequence[Leaf], out: Labels, eyes: Sequence[Leaf] = ()) -> Tree:
    """Return the tree of a contraction.

    Parameters
    ----------
    leaves : sequence of Leaf
        The factors; a leaf may have a label twice. Every label of the output is among theirs.
    out : tuple of int
        The labels that are not summed.
    eyes : sequence of Leaf
        The identity matrices among the factors.
    """
    if len(eyes) == 1 and len(out) == 2 and set(eyes[0].axes) == set(out):
        first, second = out
        merged = [Leaf(x.source, _renamed(x.axes, second, first)) for x in leaves]
        if any(first in leaf.axes for leaf in merged):
            return DiagonalMatrix(arrange(merged, (first,)), out)
    return _Arrangement([*leaves, *eyes], out).run()


def _renamed(labels: Labels, old: int, new: int) -> Labels:
    return tuple(new if label == old else label for label in labels)


class _Arrangement:
    """Terms that are joined until one is left."""

    def __init__(self, leaves: Iterable[Leaf], out: Labels) -> None:
        self.out = out
        self.kept = frozenset(out)
        self.terms: list[Tree] = [self._opened(leaf) for leaf in leaves]
        self.places = {leaf: place for place, leaf in reversed(list(enumerate(self.terms)))}

    def run(self) -> Tree:
        rules = (self._equal, self._vectors, self._single, self._matrices, self._scaled)
        while any(rule() for rule in rules):
            pass
        return self._rest()

    def _opened(self, leaf: Leaf) -> Tree:
        """Return a factor; one with a label twice is a diagonal, or, summed, a trace."""
        if len(leaf.labels) == len(leaf.axes):
            return leaf
        if len(leaf.axes) == 2:
            return Diagonal(leaf.source, leaf.axes[0])
        distinct = tuple(dict.fromkeys(leaf.axes))
        return Indexed((leaf,), distinct)

    # -- questions --------------------------------------------------------------------------

    def _with(self, label: int) -> list[int]:
        """Return the places of the terms that have a label."""
        return [place for place, term in enumerate(self.terms) if label in term.labels]

    def _summed(self) -> list[int]:
        """Return the labels to sum over, in order of appearance."""
        seen: dict[int, None] = {}
        for term in self.terms:
            seen.update(dict.fromkeys(natural_order(term)))
        return [label for label in seen if label not in self.kept]

    def _put(self, places: Sequence[int], new: Tree) -> bool:
        """Replace the terms at some places by one, at the first of them."""
        self.terms[places[0]] = new
        for place in sorted(places[1:], reverse=True):
            del self.terms[place]
        return True

    # -- rules: each changes the terms and says so, or does nothing ---------------------------

    def _equal(self) -> bool:
        """Multiply terms with the same labels element by element; sum what nothing else needs."""
        groups: dict[frozenset[int], list[int]] = {}
        for place, term in enumerate(self.terms):
            if 1 <= len(term.labels) <= 2:
                groups.setdefault(term.labels, []).append(place)
        for labels, places in groups.items():
            if len(places) < 2:
                continue
            items = [self.terms[place] for place in places]
            others = [t for place, t in enumerate(self.terms) if place not in places]
            alone = not labels & self.kept and all(labels.isdisjoint(t.labels) for t in others)
            if alone and len(items) == 2:
                return self._put(places, self._inner(*items))
            return self._put(places, _product(items))
        return False

    def _vectors(self) -> bool:
        """Let a matrix meet a vector."""
        return self._join((1, 2))

    def _matrices(self) -> bool:
        """Let a matrix follow another."""
        return self._join((2, 2))

    def _join(self, ranks: tuple[int, int]) -> bool:
        for label in self._summed():
            places = self._with(label)
            if len(places) != 2:
                continue
            first, second = (self.terms[place] for place in places)
            if tuple(sorted((len(first.labels), len(second.labels)))) == ranks:
                return self._put(places, _joined(first, second, label))
        return False

    def _single(self) -> bool:
        """Sum a term over the labels that no other has."""
        for place, term in enumerate(self.terms):
            if len(term.labels) > 2:
                continue
            over = frozenset(
                label for label in term.labels - self.kept if self._with(label) == [place]
            )
            if over:
                return self._put([place], _total(term, over))
        return False

    def _scaled(self) -> bool:
        """Scale the rows or columns of a matrix by a vector."""
        for place, term in enumerate(self.terms):
            if len(term.labels) != 1:
                continue
            (label,) = term.labels
            matrices = [at for at in self._with(label) if len(self.terms[at].labels) == 2]
            if matrices:
                best = max(matrices, key=lambda at: (self._rank_of(at, label), at))
                product = _product([term, self.terms[best]])
                self._put([best], product)
                del self.terms[place]
                return True
        return False

    def _rank_of(self, place: int, label: int) -> int:
        """Return where in the output the other label of a matrix stands."""
        (other,) = self.terms[place].labels - {label}
        return self.out.index(other) if other in self.kept else -1

    def _inner(self, first: Tree, second: Tree) -> Tree:
        """Return the sum over all labels of two terms that have the same ones."""
        label = natural_order(first)[-1]
        if len(first.labels) == 1:
            return _joined(first, second, label)
        if (
            isinstance(first, Leaf | Product)
            and isinstance(second, Leaf | Product)
            and natural_order(first) == natural_order(second)
        ):
            return Total(_product([first, second]), first.labels)
        left = _as_chain(first, label)
        right = _as_chain(second, label).reversed()
        links = left.links + right.links
        path = tuple(x for x in left.path + right.path[1:] if x is not None)
        start = min(range(len(links)), key=lambda at: self.places.get(links[at], len(self.places)))
        return Trace(links[start:] + links[:start], path[start:-1] + path[: start + 1])

    def _rest(self) -> Tree:
        """Return the terms that are left as one tree."""
        scalars = [term for term in self.terms if not term.labels]
        arrays = [term for term in self.terms if term.labels]
        whole = frozenset().union(*(term.labels for term in arrays))
        if len(arrays) == 2 and all(len(term.labels) == 1 for term in arrays):
            arrays = [_product(arrays)]
        if len(arrays) > 1 or whole != self.kept or any(len(t.labels) > 2 for t in arrays):
            arrays = [Indexed(tuple(arrays), self.out)]
        terms = [*scalars, *arrays]
        return terms[0] if len(terms) == 1 else _product(terms)


def _product(items: Sequence[Tree]) -> Product:
    """Return an elementwise product, products among its items opened."""
    flat: list[Tree] = []
    for item in items:
        flat += item.items if isinstance(item, Product) else (item,)
    return Product(tuple(flat))


def _total(tree: Tree, over: frozenset[int]) -> Tree:
    """Return the sum of a tree over some labels."""
    if isinstance(tree, Diagonal):
        return Trace((Leaf(tree.source, (0, 0)),), (0, 0))
    if isinstance(tree, Total):
        return Total(tree.inner, over | tree.over)
    return Total(tree, over)


def _as_chain(tree: Tree, label: int) -> Chain:
    """Return a vector or matrix as a chain with a label at its right end."""
    if isinstance(tree, Chain):
        return tree.ending(label)
    others = [other for other in tree.labels if other != label]
    return Chain((tree,), (others[0] if others else None, label))


def _joined(first: Tree, second: Tree, label: int) -> Chain:
    """Return the chain of two terms that meet in a label; a vector goes to its right end."""
    left, right = _as_chain(first, label), _as_chain(second, label).reversed()
    chain = Chain(left.links + right.links, left.path + right.path[1:])
    return chain.ending(None) if None in (chain.path[0], chain.path[-1]) else chain
