"""Edges of formulas over arrays: where the value exists, and the usual derivative divides 0 by 0.

The Euclidean length of a zero vector has the subgradient 0 by policy; a product has derivatives
where factors are zero, a determinant where the matrix is singular, and a logarithm where it is
itself out of range.
"""

from __future__ import annotations

from fractions import Fraction

from ..graph.graph import Graph, Node
from ..graph.rewrite import rebuild

__all__ = ["with_edges"]

HALF = Fraction(1, 2)


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
    if kind == "pow" and g.value(args[1]) == HALF and _is_length(g, args[0]):
        is_zero = g.compare("==", args[0], g.const(0))
        return g.piecewise([(g.const(0), is_zero)], g.pow(*args))
    return None


def _is_length(g: Graph, node: Node) -> bool:
    """Whether a node is a sum of squares over axes of an array, or a positive multiple of one."""
    if g.kinds[node] == "mul":
        totals = [factor for factor in g.args[node] if g.kinds[factor] in ("sum", "ein")]
        rest = [factor for factor in g.args[node] if factor not in totals]
        return len(totals) == 1 and _is_length(g, totals[0]) and all(_counts(g, f) for f in rest)
    if g.kinds[node] == "sum":
        return _is_square(g, g.args[node][0])
    if g.kinds[node] != "ein":
        return False
    factors, labels = g.args[node], g.data[node].factors
    if len(factors) == 1:
        return _is_square(g, factors[0])
    pairs = list(zip(factors, labels, strict=True))
    return bool(pairs) and all(pairs.count(pair) % 2 == 0 for pair in pairs)


def _is_square(g: Graph, node: Node) -> bool:
    if g.kinds[node] != "pow":
        return False
    power = g.value(g.args[node][1])
    return power is not None and power > 0 and power.denominator == 1 and power % 2 == 0


def _counts(g: Graph, node: Node) -> bool:
    """Whether a scalar is a positive number or made of dimensions."""
    value = g.value(node)
    if value is not None:
        return value > 0
    return g.kinds[node] in ("dim", "size") or (
        g.kinds[node] == "pow" and _counts(g, g.args[node][0])
    )


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
        elif _counts(g, factor):
            terms.append(g.call("log", (factor,)))
        else:
            return None
    if not signs:
        return None
    return g.add((*terms, g.call("log", (g.mul(signs),))))
