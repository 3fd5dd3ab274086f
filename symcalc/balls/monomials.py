"""The variable replaced by exp(v) or by a power, with its powers kept together."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ..graph.graph import Graph, Node, Number
from ..graph.rewrite import make

__all__ = ["in_logarithm", "in_power", "turning_powers"]

#: A node as power of the variable times the rest.
Factored = tuple[Number, Node]


def in_logarithm(graph: Graph, root: Node, variable: str, *, outward: bool) -> tuple[Graph, Node]:
    """Return f(exp(v))*exp(v): the integrand after the substitution x = exp(v).

    Powers of x become one exponential, log(x) becomes v, and from a sum the power that leads
    (outward: towards infinity) is taken out, so that wide ranges of v keep tight enclosures.
    """
    new = Graph()
    v = new.var(variable)

    def power(k: Number) -> Node:
        return new.call("exp", [new.scale(k, v)])

    return new, _Substitution(new, v, power, max if outward else min).apply(
        graph, root, variable, 1
    )


def in_power(graph: Graph, root: Node, variable: str, exponent: Fraction) -> tuple[Graph, Node]:
    """Return the integrand, in size, after the substitution x = t**exponent, t > 0."""
    new = Graph()
    t = new.var(variable)

    def power(k: Number) -> Node:
        return new.pow(t, new.const(k * exponent))

    logarithm = new.scale(exponent, new.call("log", [t]))
    substitution = _Substitution(new, logarithm, power, max if exponent > 0 else min)
    found = substitution.apply(graph, root, variable, 1 - 1 / exponent)
    return new, new.scale(abs(exponent), found)


def turning_powers(graph: Graph, root: Node, variable: str) -> list[Fraction]:
    """Return the powers k other than 1 for which the formula has sin or cos of c*x**k."""
    new = Graph()
    t = new.var(variable)
    whole = _Substitution(new, new.call("log", [t]), lambda k: new.pow(t, new.const(k)), max)
    moved = whole.factored(graph, root, variable)
    found: list[Fraction] = []
    for node in graph.reachable([root]):
        if graph.kinds[node] in ("sin", "cos"):
            k, rest = moved[graph.args[node][0]]
            if k not in (0, 1, *found) and t not in new.reachable([rest]):
                found.append(Fraction(k))
    return found


class _Substitution:
    """Rewrites a formula in a new variable, with x**k = power(k) and log(x) = logarithm."""

    def __init__(
        self,
        graph: Graph,
        logarithm: Node,
        power: Callable[[Number], Node],
        leading: Callable[..., Number],
    ) -> None:
        self.graph, self.logarithm, self.power, self.leading = graph, logarithm, power, leading
        self.one = graph.const(1)

    def apply(self, graph: Graph, root: Node, variable: str, extra: Number) -> Node:
        """Return the root times x**extra."""
        k, rest = self.factored(graph, root, variable)[root]
        return self._whole((k + extra, rest))

    def factored(self, graph: Graph, root: Node, variable: str) -> dict[Node, Factored]:
        """Return all nodes under the root in the new variable."""
        moved: dict[Node, Factored] = {}
        for node in graph.reachable([root]):
            kind, data = graph.kinds[node], graph.data[node]
            if kind == "var" and data == variable:
                moved[node] = (1, self.one)
            elif kind == "var":
                moved[node] = (0, self.graph.var(data))
            elif kind == "const":
                moved[node] = (0, self.graph.const(data))
            else:
                args = [moved[arg] for arg in graph.args[node]]
                moved[node] = self._combine(kind, args, data)
        return moved

    def _whole(self, factored: Factored) -> Node:
        k, rest = factored
        return rest if k == 0 else self.graph.mul([rest, self.power(k)])

    def _combine(self, kind: str, args: list[Factored], data: object) -> Factored:
        if kind == "mul":
            return sum(k for k, _ in args), self.graph.mul([rest for _, rest in args])
        if kind == "add":
            return self._sum(args)
        if kind == "pow":
            return self._power(args[0], args[1])
        if kind == "log":
            return 0, self._log(args[0])
        if kind == "abs":
            return args[0][0], self.graph.call("abs", [args[0][1]])
        return 0, make(self.graph, kind, tuple([self._whole(arg) for arg in args]), data)

    def _sum(self, args: list[Factored]) -> Factored:
        lead = self.leading(k for k, _ in args)
        return lead, self.graph.add([self._whole((k - lead, rest)) for k, rest in args])

    def _power(self, base: Factored, exponent: Factored) -> Factored:
        k, rest = base
        whole = self._whole(exponent)
        number = self.graph.value(whole)
        if number is not None:  # x > 0: (x**k*rest)**p is x**(k*p) * rest**p, where one exists
            return k * number, self.graph.pow(rest, whole)
        if rest == self.one:
            return 0, self.graph.call("exp", [self.graph.mul([whole, self._scaled_log(k)])])
        return 0, self.graph.pow(self._whole(base), whole)

    def _scaled_log(self, k: Number) -> Node:
        return self.graph.scale(k, self.logarithm)

    def _log(self, argument: Factored) -> Node:
        k, rest = argument
        if rest == self.one:
            return self._scaled_log(k)
        logarithm = self.graph.call("log", [rest])
        return logarithm if k == 0 else self.graph.add([self._scaled_log(k), logarithm])
