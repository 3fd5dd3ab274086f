"""Names of simple numbers that are known to hundreds of bits: fractions, multiples of pi, roots."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .precision import working_precision

__all__ = ["name_of", "recognized"]

_BITS = 320


def recognized(x: Any) -> Any | None:
    """Return the exact ball of a number that `name_of` knows, else None."""
    found = _named(x)
    return None if found is None else found[1]


def name_of(x: Any) -> str:
    """Return a number in the language where it is a simple one: "2/3", "pi/2", "sqrt(2)"."""
    with working_precision(_BITS):
        found = _named(x)
    return "" if found is None else found[0]


def _named(x: Any) -> tuple[str, Any] | None:
    import flint

    if float(x.rad()) > 2.0**-200 * max(1.0, abs(float(x))):
        return None
    if x.contains(0):
        return "0", flint.arb(0)
    whole = _simple(x, 10**6)
    if whole is not None:
        return str(whole), _exact(whole)
    pi = flint.arb.pi()
    turns = _simple(x / pi, 10**3)
    if turns is not None:
        return _multiple(turns, "pi"), _exact(turns) * pi
    square = _simple(x * x, 10**4)
    if square is not None and square.denominator < 10**4:
        sign = "-" if x < 0 else ""
        root = _exact(square).sqrt()
        return f"{sign}sqrt({square})", -root if x < 0 else root
    if x > 0:
        power = _simple(x.log(), 10**3)
        if power is not None:
            return f"exp({power})", _exact(power).exp()
    if abs(x) < 100:
        inner = _simple(x.exp(), 10**3)
        if inner is not None and inner > 0 and inner != 1:
            return f"log({inner})", _exact(inner).log()
    return None


def _simple(x: Any, largest: int) -> Fraction | None:
    """Return the simple fraction that a number is to 200 bits."""
    if not x.is_finite():
        return None
    mantissa, exponent = x.mid().man_exp()
    if int(exponent) > 200:
        return None
    number = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    simple = number.limit_denominator(largest)
    if not simple and number:
        return None
    error = abs(simple - number)
    return simple if error < max(Fraction(1), abs(simple)) / 2**200 else None


def _exact(number: Fraction) -> Any:
    import flint

    return flint.arb(flint.fmpq(number.numerator, number.denominator))


def _multiple(number: Fraction, unit: str) -> str:
    top, bottom = number.numerator, number.denominator
    text = {1: unit, -1: f"-{unit}"}.get(top, f"{top}*{unit}")
    return text if bottom == 1 else f"{text}/{bottom}"
