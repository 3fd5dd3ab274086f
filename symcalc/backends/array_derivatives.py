"""The nodes that compiled code over arrays computes: derivatives in variables of any shape."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ArgumentError
from ..graph.contractions import contract
from ..graph.derive import gradient_nodes, jacobian_nodes
from ..graph.graph import Graph, Node
from ..symbolic import repair_joins, stabilize

__all__ = ["ArrayDerivatives"]


class ArrayDerivatives:
    """Derivatives of one formula in fixed variables, appended to a copy of its graph.

    The derivative in a variable has the shape of the value followed by that of the variable; where
    it vanishes it is the number 0.
    """

    def __init__(self, graph: Graph, root: Node, wrt: Sequence[str]) -> None:
        self.graph, self.root = graph.copy(), root
        self.wrt = [self.graph.var(name) for name in wrt]
        self._gradient: list[Node] | None = None
        self._has_hessian = False
        self._blocks: list[Node] = []

    def outputs(self, what: str) -> tuple[Graph, list[Node], tuple[str, ...]]:
        """Return the graph, the value and what is asked for, and the names of further arguments."""
        names: tuple[str, ...] = ()
        nodes: list[Node] = []
        if what == "gradient":
            nodes = self.gradient
        elif what == "hessian":
            nodes = self.hessian
        elif what == "product":
            nodes, names = self._product()
        elif what != "value":
            raise ArgumentError(f"There is no derivative called {what!r}.")
        return self.graph, [self.root, *nodes], names

    @property
    def gradient(self) -> list[Node]:
        """The derivatives in order: the gradient of a scalar, the Jacobian of an array."""
        if self._gradient is None:
            nodes = jacobian_nodes(self.graph, self.root, self.wrt)
            self._gradient = self._refined(self.root, nodes, self.wrt)
        return self._gradient

    @property
    def hessian(self) -> list[Node]:
        """The blocks (row, column), row ≥ column, row after row."""
        if not self._has_hessian:
            self._blocks = []
            for row in range(len(self.wrt)):
                partial, columns = self.gradient[row], self.wrt[: row + 1]
                entries = jacobian_nodes(self.graph, partial, columns)
                entries = self._refined(partial, entries, columns)
                self._blocks += entries
            self._has_hessian = True
        return self._blocks

    def _product(self) -> tuple[list[Node], tuple[str, ...]]:
        """Return Hessian × direction as the gradient of the gradient's product with a direction."""
        gradient, graph = self.gradient, self.graph
        taken = {graph.data[node] for node in graph.variables([self.root])}
        names: list[str] = []
        terms: list[Node] = []
        for partial, variable in zip(gradient, self.wrt, strict=True):
            name = f"direction_{graph.data[variable]}"
            while name in taken:
                name += "_"
            names.append(name)
            shape = graph.shape(variable)
            labels = tuple(range(len(shape)))
            own = labels if graph.shape(partial) else ()
            direction = graph.var(name, shape)
            if graph.value(partial) != 0:
                terms.append(contract(graph, [(partial, own), (direction, labels)], ()))
        return gradient_nodes(graph, graph.add(terms), self.wrt), tuple(names)

    def _refined(self, source: Node, derived: list[Node], wrt: Sequence[Node]) -> list[Node]:
        """Return derivatives with joins repaired and stable atoms recognised once more.

        The graph is replaced by one that holds all that is kept.
        """
        derived = repair_joins(self.graph, source, derived, wrt)
        kept = [self.root, *self.wrt, *(self._gradient or []), *self._blocks]
        self.graph, nodes = stabilize(self.graph, [*kept, *derived])
        self.root, self.wrt = nodes[0], nodes[1 : len(self.wrt) + 1]
        rest = iter(nodes[len(self.wrt) + 1 :])
        if self._gradient is not None:
            self._gradient = [next(rest) for _ in self._gradient]
        self._blocks = [next(rest) for _ in self._blocks]
        return list(rest)
