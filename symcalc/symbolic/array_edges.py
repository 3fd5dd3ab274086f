"""Edges of formulas over arrays: where the value exists, and the usual derivative divides 0 by 0.

The Euclidean length of a zero vector has the subgradient 0 by policy; a product has derivatives
where factors are zero, a determinant where the matrix is singular, and a logarithm where it is
itself out of range.
"""

from __future__ import annotations

from ..graph.graph import Graph, Node
from ..graph.rewrite import rebuild
from .lengths import HALF, is_length, is_positive

__all__ = ["with_edges"]


def with_edges(graph: Graph, root: Node) -> tuple[Graph, Node]:
    """Return the formula in a form whose value and derivatives are defined at its edges.

    For compiled code only: what people read is derived from the formula as typed.
    """
    if not graph.shapes or {"pow", "prod", "det"}.isdisjoint(graph.kinds):
        return graph, root
    edged, (root,) = rebuild(graph, [root], _rule)
    return edged, root


def _rule(g: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
    if kind == "prod":
        return g.node("exactprod", args, data)
    if kind == "det":
        return g.node("exactdet", args)
    if kind == "log":
        return _log_of_determinants(g, args[0])
    if kind == "pow" and g.value(args[1]) == HALF and is_length(g, args[0]):
        is_zero = g.compare("==", args[0], g.const(0))
        return g.piecewise([(g.const(0), is_zero)], g.pow(*args))
    return None


def _log_of_determinants(g: Graph, inside: Node) -> Node | None:
    """Return log(det A / det B) by the logarithms of both and of the sign: NaN where negative."""
    terms: list[Node] = []
    signs: list[Node] = []
    for factor in g.args[inside] if g.kinds[inside] == "mul" else (inside,):
        base, power = factor, g.const(1)
        if g.kinds[factor] == "pow" and g.kinds[g.args[factor][0]] == "exactdet":
            base, power = g.args[factor]
        if g.kinds[base] == "exactdet" and isinstance(g.value(power), int):
            terms.append(g.mul((power, g.node("logdet", g.args[base]))))
            signs.append(g.pow(g.node("signdet", g.args[base]), power))
        elif is_positive(g, factor):
            terms.append(g.call("log", (factor,)))
        else:
            return None
    if not signs:
        return None
    return g.add((*terms, g.call("log", (g.mul(signs),))))
