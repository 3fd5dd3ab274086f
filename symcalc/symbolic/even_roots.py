"""Roots of even powers are absolute values: `sqrt((x - y)**2)` is `abs(x - y)`, kinks and all."""

from __future__ import annotations

from fractions import Fraction

from ..expression import Expression
from ..graph.graph import Graph, Node
from ..graph.rewrite import rebuild

__all__ = ["with_absolute_values"]


def with_absolute_values(expression: Expression) -> Expression:
    """Return the formula with absolute values in the place of roots of even powers.

    Of real numbers both are equal everywhere; those have slopes where they vanish, by policy, and
    neither over- nor underflow.
    """
    graph = expression.graph
    if all(_base(graph, *_of(graph, node)) is None for node in graph.reachable([expression.root])):
        return expression

    def rule(new: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
        found = _base(new, kind, args)
        if found is None:
            return None
        base, times = found
        power = new.value(args[1])
        assert power is not None
        size = new.node("abs", (base,))
        return size if power * times == 1 else new.pow(size, new.const(power * times))

    plain, (root,) = rebuild(graph, [expression.root], rule)
    return Expression(plain, root, expression.variables)


def _of(graph: Graph, node: Node) -> tuple[str, tuple[Node, ...]]:
    return graph.kinds[node], graph.args[node]


def _base(graph: Graph, kind: str, args: tuple[Node, ...]) -> tuple[Node, int] | None:
    """Return what a root is of an even power of, and that power, None for anything else.

    Of roots with a kink: `(x**2)**(3/2)` has a slope of its own at 0.
    """
    if kind != "pow":
        return None
    power = graph.value(args[1])
    if power is None or not 0 < power < 1:
        return None
    inner, below = _of(graph, args[0])
    times: Fraction | None = None
    if inner == "mul" and len(set(below)) == 1:
        times = Fraction(len(below))
    elif inner == "pow" and graph.value(below[1]) is not None:
        times = Fraction(graph.value(below[1]) or 0)
    if times is None or times.denominator != 1 or times % 2 or not 0 < times * power <= 1:
        return None
    return below[0], int(times)
