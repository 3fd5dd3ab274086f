"""Balls as decimals: exactly the digits that hold, correctly rounded."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flint import arb

__all__ = ["correct_decimal", "count_digits", "distance_bound"]

#: Numbers beyond 2**±MAX_EXPONENT are not written out.
MAX_EXPONENT = 10**6
#: Exponents of ten below and from which a number is written with an exponent.
FIXED = (-5, 21)


def correct_decimal(ball: arb, digits: int) -> str | None:
    """Return the number in the ball rounded to `digits` significant digits, where that is known.

    Parameters
    ----------
    ball : arb
        Contains the number.
    digits : int

    Returns
    -------
    str or None
        Every number in the ball rounds (half to even) to this decimal; None where they do not
        round to one. An exact number that needs fewer
        digits has no zeros at its end; one known by a ball keeps them, since they are digits
        that hold.
    """
    if not ball.is_finite():
        return None
    if abs(_exponent(ball)) > MAX_EXPONENT:
        return _far(ball, digits)
    low, high = _ends(ball)
    if low == high == 0:
        return "0"
    if low <= 0 <= high:
        return None
    first, second = _rounded(low, digits), _rounded(high, digits)
    if first != second:
        return None
    return _written(*first, is_exact=low == high)


def count_digits(decimal: str) -> int:
    """Return the number of significant digits of a decimal; 0 for "0"."""
    plain = decimal.partition("e")[0].lstrip("-").replace(".", "").lstrip("0")
    return len(plain)


def distance_bound(ball: arb, value: float) -> float:
    """Return a double that is not below the distance of any number in the ball from a double."""
    import math

    import flint

    if not math.isfinite(value):
        return math.inf
    bound = abs(ball - flint.arb(value)).upper()
    return 0.0 if bound.is_zero() else math.nextafter(float(bound), math.inf)


def _exponent(ball: arb) -> int:
    """Return the greatest power of two, in size, that the ends of a ball are written with."""
    exponents = [int(part.man_exp()[1]) for part in (ball.mid(), ball.rad())]
    return max(exponents, key=abs)


def _ends(ball: arb) -> tuple[Fraction, Fraction]:
    """Return the ends of a ball as exact numbers."""
    middle, radius = (
        int(part.man_exp()[0]) * Fraction(2) ** int(part.man_exp()[1])
        for part in (ball.mid(), ball.rad())
    )
    return middle - radius, middle + radius


def _far(ball: arb, digits: int) -> str | None:
    """Return the decimal of a number far beyond the range of doubles; it has an exponent."""
    import flint

    if ball.contains(0):
        return None
    places = (abs(ball).log() / flint.arb(10).log()).floor()
    power = places.unique_fmpz()
    if power is None:
        return None
    scaled = ball / flint.arb(10) ** flint.arb(power)
    if not scaled.is_finite() or abs(_exponent(scaled)) > MAX_EXPONENT:
        return None
    text = correct_decimal(scaled, digits)
    if text is None or "e" in text or len(text.lstrip("-").partition(".")[0]) != 1:
        return None
    return f"{text}e{int(power):+03d}"


def _rounded(value: Fraction, digits: int) -> tuple[int, int]:
    """Return (n, k): the value to so many digits is n * 10**k."""
    size = abs(value)
    bits = size.numerator.bit_length() - size.denominator.bit_length()
    power = bits * 30103 // 100000 - digits
    while True:
        scaled = round(value * Fraction(10) ** -power)
        if abs(scaled) >= 10**digits:
            if abs(scaled) == 10**digits and size < Fraction(10) ** (power + digits):
                return scaled // 10, power + 1  # rounded up to the next power of ten
            power += 1
        elif abs(scaled) < 10 ** (digits - 1):
            power -= 1
        else:
            return scaled, power


def _written(number: int, power: int, *, is_exact: bool) -> str:
    """Return n * 10**k as a decimal with its digits."""
    sign, digits = ("-" if number < 0 else ""), str(abs(number))
    if is_exact and digits.endswith("0"):
        kept = digits.rstrip("0")
        power += len(digits) - len(kept)
        digits = kept
    leading = power + len(digits) - 1
    if not FIXED[0] <= leading < FIXED[1] or (power > 0 and not is_exact):
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{leading:+03d}"
    if power >= 0:
        return f"{sign}{digits}{'0' * power}"
    if leading >= 0:
        return f"{sign}{digits[: leading + 1]}.{digits[leading + 1 :]}"
    return f"{sign}0.{'0' * (-leading - 1)}{digits}"
