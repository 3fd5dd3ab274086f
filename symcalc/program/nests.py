"""Formulas over arrays as loops: which arrays are kept in memory, and what is computed together.

For languages that have loops and no arrays of their own. What depends on one element of each array
that it reads stands inside the loop that reads it; what is added up there is added up in the same
loop. Transposes, slices, diagonals and stretched axes are ways to read memory, not arrays.

The level of a node is how many loops must be over before it can be computed. In a level, products
of matrices and other reductions come first, then numbers, then loops over arrays of equal shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..graph.contractions import Contraction
from ..graph.graph import REDUCTIONS, Graph, Node
from ..graph.interactions import LOGIC
from ..graph.rewrite import rebuild
from ..graph.shapes import Shape
from .pairs import shared_exponentials
from .program import lower

__all__ = ["Loops", "Nest", "loops_of", "summed_labels"]

#: So few sums and products are made again where they are read, in place of being kept.
LIGHT = 2


@dataclass(slots=True)
class Nest:
    """One loop over all elements of a shape.

    Attributes
    ----------
    shape : tuple
    stored : list of Node
        What is kept in memory, an element in each turn.
    totals : list of Node
        What is added up: nodes "sum", or contractions of one factor.
    """

    shape: Shape
    stored: list[Node] = field(default_factory=list)
    totals: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Loops:
    """What is computed in which order.

    Attributes
    ----------
    graph : Graph
    outputs : list of Node
    steps : list of (list of Node, list of Node, list of Nest)
        For each level: products and reductions; numbers that others read; loops.
    stored : set of Node
        The arrays that are kept in memory, variables apart.
    shares : dict of Node to Node
        Exponentials over their total, with the logarithm of the total that they are written with.
    """

    graph: Graph
    outputs: list[Node]
    steps: list[tuple[list[Node], list[Node], list[Nest]]]
    stored: set[Node]
    shares: dict[Node, Node]


def loops_of(graph: Graph, outputs: Sequence[Node]) -> Loops:
    """Return the loops that compute formulas, whose contractions have at most two factors."""
    return _Planned(*rebuild(graph, outputs, _plain)).run()


def summed_labels(data: Contraction) -> list[int]:
    """Return the labels that a contraction sums over."""
    used = dict.fromkeys(label for labels in data.factors for label in labels)
    return [label for label in used if label not in data.out]


# -- contractions in their plainest form ----------------------------------------------------------


def _plain(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    """Return a contraction as totals of elementwise products, read along diagonals and stretched.

    What is left are products of two arrays of which neither has all labels of the other.
    """
    if kind != "ein" or not isinstance(data, Contraction) or not summed_labels(data):
        return None
    dims = data.dims
    if data.free:
        kept = tuple(label for label in data.out if label not in data.free)
        body = _contraction(g, args, data.factors, kept, dims)
        return _contraction(g, [body], [kept], data.out, dims) if kept else _spread(g, body, data)
    is_total = len(args) == 1 and len(set(data.factors[0])) == len(data.factors[0])
    if is_total and data.out:
        return None
    if len(args) == 1 or set(data.factors[0]) == set(data.factors[1]):
        axes = tuple(dict.fromkeys(data.factors[0]))
        pairs = zip(args, data.factors, strict=True)
        parts = [_contraction(g, [arg], [own], axes, dims) for arg, own in pairs]
        return _contraction(g, [g.mul(parts)], [axes], data.out, dims)
    return None


def _spread(g: Graph, number: Node, data: Contraction) -> Node:
    """Return an array of one number."""
    ones = Contraction((), tuple(range(len(data.out))), tuple(data.dims[at] for at in data.out))
    return g.mul([number, g.node("ein", (), ones)])


def _contraction(
    g: Graph,
    args: Sequence[Node],
    factors: Sequence[Sequence[int]],
    out: Sequence[int],
    dims: Shape,
) -> Node:
    """Return the node of a contraction; an array as it is, or its total, where it is that."""
    if len(args) == 1 and list(factors[0]) == list(out):
        return args[0]
    if not out and len(args) == 1 and len(set(factors[0])) == len(factors[0]):
        return g.node("sum", (args[0],))
    names: dict[int, int] = {}
    for label in [*out, *[label for labels in factors for label in labels]]:
        names.setdefault(label, len(names))
    data = Contraction(
        tuple(tuple(names[label] for label in labels) for labels in factors),
        tuple(names[label] for label in out),
        tuple(dims[label] for label in names),
    )
    found = _plain(g, "ein", tuple(args), data)
    return g.node("ein", tuple(args), data) if found is None else found


# -- levels ---------------------------------------------------------------------------------------


class _Planned:
    """Levels, and what is kept in memory."""

    def __init__(self, graph: Graph, outputs: list[Node]) -> None:
        self.graph, self.outputs = graph, outputs
        together = shared_exponentials(lower(graph, outputs))
        self.shares = {node: base for base, node in together.items() if graph.kinds[base] == "lse"}
        #: what each node is computed of
        self.args = dict(enumerate(graph.args))
        self.args.update({node: graph.args[base] for node, base in self.shares.items()})
        self.order = self._reachable()
        self.level: dict[Node, int] = {}
        self.stored: set[Node] = set()
        for node in self.order:
            self._demand_operands(node)
            self.level[node] = self._level(node)

    def _reachable(self) -> list[Node]:
        seen, waiting = set(self.outputs), list(self.outputs)
        while waiting:
            more = [arg for arg in self.args[waiting.pop()] if arg not in seen]
            seen.update(more)
            waiting += more
        return sorted(seen)

    def run(self) -> Loops:
        for output in self.outputs:
            self._keep(output)
        self._keep_across_levels()
        return Loops(self.graph, self.outputs, self._steps(), self.stored, self.shares)

    def _keep_across_levels(self) -> None:
        """Keep what elementwise nodes of a higher level read, unless it is sooner made again.

        Truth values are made again as well: arrays hold numbers.
        """
        graph, level, weights = self.graph, self.level, self._weights()
        latest = dict.fromkeys(self.order, 0)
        for node in reversed(self.order):
            if not self._is_elementwise(node):
                continue
            is_again = graph.kinds[node] in LOGIC or weights[node] <= LIGHT
            at = max(latest[node], level[node]) if is_again else level[node]
            for arg in self.args[node]:
                if graph.kinds[arg] in LOGIC or weights[arg] <= LIGHT:
                    latest[arg] = max(latest[arg], at)
                elif self._is_elementwise(arg) and level[arg] < at:
                    self._keep(arg)

    def _weights(self) -> dict[Node, float]:
        """Return how many sums and products elements of nodes are made by; infinity with others."""
        graph, weights = self.graph, dict[Node, float]()
        for node in self.order:
            own = [weights[arg] for arg in self.args[node] if self._is_elementwise(arg)]
            if graph.kinds[node] in ("add", "mul"):
                weights[node] = len(self.args[node]) - 1 + sum(own)
            else:
                weights[node] = math.inf if self._is_elementwise(node) else 0.0
        return weights

    def _level(self, node: Node) -> int:
        """Return how many loops are over before a node is computed."""
        graph, args = self.graph, self.args[node]
        below = max((self.level[arg] for arg in args), default=0)
        if self._is_elementwise(node) or graph.kinds[node] in ("var", "const", "dim", "size"):
            return below
        if self._is_way_to_read(node):  # after the loop that computes what is read
            return max([below, *[self.level[arg] + 1 for arg in args if self._is_looped(arg)]])
        return below + 1

    def _is_elementwise(self, node: Node) -> bool:
        kind = self.graph.kinds[node]
        is_leaf = kind in ("var", "const")
        return not is_leaf and kind not in REDUCTIONS and node not in self.shares

    def _is_way_to_read(self, node: Node) -> bool:
        kind = self.graph.kinds[node]
        return kind in ("take", "reshape", "eye") or (
            kind == "ein" and not summed_labels(self.graph.data[node])
        )

    def _is_looped(self, node: Node) -> bool:
        """Whether an array is kept in memory by a loop of its level."""
        is_own = self._is_elementwise(node) or self._is_way_to_read(node)
        return is_own and node in self.stored

    def _is_in_memory(self, node: Node) -> bool:
        """Whether a node is memory, read with fixed steps along each axis."""
        graph = self.graph
        while node not in self.stored:
            kind, args = graph.kinds[node], self.args[node]
            is_forward = kind == "take" and all(
                isinstance(entry, int) or entry[2] > 0 for entry in graph.data[node][1]
            )
            if is_forward or (kind == "ein" and len(args) == 1 and self._is_way_to_read(node)):
                node = args[0]
            else:
                is_read = self._is_elementwise(node) or self._is_way_to_read(node)
                return bool(graph.shape(node)) and not is_read
        return True

    def _keep(self, node: Node) -> None:
        """Keep an array in memory, if it is computed."""
        graph = self.graph
        if graph.shape(node) and graph.kinds[node] != "var":
            self.stored.add(node)

    def _demand_operands(self, node: Node) -> None:
        """Keep what a node reads, where it must be memory."""
        graph, kind, args = self.graph, self.graph.kinds[node], self.args[node]
        if self._is_elementwise(node) or kind in ("var", "const", "dim", "size", "sum"):
            return
        if self._is_way_to_read(node):
            is_product = kind == "ein" and len(args) != 1
            for arg in args:
                is_read = self._is_way_to_read(arg) if is_product else self._is_in_memory(arg)
                if kind == "reshape" or not is_read:
                    self._keep(arg)
            return
        self._keep(node)
        if kind == "ein":
            for arg in args if len(args) > 1 else ():
                if not self._is_in_memory(arg):
                    self._keep(arg)
            return
        axis = graph.data[self.shares.get(node, node)]
        is_along = kind not in ("put", "concat") and axis is not None
        for arg in args:
            if not (is_along and self._is_in_memory(arg)):
                self._keep(arg)

    def _steps(self) -> list[tuple[list[Node], list[Node], list[Nest]]]:
        graph, kinds = self.graph, self.graph.kinds
        n_levels = max(self.level.values(), default=0) + 1
        first: list[list[Node]] = [[] for _ in range(n_levels)]
        numbers: list[list[Node]] = [[] for _ in range(n_levels)]
        nests: list[dict[Shape, Nest]] = [{} for _ in range(n_levels)]

        def nest(level: int, shape: Shape) -> Nest:
            return nests[level].setdefault(shape, Nest(shape))

        read = self._numbers_read()
        for node in self.order:
            level, shape = self.level[node], graph.shape(node)
            is_total = kinds[node] == "sum" or (
                kinds[node] == "ein"
                and len(self.args[node]) == 1
                and not self._is_way_to_read(node)
            )
            if is_total:
                (arg,) = self.args[node]
                nest(level - 1, graph.shape(arg)).totals.append(node)
            elif self._is_elementwise(node) or self._is_way_to_read(node):
                if node in self.stored:
                    nest(level, shape).stored.append(node)
                elif node in read:
                    numbers[level].append(node)
            elif kinds[node] not in ("var", "const", "dim", "size"):
                first[level].append(node)
        made = zip(first, numbers, nests, strict=True)
        return [(a, b, list(c.values())) for a, b, c in made]

    def _numbers_read(self) -> set[Node]:
        """Return the computed numbers that others than numbers of the same level read."""
        graph, level = self.graph, self.level
        found = {node for node in self.outputs if self._is_number(node)}
        #: the levels at which numbers read a node, -1 for others that do
        readers: dict[Node, set[int]] = {node: set() for node in self.order}
        for node in reversed(self.order):
            own = {level[node]} if self._is_number(node) else {-1}
            for arg in self.args[node]:
                readers[arg] |= readers[node] if graph.kinds[node] in LOGIC else own
        return found | {n for n in self.order if self._is_number(n) and readers[n] - {level[n]}}

    def _is_number(self, node: Node) -> bool:
        """Whether a node is a number computed of numbers, and of entries of arrays."""
        kind = self.graph.kinds[node]
        if self.graph.shape(node) or kind in LOGIC:
            return False
        return (self._is_elementwise(node) and bool(self.args[node])) or kind == "take"
