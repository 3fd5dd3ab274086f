"""Formulas over arrays, written out in scalars for small sizes: what a judge can evaluate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from math import inf, prod
from typing import Any

from ..errors import ArgumentError
from .contractions import Contraction
from .dimensions import size_of
from .graph import Graph, Node
from .rewrite import make
from .shapes import Dimension

__all__ = ["Unrolled", "unroll", "unrolled_size"]

#: Determinants and inverses are written out up to this size.
MAX_MATRIX = 4

#: The elements of an array by their indices; a scalar has the one index ().
Elements = dict[tuple[int, ...], Node]

#: A factor of a contraction: its elements, and the labels of their indices.
Part = tuple[Elements, tuple[int, ...]]


@dataclass
class Unrolled:
    """Formulas written out in scalars.

    Attributes
    ----------
    graph : Graph
    roots : list of dict
        The elements of each root, by index.
    entries : dict of str to dict
        For each array variable the names of the scalars that it has become, by index.
    """

    graph: Graph
    roots: list[Elements]
    entries: dict[str, dict[tuple[int, ...], str]] = field(default_factory=dict)


def _entry_name(name: str, index: Sequence[int], taken: set[str]) -> str:
    """Return the name of one element of an array variable, which no variable has."""
    candidate = "_".join([f"{name}_row{index[0]}", *map(str, index[1:])])
    while candidate in taken:
        candidate += "_"
    return candidate


def unroll(graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]) -> Unrolled:
    """Write formulas over arrays out in scalars.

    Parameters
    ----------
    graph : Graph
    roots : sequence of Node
    sizes : mapping of str to int
        A size for each named dimension.

    Raises
    ------
    ArgumentError
        A dimension has no size, or a matrix is too large for its determinant to be written out.
    """
    return _Unroller(graph, roots, sizes).run()


def unrolled_size(graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]) -> float:
    """Return about how many nodes `unroll` makes; infinity where it would refuse."""
    count = 0
    for node in graph.reachable(roots):
        kind, args = graph.kinds[node], graph.args[node]
        dims = graph.data[node].dims if kind == "ein" else graph.shape(node)
        if kind in ("inv", "det", "logdet"):
            if size_of(graph.shape(args[0])[0], sizes) > MAX_MATRIX:
                return inf
            dims = graph.shape(args[0]) * 2
        count += prod(size_of(dimension, sizes) for dimension in dims)
    return count


def _element(elements: Elements, index: tuple[int, ...]) -> Node:
    """Return one element; a scalar stands beside every element of an array."""
    return elements[index] if index in elements else elements[()]


class _Unroller:
    def __init__(self, graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]) -> None:
        self.source, self.roots, self.sizes = graph, list(roots), sizes
        self.graph = Graph()
        self.place: dict[Node, Elements] = {}
        self.entries: dict[str, dict[tuple[int, ...], str]] = {}
        self.taken = {str(graph.data[node]) for node in graph.variables(roots)}

    def run(self) -> Unrolled:
        for node in self.source.reachable(self.roots):
            self.place[node] = self.written_out(node)
        return Unrolled(self.graph, [self.place[root] for root in self.roots], self.entries)

    def size(self, dimension: Dimension) -> int:
        """Return the number that a dimension is."""
        try:
            return size_of(dimension, self.sizes)
        except KeyError as error:
            raise ArgumentError(f"The dimension `{error.args[0]}` has no size.") from None

    def indices(self, node: Node) -> list[tuple[int, ...]]:
        """Return the indices of a node's elements in order."""
        return list(product(*(range(self.size(d)) for d in self.source.shape(node))))

    def written_out(self, node: Node) -> Elements:
        """Return the elements of a node whose arguments are done."""
        source, new = self.source, self.graph
        kind, data = source.kinds[node], source.data[node]
        args = [self.place[arg] for arg in source.args[node]]
        if kind == "const":
            return {(): new.const(data, source.spellings.get(node))}
        if kind == "var":
            return self.variable(node, str(data))
        if kind in _RULES:
            return _RULES[kind](self, node, args)
        whole = self.indices(node)
        return {
            index: make(new, kind, tuple([_element(arg, index) for arg in args]), data)
            for index in whole
        }

    def variable(self, node: Node, name: str) -> Elements:
        """Return a variable, or a scalar variable for each element."""
        if not self.source.shape(node):
            return {(): self.graph.var(name)}
        names = {index: _entry_name(name, index, self.taken) for index in self.indices(node)}
        self.entries[name] = names
        return {index: self.graph.var(entry) for index, entry in names.items()}

    # -- arrays -----------------------------------------------------------------------------

    def reshaped(self, node: Node, args: list[Elements]) -> Elements:
        """Return the elements, row after row, under the indices of another shape."""
        before = self.indices(self.source.args[node][0])
        return {index: args[0][old] for index, old in zip(self.indices(node), before, strict=True)}

    def contraction(self, node: Node, args: list[Elements]) -> Elements:
        """Return the sums of products that a contraction stands for."""
        data: Contraction = self.source.data[node]
        sizes = [self.size(dimension) for dimension in data.dims]
        parts: list[Part] = list(zip(args, data.factors, strict=True))

        def cost(pair: Sequence[Part]) -> int:
            return prod(sizes[label] for label in {*pair[0][1], *pair[1][1]})

        while len(parts) > 2:  # two at a time: all at once is a sum over every label of all
            two = min(combinations(parts, 2), key=cost)
            parts = [part for part in parts if part is not two[0] and part is not two[1]]
            needed = set(data.out).union(*(labels for _, labels in parts))
            left = tuple(x for x in dict.fromkeys(two[0][1] + two[1][1]) if x in needed)
            parts.append((self.contracted(two, left, sizes), left))
        return self.contracted(parts, data.out, sizes)

    def contracted(
        self, parts: Sequence[Part], out: Sequence[int], sizes: Sequence[int]
    ) -> Elements:
        """Return sums of products of elements over all labels but those of the result."""
        summed = sorted({label for _, labels in parts for label in labels} - set(out))
        found: Elements = {}
        for outer in product(*(range(sizes[label]) for label in out)):
            at = dict(zip(out, outer, strict=True))
            terms = []
            for inner in product(*(range(sizes[label]) for label in summed)):
                at.update(zip(summed, inner, strict=True))
                factors = [elements[tuple(at[x] for x in labels)] for elements, labels in parts]
                terms.append(self.graph.mul(factors) if factors else self.graph.const(1))
            found[outer] = self.graph.add(terms)
        return found

    def identity(self, node: Node, args: list[Elements]) -> Elements:
        """Return ones on the diagonal."""
        return {(i, j): self.graph.const(int(i == j)) for i, j in self.indices(node)}

    def dimension(self, node: Node, args: list[Elements]) -> Elements:
        """Return a size as a number."""
        return {(): self.graph.const(self.size(self.source.data[node]))}

    def total(self, node: Node, args: list[Elements]) -> Elements:
        """Return the sum of all elements."""
        return {(): self.graph.add(list(args[0].values()))}

    def count(self, node: Node, args: list[Elements]) -> Elements:
        """Return the number of elements."""
        return {(): self.graph.const(len(args[0]))}

    def reduction(self, node: Node, args: list[Elements]) -> Elements:
        """Return a reduction over one axis, or over all elements."""
        axis, kind = self.source.data[node], self.source.kinds[node]
        groups: dict[tuple[int, ...], list[Node]] = {}
        for index, element in args[0].items():
            kept = () if axis is None else index[:axis] + index[axis + 1 :]
            groups.setdefault(kept, []).append(element)
        return {index: self.reduced(kind, elements) for index, elements in groups.items()}

    def reduced(self, kind: str, elements: list[Node]) -> Node:
        """Return the extremum, product or logsumexp of elements."""
        if kind == "prod":
            return self.graph.mul(elements)
        if len(elements) == 1:
            return elements[0]
        return self.graph.call({"amax": "max", "amin": "min", "lse": "logsumexp"}[kind], elements)

    def taken_part(self, node: Node, args: list[Elements]) -> Elements:
        """Return a part of an array."""
        (arg,) = self.source.args[node]
        pairs = self.pairs(self.source.shape(arg), self.source.data[node][1])
        return {inner: args[0][outer] for inner, outer in pairs}

    def placed(self, node: Node, args: list[Elements]) -> Elements:
        """Return an array among zeros."""
        found = dict.fromkeys(self.indices(node), self.graph.const(0))
        for inner, outer in self.pairs(self.source.shape(node), self.source.data[node][1]):
            found[outer] = args[0][inner]
        return found

    def pairs(
        self, shape: Sequence[Dimension], index: Sequence[Any]
    ) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Yield the indices in a part and in the whole array, side by side."""
        axes: list[list[int]] = []
        kept: list[bool] = []
        for entry, dimension in zip(index, shape, strict=True):
            size = self.size(dimension)
            if isinstance(entry, int):
                axes.append([entry % size])
            else:
                start, stop, step = entry
                axes.append(list(range(size)[self.bound(start) : self.bound(stop) : step]))
            kept.append(not isinstance(entry, int))
        for places in product(*(range(len(axis)) for axis in axes)):
            inner = tuple(p for p, keep in zip(places, kept, strict=True) if keep)
            yield inner, tuple(axis[p] for axis, p in zip(axes, places, strict=True))

    def bound(self, bound: Any) -> int | None:
        """Return a bound of a slice: None, a number, or dimensions to add up."""
        if isinstance(bound, tuple):
            return sum(self.size(dimension) for dimension in bound)
        return None if bound is None else int(bound)

    def joined(self, node: Node, args: list[Elements]) -> Elements:
        """Return blocks one behind the other."""
        _, axis = self.source.data[node]
        found: Elements = {}
        begin = 0
        for arg, block in zip(self.source.args[node], args, strict=True):
            for index, element in block.items():
                found[(*index[:axis], index[axis] + begin, *index[axis + 1 :])] = element
            begin += self.size(self.source.shape(arg)[axis])
        return found

    # -- matrices ---------------------------------------------------------------------------

    def determinant(self, node: Node, args: list[Elements]) -> Elements:
        """Return a determinant by expansion along rows; log|det| for "logdet"."""
        value = self.minor(args[0], range(self.order(node)), range(self.order(node)))
        if self.source.kinds[node] == "logdet":
            value = self.graph.call("log", (self.graph.call("abs", (value,)),))
        return {(): value}

    def inverse(self, node: Node, args: list[Elements]) -> Elements:
        """Return an inverse by Cramer's rule."""
        n, graph = self.order(node), self.graph
        whole = graph.pow(self.minor(args[0], range(n), range(n)), graph.const(-1))
        found: Elements = {}
        for i, j in product(range(n), repeat=2):
            rows, columns = ([k for k in range(n) if k != dropped] for dropped in (j, i))
            cofactor = self.minor(args[0], rows, columns)
            found[i, j] = graph.mul((graph.const((-1) ** (i + j)), cofactor, whole))
        return found

    def order(self, node: Node) -> int:
        """Return the size of the square matrix that is the argument of a node."""
        (arg,) = self.source.args[node]
        n = self.size(self.source.shape(arg)[0])
        if n > MAX_MATRIX:
            raise ArgumentError(f"A matrix of size {n} is too large to be written out.")
        return n

    def minor(self, elements: Elements, rows: Sequence[int], columns: Sequence[int]) -> Node:
        """Return the determinant of some rows and columns; 1 for none."""
        if not rows:
            return self.graph.const(1)
        first, rest = rows[0], rows[1:]
        terms = []
        for place, column in enumerate(columns):
            others = [c for c in columns if c != column]
            sign = self.graph.const((-1) ** place)
            inner = self.minor(elements, rest, others)
            terms.append(self.graph.mul((sign, elements[first, column], inner)))
        return self.graph.add(terms)


_RULES: dict[str, Callable[[_Unroller, Node, list[Elements]], Elements]] = {
    "ein": _Unroller.contraction,
    "eye": _Unroller.identity,
    "dim": _Unroller.dimension,
    "sum": _Unroller.total,
    "size": _Unroller.count,
    "amax": _Unroller.reduction,
    "amin": _Unroller.reduction,
    "lse": _Unroller.reduction,
    "prod": _Unroller.reduction,
    "take": _Unroller.taken_part,
    "put": _Unroller.placed,
    "concat": _Unroller.joined,
    "reshape": _Unroller.reshaped,
    "det": _Unroller.determinant,
    "logdet": _Unroller.determinant,
    "inv": _Unroller.inverse,
}
