"""The nodes that compiled code computes: value, gradient, Hessian, Hessian times a direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from ..graph.derive import gradient_nodes, jacobian_nodes
from ..graph.graph import Graph, Node
from ..graph.interactions import interactions
from ..symbolic import repair_joins, stabilize
from .sparse import Pattern

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Derivatives", "second_derivatives"]

#: Above this many variables, a Hessian with fewer than one entry in five is given as sparse.
SPARSE_FROM, SPARSE_DENSITY = 50, 0.2

#: Beside those of the entries, so many pairs of variables are looked at for zeros.
MAX_PAIRS = 10_000


class Derivatives:
    """Derivatives of one expression in fixed variables, appended to a copy of its graph.

    `source` is the formula as it was typed, where `graph` and `root` are another spelling of it.
    """

    def __init__(
        self, graph: Graph, root: Node, wrt: Sequence[str],
        source: tuple[Graph, Node] | None = None,
    ) -> None:  # fmt: skip
        self._source, self._names = source or (graph, root), tuple(wrt)
        self.graph, self.root = graph.copy(), root
        self.wrt = [self.graph.var(name) for name in wrt]
        self._gradient: list[Node] | None = None
        self._hessian: dict[tuple[int, int], Node] | None = None
        self._pattern: Pattern | None = None

    def outputs(self, what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
        """Return the graph, the value and what is asked for, and the names of further arguments."""
        names: tuple[str, ...] = ()
        if what == "value":
            return self.graph, [self.root], names
        if what == "gradient":
            nodes = self.gradient
        elif what == "hessian":
            nodes = list(self.hessian.values())
        elif what == "product":
            nodes, names = self._product()
        else:
            raise ArgumentError(f"There is no derivative called {what!r}.")
        return self.graph, [self.root, *nodes], names

    @property
    def gradient(self) -> list[Node]:
        """The partial derivatives in order."""
        if self._gradient is None:
            nodes = gradient_nodes(self.graph, self.root, self.wrt)
            self._gradient = self._refined(self.root, nodes, self.wrt)
        return self._gradient

    @property
    def hessian(self) -> dict[tuple[int, int], Node]:
        """The entries on and below the diagonal that are not identically zero."""
        if self._hessian is None:
            gradient = self.gradient
            entries = self._without_zeros(second_derivatives(self.graph, gradient, self.wrt))
            source = self.graph.add(gradient)
            columns = [self.wrt[column] for _, column in entries]
            refined = self._refined(source, list(entries.values()), columns)
            self._hessian = dict(zip(entries, refined, strict=True))
        return self._hessian

    def _without_zeros(self, entries: dict[tuple[int, int], Node]) -> dict[tuple[int, int], Node]:
        """Leave out entries that are zero by the formula as typed, whatever its other spelling."""
        graph, root = self._source
        known = {graph.data[node]: node for node in graph.variables([root])}
        moving = [place for place, name in enumerate(self._names) if name in known]
        nodes = [known[self._names[place]] for place in moving]
        rows = interactions(graph, root, nodes, MAX_PAIRS + 8 * len(entries))
        if rows is None:
            return entries
        there = {(moving[i], moving[j]) for i, near in enumerate(rows) for j in near}
        return {place: node for place, node in entries.items() if place in there}

    @property
    def hessian_places(self) -> list[tuple[int, int]]:
        """Row and column of each entry of the Hessian, row ≥ column."""
        return list(self.hessian)

    @property
    def is_sparse(self) -> bool:
        """Whether the Hessian is better kept as a sparse matrix."""
        n = len(self.wrt)
        return n > SPARSE_FROM and 2 * len(self.hessian) < SPARSE_DENSITY * n * n

    def sparse_hessian(
        self, value: float, entries: Sequence[Any], dtype: str = "float64"
    ) -> scipy.sparse.csr_array:
        """Return the symmetric matrix of the entries in compressed rows; NaN without a value."""
        if self._pattern is None:
            n = len(self.wrt)
            self._pattern = Pattern(self.hessian_places, (n, n), is_symmetric=True)
        known = entries if value == value else [float("nan")] * len(self.hessian)
        return self._pattern.filled(known, dtype)

    def _refined(self, source: Node, derived: list[Node], wrt: list[Node]) -> list[Node]:
        """Return derivatives with joins repaired and stable atoms recognised once more.

        The graph is replaced by one that holds all that is kept.
        """
        derived = repair_joins(self.graph, source, derived, wrt)
        kept = [self.root, *self.wrt, *(self._gradient or [])]
        self.graph, nodes = stabilize(self.graph, [*kept, *derived])
        self.root, self.wrt = nodes[0], nodes[1 : len(self.wrt) + 1]
        if self._gradient is not None:
            self._gradient = nodes[len(self.wrt) + 1 : len(kept)]
        return nodes[len(kept) :]

    def _product(self) -> tuple[list[Node], tuple[str, ...]]:
        """Return Hessian × direction as the gradient of the gradient's product with a direction."""
        gradient, graph = self.gradient, self.graph
        taken = {graph.data[node] for node in graph.variables([self.root])}
        names: list[str] = []
        for index in range(len(self.wrt)):
            name = f"direction_{index}"
            while name in taken:
                name += "_"
            names.append(name)
        along = graph.add(
            [graph.mul((g, graph.var(v))) for g, v in zip(gradient, names, strict=True)]
        )
        return gradient_nodes(graph, along, self.wrt), tuple(names)


def second_derivatives(
    graph: Graph, gradient: Sequence[Node], wrt: Sequence[Node]
) -> dict[tuple[int, int], Node]:
    """Return the entries (row, column), row ≥ column, that are not identically zero.

    For arrays an entry is the block whose axes are those of the row, then those of the column.

    Each row differentiates one partial derivative, in the variables that it depends on: for a
    chain of N variables the whole costs O(N).
    """
    zero = graph.const(0)
    place = {node: index for index, node in enumerate(wrt)}
    entries: dict[tuple[int, int], Node] = {}
    for row, partial in enumerate(gradient):
        inside = [n for n in graph.variables([partial]) if place.get(n, row + 1) <= row]
        for node, entry in zip(inside, jacobian_nodes(graph, partial, inside), strict=True):
            if entry != zero:
                entries[row, place[node]] = entry
    return entries
