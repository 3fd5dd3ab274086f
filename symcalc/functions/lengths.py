"""The derivatives of the length of a vector and of its direction, for any number of sides."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

__all__ = ["MAX_LEGS", "direction_rule", "hypot_rule"]

#: Up to so many sides, each share is one node with all the others in it.
MAX_LEGS = 8


def hypot_rule(m: Any, y: Any, *xs: Any) -> list[Any]:
    """Return x_k/hypot(...) as one node; as the quotient x/y its derivative underflows at 1e200."""
    return _directions(m, xs)


def direction_rule(m: Any, y: Any, *xs: Any) -> list[Any]:
    """Return the derivatives of u_0 = x_0/h in x_k: -u_0*u_k/h, and (1 - u_0**2)/h for k = 0."""
    length, shares = m.hypot(*xs), _directions(m, xs)
    others = [share**2 for share in shares[1:]]
    own = sum(others[1:], others[0]) / length if others else m(0)
    return [own, *(-y * share / length for share in shares[1:])]


def _directions(m: Any, xs: tuple[Any, ...]) -> list[Any]:
    """Return x_k/hypot(...) for all k; of many, beside the lengths of those before and behind."""
    n = len(xs)
    if n <= MAX_LEGS:
        return [m.direction(xs[k], *xs[:k], *xs[k + 1 :]) for k in range(n)]
    before = list(accumulate(xs[:-1], m.hypot))
    behind = list(accumulate(xs[:0:-1], m.hypot))[::-1]
    inner = [m.direction(xs[k], before[k - 1], behind[k]) for k in range(1, n - 1)]
    return [m.direction(xs[0], behind[0]), *inner, m.direction(xs[-1], before[-1])]
