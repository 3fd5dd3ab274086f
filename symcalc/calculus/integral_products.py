"""Integrals over boxes that are products of integrals of one variable each."""

from __future__ import annotations

from dataclasses import replace

from ..graph.graph import Graph, Node
from .integration_ranges import RangedIntegral

__all__ = ["separated"]


def separated(problem: RangedIntegral) -> list[RangedIntegral] | None:
    """Return integrals of one variable whose product the integral is; None where there are none.

    Every factor of the integrand depends on one variable at most, and no end of a range on any.
    """
    graph = problem.graph.copy()
    if graph.variables([node for r in problem.ranges for node in (r.lower, r.upper)]):
        return None
    parts: dict[str, list[Node]] = {name: [] for name in problem.names}
    for factor in _factors(graph, problem.root):
        names = [str(graph.data[v]) for v in graph.variables([factor])]
        if len(names) > 1:
            return None
        parts[names[0] if names else problem.names[0]].append(factor)
    return [
        replace(
            problem, graph=graph, root=graph.mul(parts[one.name] or [graph.const(1)]), ranges=(one,)
        )
        for one in problem.ranges
    ]


def _factors(graph: Graph, root: Node) -> list[Node]:
    """Return factors of a formula, which it equals wherever all of them are real.

    exp(a + b) is exp(a)*exp(b), and sqrt(a*b) is sqrt(a)*sqrt(b).
    """
    stack, found = [root], []
    while stack:
        node = stack.pop()
        kind, args = graph.kinds[node], graph.args[node]
        power = graph.value(args[1]) if kind == "pow" else None
        inside = _factors(graph, args[0]) if power is not None else []
        if kind == "mul":
            stack += args
        elif kind == "exp" and graph.kinds[args[0]] == "add":
            stack += [graph.call("exp", (term,)) for term in graph.args[args[0]]]
        elif len(inside) > 1:
            stack += [graph.pow(factor, args[1]) for factor in inside]
        else:
            found.append(node)
    return found
