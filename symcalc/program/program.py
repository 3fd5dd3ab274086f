"""What is to be computed, in which order, and what deserves a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..graph.graph import Graph, Node
from ..graph.regions import Region, find_regions

__all__ = ["Program", "lower"]


@dataclass(frozen=True, slots=True)
class Program:
    """A straight-line program: the nodes to compute, leaves first, each once.

    Attributes
    ----------
    graph : Graph
    outputs : tuple of Node
        What is computed.
    order : list of Node
        All nodes needed, arguments before the nodes that use them.
    uses : dict
        How often each node is read. A node read once may stand inside its reader.
    constant : set of Node
        Scalars that depend on no variable and on no dimension; they are computed once, when the
        program is compiled.
    whole : dict
        For a product `c*a*b` with a number in front: (c, `a*b`), when `a*b` is computed anyway.
    regions : dict
        The branch of a piecewise inside which a node is needed; nodes that always are have none.
    """

    graph: Graph
    outputs: tuple[Node, ...]
    order: list[Node]
    uses: dict[Node, int]
    constant: set[Node]
    whole: dict[Node, tuple[Node, ...]]
    regions: dict[Node, Region]

    def operands(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that the computation of `node` reads."""
        return self.whole.get(node, self.graph.args[node])

    def compared(self, piecewise: Node) -> list[Node]:
        """Return what the conditions of a piecewise compare, numbers apart."""
        graph = self.graph
        found: set[Node] = set()
        waiting = list(graph.args[piecewise][1::2])
        while waiting:
            condition = waiting.pop()
            args = graph.args[condition]
            if graph.kinds[condition] == "compare":
                found.update(arg for arg in args if arg not in self.constant)
            else:
                waiting += args
        return sorted(found)

    def is_divided_by(self, number: Node) -> bool:
        """Whether a number in front is 1/n, n no power of two and not typed as a decimal.

        A division by n rounds once, a product with 1/n twice.
        """
        value = abs(self.graph.data[number])
        bottom = value.denominator
        is_rounded = value.numerator == 1 and bottom & (bottom - 1) != 0
        return is_rounded and number not in self.graph.spellings


def lower(graph: Graph, outputs: Sequence[Node]) -> Program:
    """Return the program that computes the outputs."""
    order = graph.reachable(outputs)
    whole = _shared_products(graph, order)
    kinds, args = graph.kinds, graph.args
    uses = dict.fromkeys(order, 0)
    constant: set[Node] = set()
    for node in order:
        operands = whole.get(node, args[node])
        for arg in operands:
            uses[arg] += 1
        varies = kinds[node] in ("var", "dim") or node in graph.shapes
        if not varies and constant.issuperset(operands):
            constant.add(node)
    for output in outputs:
        uses[output] += 1
    regions = find_regions(graph, outputs, order, operands=whole)
    return Program(graph, tuple(outputs), order, uses, constant, whole, regions)


def _shared_products(graph: Graph, order: Sequence[Node]) -> dict[Node, tuple[Node, ...]]:
    """Find the products with a number in front whose other factors form a node computed before."""
    kinds, args = graph.kinds, graph.args
    products = {args[node]: node for node in order if kinds[node] == "mul"}
    found: dict[Node, tuple[Node, ...]] = {}
    for node in order:
        if kinds[node] == "mul" and len(args[node]) > 2 and kinds[args[node][0]] == "const":
            rest = products.get(args[node][1:])
            if rest is not None and rest < node:
                found[node] = (args[node][0], rest)
    return found
