"""The order of terms and factors in formulas that SymPy hands back, made for reading."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any, NamedTuple

from ..graph.graph import Graph, Node, Number
from ..writing import to_text
from .variable import in_order

__all__ = ["order_terms"]

_EXPONENTIALS = frozenset({"exp"})


def order_terms(graph: Graph, root: Node) -> Node:
    """Return the same formula with its terms and factors in the order that people write.

    Parameters
    ----------
    graph : Graph
        The arena; new nodes are appended.
    root : int

    Returns
    -------
    int
        The new root.

    Notes
    -----
    In a sum: polynomial terms by ascending total degree, where a product that is not expanded
    counts its degree; then other terms, likewise; constants last. A positive term stands in
    front if there is one. In a product: the rational coefficient, constants, variables and
    their powers by name, functions, sums, exponentials, divisors. What is equal in all this
    is ordered by its text. Deterministic.
    """
    return _Ordering(graph, root).result


class _Degree(NamedTuple):
    """What the order needs to know of a node.

    `total` is the degree, `by_variable` that in each variable, by its rank among the names;
    `polynomial` says whether the node is a polynomial; `constant` whether it has no variables.
    """

    total: Number = 0
    by_variable: dict[int, Number] = {}  # noqa: RUF012 - never changed
    polynomial: bool = True
    constant: bool = True


class _Ordering:
    """One pass from the leaves to the root; `degrees` knows the new nodes, `place` the old."""

    def __init__(self, graph: Graph, root: Node) -> None:
        self.graph = graph
        nodes = graph.reachable([root])
        names = in_order({graph.data[n] for n in nodes if graph.kinds[n] == "var"})
        self.rank = {name: rank for rank, name in enumerate(names)}
        self.degrees: dict[Node, _Degree] = {}
        self.texts: dict[Node, str] = {}
        self.place: dict[Node, Node] = {}
        for node in nodes:
            self.place[node] = new = self.rebuilt(node)
            self.degrees[new] = self.degree(new)
        self.result = self.place[root]

    def rebuilt(self, node: Node) -> Node:
        """Return the node with ordered arguments."""
        graph = self.graph
        kind, args = graph.kinds[node], [self.place[arg] for arg in graph.args[node]]
        if not args:
            return node
        if kind == "add":
            args = self.positive_first(self.ordered(args, self.term_key))
        elif kind == "mul":
            args = self.ordered(args, self.factor_key)
        return graph.node(kind, tuple(args), graph.data[node])

    # -- degrees ------------------------------------------------------------------------------

    def degree(self, node: Node) -> _Degree:
        """Return the degree of a node whose arguments are known."""
        graph = self.graph
        kind = graph.kinds[node]
        if kind == "const":
            return _Degree()
        if kind == "var":
            return _Degree(1, {self.rank[graph.data[node]]: 1}, constant=False)
        below = [self.degrees[arg] for arg in graph.args[node]]
        constant = all(degree.constant for degree in below)
        polynomial = all(degree.polynomial for degree in below)
        if kind == "add":
            return self.degree_of_sum(below, polynomial, constant)
        if kind == "mul":
            by_variable: dict[int, Number] = {}
            for degree in below:
                for rank, power in degree.by_variable.items():
                    by_variable[rank] = by_variable.get(rank, 0) + power
            return _Degree(sum(d.total for d in below), by_variable, polynomial, constant)
        if kind == "pow":
            return self.degree_of_power(node, below[0], constant)
        return _Degree(polynomial=False, constant=constant)

    def degree_of_sum(self, below: list[_Degree], polynomial: bool, constant: bool) -> _Degree:
        """Return the greatest degrees among the terms."""
        by_variable: dict[int, Number] = {}
        for degree in below:
            for rank, power in degree.by_variable.items():
                by_variable[rank] = max(power, by_variable.get(rank, power))
        return _Degree(max(d.total for d in below), by_variable, polynomial, constant)

    def degree_of_power(self, node: Node, base: _Degree, constant: bool) -> _Degree:
        """Return the degree of a power; only a constant exponent has one."""
        exponent = self.graph.value(self.graph.args[node][1])
        if exponent is None:
            return _Degree(polynomial=False, constant=constant)
        by_variable = {rank: power * exponent for rank, power in base.by_variable.items()}
        whole = isinstance(exponent, int) and exponent > 0
        return _Degree(base.total * exponent, by_variable, base.polynomial and whole, constant)

    # -- the order ----------------------------------------------------------------------------

    def ordered(self, nodes: list[Node], key: Callable[[Node], Any]) -> list[Node]:
        """Return the nodes sorted by their key, then by their text."""
        result: list[Node] = []
        for _, equal in groupby(sorted(nodes, key=key), key=key):
            alike = list(equal)
            result += sorted(alike, key=self.text) if len(alike) > 1 else alike
        return result

    def text(self, node: Node) -> str:
        """Return the text of a node, without the sign of a coefficient."""
        if node not in self.texts:
            self.texts[node] = to_text(self.graph, node).lstrip("-")
        return self.texts[node]

    def term_key(self, node: Node) -> tuple[Any, ...]:
        """Return the place of a term: its class, its degree, its leading variables."""
        degree = self.degrees[node]
        if degree.constant:
            return (3 if self.graph.kinds[node] == "const" else 2, 0, ())
        leading = tuple(sorted((rank, -power) for rank, power in degree.by_variable.items()))
        return (0 if degree.polynomial else 1, degree.total, leading)

    def factor_key(self, node: Node) -> tuple[Any, ...]:
        """Return the place of a factor: its class, then the rank of its variable or its degree."""
        graph = self.graph
        kind = graph.kinds[node]
        if kind == "const":
            return (0, 0, ())
        base, exponent = node, None
        if kind == "pow":
            base, exponent = graph.args[node]
            if graph.value(exponent) == -1:
                return (7, *self.factor_key(base)[:2], ())
        if self.degrees[node].constant:
            return (1, 0, ())
        if exponent is not None and not self.degrees[exponent].constant:
            return (5, 0, ())
        kind = graph.kinds[base]
        if kind == "var":
            return (2, self.rank[graph.data[base]], ())
        if kind in _EXPONENTIALS:
            return (6, 0, ())
        if kind in {"add", "mul"}:
            return (4, self.degrees[node].total, self.term_key(base)[2])
        return (3, 0, ())

    def positive_first(self, terms: list[Node]) -> list[Node]:
        """Return the terms with a positive one in front, if there is one."""
        for index, term in enumerate(terms):
            if not self.is_negative(term):
                return [term, *terms[:index], *terms[index + 1 :]]
        return terms

    def is_negative(self, node: Node) -> bool:
        """Whether the term is written with a minus."""
        graph = self.graph
        if graph.kinds[node] == "mul":
            node = graph.args[node][0]
        value = graph.value(node)
        return value is not None and value < 0
