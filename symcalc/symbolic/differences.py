"""Differences of like functions, said so that they do not cancel.

`sqrt(x + 1) - sqrt(x)` is `1/(sqrt(x + 1) + sqrt(x))`, `log(x + 1) - log(x)` is `log1p(1/x)`, and
`exp(a) - exp(b)` is `exp(b)*expm1(a - b)`. The first two are used only where the difference of the
arguments is simpler than they are: there terms cancel exactly, on paper instead of in floats.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from ..graph.graph import Graph, Node, Number

__all__ = ["stable_difference"]

HALF = Fraction(1, 2)


def stable_difference(g: Graph, terms: tuple[Node, ...]) -> Node | None:
    """Return the sum with one pair f(a) - f(b) of its terms made stable, or None."""
    for i, left in enumerate(terms):
        for right in terms[i + 1 :]:
            found = _pair(g, left, right)
            if found is not None:
                rest = list(terms)
                rest.remove(left)
                rest.remove(right)
                return g.add((found, *rest))
    return None


def _pair(g: Graph, left: Node, right: Node) -> Node | None:
    """Return left + right where they are c·f(a) and -c·f(b)."""
    scale, first = _split(g, left)
    other, second = _split(g, right)
    if scale != -other or first == second or g.kinds[first] != g.kinds[second]:
        return None
    if scale < 0:
        scale, first, second = other, second, first
    rule = _RULES.get(g.kinds[first])
    found = rule(g, first, second) if rule else None
    return None if found is None else g.scale(scale, found)


def _exponentials(g: Graph, first: Node, second: Node) -> Node | None:
    a, b = g.args[first][0], g.args[second][0]
    return g.mul((second, g.call("expm1", (g.sub(a, b),))))


def _logarithms(g: Graph, first: Node, second: Node) -> Node | None:
    a, b = g.args[first][0], g.args[second][0]
    gap = _simple_difference(g, a, b)
    return None if gap is None else g.call("log1p", (g.div(gap, b),))


def _roots(g: Graph, first: Node, second: Node) -> Node | None:
    (a, power), (b, other) = g.args[first], g.args[second]
    if g.value(power) != HALF or g.value(other) != HALF:
        return None
    gap = _simple_difference(g, a, b)
    return None if gap is None else g.div(gap, g.add((first, second)))


_RULES: dict[str, Callable[[Graph, Node, Node], Node | None]] = {
    "exp": _exponentials,
    "log": _logarithms,
    "pow": _roots,
}


def _simple_difference(g: Graph, a: Node, b: Node) -> Node | None:
    """Return a - b with equal terms cancelled, or None when none are."""
    coefficients: dict[Node, Number] = {}
    constant: Number = 0
    n_terms = 0
    for sign, side in ((1, a), (-1, b)):
        for term in g.args[side] if g.kinds[side] == "add" else (side,):
            n_terms += 1
            factor, rest = _split(g, term)
            if g.value(rest) == 1:
                constant += sign * factor
            else:
                coefficients[rest] = coefficients.get(rest, 0) + sign * factor
    left = [g.scale(factor, rest) for rest, factor in coefficients.items() if factor != 0]
    if len(left) + (constant != 0) >= n_terms:
        return None
    return g.add([*left, g.const(constant)])


def _split(g: Graph, term: Node) -> tuple[Number, Node]:
    """Return the number in front of a term, and the rest; of a number, itself and 1."""
    value = g.value(term)
    if value is not None:
        return value, g.const(1)
    if g.kinds[term] == "mul":
        front = g.value(g.args[term][0])
        if front is not None:
            return front, g.mul(g.args[term][1:])
    return 1, term
