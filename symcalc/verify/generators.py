"""What the generators of normal forms stand for, and the relations that they obey."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

from .sparse import ONE, Monomial, Polynomial, constant, minus, plus, power, single, times

__all__ = ["Generator", "Generators"]


@dataclass(frozen=True, slots=True)
class Generator:
    """One symbol of the normal forms.

    Attributes
    ----------
    kind : str
        "atom" (a variable, a function without relations), "exp" and "prime" (positive), "root"
        and "cbrt" (fractional powers of `base`), "inverse" (1/`base`), "cos", "sin"
        (s² = 1 - `base`²), "sign" (of the generator `base`),
        "angle" (u with u·root**(1/2) = `base`).
    key : hashable
    base : Polynomial
    other : int
        The root that goes with an "angle".
    is_array : bool
        Whether it has one value per row.
    """

    kind: str
    key: Hashable
    base: Polynomial
    other: int = -1
    is_array: bool = False


class Generators:
    """The table of generators, and the test whether a polynomial in them is zero.

    Notes
    -----
    Each relation used is true at every real point at which the formulas that brought the
    generators in have a value. Multiplying by a base is allowed because negative powers of it
    stand in those formulas, so that it is not zero there.
    """

    def __init__(self) -> None:
        self.rows: list[Generator] = []
        self._index: dict[Hashable, int] = {}
        #: Generators that are not zero wherever both formulas have a value.
        self.nonzero: set[int] = set()

    def get(
        self,
        kind: str,
        key: Hashable,
        base: Polynomial | None = None,
        other: int = -1,
        is_array: bool = False,
    ) -> int:
        """Return the one generator of this kind and key."""
        place = (kind, key)
        if place not in self._index:
            self._index[place] = len(self.rows)
            self.rows.append(Generator(kind, key, base or {}, other, is_array))
        return self._index[place]

    def is_array(self, monomial: Monomial) -> bool:
        """Say whether a monomial has one value per row."""
        return any(self.rows[g].is_array for g, _ in monomial)

    def is_positive(self, generator: int) -> bool:
        """Say whether a generator is positive wherever it has a value."""
        row = self.rows[generator]
        return row.kind in ("exp", "prime") or (row.kind == "atom" and row.base == ONE)

    def is_zero(self, p: Polynomial) -> bool:
        """Say whether the relations show that a polynomial is zero wherever it has a value."""
        for _ in range(200):
            if not p:
                return True
            reduced = self._reduced(p)
            if reduced is None:
                return False
            p = reduced
        return False

    def _reduced(self, p: Polynomial) -> Polynomial | None:
        """Return the polynomial after one relation, of the newest generator that has one."""
        for generator in sorted({g for m in p for g, _ in m}, reverse=True):
            rule = _RULES.get(self.rows[generator].kind)
            if rule is not None:
                found = rule(self, generator, p)
                if found is not None:
                    return found
        return None


def _exponents(p: Polynomial, generator: int) -> list[Fraction]:
    return [dict(m).get(generator, Fraction(0)) for m in p]


def _replaced(p: Polynomial, generator: int, change: dict[Fraction, Polynomial]) -> Polynomial:
    """Return the polynomial with powers of a generator replaced by polynomials."""
    total: Polynomial = {}
    for monomial, coefficient in p.items():
        exponent = dict(monomial).get(generator, Fraction(0))
        rest = tuple(pair for pair in monomial if pair[0] != generator)
        total = plus(total, times({rest: coefficient}, change[exponent]))
    return total


def _clear_inverse(table: Generators, g: int, p: Polynomial) -> Polynomial | None:
    """Multiply by the base until its inverse is gone."""
    found = set(_exponents(p, g))
    top = max(*found, Fraction(0))
    base = table.rows[g].base
    if any(e.denominator != 1 for e in found):
        return None
    return _replaced(p, g, {e: power(base, int(top - e)) for e in found})


def _lower_root(table: Generators, g: int, p: Polynomial) -> Polynomial | None:
    """Bring the powers of a root into [0, 1), its whole powers being those of its base."""
    found = set(_exponents(p, g))
    low = min(*found, Fraction(0))
    if low == 0 and all(e < 1 for e in found):
        return None
    base = table.rows[g].base
    change = {}
    for exponent in found:
        moved = exponent - low
        whole = moved.numerator // moved.denominator
        change[exponent] = times(power(base, whole), single(g, moved - whole))
    return _replaced(p, g, change)


def _lower_sine(table: Generators, g: int, p: Polynomial) -> Polynomial | None:
    """Replace s² by 1 - c²."""
    found = set(_exponents(p, g))
    low = min(*found, Fraction(0))
    if (low == 0 and max(found) <= 1) or any(e.denominator != 1 for e in found):
        return None
    square = minus(ONE, power(table.rows[g].base, 2))
    change = {}
    for exponent in found:
        moved = int(exponent - low)
        change[exponent] = times(power(square, moved // 2), single(g, moved % 2))
    return _replaced(p, g, change)


def _lower_sign(table: Generators, g: int, p: Polynomial) -> Polynomial | None:
    """Replace S² by 1 where S is known not to be zero; else S³ by S, and S²·u by u."""
    found = set(_exponents(p, g))
    if any(e.denominator != 1 for e in found):
        return None
    row = table.rows[g]
    (owner,) = next(iter(row.base))
    if g in table.nonzero or owner[0] in table.nonzero or any(e < 0 for e in found):
        if found <= {0, 1}:
            return None
        return _replaced(p, g, {e: single(g, int(e) % 2) for e in found})
    total: Polynomial = {}
    for monomial, coefficient in p.items():
        exponents = dict(monomial)
        exponent = int(exponents.get(g, 0))
        if exponent >= 2 and exponents.get(owner[0], 0) > 0:
            exponent %= 2
        elif exponent > 2:
            exponent -= 2
        rest = tuple(pair for pair in monomial if pair[0] != g)
        total = plus(total, times({rest: coefficient}, single(g, exponent)))
    return total if total != p else None


def _lower_angle(table: Generators, g: int, p: Polynomial) -> Polynomial | None:
    """Replace u·root**(1/2) by the formula that u is the direction of."""
    row = table.rows[g]
    half = Fraction(1, 2)
    total: Polynomial = {}
    for monomial, coefficient in p.items():
        exponents = dict(monomial)
        if exponents.get(g, 0) >= 1 and exponents.get(row.other, 0) >= half:
            exponents[g] -= 1
            exponents[row.other] -= half
            rest = tuple(sorted((k, e) for k, e in exponents.items() if e))
            total = plus(total, times({rest: coefficient}, row.base))
        else:
            total = plus(total, {monomial: coefficient})
    if total != p:
        return total
    low = min(_exponents(p, row.other), default=Fraction(0))
    if low < 0 and max(_exponents(p, g)) >= 1:  # then the root is not zero
        return times(p, single(row.other, -low))
    return None


def _lower_prime(table: Generators, g: int, p: Polynomial) -> Polynomial | None:
    """Bring the powers of a number into [0, 1)."""
    found = set(_exponents(p, g))
    if all(0 <= e < 1 for e in found):
        return None
    number = next(iter(table.rows[g].base.values()))
    change = {}
    for exponent in found:
        whole = exponent.numerator // exponent.denominator
        change[exponent] = times(constant(number**whole), single(g, exponent - whole))
    return _replaced(p, g, change)


_RULES = {
    "inverse": _clear_inverse,
    "root": _lower_root,
    "cbrt": _lower_root,
    "sin": _lower_sine,
    "sign": _lower_sign,
    "angle": _lower_angle,
    "prime": _lower_prime,
}
