"""Operators on nodes, so that a derivative rule reads like the formula it stands for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from .graph import Graph, Node, Number

__all__ = ["Term", "Terms"]


class Term:
    """A node together with its arena; arithmetic on terms appends nodes."""

    __slots__ = ("graph", "node")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, graph: Graph, node: Node) -> None:
        self.graph, self.node = graph, node

    def _lift(self, other: Term | Number) -> Node:
        return other.node if type(other) is Term else self.graph.const(other)  # type: ignore[arg-type]

    def __add__(self, other: Term | Number) -> Term:
        return Term(self.graph, self.graph.add((self.node, self._lift(other))))

    def __radd__(self, other: Number) -> Term:
        return Term(self.graph, self.graph.add((self._lift(other), self.node)))

    def __sub__(self, other: Term | Number) -> Term:
        return Term(self.graph, self.graph.sub(self.node, self._lift(other)))

    def __rsub__(self, other: Number) -> Term:
        return Term(self.graph, self.graph.sub(self._lift(other), self.node))

    def __mul__(self, other: Term | Number) -> Term:
        return Term(self.graph, self.graph.mul((self.node, self._lift(other))))

    def __rmul__(self, other: Number) -> Term:
        return Term(self.graph, self.graph.scale(other, self.node))

    def __truediv__(self, other: Term | Number) -> Term:
        return Term(self.graph, self.graph.div(self.node, self._lift(other)))

    def __rtruediv__(self, other: Number) -> Term:
        return Term(self.graph, self.graph.div(self._lift(other), self.node))

    def __pow__(self, other: Term | Number) -> Term:
        return Term(self.graph, self.graph.pow(self.node, self._lift(other)))

    def __neg__(self) -> Term:
        return Term(self.graph, self.graph.neg(self.node))


class Terms:
    """The factory `m` that derivative rules receive: `m.sin(x)`, `m.pi`, `m.where(...)`.

    Every name that is not defined here is a function or constant of the table: `m.erf(x)` is a
    node of kind "erf", `m.pi` the constant.
    """

    __slots__ = ("_constants", "graph")

    def __init__(self, graph: Graph, constants: frozenset[str] | set[str]) -> None:
        self.graph = graph
        self._constants = constants

    def __getattr__(self, name: str) -> Callable[..., Term] | Term:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._constants:
            return Term(self.graph, self.graph.call(name))

        def build(*args: Term | Number) -> Term:
            return Term(self.graph, self.graph.call(name, [self(arg).node for arg in args]))

        return build

    def __call__(self, value: Term | Number) -> Term:
        """Return the value as a term."""
        return value if isinstance(value, Term) else Term(self.graph, self.graph.const(value))

    def ratio(self, numerator: int, denominator: int) -> Term:
        """Return an exact rational."""
        return Term(self.graph, self.graph.const(Fraction(numerator, denominator)))

    def sqrt(self, x: Term | Number) -> Term:
        """Return the square root, which is the power 1/2."""
        return self(x) ** Fraction(1, 2)

    def compare(self, relation: str, left: Term | Number, right: Term | Number) -> Term:
        """Return the condition `left relation right`."""
        return Term(self.graph, self.graph.compare(relation, self(left).node, self(right).node))

    def both(self, left: Term, right: Term) -> Term:
        """Return the condition that both hold."""
        return Term(self.graph, self.graph.node("and", (left.node, right.node)))

    def either(self, left: Term, right: Term) -> Term:
        """Return the condition that one of two holds."""
        return Term(self.graph, self.graph.node("or", (left.node, right.node)))

    def no(self, condition: Term) -> Term:
        """Return the condition that one does not hold."""
        return Term(self.graph, self.graph.node("not", (condition.node,)))

    def where(self, *pieces: Term | Number) -> Term:
        """Return the piecewise (condition, value, condition, value, ..., otherwise)."""
        pairs = [
            (self(pieces[i + 1]).node, self(pieces[i]).node) for i in range(0, len(pieces) - 1, 2)
        ]
        return Term(self.graph, self.graph.piecewise(pairs, self(pieces[-1]).node))
