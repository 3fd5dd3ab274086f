"""Arithmetic of truncated Laurent series whose coefficients are balls."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flint import arb

__all__ = ["CancelledError", "NotAnalyticError", "Series", "apply_series", "constant_series"]


class NotAnalyticError(ArithmeticError):
    """The operation has no Laurent series here, or the balls do not show that it has one."""


class CancelledError(NotAnalyticError):
    """All known terms cancel: a longer series may tell."""


@dataclass(frozen=True, slots=True)
class Series:
    """`t**low * (coefficients[0] + coefficients[1]*t + ... )`, the rest unknown.

    The first coefficient may be zero; `stripped` removes such coefficients. A coefficient whose
    ball contains zero and is narrower than 2**(-precision/2) is taken for zero.
    """

    low: int
    coefficients: tuple[arb, ...]

    def __add__(self, other: Series) -> Series:
        low = min(self.low, other.low)
        end = min(self.end, other.end)
        if end <= low:
            raise CancelledError("all terms cancel")
        return Series(low, tuple(self.term(k) + other.term(k) for k in range(low, end)))

    def __mul__(self, other: Series) -> Series:
        n = min(len(self.coefficients), len(other.coefficients))
        product = _power_series(self.coefficients[:n]) * _power_series(other.coefficients[:n])
        return Series(self.low + other.low, _coefficients(product, n))

    @property
    def end(self) -> int:
        """The first power of t whose coefficient is unknown."""
        return self.low + len(self.coefficients)

    def term(self, power: int) -> arb:
        """Return the coefficient of t**power, zero below the first."""
        index = power - self.low
        return self.coefficients[index] if index >= 0 else self.coefficients[0] * 0

    def is_zero(self) -> bool:
        """Say whether all known coefficients are exactly zero; an undecided case is an error."""
        if all(c.is_zero() for c in self.coefficients):
            return True
        self.stripped()
        return False

    def stripped(self) -> Series:
        """Return the series without leading zeros; all zero, or not decided, is an error."""
        import flint

        limit = flint.arb(2) ** (-(flint.ctx.prec // 2))
        for index, coefficient in enumerate(self.coefficients):
            if not coefficient.is_finite():
                raise NotAnalyticError("a coefficient is not finite")
            if not coefficient.contains(0):
                return Series(self.low + index, self.coefficients[index:])
            if not coefficient.abs_upper() < limit:
                raise NotAnalyticError("a leading coefficient cannot be told from zero")
        raise CancelledError("all known terms are zero")

    def inverse(self) -> Series:
        """Return 1/self."""
        lead = self.stripped()
        n = len(lead.coefficients)
        return Series(-lead.low, _coefficients(1 / _power_series(lead.coefficients), n))

    def integer_power(self, exponent: int) -> Series:
        """Return self**exponent by repeated squaring."""
        base = self.inverse() if exponent < 0 else self
        result = constant_series(base.coefficients[0] * 0 + 1, len(base.coefficients))
        remaining = abs(exponent)
        while remaining:
            if remaining & 1:
                result = result * base
            base = base * base if remaining > 1 else base
            remaining >>= 1
        return result

    def real_power(self, exponent: arb, whole_low: int | None = None) -> Series:
        """Return self**exponent for a positive lead; `whole_low` is low*exponent, where even."""
        lead = self.stripped() if whole_low is not None else self
        if not lead.coefficients[0] > 0 or (whole_low is None and self.low != 0):
            raise NotAnalyticError("the base of a power is not positive")
        n = len(lead.coefficients)
        logarithm = _power_series(lead.coefficients).log()
        power = (logarithm * _power_series((exponent,) + (exponent * 0,) * (n - 1))).exp()
        return Series(whole_low or 0, _coefficients(power, n))

    def taylor(self, n_terms: int) -> tuple[arb, ...]:
        """Return the coefficients of t**0 ... t**(n-1); a pole is an error."""
        series = self if self.low >= 0 else self.stripped()
        if series.low < 0:
            raise NotAnalyticError("a function of a pole")
        n = min(n_terms, series.end)
        if n < 1:
            raise CancelledError("all terms cancel")
        return tuple(series.term(k) for k in range(n))

    def derivative(self) -> Series:
        """Return the derivative of a Taylor series."""
        return Series(
            self.low - 1, tuple(c * (self.low + k) for k, c in enumerate(self.coefficients))
        )

    def integral(self, constant: arb) -> Series:
        """Return constant + the integral from 0; the series must have no pole."""
        terms = self.taylor(self.end)
        return Series(0, (constant, *(c / (k + 1) for k, c in enumerate(terms))))


def constant_series(value: arb, length: int) -> Series:
    """Return a constant, known to `length` terms."""
    return Series(0, (value,) + (value * 0,) * (length - 1))


def apply_series(method: str, argument: Series) -> Series:
    """Return f(argument) by the method of that name of `flint.arb_series`."""
    terms = argument.taylor(argument.end)
    series = getattr(_power_series(terms), method)()
    return Series(0, _coefficients(series, len(terms)))


def _power_series(coefficients: Sequence[arb]) -> Any:
    import flint

    return flint.arb_series(list(coefficients), len(coefficients))


def _coefficients(series: Any, length: int) -> tuple[arb, ...]:
    """Return exactly `length` coefficients; trailing zeros are not stored by python-flint."""
    if series.prec < length:
        raise NotAnalyticError("the series is known to fewer terms than needed")
    terms = tuple(series[k] for k in range(length))
    if not reduce(operator.and_, (term.is_finite() for term in terms)):
        raise NotAnalyticError("a coefficient is not finite")
    return terms
