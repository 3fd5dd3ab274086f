"""Angles and lengths in normal form: cosine and sine of sums, directions, cube roots."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from .sparse import (
    ONE,
    Monomial,
    Polynomial,
    TooLargeError,
    constant,
    frozen,
    minus,
    plus,
    power,
    scaled,
    single,
    split,
    times,
)

if TYPE_CHECKING:
    from .normal_forms import NormalForms

__all__ = ["MoreAnglesError", "cbrt", "cos_sin", "direction", "hypot"]

#: Sines of more multiples of an angle are not multiplied out.
MAX_MULTIPLE = 12


class MoreAnglesError(Exception):
    """An angle came in a smaller part than before: start again with the finer one."""


def cos_sin(forms: NormalForms, p: Polynomial) -> tuple[Polynomial, Polynomial]:
    """Return the cosine and the sine of a sum of multiples of angles."""
    cos, sin = dict(ONE), dict[Monomial, Fraction]()
    for monomial, coefficient in p.items():
        c, s = _multiple(forms, monomial, coefficient)
        cos, sin = minus(times(cos, c), times(sin, s)), plus(times(sin, c), times(cos, s))
    return cos, sin


def _multiple(
    forms: NormalForms, monomial: Monomial, coefficient: Fraction
) -> tuple[Polynomial, Polynomial]:
    if monomial == ((forms.table.get("atom", "pi", dict(ONE)), Fraction(1)),):
        quarter = 2 * coefficient
        if quarter.denominator == 1:
            x, y = ((1, 0), (0, 1), (-1, 0), (0, -1))[int(quarter) % 4]
            return constant(x), constant(y)
    divisor = forms.divisors.setdefault(monomial, 1)
    if divisor % coefficient.denominator:
        forms.divisors[monomial] = lcm(divisor, coefficient.denominator)
        raise MoreAnglesError
    n = int(coefficient * divisor)
    if abs(n) > MAX_MULTIPLE:
        raise TooLargeError
    is_array = forms.table.is_array(monomial)
    c = single(forms.table.get("cos", (monomial, divisor), is_array=is_array))
    s = single(forms.table.get("sin", (monomial, divisor), c, is_array=is_array))
    cos, sin = dict(ONE), dict[Monomial, Fraction]()
    for _ in range(abs(n)):
        cos, sin = minus(times(cos, c), times(sin, s)), plus(times(sin, c), times(cos, s))
    return cos, sin if n > 0 else scaled(sin, -1)


def direction(forms: NormalForms, *ps: Polynomial) -> Polynomial:
    """Return p_0/hypot(p_0, p_1, ...), whatever it is where all are zero."""
    square: Polynomial = {}
    for p in ps:
        square = plus(square, power(p, 2))
    root = forms.generator_of("root", square, square)
    key = ("direction", tuple(map(frozen, ps)))
    is_array = forms.any_array(*ps)
    return single(forms.table.get("angle", key, ps[0], root, is_array=is_array))


def hypot(forms: NormalForms, *ps: Polynomial) -> Polynomial:
    """Return the square root of the sum of squares, in the form that `direction` knows."""
    square: Polynomial = {}
    for p in ps:
        square = plus(square, power(p, 2))
    return forms.root_power(square, Fraction(1, 2), True)


def cbrt(forms: NormalForms, p: Polynomial) -> Polynomial:
    """Return the real cube root."""
    if not p:
        return {}
    sign = 1 if split(p)[0] > 0 else -1
    base = scaled(p, sign)
    return scaled(single(forms.generator_of("cbrt", base, base), Fraction(1, 3)), sign)
