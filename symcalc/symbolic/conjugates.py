"""Differences with a root in them by their conjugates: a - b is (a**2 - b**2)/(a + b).

`sqrt(x**2 + 1) - x` is `1/(sqrt(x**2 + 1) + x)`, and `1 - x/sqrt(x**2 + 1)` is
`1/((x**2 + 1)*(1 + x/sqrt(x**2 + 1)))`: what the squares have in common is gone. That helps where
both sides have the same sign; where they may not, a choice between the two spellings is made.

The quotient is written so that no factor of it overflows where the difference does not: a**2 over
b is a*(a/b).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..graph.graph import Graph, Node, Number
from .differences import HALF, without_front
from .polynomials import Monomial, Polynomial, minus, multiplied_out, times, to_node

__all__ = ["conjugate_difference"]

#: Longer sums are left as they are; so are differences of squares with more terms.
MAX_SUM, MAX_GAP = 12, 3


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a difference: `front * above / below`, sums being one factor."""

    node: Node
    front: Fraction
    above: Counter[Node]
    below: Counter[Node]


def conjugate_difference(g: Graph, terms: Sequence[Node]) -> Node | None:
    """Return a sum with a root and what cancels it said by the conjugate, or None."""
    if len(terms) > MAX_SUM or not any(_may_have_root(g, term) for term in terms):
        return None
    sides = [_side(g, term) for term in terms]
    rooted = [any(_is_root(g, f) for f in (*s.above, *s.below)) for s in sides]
    if not any(rooted):
        return None
    if len(terms) > 2:
        for i, side in enumerate(sides):
            others = [term for k, term in enumerate(terms) if k != i]
            whole = _sum_side(g, others) if rooted[i] else None
            found = None if whole is None else _by_conjugate(g, side, whole)
            if found is not None:
                return found
    for i, j in itertools.combinations(range(len(terms)), 2):
        if rooted[i] or rooted[j]:
            found = _by_conjugate(g, sides[i], _side(g, g.neg(terms[j])))
            if found is not None:
                return g.add((found, *(term for k, term in enumerate(terms) if k not in (i, j))))
    return None


def _may_have_root(g: Graph, term: Node) -> bool:
    """Whether a term is one with a root or a length, above or below, by its kinds alone."""
    for factor in g.args[term] if g.kinds[term] == "mul" else (term,):
        kind = g.kinds[factor]
        if kind in ("hypot", "direction"):
            return True
        if kind == "pow":
            base, exponent = g.args[factor]
            power = g.value(exponent)
            if power in (HALF, -HALF) or (power == -1 and g.kinds[base] in ("hypot", "pow")):
                return True
    return False


def _side(g: Graph, term: Node) -> _Side:
    """Return a term as a side."""
    front, rest = without_front(g, term)
    above, below = Counter[Node](), Counter[Node]()
    for factor in g.args[rest] if g.kinds[rest] == "mul" else (rest,):
        power = g.value(g.args[factor][1]) if g.kinds[factor] == "pow" else None
        if g.kinds[factor] == "direction":
            above[g.args[factor][0]] += 1
            below[g.call("hypot", g.args[factor])] += 1
        elif power in (-1, -HALF):
            base = g.args[factor][0]
            below[base if power == -1 else g.pow(base, g.const(HALF))] += 1
        elif g.value(factor) != 1:
            above[factor] += 1
    return _Side(term, Fraction(front), above, below)


def _sum_side(g: Graph, others: Sequence[Node]) -> _Side | None:
    """Return the negative of several terms as one side."""
    inside = multiplied_out(g, g.neg(g.add(others)))
    if inside is None:
        return None
    node = to_node(g, inside)
    return _Side(node, Fraction(1), Counter([node]), Counter())


def _is_root(g: Graph, factor: Node) -> bool:
    """Whether a factor is a square root or a length."""
    kind = g.kinds[factor]
    return kind == "hypot" or (kind == "pow" and g.value(g.args[factor][1]) == HALF)


