"""Algebraic identities: roots, powers, squares and fractions written in another way."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from ..graph.graph import Graph, Node
from .differences import HALF, differences_in, exact_difference, square_of

__all__ = [
    "common_denominator",
    "conjugate",
    "cube_roots",
    "difference_of_powers",
    "difference_of_squares",
    "fraction_of",
    "product_of",
    "root_of_product",
]


def conjugate(g: Graph, node: Node) -> Iterator[Node]:
    """sqrt(a) + b is (a - b**2)/(sqrt(a) - b), whatever the signs."""
    if g.kinds[node] != "add":
        return
    for left, right in combinations(g.args[node], 2):
        squares = square_of(g, left), square_of(g, right)
        if squares == (None, None):
            continue
        a, b = (
            g.pow(side, g.const(2)) if square is None else square
            for side, square in zip((left, right), squares, strict=True)
        )
        below = (left, g.neg(right))
        if g.value(g.args[node][0]) is None and square_of(g, left) is None:
            a, b, below = b, a, (right, g.neg(left))
        others = [term for term in g.args[node] if term not in (left, right)]
        yield g.add((g.div(exact_difference(g, a, b), g.add(below)), *others))


def cube_roots(g: Graph, node: Node) -> Iterator[Node]:
    """cbrt(a) - cbrt(b) is (a - b)/(cbrt(a)**2 + cbrt(a)*cbrt(b) + cbrt(b)**2)."""
    two = g.const(2)
    for left, right, others in differences_in(g, node):
        a, b = _cube_of(g, left), _cube_of(g, right)
        if a is None or b is None or g.value(left) is not None is not g.value(right):
            continue
        below = g.add((g.pow(left, two), g.mul((left, right)), g.pow(right, two)))
        yield g.add((g.div(exact_difference(g, a, b), below), *others))


def _cube_of(g: Graph, node: Node) -> Node | None:
    if g.kinds[node] == "cbrt":
        return g.args[node][0]
    if g.kinds[node] == "pow" and g.value(g.args[node][1]) == Fraction(1, 3):
        return g.args[node][0]
    return node if g.value(node) == 1 else None


def difference_of_squares(g: Graph, node: Node) -> Iterator[Node]:
    """a**2 - b**2 is (a - b)*(a + b)."""
    for left, right, others in differences_in(g, node):
        a, b = _root_of(g, left), _root_of(g, right)
        if a is None or b is None or (g.value(left) is not None and g.value(right) is not None):
            continue
        product = g.mul((exact_difference(g, a, b), g.add((a, b))))
        yield g.add((product, *others))


def _root_of(g: Graph, node: Node) -> Node | None:
    """Return a with a**2 = node: for even powers and squares of rationals."""
    value = g.value(node)
    if value is not None and value > 0:
        root = Fraction(value) ** 0.5
        exact = Fraction(root).limit_denominator(10**6)
        return g.const(exact) if exact * exact == value else None
    if g.kinds[node] == "pow":
        power = g.value(g.args[node][1])
        if power is not None and power.denominator == 1 and power > 0 and power % 2 == 0:
            return g.pow(g.args[node][0], g.const(power // 2))
    return None


def difference_of_powers(g: Graph, node: Node) -> Iterator[Node]:
    """u**p - v**p is v**p*expm1(p*log(u/v)), the logarithm taken of 1 + (u - v)/v."""
    for left, right, others in differences_in(g, node):
        if g.kinds[left] != "pow":
            continue
        u, p = g.args[left]
        if g.kinds[right] == "pow" and g.args[right][1] == p:
            v = g.args[right][0]
        elif g.value(right) == 1:
            v = g.const(1)
        else:
            continue
        inside = g.mul((p, g.call("log1p", (g.div(exact_difference(g, u, v), v),))))
        yield g.add((product_of(g, right, g.call("expm1", (inside,))), *others))


def common_denominator(g: Graph, node: Node) -> Iterator[Node]:
    """a/b - c/d is (a*d - c*b)/(b*d)."""
    for left, right, others in differences_in(g, node):
        a, b = fraction_of(g, left)
        c, d = fraction_of(g, right)
        if b is None and d is None:
            continue
        b, d = b if b is not None else g.const(1), d if d is not None else g.const(1)
        top = exact_difference(g, g.mul((a, d)), g.mul((c, b)))
        yield g.add((g.div(top, g.mul((b, d))), *others))


def fraction_of(g: Graph, node: Node) -> tuple[Node, Node | None]:
    """Return numerator and denominator; no denominator where nothing is below the line."""
    factors = g.args[node] if g.kinds[node] == "mul" else (node,)
    above, below = list[Node](), list[Node]()
    for factor in factors:
        power = g.value(g.args[factor][1]) if g.kinds[factor] == "pow" else None
        if power is not None and power < 0:
            below.append(g.pow(g.args[factor][0], g.const(-power)))
        else:
            above.append(factor)
    return (g.mul(above) if above else g.const(1)), (g.mul(below) if below else None)


def root_of_product(g: Graph, node: Node) -> Iterator[Node]:
    """sqrt(a**2*b), sqrt(a*b) is sqrt(a)*sqrt(b); a/sqrt(b)… are left to SymPy."""
    if g.kinds[node] != "pow" or g.value(g.args[node][1]) != HALF:
        return
    base = g.args[node][0]
    if g.kinds[base] == "mul":
        yield g.mul([g.pow(factor, g.const(HALF)) for factor in g.args[base]])


def product_of(g: Graph, left: Node, right: Node) -> Node:
    """Return the product, a factor 1 left out."""
    return right if g.value(left) == 1 else g.mul((left, right))
