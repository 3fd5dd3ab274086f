"""Parts of a formula without variables as numbers, and those whose entries are single variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends import ArrayFunction
from ..expression import Expression, Variable
from ..graph.dimensions import size_of
from ..graph.graph import Graph, Node

__all__ = ["Entries", "Setting"]

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """An array of which each entry is `slope * variable + shift`.

    Attributes
    ----------
    index : ndarray of int
        The place of each entry's variable in the vector of all.
    slope, shift : ndarray
        Of the same shape.
    """

    index: Array
    slope: Array
    shift: Array


class Setting:
    """A formula with the numbers that are known: its data, the sizes, which names are varied.

    Parameters
    ----------
    expression : Expression
    start : mapping
        The variables, numbers or arrays.
    data : mapping
    sizes : mapping of str to int
    """

    def __init__(
        self, expression: Expression, start: Mapping[str, Any], data: Mapping[str, Any],
        sizes: Mapping[str, int],
    ) -> None:  # fmt: skip
        self.graph: Graph = expression.graph.copy()
        self.root, self._variables = expression.root, expression.variables
        self._data, self._sizes = data, sizes
        self._places: dict[str, Array] = {}
        self.n = 0
        for name, value in start.items():
            shape = np.shape(value)
            size = int(np.prod(shape))
            self._places[name] = np.arange(self.n, self.n + size).reshape(shape)
            self.n += size
        self.moving = self._find_moving()

    def _find_moving(self) -> set[Node]:
        """Return the nodes that depend on the variables."""
        graph, moving = self.graph, set[Node]()
        for node in graph.reachable([self.root]):
            is_variable = graph.kinds[node] == "var" and graph.data[node] in self._places
            if is_variable or any(arg in moving for arg in graph.args[node]):
                moving.add(node)
        return moving

    def text(self, node: Node) -> str:
        """Return a node as text."""
        return Expression(self.graph, node, self._variables).text

    def number(self, node: Node) -> Any:
        """Return the value of a node without variables: a float or an array."""
        graph = self.graph
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "const":
            return float(graph.data[node])
        if kind == "dim":
            return float(size_of(graph.data[node], self._sizes))
        if kind == "var" and not hasattr(self._data[graph.data[node]], "tocsr"):
            return np.asarray(self._data[graph.data[node]], dtype=float)
        if kind in ("mul", "add") and not graph.shape(node):
            parts = [self.number(arg) for arg in args]
            return np.sum(parts) if kind == "add" else np.prod(parts)
        used = {graph.data[at] for at in graph.variables([node])}
        own = [variable for variable in self._variables if variable.name in used]
        values = {name: self._data[name] for name in used}
        if not own:  # generated functions have an argument
            own, values = [Variable("unused")], {"unused": 0.0}
        function = ArrayFunction(Expression(graph, node, own), order=0, wrt=())
        flat = function.at_data(self._sizes, **values)
        return flat.values(np.zeros(0)).reshape(
            tuple(size_of(dimension, self._sizes) for dimension in graph.shape(node))
        )

    def entries(self, node: Node) -> Entries | None:
        """Return which variable each entry of a node is, None where an entry is anything else."""
        path = [node]
        while self.graph.kinds[path[-1]] != "var":
            inside = [arg for arg in self.graph.args[path[-1]] if arg in self.moving]
            if len(inside) != 1:
                return None
            path.append(inside[0])
        index = self._places[self.graph.data[path[-1]]]
        found: Entries | None = Entries(index, np.ones(index.shape), np.zeros(index.shape))
        for above, below in zip(path[-2::-1], path[:0:-1], strict=True):
            found = self._onward(above, below, found)
            if found is None:
                return None
        return found

    def _onward(self, node: Node, inside: Node, known: Entries | None) -> Entries | None:
        """Return the entries of a node from those of the one argument that moves."""
        graph = self.graph
        kind, data = graph.kinds[node], graph.data[node]
        if known is None or graph.args[node].count(inside) != 1:
            return None
        rest = [arg for arg in graph.args[node] if arg != inside]
        parts = (known.index, known.slope, known.shift)
        if kind == "take":
            key = tuple(slice(*part) if isinstance(part, tuple) else part for part in data[1])
            return Entries(*(np.asarray(part[key]) for part in parts))
        if kind == "reshape":
            shape = tuple(size_of(dimension, self._sizes) for dimension in graph.shape(node))
            return Entries(*(part.reshape(shape) for part in parts))
        if kind == "ein" and not rest and sorted(data.factors[0]) == sorted(data.out):
            order = [data.factors[0].index(label) for label in data.out]
            return Entries(*(part.transpose(order) for part in parts))
        if kind not in ("add", "mul") or graph.shape(node) != graph.shape(inside):
            return None
        numbers = [self.number(arg) for arg in rest]
        if kind == "add":
            return Entries(known.index, known.slope, known.shift + sum(numbers))
        factor = np.prod(np.broadcast_arrays(*numbers), axis=0)
        return Entries(known.index, known.slope * factor, known.shift * factor)
