"""What the rules of special functions share: expansions at infinity and their parts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .rules import Rule, of_sign
from .scales import ONE, UnknownGrowthError, compare
from .terms import Growth, compose

__all__ = [
    "double_factorial",
    "exact",
    "is_large",
    "number_of",
    "odd",
    "power_series",
    "require_large",
]


def exact(number: Any) -> Any:
    """Return a number as an arb."""
    import flint

    return flint.arb(number)


def is_large(u: Growth) -> bool:
    """Whether a function grows without bound."""
    return compare(u.bound, ONE) > 0


def number_of(u: Growth) -> Any:
    """Return the constant that an order is."""
    return u.split()[1]


def require_large(u: Growth) -> None:
    """Give up on what does not grow without bound."""
    if not is_large(u):
        raise UnknownGrowthError("no rule for this function here")


def power_series(term: Callable[[int], Any], v: Growth) -> Growth:
    """Return the (asymptotic) power series with these coefficients at what vanishes."""
    return compose([term(k) for k in range(v.length + 1)], v)


def odd(far: Rule) -> Rule:
    """Return the rule of an odd function from that at +infinity."""
    return lambda u: of_sign(u, far, lambda v: -far(-v), far)


def double_factorial(k: int) -> int:
    """Return (2k - 1)!!."""
    return math.prod(range(1, 2 * k, 2))