def _by_conjugate(g: Graph, a: _Side, b: _Side) -> Node | None:
    """Return a - b by (a**2 - b**2)/(a + b) where that cancels, else None.

    Common factors are taken out first, and what stands below is multiplied through:
    a/p - b/q is (a*q - b*p)/(p*q).
    """
    common, shared = a.above & b.above, a.below & b.below
    scale = abs(a.front)
    above = a.above - common, b.above - common
    below = a.below - shared, b.below - shared
    fronts = a.front / scale, b.front / scale
    left, right = above[0] + below[1], above[1] + below[0]
    one, two = _product(g, fronts[0], left), _product(g, fronts[1], right)
    first, second = _square(g, one), _square(g, two)
    if first is None or second is None:
        return None
    gap = minus(first, second)
    if not gap or len(gap) > MAX_GAP or len(gap) >= len(first) + len(second):
        return None
    total = g.add((one, two))
    sides = [list(left.elements()), list(right.elements())]
    conditions = _conditions(g, sides, a.front * b.front, total, gap)
    if conditions is None:
        return None
    divisors = [total, *below[0].elements(), *below[1].elements()]
    found = g.add([_spread(g, g.const(c), m, divisors) for m, c in gap.items()])
    found = g.mul((_product(g, scale, common, shared), found))
    if not conditions:
        return found
    holds = conditions[0] if len(conditions) == 1 else g.node("and", tuple(conditions))
    return g.piecewise([(found, holds)], g.sub(a.node, b.node))


def _product(
    g: Graph, front: Number, above: Counter[Node], below: Counter[Node] | None = None
) -> Node:
    """Return front * above / below."""
    divisors = [g.pow(b, g.const(-1)) for b in below.elements()] if below else []
    return g.mul((g.const(front), *above.elements(), *divisors))


def _square(g: Graph, node: Node) -> Polynomial | None:
    inside = multiplied_out(g, node)
    return None if inside is None else times(g, inside, inside)


def _spread(g: Graph, front: Node, monomial: Monomial, below: Sequence[Node]) -> Node:
    """Return a monomial over divisors, each factor with a divisor of its own while there are."""
    above: list[Node] = []
    for factor, power in sorted(monomial):
        whole, rest = divmod(power, 1)
        above += [factor] * int(whole)
        above += [g.pow(factor, g.const(rest))] if rest else []
    pairs = itertools.zip_longest(above, (g.pow(b, g.const(-1)) for b in below))
    quotients = [
        factor if divisor is None else divisor if factor is None else g.mul((factor, divisor))
        for factor, divisor in pairs
    ]
    return g.mul((front, *quotients))


def _conditions(
    g: Graph, sides: Sequence[Sequence[Node]], sign: Number, total: Node, gap: Polynomial
) -> list[Node] | None:
    """Return what must hold for the conjugate to be the better spelling; None for never."""
    factors = [factor for side in sides for factor in side]
    unsigned = [factor for factor in factors if not _is_positive(g, factor)]
    if sign < 0 and not unsigned:
        return None
    is_fixed = set(gap) == {frozenset()}
    found = []
    if unsigned:
        found.append(g.compare(">", g.mul((g.const(1 if sign > 0 else -1), *unsigned)), g.const(0)))
    if not is_fixed and all(_may_vanish(g, side) for side in sides):
        found.append(g.compare("!=", total, g.const(0)))
    if any(len(side) > 1 or any(_may_overflow(g, f) for f in side) for side in sides) or (
        not is_fixed and all(any(not _is_small(g, f) for f in side) for side in sides)
    ):
        found.append(g.compare("<", g.call("abs", (total,)), g.call("oo")))
    return found


def _is_positive(g: Graph, factor: Node) -> bool:
    """Whether a factor is never negative, where it has a value."""
    kind = g.kinds[factor]
    if kind == "pow":
        power = g.value(g.args[factor][1])
        return power is not None and (power.denominator == 2 or power % 2 == 0)
    return kind in ("hypot", "abs", "exp")


def _may_vanish(g: Graph, side: Sequence[Node]) -> bool:
    """Whether a side may be zero where the factors of unknown sign are not."""
    return any(_is_positive(g, f) and not _is_apart_from_zero(g, f) for f in side)


def _is_apart_from_zero(g: Graph, factor: Node) -> bool:
    if g.kinds[factor] == "hypot":
        return any(g.value(leg) is not None for leg in g.args[factor])
    return g.kinds[factor] == "exp" or not g.varies(factor)


def _is_small(g: Graph, factor: Node) -> bool:
    """Whether twice the factor is finite where the factor is: of a square root or number."""
    return g.kinds[factor] == "pow" or not g.varies(factor)


def _may_overflow(g: Graph, factor: Node) -> bool:
    """Whether a factor is a root of what overflows where the variables in it do not."""
    if g.kinds[factor] != "pow" or not _is_root(g, factor):
        return False
    inside = multiplied_out(g, g.args[factor][0])
    if inside is None:
        return True
    varying = [(m, c) for m, c in inside.items() if m and not (c < 0 and _is_even(m))]
    return len(varying) > 1 or any(
        not -1 <= coefficient <= 1
        or len(monomial) > 1
        or any(power > 1 or g.args[factor] for factor, power in monomial)
        for monomial, coefficient in varying
    )


def _is_even(monomial: Monomial) -> bool:
    return all(power % 2 == 0 for _, power in monomial)
