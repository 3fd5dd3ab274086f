"""For which parameters an integral has a value: conditions that separate draws with and without."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Protocol

from ..outcome import Outcome

__all__ = ["convergence_conditions"]

#: Where a boundary is looked for, and how close to it both sides are tried.
BOUNDARIES = tuple(Fraction(k, 2) for k in range(-6, 7))
NEARBY = 1 / 64
#: Draws of each kind that a condition must tell apart.
MIN_DRAWS = 2

#: Outcomes that mean that there is no value, whatever the method.
_NONE = (Outcome.DIVERGENT, Outcome.NO_LIMIT, Outcome.UNDEFINED, Outcome.NOT_REAL)

Point = Mapping[str, float]


class Found(Protocol):
    """What an integral comes to at a draw."""

    @property
    def is_known(self) -> bool: ...
    @property
    def outcome(self) -> Outcome: ...


@dataclass(frozen=True)
class _Condition:
    """That sum(weights*parameters) > bound."""

    weights: tuple[tuple[str, int], ...]
    bound: Fraction

    def holds(self, point: Point) -> bool:
        return sum(weight * point[name] for name, weight in self.weights) > self.bound

    @property
    def text(self) -> str:
        if len(self.weights) == 1:
            ((name, weight),) = self.weights
            return f"{name} {'>' if weight > 0 else '<'} {weight * self.bound}"
        (first, one), (second, two) = self.weights
        if one == two:
            return f"{first} + {second} {'>' if one > 0 else '<'} 0"
        return f"{first} > {second}" if one > 0 else f"{second} > {first}"


def convergence_conditions(
    seen: Sequence[tuple[Point, Found]],
    names: Sequence[str],
    compute: Callable[[Point], Found | None],
    end: float,
) -> tuple[str, ...]:
    """Return conditions that hold where an integral has a value and fail where it has none.

    Parameters
    ----------
    seen : sequence of (mapping, value)
        Draws, and what the integral came to there.
    names : sequence of str
        The parameters.
    compute : callable
        Returns what the integral comes to at another point.
    end : float
        The time, of the monotonic clock, at which to give up.

    Notes
    -----
    Bounds of single parameters are confirmed on both sides, close to them; bounds of sums and
    differences of two must tell all draws apart. Empty where no such conditions are found.
    """
    good = [point for point, found in seen if found.is_known]
    bad = [point for point, found in seen if found.outcome in _NONE]
    if len(good) < MIN_DRAWS or not bad:
        return ()
    conditions: list[_Condition] = []
    for name in names:
        for sign in (1, -1):
            found = _boundary(name, sign, good, bad, compute, end)
            if found is not None:
                conditions.append(found)
    if not _separates(conditions, good, bad):
        more = _of_two(names, conditions, good, bad)
        if more is None:
            return ()
        conditions = more
    return tuple(condition.text for condition in conditions)


def _separates(conditions: Sequence[_Condition], good: list[Point], bad: list[Point]) -> bool:
    return all(c.holds(point) for c in conditions for point in good) and not any(
        all(c.holds(point) for c in conditions) for point in bad
    )


def _boundary(
    name: str,
    sign: int,
    good: list[Point],
    bad: list[Point],
    compute: Callable[[Point], Found | None],
    end: float,
) -> _Condition | None:
    """Return the bound of a parameter in one direction, tried on both sides, or None."""
    nearest = min(good, key=lambda point: sign * point[name])
    low = sign * nearest[name]
    if not any(sign * point[name] < low for point in bad):
        far = compute({**nearest, name: sign * (float(BOUNDARIES[0]) - NEARBY)})
        if far is None or far.outcome not in _NONE:
            return None
    for bound in reversed(BOUNDARIES):
        if bound >= low or time.monotonic() > end:
            continue
        sides = [
            compute({**nearest, name: sign * (float(bound) + step)}) for step in (NEARBY, -NEARBY)
        ]
        if any(side is None for side in sides):
            return None
        inside, outside = (side for side in sides if side is not None)
        if outside.outcome in _NONE:
            return _Condition(((name, sign),), bound) if inside.is_known else None
    return None


def _of_two(
    names: Sequence[str], conditions: list[_Condition], good: list[Point], bad: list[Point]
) -> list[_Condition] | None:
    """Return the conditions and one on two parameters that tell all draws apart, or None."""
    if len(bad) < MIN_DRAWS:
        return None
    for first, second in combinations(names, 2):
        for one, two in ((1, -1), (-1, 1), (1, 1), (-1, -1)):
            own = _Condition(((first, one), (second, two)), Fraction(0))
            for chosen in ([own], [*conditions, own]):
                if _separates(chosen, good, bad):
                    return chosen
    return None
