"""The order of axes in which intermediate arrays are kept: the longest axis last.

NumPy's loops run along the last axis. Over an array of 2000 × 5 × 10 numbers they start ten
thousand times for ten numbers each, over the same numbers as 5 × 10 × 2000 fifty times. The order
is free where an array is made by a contraction, and is read elementwise, by contractions and by
reductions over an axis; arguments and results keep theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..graph.contractions import Contraction
from ..graph.dimensions import size_of
from ..graph.graph import REDUCTIONS, Graph, Node
from ..graph.rewrite import make

__all__ = ["in_layout"]

#: A last axis of so many numbers is long enough.
LONG = 64

#: The longest axis is so many times as long as the last, or the order stays.
GAIN = 4

#: Reductions whose data are an axis, or None for all.
_OVER_AN_AXIS = frozenset({"amax", "amin", "lse", "prod", "exactprod", "length"})

#: For each axis of an array as it is kept, the axis that it is in the formula.
Order = tuple[int, ...]


def in_layout(
    graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]
) -> tuple[Graph, list[Node]]:
    """Return the formulas with intermediate arrays in the order of axes best for the sizes."""
    orders = _orders(graph, roots, sizes)
    if not orders:
        return graph, list(roots)
    moved = _Moved(graph, orders)
    return moved.graph, moved.run(roots)


def _orders(graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]) -> dict[Node, Order]:
    """Return the nodes whose axes are kept in another order, and that order.

    Nodes that stand together elementwise have one order.
    """
    nodes = [node for node in graph.reachable(roots) if len(graph.shape(node)) > 1]
    group = {node: node for node in nodes}

    def leader(node: Node) -> Node:
        while group[node] != node:
            group[node] = node = group[group[node]]
        return node

    fixed = {root for root in roots if root in group}
    for node in nodes:
        kind = graph.kinds[node]
        if kind not in REDUCTIONS and kind != "var":
            for arg in graph.args[node]:
                if graph.shape(arg):
                    group[leader(arg)] = leader(node)
        elif kind != "ein" or not graph.args[node]:
            fixed.add(node)
    still = set(map(leader, fixed))
    orders = {node: _order(graph, node, sizes) for node in nodes if leader(node) not in still}
    return {node: order for node, order in orders.items() if order != tuple(sorted(order))}


def _order(graph: Graph, node: Node, sizes: Mapping[str, int]) -> Order:
    """Return the axes of an array, the longest last where that is worth it."""
    lengths = [size_of(dimension, sizes) for dimension in graph.shape(node)]
    axes = tuple(range(len(lengths)))
    longest = max(axes, key=lengths.__getitem__)
    if lengths[-1] >= LONG or lengths[longest] < GAIN * max(lengths[-1], 1):
        return axes
    return (*axes[:longest], *axes[longest + 1 :], longest)


class _Moved:
    """The formulas in a new arena, with the axes of some arrays in another order."""

    def __init__(self, old: Graph, orders: Mapping[Node, Order]) -> None:
        self.old, self.orders = old, orders
        self.graph = Graph()
        self.place: dict[Node, Node] = {}

    def run(self, roots: Sequence[Node]) -> list[Node]:
        for node in self.old.reachable(roots):
            self.place[node] = self._made(node)
        return [self.place[root] for root in roots]

    def _made(self, node: Node) -> Node:
        old, new = self.old, self.graph
        kind, args, data = old.kinds[node], old.args[node], old.data[node]
        if kind == "const":
            return new.const(data, old.spellings.get(node))
        if kind == "var":
            return new.var(data, old.shape(node))
        if kind == "ein":
            return self._contraction(node, data)
        if node in self.orders or kind in ("sum", "size"):
            return make(new, kind, tuple([self.place[arg] for arg in args]), data)
        if kind in _OVER_AN_AXIS and data is not None and args[0] in self.orders:
            return self._reduction(kind, args[0], data)
        return make(new, kind, tuple([self._in_order(arg) for arg in args]), data)

    def _contraction(self, node: Node, data: Contraction) -> Node:
        """Return a contraction of arrays as they are kept, its axes as they are to be."""
        args = self.old.args[node]
        out = _chosen(data.out, self.orders.get(node))
        factors = [
            _chosen(labels, self.orders.get(arg))
            for arg, labels in zip(args, data.factors, strict=True)
        ]
        moved = _contraction(factors, out, data.dims)
        return self.graph.node("ein", tuple([self.place[arg] for arg in args]), moved)

    def _reduction(self, kind: str, arg: Node, axis: int) -> Node:
        order = self.orders[arg]
        found = self.graph.node(kind, (self.place[arg],), order.index(axis))
        return self._sorted(found, [at for at in order if at != axis])

    def _in_order(self, node: Node) -> Node:
        """Return an array with its axes in the order of the formula."""
        return self._sorted(self.place[node], self.orders.get(node, ()))

    def _sorted(self, node: Node, order: Sequence[int]) -> Node:
        """Return an array whose axes are these, those axes sorted."""
        out = sorted(order)
        if out == list(order):
            return node
        dims = dict(zip(order, self.graph.shape(node), strict=True))
        data = _contraction([order], out, dims)
        return self.graph.node("ein", (node,), data)


def _chosen(labels: Sequence[int], order: Order | None) -> Sequence[int]:
    return labels if order is None else [labels[axis] for axis in order]


def _contraction(
    factors: Sequence[Sequence[int]],
    out: Sequence[int],
    dims: Mapping[int, str | int] | Sequence[str | int],
) -> Contraction:
    """Return a contraction with its labels in order of appearance."""
    names: dict[int, int] = {}
    for label in [*out, *[label for labels in factors for label in labels]]:
        names.setdefault(label, len(names))
    return Contraction(
        tuple(tuple(names[label] for label in labels) for labels in factors),
        tuple(names[label] for label in out),
        tuple(dims[label] for label in names),
    )
