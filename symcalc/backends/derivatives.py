"""The nodes that compiled code computes: value, gradient, Hessian, Hessian times a direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..graph.derive import gradient_nodes
from ..graph.graph import Graph, Node

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Derivatives", "second_derivatives"]

#: Above this many variables, a Hessian with fewer than one entry in five is given as sparse.
SPARSE_FROM, SPARSE_DENSITY = 50, 0.2


class Derivatives:
    """Derivatives of one expression in fixed variables, appended to a copy of its graph."""

    def __init__(self, graph: Graph, root: Node, wrt: Sequence[str]) -> None:
        self.graph, self.root = graph.copy(), root
        self.wrt = [self.graph.var(name) for name in wrt]
        self._gradient: list[Node] | None = None
        self._hessian: dict[tuple[int, int], Node] | None = None

    def outputs(self, what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
        """Return the graph, the value and what is asked for, and the names of further arguments."""
        if what == "value":
            return self.graph, [self.root], ()
        if what == "gradient":
            return self.graph, [self.root, *self.gradient], ()
        if what == "hessian":
            return self.graph, [self.root, *self.hessian.values()], ()
        if what == "product":
            nodes, names = self._product()
            return self.graph, [self.root, *nodes], names
        raise ArgumentError(f"There is no derivative called {what!r}.")

    @property
    def gradient(self) -> list[Node]:
        """The partial derivatives in order."""
        if self._gradient is None:
            self._gradient = gradient_nodes(self.graph, self.root, self.wrt)
        return self._gradient

    @property
    def hessian(self) -> dict[tuple[int, int], Node]:
        """The entries on and below the diagonal that are not identically zero."""
        if self._hessian is None:
            self._hessian = second_derivatives(self.graph, self.gradient, self.wrt)
        return self._hessian

    @property
    def hessian_places(self) -> list[tuple[int, int]]:
        """Row and column of each entry of the Hessian, row ≥ column."""
        return list(self.hessian)

    @property
    def is_sparse(self) -> bool:
        """Whether the Hessian is better kept as a sparse matrix."""
        n = len(self.wrt)
        return n > SPARSE_FROM and 2 * len(self.hessian) < SPARSE_DENSITY * n * n

    def sparse_hessian(self, entries: Sequence[Any]) -> scipy.sparse.csr_array:
        """Return the symmetric matrix of the entries in compressed rows."""
        import numpy as np
        import scipy.sparse

        places = np.array(self.hessian_places)
        values = np.array(entries, dtype=np.float64)
        below = places[:, 0] != places[:, 1]
        rows = np.concatenate([places[:, 0], places[below, 1]])
        columns = np.concatenate([places[:, 1], places[below, 0]])
        both = np.concatenate([values, values[below]])
        n = len(self.wrt)
        return scipy.sparse.coo_array((both, (rows, columns)), shape=(n, n)).tocsr()

    def _product(self) -> tuple[list[Node], tuple[str, ...]]:
        """Return Hessian × direction as the gradient of the gradient's product with a direction."""
        taken = {self.graph.data[node] for node in self.graph.variables([self.root])}
        names: list[str] = []
        for index in range(len(self.wrt)):
            name = f"direction_{index}"
            while name in taken:
                name += "_"
            names.append(name)
        graph = self.graph
        along = graph.add(
            [graph.mul((g, graph.var(v))) for g, v in zip(self.gradient, names, strict=True)]
        )
        return gradient_nodes(graph, along, self.wrt), tuple(names)


def second_derivatives(
    graph: Graph, gradient: Sequence[Node], wrt: Sequence[Node]
) -> dict[tuple[int, int], Node]:
    """Return the entries (row, column), row ≥ column, that are not identically zero.

    Each row differentiates one partial derivative, in the variables that it depends on: for a
    chain of N variables the whole costs O(N).
    """
    zero = graph.const(0)
    place = {node: index for index, node in enumerate(wrt)}
    entries: dict[tuple[int, int], Node] = {}
    for row, partial in enumerate(gradient):
        inside = [n for n in graph.variables([partial]) if place.get(n, row + 1) <= row]
        for node, entry in zip(inside, gradient_nodes(graph, partial, inside), strict=True):
            if entry != zero:
                entries[row, place[node]] = entry
    return entries
