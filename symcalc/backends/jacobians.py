"""The nodes that compiled code for several formulas computes: their values and Jacobian."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.derive import gradient_nodes
from ..graph.graph import Graph, Node
from ..symbolic import prepare, repair_joins, stabilize
from .sparse import Pattern

__all__ = ["Jacobians"]


class Jacobians:
    """Several formulas in one graph, and their derivatives in fixed variables.

    The first output is always the number 0, which is never undefined: each of the formulas may be
    without a value while the others have one.
    """

    def __init__(
        self, expressions: Sequence[Expression], wrt: Sequence[str], *, is_complex: bool
    ) -> None:
        self._expressions, self._names, self._is_complex = tuple(expressions), wrt, is_complex
        self._graph: Graph | None = None
        self._roots: list[Node] = []
        self._entries: dict[tuple[int, int], Node] | None = None

    def outputs(self, what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
        """Return the graph, 0, the formulas and what is asked for, and no further arguments."""
        entries: list[Node] = []
        if what == "jacobian":
            entries = list(self._derived().values())
        elif what != "values":
            raise ArgumentError(f"Several formulas have no {what!r}.")
        graph = self._prepared()
        return graph, [graph.const(0), *self._roots, *entries], ()

    @property
    def places(self) -> list[tuple[int, int]]:
        """Row and column of each entry that is not identically zero, row by row."""
        return list(self._derived())

    @cached_property
    def pattern(self) -> Pattern:
        """The places as those of a sparse matrix."""
        return Pattern(self.places, (len(self._expressions), len(self._names)))

    def _prepared(self) -> Graph:
        """Return the graph with all formulas in it, in stable atoms."""
        if self._graph is None:
            graph = Graph()
            for expression in self._expressions:
                source, root = expression.graph, expression.root
                if not self._is_complex:
                    source, root = prepare(source, root)
                self._roots += graph.absorb(source, [root])
            self._graph = graph
        return self._graph

    def _derived(self) -> dict[tuple[int, int], Node]:
        """Return the entries by row and column, each row from one sweep over its formula."""
        if self._entries is None:
            graph = self._prepared().copy()
            wrt = [graph.var(name) for name in self._names]
            column = {node: index for index, node in enumerate(wrt)}
            entries: dict[tuple[int, int], Node] = {}
            for row, root in enumerate(self._roots):
                inside = [node for node in graph.variables([root]) if node in column]
                partials = gradient_nodes(graph, root, inside)
                partials = repair_joins(graph, root, partials, inside)
                found = {column[n]: p for n, p in zip(inside, partials, strict=True)}
                entries |= {(row, k): found[k] for k in sorted(found) if graph.value(found[k]) != 0}
            self._graph, nodes = stabilize(graph, [*self._roots, *entries.values()])
            self._roots = nodes[: len(self._roots)]
            self._entries = dict(zip(entries, nodes[len(self._roots) :], strict=True))
        return self._entries
