"""Powers, comparisons and logic on balls, with the meaning of the real engine.

A result is a NaN ball wherever the balls do not prove that the real value exists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flint import arb

__all__ = [
    "Truth",
    "choose",
    "compare",
    "conjunction",
    "decided",
    "disjunction",
    "general_power",
    "integer_power",
    "negation",
    "rational_power",
]

#: True and False are proven; None is "the balls do not decide".
Truth = bool | None

#: Above this root index x**(p/q) goes through the logarithm.
MAX_ROOT = 64


def _nan() -> arb:
    import flint

    return flint.arb.nan()


def integer_power(base: arb, exponent: int) -> arb:
    """Return base**exponent for any base; 0**0 is 1, a negative power of zero is NaN."""
    if exponent < 0:
        return 1 / integer_power(base, -exponent) if base != 0 else _nan()
    if not base.contains(0) or base.is_zero():
        return base**exponent
    if exponent == 0:
        return base.mid() * 0 + 1 if base.is_finite() else _nan()
    if exponent == 1 or not base.is_finite():
        return base
    largest = base.abs_upper() ** exponent
    # a ball around zero: the even power lies in [0, largest], the odd one in ± largest
    return largest.union(largest * 0) if exponent % 2 == 0 else largest.union(-largest)


def rational_power(base: arb, numerator: int, denominator: int) -> arb:
    """Return base**(p/q), q > 1, for base >= 0; a negative power of zero is NaN."""
    import flint

    if base.is_zero():
        return base if numerator > 0 else _nan()
    if not base >= 0:
        return _nan()
    if denominator <= MAX_ROOT:
        root = base.sqrt() if denominator == 2 else base.root(denominator)
        return integer_power(root, numerator)
    return base ** flint.arb(flint.fmpq(numerator, denominator))


def general_power(base: arb, exponent: arb) -> arb:
    """Return base**exponent: base > 0, or 0 with exponent >= 0, or a whole exponent."""
    if exponent.is_exact() and exponent.is_integer():
        whole = exponent.unique_fmpz()
        if whole is not None and abs(whole) < 2**40:
            return integer_power(base, int(whole))
    if base > 0:
        return (exponent * base.log()).exp()
    if base.is_zero() and exponent > 0:
        return base
    return _nan()


def compare(relation: str) -> Callable[[arb, arb], Truth]:
    """Return the three-valued comparison of two balls."""
    return _RELATIONS[relation]


def _less(left: arb, right: arb) -> Truth:
    if left < right:
        return True
    return False if left >= right else None


def _less_equal(left: arb, right: arb) -> Truth:
    if left <= right:
        return True
    return False if left > right else None


def _equal(left: arb, right: arb) -> Truth:
    if left == right:
        return True
    return False if left != right else None


def negation(value: Truth) -> Truth:
    """Return not value, undecided when value is."""
    return None if value is None else not value


def conjunction(values: Sequence[Truth]) -> Truth:
    """Return whether all hold: one proven False decides."""
    if False in values:
        return False
    return None if None in values else True


def disjunction(values: Sequence[Truth]) -> Truth:
    """Return whether one holds: one proven True decides."""
    if True in values:
        return True
    return None if None in values else False


def decided(args: Sequence[Any]) -> Any:
    """Return the value of the first condition that is proven, None when one before is undecided.

    `args` are (value, condition, value, condition, ..., otherwise).
    """
    for value, condition in zip(args[:-1:2], args[1::2], strict=True):
        if condition is None:
            return None
        if condition:
            return value
    return args[-1]


def choose(args: Sequence[Any]) -> Any:
    """Return what is decided, NaN where nothing is."""
    value = decided(args)
    return _nan() if value is None else value


_RELATIONS: dict[str, Callable[[arb, arb], Truth]] = {
    "<": _less,
    "<=": _less_equal,
    ">": lambda left, right: _less(right, left),
    ">=": lambda left, right: _less_equal(right, left),
    "==": _equal,
    "!=": lambda left, right: negation(_equal(left, right)),
}
