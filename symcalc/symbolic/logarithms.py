"""Logarithms and lengths of what overflows: powers, squares, exponentials."""

from __future__ import annotations

from fractions import Fraction

from ..graph.graph import Graph, Node

__all__ = ["length_of", "stable_logarithm"]

HALF = Fraction(1, 2)


def stable_logarithm(g: Graph, inside: Node) -> Node | None:
    """Return log(inside) for the insides whose logarithm is finite where they overflow."""
    kind = g.kinds[inside]
    if kind == "exp":
        return g.args[inside][0]
    if kind == "cosh":
        return g.call("logcosh", g.args[inside])
    if kind == "sigmoid":
        return g.neg(g.call("softplus", (g.neg(g.args[inside][0]),)))
    if kind == "expm1":
        a = g.args[inside][0]
        return g.add((a, g.call("log1mexp", (g.neg(a),))))
    if kind == "sinh":
        a = g.args[inside][0]
        half = g.neg(g.call("log", (g.const(2),)))
        return g.add((a, g.call("log1mexp", (g.scale(-2, a),)), half))
    if kind == "pow" and _is_even(g, g.args[inside][1]):
        base, power = g.args[inside]
        return g.mul((power, g.call("log", (g.call("abs", (base,)),))))
    if kind == "add" and all(g.value(term) is None for term in g.args[inside]):
        length = length_of(g, inside)
        return None if length is None else g.scale(2, g.call("log", (length,)))
    return None


def length_of(g: Graph, squared: Node) -> Node | None:
    """Return hypot(a, b, sqrt(c)) for a**2 + b**2 + c, abs(a) for a**2, else None."""
    terms = g.args[squared] if g.kinds[squared] == "add" else (squared,)
    legs = [_leg(g, term) for term in terms]
    sides = [leg for leg in legs if leg is not None]
    if len(sides) != len(legs) or not any(map(g.varies, sides)):
        return None
    if len(sides) > 1:
        return g.call("hypot", sides)
    (side,) = sides
    if g.kinds[side] == "pow" and _is_even(g, g.args[side][1]):
        return side
    return g.call("abs", sides)


def _leg(g: Graph, term: Node) -> Node | None:
    """Return a with term = a**2: for squares and numbers that are not negative."""
    value = g.value(term)
    if value is not None:
        if value < 0:
            return None
        return term if value in (0, 1) else g.pow(term, g.const(HALF))
    if g.kinds[term] == "pow" and _is_even(g, g.args[term][1]):
        base, power = g.args[term]
        return g.pow(base, g.const(g.data[power] // 2))
    return None


def _is_even(g: Graph, exponent: Node) -> bool:
    """Whether the exponent is a positive even number."""
    power = g.value(exponent)
    return power is not None and power > 0 and power.denominator == 1 and power % 2 == 0
