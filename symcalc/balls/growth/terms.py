"""Sums of orders of growth with ball coefficients: leading terms, and the order of the rest.

All series of one computation are of equal length. A coefficient that encloses zero and is very
narrow is taken for zero: that step is evidence, not proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

from .scales import ONE, TINY, Scale, UnknownGrowthError, compare

__all__ = [
    "BITS",
    "CancelledGrowthError",
    "Growth",
    "NotRealError",
    "compose",
    "constant",
    "exponential",
    "logarithm",
    "power",
    "to_fraction",
    "turning",
]

#: The working precision, and the size below which a coefficient around zero is zero.
BITS = 256
_NARROW = 2.0**-90

Term = tuple[Any, Scale]


class CancelledGrowthError(UnknownGrowthError):
    """All known terms cancel: a longer series may tell."""


class NotRealError(UnknownGrowthError):
    """The function has no real value near the place."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The sum of `coefficient * scale`, the largest first, plus O(error).

    Attributes
    ----------
    terms : tuple of (acb, Scale)
    error : Scale or None
        None: nothing is left out.
    length : int
        The number of terms that are kept.
    """

    terms: tuple[Term, ...]
    error: Scale | None
    length: int

    def __add__(self, other: Growth) -> Growth:
        return _collected([*self.terms, *other.terms], [self.error, other.error], self.length)

    def __mul__(self, other: Growth) -> Growth:
        if not self.terms and self.error is None:
            return self
        if not other.terms and other.error is None:
            return other
        if len(other.terms) == 1 and other.error is None and not other.terms[0][1].phase:
            return self.times(*other.terms[0])
        products = [(c * d, m * n) for c, m in self.terms for d, n in other.terms]
        errors = []
        for one, two in ((self, other), (other, self)):
            if one.error is not None:
                errors.append(one.error * two.bound)
        return _collected(products, errors, self.length)

    def __neg__(self) -> Growth:
        return self.times(-1)

    def __sub__(self, other: Growth) -> Growth:
        return self + (-other)

    def times(self, number: Any, scale: Scale = ONE) -> Growth:
        """Return the product with one term."""
        error = None if self.error is None else self.error * scale.size
        return Growth(tuple((c * number, m * scale) for c, m in self.terms), error, self.length)

    def shifted(self, number: Any) -> Growth:
        """Return the sum with a number."""
        return self + constant(number, self.length)

    @property
    def bound(self) -> Scale:
        """The size of the largest term, or of what is left when there is none."""
        if self.terms:
            return self.terms[0][1].size
        return ONE if self.error is None else self.error

    @property
    def is_zero(self) -> bool:
        """Whether the function vanishes identically."""
        return not self.terms and self.error is None

    def leading(self) -> list[Term]:
        """Return the terms of the largest size: several when the function oscillates."""
        if not self.terms:
            raise CancelledGrowthError("all known terms cancel")
        first = self.terms[0][1]
        return [term for term in self.terms if compare(term[1], first) == 0]

    def dominant(self) -> tuple[Any, Scale, Growth]:
        """Return (c, M, delta) with the function = c*M*(1 + delta), c real, delta -> 0."""
        lead = self.leading()
        if len(lead) > 1 or lead[0][1].phase:
            center, radius = _range(lead)
            import flint

            wide = flint.arb(center.mid(), (center.rad() + radius).upper() * 1.0001)
            if wide.contains(0):
                raise UnknownGrowthError("an oscillation through zero")
            return wide, lead[0][1].size, Growth((), None, self.length)
        coefficient, scale = lead[0]
        rest = Growth(self.terms[1:], self.error, self.length)
        return coefficient.real, scale, rest.times(1 / coefficient.real, scale**-1)

    def sign(self) -> int:
        """Return the sign near the place; 0 for the zero function."""
        if self.is_zero:
            return 0
        coefficient, _, _ = self.dominant()
        if coefficient.contains(0):
            raise UnknownGrowthError("a sign that is not decided")
        return 1 if coefficient > 0 else -1

    def split(self) -> tuple[list[Term], Any, Growth]:
        """Return the terms that diverge, the constant, and the rest, which vanishes."""
        import flint

        diverging: list[Term] = []
        small: list[Term] = []
        value = flint.acb(0)
        for coefficient, scale in self.terms:
            order = compare(scale, ONE)
            if order > 0:
                diverging.append((coefficient, scale))
            elif order == 0 and scale.phase:
                raise UnknownGrowthError("a bounded oscillation")
            elif order == 0:
                value += coefficient
            else:
                small.append((coefficient, scale))
        if self.error is not None and compare(self.error, ONE) >= 0:
            raise CancelledGrowthError("the constant term is not known")
        return diverging, value.real, Growth(tuple(small), self.error, self.length)

    def range(self) -> Any:
        """Return a ball of all values that a bounded function takes in the end."""
        import flint

        center, radius = flint.arb(0), flint.arb(0)
        if compare(self.bound, ONE) > 0 or (
            self.error is not None and compare(self.error, ONE) >= 0
        ):
            raise UnknownGrowthError("not bounded, or the bound is not known")
        level = [term for term in self.terms if compare(term[1], ONE) == 0]
        center, radius = _range(level) if level else (center, radius)
        return flint.arb(center.mid(), (center.rad() + radius + flint.arb("1e-6")).upper())

    def gap(self, value: Any, w: Any) -> float | None:
        """Return |value - leading terms|/size of the leading terms at a large W, from below."""
        import flint

        if not value.is_finite() or not self.terms:
            return None
        try:
            lead = sum((c * scale.at(w) for c, scale in self.leading()), flint.acb(0)).real
            gap = abs(value - lead) / abs(self.bound.at(w))
            size = sum(float(abs(c).lower()) for c, _ in self.leading())
        except (OverflowError, ValueError):
            return None
        return float(gap.lower()) / max(size, 1e-300) if gap.is_finite() else None


def constant(number: Any, length: int) -> Growth:
    """Return a number as a growth."""
    import flint

    value = flint.acb(number)
    return Growth(() if value.is_zero() else ((value, ONE),), None, length)


def _range(terms: Sequence[Term]) -> tuple[Any, Any]:
    """Return center and radius of the values of a sum of oscillations of one size."""
    import flint

    center, radius = flint.arb(0), flint.arb(0)
    for coefficient, scale in terms:
        if scale.phase:
            radius += abs(coefficient)
        else:
            center += coefficient.real
    return center, radius


def _is_zero(ball: Any) -> bool:
    return bool(ball.contains(0) and float(abs(ball).upper()) < _NARROW)


def _collected(terms: list[Term], errors: Sequence[Scale | None], length: int) -> Growth:
    """Return the sum with equal scales merged, sorted and cut."""
    error: Scale | None = None
    for candidate in errors:
        if candidate is not None and (error is None or compare(candidate, error) > 0):
            error = candidate.size
    merged: dict[Scale, Any] = {}
    for coefficient, scale in terms:
        known = merged.get(scale)
        merged[scale] = coefficient if known is None else known + coefficient
    order: list[tuple[Scale, Any]] = sorted(merged.items(), key=_DESCENDING)
    kept: list[Term] = []
    sizes = 0
    for scale, coefficient in _without_twins(order):
        if error is not None and compare(scale, error) <= 0:
            break
        if _is_zero(coefficient):
            continue
        if coefficient.contains(0):
            error = scale.size
            break
        fresh = not kept or compare(kept[-1][1], scale) != 0
        if fresh and sizes == length:
            error = scale.size
            break
        sizes += fresh
        kept.append((coefficient, scale))
    return Growth(tuple(kept), error, length)


def _without_twins(order: list[tuple[Scale, Any]]) -> list[tuple[Scale, Any]]:
    """Merge neighbors whose exponents differ by rounding alone."""
    found: list[tuple[Scale, Any]] = []
    for scale, coefficient in order:
        place = len(found) - 1
        while place >= 0 and compare(found[place][0], scale) == 0:
            if _same_phase(found[place][0], scale):
                found[place] = (found[place][0], found[place][1] + coefficient)
                break
            place -= 1
        else:
            found.append((scale, coefficient))
    return found


def _same_phase(left: Scale, right: Scale) -> bool:
    one, two = left.phase, right.phase
    return len(one) == len(two) and all(
        abs(b - d) <= TINY and compare(m, n) == 0 for (b, m), (d, n) in zip(one, two, strict=True)
    )


_DESCENDING: Any = cmp_to_key(lambda one, two: compare(two[0], one[0]))


# -- functions of a growth --------------------------------------------------------------------


def compose(coefficients: Sequence[Any], small: Growth) -> Growth:
    """Return the power series with these coefficients at what vanishes."""
    total = constant(coefficients[-1], small.length)
    for coefficient in reversed(coefficients[:-1]):
        total = (total * small).shifted(coefficient)
    if small.is_zero:
        return total
    order = small.bound ** len(coefficients)
    return _collected(list(total.terms), [total.error, order], small.length)


def n_terms_for(small: Growth) -> int:
    """Return how many powers of what vanishes can matter."""
    return small.length + 1


def exponential(g: Growth) -> Growth:
    """Return exp(g)."""
    return _exponential(g, 1)


def turning(g: Growth) -> Growth:
    """Return exp(i*g) for a real g."""
    import flint

    return _exponential(g, flint.acb(0, 1))


def _exponential(g: Growth, unit: Any) -> Growth:
    import flint

    diverging, value, small = g.split()
    real, parts = unit == 1, []
    for coefficient, scale in diverging:
        if scale.phase:
            raise UnknownGrowthError("an exponential of an unbounded oscillation")
        number = to_fraction(coefficient.real)
        zero = Fraction(0)
        parts.append((number, zero, scale) if real else (zero, number, scale))
    scale = Scale.made(ONE.powers, tuple(parts))
    n = n_terms_for(small)
    coefficients, term = [], flint.acb(1)
    for k in range(n):
        coefficients.append(term)
        term = term * unit / (k + 1)
    return compose(coefficients, small).times((flint.acb(value) * unit).exp(), scale)


def logarithm(g: Growth) -> Growth:
    """Return log(g)."""
    import flint

    coefficient, scale, small = g.dominant()
    if not coefficient > 0:
        raise NotRealError("the logarithm of what is not positive")
    terms = [(flint.acb(_ball(a)), atom) for a, atom in scale.logarithm]
    terms.append((flint.acb(coefficient.log()), ONE))
    n = n_terms_for(small)
    series = compose([0] + [flint.arb(-1) ** (k + 1) / k for k in range(1, n)], small)
    return _collected([*terms, *series.terms], [series.error], g.length)


def power(g: Growth, exponent: Any) -> Growth:
    """Return g**exponent for a rational exponent, or a narrow ball."""
    import flint

    exact = exponent if isinstance(exponent, int | Fraction) else None
    whole = int(exact) if exact is not None and exact.denominator == 1 else None
    if whole is not None and 0 <= whole <= 12:
        result = constant(1, g.length)
        for _ in range(whole):
            result = result * g
        return result
    ball = _ball(Fraction(exact)) if exact is not None else exponent
    if g.is_zero:
        if ball > 0:
            return g
        raise UnknownGrowthError("a power of zero")
    coefficient, scale, small = g.dominant()
    if whole is None and not coefficient > 0:
        raise NotRealError("a power of what is not positive")
    lead = coefficient**whole if whole is not None else (coefficient.log() * ball).exp()
    n = n_terms_for(small)
    coefficients, term = [], flint.arb(1)
    for k in range(n):
        coefficients.append(term)
        term = term * (ball - k) / (k + 1)
    number = exact if exact is not None else to_fraction(ball)
    return compose(coefficients, small).times(lead, scale ** Fraction(number))


def to_fraction(ball: Any) -> Fraction:
    """Return the number that a narrow ball stands for: a simple fraction, or its middle."""
    if not float(ball.rad()) <= _NARROW * max(1.0, abs(float(ball.mid()))):
        raise UnknownGrowthError("a coefficient is not known well enough")
    mantissa, exponent = ball.mid().man_exp()
    number = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    simple = number.limit_denominator(10**6)
    return simple if abs(simple - number) < TINY else number


def _ball(number: Fraction) -> Any:
    import flint

    return flint.arb(flint.fmpq(number.numerator, number.denominator))
