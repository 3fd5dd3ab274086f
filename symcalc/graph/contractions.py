"""Contractions: sums of products over labeled axes, simplified as they are built.

The product of Laue, Mitterreiter and Giesen, *A Simple and Efficient Tensor Calculus* (AAAI 2020):
C[out] = sum over all other labels of the product of the factors. It holds matrix products, outer
products, transposes, traces, diagonals, sums over axes, and broadcasting, which is a label that
only the output has. Of the node "ein" the arguments are the factors, and the data a `Contraction`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count

from ..errors import ArgumentError
from .graph import Graph, Node, Number
from .shapes import Dimension, Shape, written

__all__ = [
    "Contraction",
    "Factor",
    "broadcast",
    "contract",
    "eye",
    "has_eye",
    "transpose",
]

#: Labels from here on are the contraction's own.
FRESH = 10**6

#: A node and the labels of its axes.
Factor = tuple[Node, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Contraction:
    """Which axis of which factor has which label; labels are 0, 1, ... in order of appearance.

    Attributes
    ----------
    factors : tuple of tuple of int
        For each factor the labels of its axes. A label that stands twice is a diagonal.
    out : tuple of int
        The labels of the result; the first labels, each once.
    dims : tuple of str or int
        The dimension of each label.
    """

    factors: tuple[tuple[int, ...], ...]
    out: tuple[int, ...]
    dims: tuple[Dimension, ...]

    @property
    def free(self) -> tuple[int, ...]:
        """The labels of the result that no factor has: broadcasting."""
        used = {label for labels in self.factors for label in labels}
        return tuple(label for label in self.out if label not in used)


def contract(
    graph: Graph,
    factors: Sequence[Factor],
    out: Sequence[int],
    dims: Mapping[int, Dimension] | None = None,
    *,
    opaque: Set[Node] = frozenset(),
) -> Node:
    """Append the contraction of factors and return its node, simplified.

    Parameters
    ----------
    graph : Graph
    factors : sequence of (Node, labels)
        A scalar has no labels. Any integers will do as labels.
    out : sequence of int
        The labels of the result in order, each once.
    dims : mapping, optional
        The dimensions of labels that only the result has.
    opaque : set of Node
        Contractions among the factors that are not opened, since they are computed anyway.

    Notes
    -----
    Contractions inside are opened, scalars and numbers go in front, identity matrices are used up:
    one with a summed label renames it. A label that is summed but belongs to no factor any more
    counts its dimension.
    """
    work = _Work(graph, dims or {}, opaque)
    for node, labels in factors:
        work.take(node, tuple(labels))
    return work.finish(list(out))


def eye(graph: Graph, dimension: Dimension) -> Node:
    """Return the node of an identity matrix."""
    return graph.node("eye", (), dimension)


def transpose(graph: Graph, node: Node) -> Node:
    """Return the node with its axes in the other order; vectors and scalars are as they are."""
    axes = range(len(graph.shape(node)))
    if len(axes) < 2:
        return node
    return contract(graph, [(node, tuple(axes))], list(reversed(axes)))


def broadcast(graph: Graph, node: Node, shape: Shape, axes: Sequence[int]) -> Node:
    """Return the node with further axes: its own become the axes `axes` of `shape`."""
    if graph.shape(node) == shape:
        return node
    dims = dict(enumerate(shape))
    return contract(graph, [(node, tuple(axes))], range(len(shape)), dims)


def has_eye(graph: Graph, node: Node) -> bool:
    """Whether a node is an identity matrix, or a contraction, sum or multiple with one in it."""
    stack = [node]
    while stack:
        node = stack.pop()
        kind = graph.kinds[node]
        if kind == "eye":
            return True
        if kind in ("ein", "add", "mul"):
            stack += graph.args[node]
    return False


class _Work:
    """A contraction while it is built: factors with labels of its own, and what goes in front."""

    def __init__(self, graph: Graph, dims: Mapping[int, Dimension], opaque: Set[Node]) -> None:
        self.graph, self.opaque = graph, opaque
        self.dims = dict(dims)
        self.fresh = count(FRESH)
        self.renamed: set[int] = set()
        self.factors: list[Factor] = []
        self.front: list[Node] = []

    # -- taking factors ---------------------------------------------------------------------

    def take(self, node: Node, labels: tuple[int, ...]) -> None:
        """Take a factor; a contraction, a multiple or a scalar is opened."""
        graph = self.graph
        shape = graph.shape(node)
        if len(shape) != len(labels):
            raise ArgumentError(
                f"An array of shape {written(shape)} has {len(shape)} axes, not {len(labels)}."
            )
        for label, dimension in zip(labels, shape, strict=True):
            self._learn(label, dimension)
        if not shape:
            self.front.append(node)
        elif graph.kinds[node] == "mul" and node not in self.opaque:
            self._take_product(node, labels)
        elif graph.kinds[node] == "ein" and node not in self.opaque:
            self._open(node, labels)
        else:
            self.factors.append((node, labels))

    def _learn(self, label: int, dimension: Dimension) -> None:
        known = self.dims.setdefault(label, dimension)
        if known != dimension:
            if isinstance(known, int) and isinstance(dimension, int):
                raise ArgumentError(f"Dimensions {known} and {dimension} are not equal.")
            raise ArgumentError(f"Dimensions {known} and {dimension} need not be equal.")

    def _take_product(self, node: Node, labels: tuple[int, ...]) -> None:
        """Take the scalars of an elementwise product apart from its arrays."""
        graph = self.graph
        arrays = [arg for arg in graph.args[node] if graph.shape(arg)]
        self.front += [arg for arg in graph.args[node] if not graph.shape(arg)]
        if len(arrays) == 1 or any(has_eye(graph, arg) for arg in arrays):
            for arg in arrays:
                self.take(arg, labels)
        elif len(arrays) < len(graph.args[node]):
            self.factors.append((graph.mul(arrays), labels))
        else:
            self.factors.append((node, labels))

    def _open(self, node: Node, labels: tuple[int, ...]) -> None:
        """Take the factors of a contraction in place of it, its summed labels renamed."""
        data: Contraction = self.graph.data[node]
        names = dict(zip(data.out, labels, strict=True))
        for label, dimension in enumerate(data.dims):
            if label not in names:
                names[label] = next(self.fresh)
                self.dims[names[label]] = dimension
        for arg, inner in zip(self.graph.args[node], data.factors, strict=True):
            self.take(arg, tuple(names[label] for label in inner))

    # -- simplifying ------------------------------------------------------------------------

    def finish(self, out: list[int]) -> Node:
        """Return the node of what was taken."""
        self._use_up_eyes(set(out))
        self._split_diagonal_output(out)
        graph = self.graph
        used = {label for _, labels in self.factors for label in labels} | self.renamed | set(out)
        self.front += [
            graph.dimension(size) for label, size in self.dims.items() if label not in used
        ]
        body = self._body(out)
        if body is None:
            return graph.mul(self.front) if self.front else graph.const(1)
        return _scaled(graph, self.front, body)

    def _use_up_eyes(self, kept: set[int]) -> None:
        """Rename labels by the identity matrices that have a summed one; a diagonal is ones."""
        graph = self.graph
        while True:
            place = next(
                (
                    index
                    for index, (node, labels) in enumerate(self.factors)
                    if graph.kinds[node] == "eye"
                    and (labels[0] == labels[1] or not kept.issuperset(labels))
                ),
                None,
            )
            if place is None:
                return
            _, (first, second) = self.factors.pop(place)
            if first == second:
                continue
            old, new = (first, second) if first not in kept else (second, first)
            self.factors = [
                (node, tuple(new if label == old else label for label in labels))
                for node, labels in self.factors
            ]
            self.renamed.add(old)

    def _split_diagonal_output(self, out: list[int]) -> None:
        """Give a label that the output asks for twice a second name, and an identity matrix."""
        for place, label in enumerate(out):
            if label in out[:place]:
                out[place] = fresh = next(self.fresh)
                self.dims[fresh] = self.dims[label]
                self.factors.append((eye(self.graph, self.dims[label]), (label, fresh)))

    def _body(self, out: list[int]) -> Node | None:
        """Return the contraction itself, or the one factor that it is; None for a scalar 1."""
        graph = self.graph
        if not self.factors and not out:
            return None
        if len(self.factors) == 1 and list(self.factors[0][1]) == out:
            return self.factors[0][0]
        if len(self.factors) > 1 and all(list(labels) == out for _, labels in self.factors):
            plain = all(graph.kinds[node] != "eye" for node, _ in self.factors)
            if plain:
                return graph.mul([node for node, _ in self.factors])
        names: dict[int, int] = {}
        for label in [*out, *[label for _, labels in self.factors for label in labels]]:
            names.setdefault(label, len(names))
        data = Contraction(
            tuple(tuple(names[label] for label in labels) for _, labels in self.factors),
            tuple(names[label] for label in out),
            tuple(self.dims[label] for label in names),
        )
        return graph.node("ein", tuple(node for node, _ in self.factors), data)


def _scaled(graph: Graph, front: Sequence[Node], body: Node) -> Node:
    """Return scalars × a body, the number among them first."""
    number: Number = 1
    rest: list[Node] = []
    for node in _opened(graph, front):
        value = graph.value(node)
        if value is None:
            rest.append(node)
        else:
            number = number * value
    product = graph.mul([*rest, body]) if rest else body
    return graph.scale(number, product) if number != 1 else product


def _opened(graph: Graph, nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield scalars, the numbers in front of products apart."""
    for node in nodes:
        first = graph.args[node][0] if graph.kinds[node] == "mul" else None
        if first is not None and graph.value(first) is not None:
            yield first
            rest = graph.args[node][1:]
            yield rest[0] if len(rest) == 1 else graph.node("mul", rest)
        else:
            yield node
