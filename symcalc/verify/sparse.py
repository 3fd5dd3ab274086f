"""Sparse sums of products of powers: the arithmetic in which identities are proven.

A monomial is a tuple of (generator, exponent) sorted by generator; a generator is a number that
`normal_forms` gives a meaning, an exponent any rational. A polynomial maps monomials to rational
coefficients, none of them zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

__all__ = [
    "ONE",
    "Monomial",
    "Polynomial",
    "TooLargeError",
    "constant",
    "frozen",
    "minus",
    "plus",
    "power",
    "raised",
    "scaled",
    "single",
    "split",
    "times",
]

Monomial = tuple[tuple[int, Fraction], ...]
Polynomial = dict[Monomial, Fraction]

#: A polynomial never gets more terms than this.
MAX_TERMS = 1500

ONE: Polynomial = {(): Fraction(1)}


class TooLargeError(ArithmeticError):
    """The normal form has too many terms to go on."""


def constant(value: int | Fraction) -> Polynomial:
    """Return a number."""
    return {(): Fraction(value)} if value else {}


def single(generator: int, exponent: int | Fraction = 1) -> Polynomial:
    """Return a power of one generator."""
    return {((generator, Fraction(exponent)),): Fraction(1)} if exponent else dict(ONE)


def frozen(p: Polynomial) -> tuple[tuple[Monomial, Fraction], ...]:
    """Return the polynomial as a key."""
    return tuple(sorted(p.items()))


def plus(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return p + q."""
    total = dict(p)
    for monomial, coefficient in q.items():
        value = total.get(monomial, 0) + coefficient
        if value:
            total[monomial] = Fraction(value)
        else:
            total.pop(monomial, None)
    return _limited(total)


def minus(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return p - q."""
    return plus(p, scaled(q, -1))


def scaled(p: Polynomial, factor: int | Fraction) -> Polynomial:
    """Return factor × p."""
    return {m: c * factor for m, c in p.items()} if factor else {}


def times(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return p × q."""
    if len(p) * len(q) > 50 * MAX_TERMS:
        raise TooLargeError
    total: dict[Monomial, Fraction] = {}
    for left, a in p.items():
        for right, b in q.items():
            monomial = _joined(left, right)
            total[monomial] = total.get(monomial, Fraction(0)) + a * b
    return _limited({m: c for m, c in total.items() if c})


def power(p: Polynomial, exponent: int) -> Polynomial:
    """Return p**exponent for a whole exponent that is not negative."""
    if exponent > MAX_TERMS:
        raise TooLargeError
    result, square = dict(ONE), p
    while exponent:
        if exponent & 1:
            result = times(result, square)
        exponent >>= 1
        if exponent:
            square = times(square, square)
    return result


def raised(monomial: Monomial, exponent: int | Fraction) -> Monomial:
    """Return the monomial with all exponents multiplied."""
    return tuple((g, e * exponent) for g, e in monomial) if exponent else ()


def split(p: Polynomial) -> tuple[Fraction, Monomial, Polynomial]:
    """Return (c, m, rest) with p = c·m·rest; the rest has no common factor, and leads with +.

    The rest of a single term is 1.
    """
    common = reduce(_lower, p)
    lead = p[max(p)]
    content = Fraction(
        reduce(gcd, (abs(c.numerator) for c in p.values())),
        reduce(lcm, (c.denominator for c in p.values())),
    )
    if lead < 0:
        content = -content
    back = raised(common, -1)
    return content, common, {_joined(m, back): c / content for m, c in p.items()}


def _lower(left: Monomial, right: Monomial) -> Monomial:
    """Return the greatest monomial that divides both."""
    a, b = dict(left), dict(right)
    exponents = {g: min(a.get(g, Fraction(0)), b.get(g, Fraction(0))) for g in {*a, *b}}
    return _sorted(exponents.items())


def _joined(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    exponents = dict(left)
    for generator, exponent in right:
        exponents[generator] = exponents.get(generator, Fraction(0)) + exponent
    return _sorted(exponents.items())


def _sorted(items: Iterable[tuple[int, Fraction]]) -> Monomial:
    return tuple(sorted((g, e) for g, e in items if e))


def _limited(p: Polynomial) -> Polynomial:
    if len(p) > MAX_TERMS:
        raise TooLargeError
    return p
