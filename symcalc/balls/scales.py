"""Bounds that hold on a whole ray t >= R: multiples of t**a * log(t)**b * exp(sum of c*t**g)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flint import arb, fmpq

    Real = int | fmpq | arb

__all__ = [
    "CONSTANT",
    "Bound",
    "Scale",
    "Size",
    "add_bounds",
    "constant_bound",
    "excludes_zero",
    "is_zero",
    "multiply",
    "power",
]


@dataclass(frozen=True, slots=True)
class Scale:
    """`t**power * log(t)**logs * exp(sum of rate*t**growth)`, the pairs in `rates`.

    Numbers are exact (`fmpq`) where they can be, else balls. Growths are positive.
    """

    power: Real = 0
    logs: Real = 0
    rates: Mapping[Any, Real] = field(default_factory=dict)

    def __mul__(self, other: Scale) -> Scale:
        rates = dict(self.rates)
        for growth, rate in other.rates.items():
            rates[growth] = rates.get(growth, 0) + rate
        kept = {g: rate for g, rate in rates.items() if not is_zero(rate)}
        return Scale(self.power + other.power, self.logs + other.logs, kept)

    def __pow__(self, exponent: Any) -> Scale:
        rates = {g: rate * exponent for g, rate in self.rates.items()}
        return Scale(self.power * exponent, self.logs * exponent, rates)

    def __truediv__(self, other: Scale) -> Scale:
        return self * other**-1

    def at(self, t: arb) -> arb:
        """Return the value at a point."""
        value = t ** _ball(self.power)
        if not is_zero(self.logs):
            value = value * t.log() ** _ball(self.logs)
        for growth, rate in self.rates.items():
            value = value * (_ball(rate) * t ** _ball(growth)).exp()
        return value

    def decay(self, start: arb) -> arb:
        """Return k such that the scale is at most `(t/start)**-k` times its value at the start.

        k is a lower bound of -t*d(log scale)/dt on the whole ray: with the fastest decaying
        exponential factored out, what works against it shrinks.
        """
        import flint

        falling = [g for g, rate in self.rates.items() if rate < 0]
        against = flint.arb(0).max(_ball(self.logs)) / start.log()
        if not falling:
            total = -_ball(self.power) - against
            return total if not self.rates else flint.arb("-inf")
        fastest = max(falling)
        if any(not rate < 0 and not g < fastest for g, rate in self.rates.items()):
            return flint.arb("-inf")
        against = against + flint.arb(0).max(_ball(self.power))
        for growth, rate in self.rates.items():
            if not rate < 0:
                against += _ball(rate) * _ball(growth) * start ** _ball(growth)
        gain = -_ball(self.rates[fastest]) * _ball(fastest) * start ** _ball(fastest)
        kept = gain - against
        # below zero the bracket may still grow or fall: no statement about the whole ray
        return kept + flint.arb(0).max(-_ball(self.power)) if kept > 0 else flint.arb("-inf")

    def supremum(self, start: arb) -> arb | None:
        """Return the greatest value on the ray, None when it is not seen to fall."""
        if is_zero(self.power) and is_zero(self.logs) and not self.rates:
            return start * 0 + 1
        return self.at(start) if self.decay(start) >= 0 else None

    def infimum(self, start: arb) -> arb | None:
        """Return the least value on the ray, None when the scale is not seen to rise."""
        highest = (self**-1).supremum(start)
        return None if highest is None else 1 / highest

    def tail(self, start: arb) -> arb | None:
        """Bound the integral of the scale over the ray; None where it is not seen to exist."""
        decay = self.decay(start)
        if decay > 1:
            return self.at(start) * start / (decay - 1)
        if not self.rates and self.power == -1 and self.logs < -1:
            order = -_ball(self.logs) - 1
            return start.log() ** -order / order
        return None


#: The scale 1.
CONSTANT = Scale()


@dataclass(frozen=True, slots=True)
class Size:
    """A positive multiple of a scale; `factor` is a ball, only its upper or lower end counts."""

    factor: arb
    scale: Scale


@dataclass(frozen=True, slots=True)
class Bound:
    """What is known of a value on the ray: its sign, and sizes below and above its absolute value.

    `sign` is 1, -1 or 0 for "not known"; `low` is None where nothing but zero is known.
    """

    sign: int
    low: Size | None
    high: Size

    def __neg__(self) -> Bound:
        return Bound(-self.sign, self.low, self.high)


def constant_bound(value: arb) -> Bound:
    """Return the bound of a value that lies in a ball on the whole ray."""
    sign = 1 if value > 0 else -1 if value < 0 else 0
    low = Size(value.abs_lower(), CONSTANT) if sign else None
    return Bound(sign, low, Size(value.abs_upper(), CONSTANT))


def multiply(left: Bound, right: Bound) -> Bound:
    """Return the bound of a product."""
    low = None
    if left.low is not None and right.low is not None:
        low = _times(left.low, right.low)
    return Bound(left.sign * right.sign, low, _times(left.high, right.high))


def power(base: Bound, exponent: Any, *, is_whole: bool) -> Bound | None:
    """Return the bound of base**exponent, None where it may have no value or no bound."""
    is_even = is_whole and int(exponent) % 2 == 0
    if not is_whole and base.sign != 1:
        return None
    sign = 1 if is_even and base.sign else base.sign
    if exponent > 0:
        low = None if base.low is None else _raised(base.low, exponent)
        return Bound(1 if is_even else sign, low, _raised(base.high, exponent))
    if not exponent < 0 or base.low is None or base.sign == 0:
        return None
    return Bound(sign, _raised(base.high, exponent), _raised(base.low, exponent))


def add_bounds(left: Bound, right: Bound, start: arb) -> Bound | None:
    """Return the bound of a sum on the ray from `start`."""
    high = _sum(left.high, right.high, start)
    if high is None:
        return None
    if left.sign == right.sign != 0:
        return Bound(left.sign, _either(left.low, right.low, start), high)
    for one, other in ((left, right), (right, left)):
        if one.sign and one.low is not None:
            share = (other.high.scale / one.low.scale).supremum(start)
            if share is None:
                continue
            kept = one.low.factor - other.high.factor * share
            if kept > 0:
                return Bound(one.sign, Size(kept, one.low.scale), high)
    return Bound(0, None, high)


def _times(left: Size, right: Size) -> Size:
    return Size(left.factor * right.factor, left.scale * right.scale)


def _raised(size: Size, exponent: Real) -> Size:
    return Size(size.factor ** _ball(exponent), size.scale**exponent)


def _sum(left: Size, right: Size, start: arb) -> Size | None:
    """Return a size that is at least the sum, on the greater of the scales."""
    for one, other in ((left, right), (right, left)):
        share = (other.scale / one.scale).supremum(start)
        if share is not None:
            return Size(one.factor + other.factor * share, one.scale)
    return None


def _either(left: Size | None, right: Size | None, start: arb) -> Size | None:
    """Return a size that is at most the sum: the one on the greater scale."""
    if left is None or right is None:
        return left or right
    if left.scale == right.scale:
        return Size(left.factor + right.factor, left.scale)
    return left if (right.scale / left.scale).supremum(start) is not None else right


def _ball(number: Any) -> arb:
    import flint

    return flint.arb(number)


def is_zero(number: Any) -> bool:
    """Say whether a rational or a ball is exactly zero, in which sense balls compare."""
    return bool(number == 0)


def excludes_zero(number: Any) -> bool:
    """Say whether a rational, or every number in a ball, is not zero."""
    return bool(number != 0)
