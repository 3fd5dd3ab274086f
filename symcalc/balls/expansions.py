"""Expansions with a remainder: Laurent polynomials in w that enclose a function on 0 < w <= d."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .scales import excludes_zero, is_zero

if TYPE_CHECKING:
    from flint import arb

__all__ = ["N_TERMS", "Expansion", "compose", "inverse", "real_power", "sum_of"]

#: The coefficients kept; the last one is a ball that holds for the whole remainder.
N_TERMS = 6


@dataclass(frozen=True, slots=True)
class Expansion:
    """`w**low * (c[0] + c[1]*w + ... + c[n-1]*w**(n-1))` for all w in `range`, a ball at zero.

    All coefficients but the last are numbers (exact rationals where they can be, else balls);
    the last is a ball around values that change with w.
    """

    low: int
    terms: tuple[Any, ...]
    range: arb

    def __mul__(self, other: Expansion) -> Expansion:
        product = [_zero()] * (2 * N_TERMS - 1)
        for i, a in enumerate(self.terms):
            for j, b in enumerate(other.terms):
                product[i + j] = product[i + j] + a * b
        return _cut(self.low + other.low, product, self.range)

    def scaled(self, factor: Any) -> Expansion:
        """Return the product with a number."""
        return Expansion(self.low, tuple(c * factor for c in self.terms), self.range)

    def shifted(self, low: int) -> Expansion:
        """Return the same function with its terms counted from a lower power."""
        return _cut(low, [*[_zero()] * (self.low - low), *self.terms], self.range)

    def stripped(self) -> Expansion | None:
        """Return the expansion from its first term on, None where that is not known."""
        for index, term in enumerate(self.terms):
            if not is_zero(term):
                if not excludes_zero(term):
                    return None
                kept = self.terms[index:]
                if len(kept) < N_TERMS:  # what is missing is exactly zero behind the remainder
                    kept = (*kept, *[_zero()] * (N_TERMS - len(kept)))
                return Expansion(self.low + index, kept, self.range)
        return None

    def leading(self) -> arb:
        """Return a ball around the function divided by w**low."""
        import flint

        value = flint.arb(self.terms[-1])
        for term in reversed(self.terms[:-1]):
            value = value * self.range + term
        return value

    def is_zero(self) -> bool:
        """Say whether the function is identically zero."""
        return all(is_zero(term) for term in self.terms)


def sum_of(parts: Sequence[Expansion]) -> Expansion:
    """Return the sum of expansions."""
    low = min(part.low for part in parts)
    moved = [part.shifted(low).terms for part in parts]
    terms = [sum(column[1:], column[0]) for column in zip(*moved, strict=True)]
    return Expansion(low, tuple(terms), parts[0].range)


def inverse(expansion: Expansion) -> Expansion | None:
    """Return 1/f, where the lead of f is not zero on the whole range."""
    lead = expansion.stripped()
    if lead is None or lead.leading().contains(0):
        return None
    head = [1 / _rational_or_ball(lead.terms[0])]
    for k in range(1, N_TERMS - 1):
        total = sum((lead.terms[j] * head[k - j] for j in range(1, k + 1)), _zero())
        head.append(-total * head[0])
    # 1 - f*head begins with w**(n-1): what the product has beyond is the remainder
    rest = [_zero()] * (N_TERMS - 1)
    for i, a in enumerate(lead.terms):
        for j, b in enumerate(head):
            if i + j >= N_TERMS - 1:
                rest[i + j - N_TERMS + 1] = rest[i + j - N_TERMS + 1] - a * b
    remainder = _horner(rest, lead.range) / lead.leading()
    return Expansion(-lead.low, (*head, remainder), lead.range)


def compose(method: str, argument: Expansion) -> Expansion | None:
    """Return f(argument) by the method of that name of `flint.arb_series`; no pole allowed."""
    import flint

    whole = argument if argument.low >= 0 else argument.stripped()
    if whole is None or whole.low < 0:
        return None
    inner = whole.shifted(0)
    center, everywhere = inner.terms[0], inner.leading()
    at_center = getattr(flint.arb_series([flint.arb(center), 1], N_TERMS), method)()
    at_range = getattr(flint.arb_series([everywhere, 1], N_TERMS), method)()
    if min(at_center.prec, at_range.prec) < N_TERMS:
        return None
    factors = [*(at_center[k] for k in range(N_TERMS - 1)), at_range[N_TERMS - 1]]
    step = Expansion(0, (_zero(), *inner.terms[1:]), inner.range)
    return _polynomial_of(factors, step)


def real_power(base: Expansion, exponent: Any, low: int) -> Expansion | None:
    """Return base**exponent for a base with positive lead; `low` is base.low*exponent."""
    import flint

    lead = base.stripped()
    if lead is None or not lead.leading() > 0:
        return None
    number = flint.arb(exponent)
    center, everywhere = flint.arb(lead.terms[0]), lead.leading()
    binomial, factors = number * 0 + 1, []
    for k in range(N_TERMS):
        at = everywhere if k == N_TERMS - 1 else center
        factors.append(binomial * at ** (number - k))
        binomial = binomial * (number - k) / (k + 1)
    step = Expansion(0, (_zero(), *lead.terms[1:]), lead.range)
    found = _polynomial_of(factors, step)
    return Expansion(low, found.terms, found.range)


def _polynomial_of(factors: Sequence[Any], step: Expansion) -> Expansion:
    """Return sum of factors[k]*step**k by Horner's rule."""
    zeros = [_zero()] * (N_TERMS - 1)
    value = Expansion(0, (factors[-1], *zeros), step.range)
    for factor in reversed(factors[:-1]):
        value = value * step
        value = Expansion(0, (value.terms[0] + factor, *value.terms[1:]), step.range)
    return value


def _cut(low: int, terms: Sequence[Any], range_: arb) -> Expansion:
    """Return the expansion whose remainder takes in all terms from the last place on."""
    kept, rest = terms[: N_TERMS - 1], terms[N_TERMS - 1 :]
    return Expansion(low, (*kept, _horner(rest, range_)), range_)


def _horner(terms: Sequence[Any], at: arb) -> Any:
    if all(is_zero(term) for term in terms[1:]):
        return terms[0]
    value = terms[-1]
    for term in reversed(terms[:-1]):
        value = value * at + term
    return value


def _zero() -> Any:
    import flint

    return flint.fmpq(0)


def _rational_or_ball(number: Any) -> Any:
    import flint

    return number if isinstance(number, flint.arb) else flint.fmpq(number)
