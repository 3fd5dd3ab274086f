"""Quotients of exponentials, said so that no exponential overflows.

`exp(x)/(exp(x) - 1)` is `-bose(-x)`, whose limits are 1 and 0; with `exp(x)*sigmoid(-x)`, which is
`sigmoid(x)`, it is one rule: an exponential meets the divisor that grows like it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..graph.graph import Graph, Node, Number
from .differences import HALF, exact_difference, without_front
from .polynomials import Polynomial, minus, multiplied_out, to_node

__all__ = ["exponent_of", "exponents_of", "inverse_of", "quotient_of_exponentials", "share_of"]

#: Functions whose reciprocal has a row of its own, finite where the function overflows.
RECIPROCALS = {"cosh": "sech", "sinh": "csch", "expm1": "bose"}


def exponent_of(g: Graph, node: Node) -> Node | None:
    """Return a with node = exp(a): for multiples of exponentials and numbers, if positive."""
    factor, rest = without_front(g, node)
    if factor <= 0:
        return None
    front = g.const(0) if factor == 1 else g.call("log", (g.const(factor),))
    if g.value(rest) == 1:
        return front if factor == 1 else g.call("log", (node,))
    if g.kinds[rest] != "exp":
        return None
    inside = g.args[rest][0]
    return inside if factor == 1 else g.add((inside, g.call("log", (g.args[node][0],))))


def exponents_of(g: Graph, node: Node) -> list[Node] | None:
    """Return the exponents of a sum of exponentials with at least one true one, or None."""
    if g.kinds[node] != "add":
        return None
    if not any(_has_exponential(g, term) for term in g.args[node]):
        return None
    found = [exponent_of(g, term) for term in g.args[node]]
    exponents = [exponent for exponent in found if exponent is not None]
    return exponents if len(exponents) == len(found) else None


def _has_exponential(g: Graph, term: Node) -> bool:
    return g.kinds[term] == "exp" or (
        g.kinds[term] == "mul" and any(g.kinds[factor] == "exp" for factor in g.args[term])
    )


# -- reciprocals ------------------------------------------------------------------------------


def inverse_of(g: Graph, base: Node) -> Node | None:
    """Return 1/base as a function with a row of its own: 1/expm1(a) is bose(a)."""
    front, rest = without_front(g, base)
    name = RECIPROCALS.get(g.kinds[rest])
    if name is not None:
        return g.scale(1 / Fraction(front), g.call(name, g.args[rest]))
    if g.kinds[rest] == "mul":
        return _inverse_of_product(g, front, rest)
    return _inverse_of_difference(g, base) if g.kinds[base] == "add" else None


def _inverse_of_product(g: Graph, front: Number, product: Node) -> Node | None:
    """1/(exp(a)*expm1(b)) is exp(-a)*bose(b)."""
    factors: list[Node] = []
    for factor in g.args[product]:
        if g.kinds[factor] == "exp":
            factors.append(g.call("exp", (g.neg(g.args[factor][0]),)))
        elif g.kinds[factor] in RECIPROCALS:
            factors.append(g.call(RECIPROCALS[g.kinds[factor]], g.args[factor]))
        else:
            return None
    return g.scale(1 / Fraction(front), g.mul(factors))


def _inverse_of_difference(g: Graph, base: Node) -> Node | None:
    """1/(2*exp(a) - 3) is bose(a + log(2/3))/3."""
    if len(g.args[base]) != 2:
        return None
    for first, second in (g.args[base], g.args[base][::-1]):
        front, rest = without_front(g, first)
        number = g.value(second)
        if g.kinds[rest] != "exp" or number is None or front * number >= 0:
            continue
        ratio = -front / Fraction(number)
        inside = g.args[rest][0]
        if ratio != 1:
            inside = g.add((inside, g.call("log", (g.const(ratio),))))
        return g.scale(-1 / Fraction(number), g.call("bose", (inside,)))
    return None


# -- products ---------------------------------------------------------------------------------


def quotient_of_exponentials(g: Graph, factors: Sequence[Node]) -> Node | None:
    """exp(a)*bose(a) is -bose(-a), exp(a)*sigmoid(-a) is sigmoid(a); sums become tanh and coth."""
    for divisor in factors:
        base, power = _power_of(g, divisor)
        if power < 1 or g.kinds[base] not in ("bose", "sigmoid"):
            continue
        is_bose = g.kinds[base] == "bose"
        a = g.args[base][0] if is_bose else g.neg(g.args[base][0])
        others = list(factors)
        others.remove(divisor)
        if power > 1:
            others.append(g.pow(base, g.const(power - 1)))
        for top in factors:
            if top != divisor:
                met = _met(g, top, a, is_bose)
                if met is not None:
                    others.remove(top)
                    return g.mul((*met, *others))
    return None


def share_of(g: Graph, exponent: Node) -> Node:
    """Return exp(exponent); exp(a - logsumexp(a, b)) is sigmoid(a - b)."""
    for term in g.args[exponent] if g.kinds[exponent] == "add" else ():
        total = g.neg(term)
        if g.kinds[total] == "logsumexp" and len(g.args[total]) == 2:
            a, b = g.args[total]
            rest = [t for t in g.args[exponent] if t != term]
            for one, other in ((a, b), (b, a)):
                if g.add(rest) == one:
                    return g.call("sigmoid", (exact_difference(g, one, other),))
    return g.call("exp", (exponent,))


def _power_of(g: Graph, node: Node) -> tuple[Node, int]:
    """Return (base, n) for a whole power, (node, 1) for anything else."""
    if g.kinds[node] == "pow":
        power = g.value(g.args[node][1])
        if power is not None and power.denominator == 1:
            return g.args[node][0], int(power)
    return node, 1


def _met(g: Graph, top: Node, a: Node, is_bose: bool) -> tuple[Node, ...] | None:
    """Return the factors that top/(exp(a) - 1), or top/(exp(a) + 1), is; None for no rule."""
    half = g.scale(HALF, a)
    if g.kinds[top] == "exp":
        rest = _less(g, g.args[top][0], a)
        if rest is None:
            return None
        if is_bose:
            return g.const(-1), g.call("bose", (g.neg(a),)), rest
        return g.call("sigmoid", (a,)), rest
    if not is_bose:
        return (g.call("tanh", (half,)),) if top == g.call("expm1", (a,)) else None
    if g.kinds[top] == "add" and set(g.args[top]) == {g.const(1), g.call("exp", (a,))}:
        return (g.call("coth", (half,)),)
    return None


def _less(g: Graph, exponent: Node, a: Node) -> Node | None:
    """Return exp(exponent - a) where that is nearer to 1 than exp(exponent), else None."""
    top, below = multiplied_out(g, exponent), multiplied_out(g, a)
    if top is None or below is None:
        return None
    rest = minus(top, below)
    gap = to_node(g, rest)
    if g.varies(gap) and (len(rest), _size(rest)) >= (len(top), _size(top)):
        return None
    sign, logarithm = without_front(g, gap)
    number = g.value(g.args[logarithm][0]) if g.kinds[logarithm] == "log" else None
    if number is not None and sign in (1, -1):
        return g.const(number if sign == 1 else 1 / Fraction(number))
    return g.const(1) if g.value(gap) == 0 else g.call("exp", (gap,))


def _size(polynomial: Polynomial) -> Number:
    """Return the sum of the sizes of the coefficients."""
    return sum((max(c, -c) for c in polynomial.values()), Fraction(0))
