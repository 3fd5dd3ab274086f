"""Orders of growth: products of powers, iterated logarithms and exponentials of a large W.

Towards infinity W is |x|; towards a finite place W is one over the distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

__all__ = ["LOG", "ONE", "TINY", "Scale", "UnknownGrowthError", "W", "compare", "log_atom"]

#: Exponents that differ by less are equal: irrational ones are known to so many bits.
TINY = Fraction(1, 2**100)
_GRID = 2**160


class UnknownGrowthError(ArithmeticError):
    """The growth of a function here is beyond this arithmetic."""


_ZEROS = (Fraction(0),) * 4


@dataclass(frozen=True, slots=True)
class Scale:
    """`W**p * L**q * LL**r * LLL**s * exp(sum of (a + b*i)*atom)` with L = log(W), LL = log(L).

    Attributes
    ----------
    powers : tuple of Fraction
        (p, q, r, s).
    exponent : tuple of (Fraction, Fraction, Scale)
        (a, b, atom), the fastest atom first; atoms grow without bound and do not oscillate. A
        `b` other than zero is an oscillation whose phase is b*atom.
    """

    powers: tuple[Fraction, ...] = _ZEROS
    exponent: tuple[tuple[Fraction, Fraction, Scale], ...] = ()

    def __mul__(self, other: Scale) -> Scale:
        powers = tuple(map(_rounded_sum, self.powers, other.powers))
        if not self.exponent and not other.exponent:
            return Scale(powers)
        return Scale.made(powers, (*self.exponent, *other.exponent))

    def __pow__(self, power: Fraction | int) -> Scale:
        powers = tuple(_rounded(p * power) for p in self.powers)
        exponent = tuple((_rounded(a * power), _rounded(b * power), m) for a, b, m in self.exponent)
        return Scale(powers, exponent if power else ())

    @classmethod
    def made(
        cls, powers: tuple[Fraction, ...], parts: tuple[tuple[Fraction, Fraction, Scale], ...]
    ) -> Scale:
        """Return the scale with equal atoms merged, real logarithms made powers."""
        merged: list[tuple[Fraction, Fraction, Scale]] = []
        exact = list(powers)
        for a, b, atom in parts:
            place = _LOGS.get(atom)
            if place is not None:
                exact[place] = _rounded(exact[place] + a)
                a = Fraction(0)
            for index, (c, d, known) in enumerate(merged):
                if compare(known, atom) == 0:
                    merged[index] = (_rounded(c + a), _rounded(d + b), known)
                    break
            else:
                merged.append((a, b, atom))
        kept = [part for part in merged if abs(part[0]) > TINY or abs(part[1]) > TINY]
        kept.sort(key=_Descending)
        return cls(tuple(exact), tuple(kept))

    @property
    def phase(self) -> tuple[tuple[Fraction, Scale], ...]:
        """The oscillation: (b, atom), the fastest first."""
        return tuple((b, atom) for _, b, atom in self.exponent if abs(b) > TINY)

    @property
    def size(self) -> Scale:
        """The same without its oscillation."""
        if not self.exponent:
            return self
        real = tuple((a, Fraction(0), m) for a, _, m in self.exponent if abs(a) > TINY)
        return Scale(self.powers, real)

    @property
    def logarithm(self) -> list[tuple[Fraction, Scale]]:
        """The logarithm of the size as a sum of (coefficient, atom), the fastest first."""
        parts = [(a, m) for a, _, m in self.exponent if abs(a) > TINY]
        if abs(self.powers[3]) > TINY:
            raise UnknownGrowthError("a logarithm iterated four times")
        parts += [(p, _ATOMS[k]) for k, p in enumerate(self.powers[:3]) if abs(p) > TINY]
        return parts

    def at(self, w: Any) -> Any:
        """Return the value for a large W, an arb, as an acb."""
        import flint

        result, base = flint.acb(1), w
        for power in self.powers:
            if power:
                result *= (base.log() * _ball(power)).exp()
            base = base.log()
        for a, b, atom in self.exponent:
            result *= (flint.acb(_ball(a), _ball(b)) * atom.at(w)).exp()
        return result


def _ball(number: Fraction) -> Any:
    import flint

    return flint.arb(flint.fmpq(number.numerator, number.denominator))


def _rounded(number: Fraction) -> Fraction:
    """Return a number of bounded size: what is not a simple fraction is cut to 160 bits."""
    if number.denominator.bit_length() <= 162:
        return number
    return Fraction(round(number * _GRID), _GRID)


def _rounded_sum(left: Fraction, right: Fraction) -> Fraction:
    return left if not right else right if not left else _rounded(left + right)


ONE = Scale()
W = Scale((Fraction(1), *_ZEROS[1:]))
LOG = Scale((Fraction(0), Fraction(1), *_ZEROS[2:]))
_LOGLOG = Scale((Fraction(0), Fraction(0), Fraction(1), Fraction(0)))
_LOGLOGLOG = Scale((*_ZEROS[:3], Fraction(1)))
_ATOMS = (LOG, _LOGLOG, _LOGLOGLOG)
_LOGS = {atom: place for place, atom in enumerate(_ATOMS)}


def log_atom(place: int) -> Scale:
    """Return log(W), log(log(W)), … for the places 0, 1, 2."""
    return _ATOMS[place]


@lru_cache(maxsize=4096)
def compare(left: Scale, right: Scale) -> int:
    """Return 1, 0 or -1: whether the left grows faster, as fast or slower, oscillation aside."""
    if not left.exponent and not right.exponent:
        for p, q in zip(left.powers, right.powers, strict=True):
            if abs(p - q) > TINY:
                return 1 if p > q else -1
        return 0
    if left.exponent == right.exponent:
        return compare(Scale(left.powers), Scale(right.powers))
    gap = left.size * right.size**-1
    best: tuple[Fraction, Scale] | None = None
    for part in gap.logarithm if abs(gap.powers[3]) <= TINY else _with_last(gap):
        if best is None or compare(part[1], best[1]) > 0:
            best = part
    if best is None:
        return 0
    return 1 if best[0] > 0 else -1


def _with_last(gap: Scale) -> list[tuple[Fraction, Scale]]:
    """Return the logarithm; the last iterated logarithm decides only when it stands alone."""
    parts = Scale((*gap.powers[:3], Fraction(0)), gap.exponent).logarithm
    return parts or [(gap.powers[3], ONE)]


class _Descending:
    """The order of exponents: the fastest atom first."""

    __slots__ = ("atom",)

    def __init__(self, part: tuple[Fraction, Fraction, Scale]) -> None:
        self.atom = part[2]

    def __lt__(self, other: _Descending) -> bool:
        return compare(self.atom, other.atom) > 0
