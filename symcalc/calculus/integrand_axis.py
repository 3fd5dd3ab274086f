"""The axis on which an integrand is drawn: the range, infinite ends brought near, or cut."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..facts import Behavior, IntegrandFacts

__all__ = ["Axis", "make_axis"]

#: Periods of an oscillating tail that are shown; changes of sign where there is no one period.
N_PERIODS, N_CHANGES = 10, 30
#: How far from its finite end, or from 0, an integrand on an infinite range is looked at.
LEAST, MOST, N_LOOK = 1e-6, 1e6, 4001
#: How near to infinity the curve is drawn, in parts of the axis.
EDGE = 1e-3
#: The distance between ticks at least, in parts of the axis.
APART = 0.07

Array = Any


@dataclass(frozen=True, slots=True)
class Axis:
    """What is shown of a range, and how infinite ends are brought near.

    Attributes
    ----------
    lower, upper : float
        The range of integration.
    first, last : float
        What is shown of it; where it is less than the range, an oscillating tail is cut.
    center, scale : float
        On an infinite range a place x stands at u/(1 + |u|), where u = (x - center)/scale.
    """

    lower: float
    upper: float
    first: float
    last: float
    center: float = 0.0
    scale: float = 0.0

    @property
    def is_mapped(self) -> bool:
        """Whether places are not drawn to scale."""
        return self.scale > 0.0

    @property
    def is_cut(self) -> bool:
        """Whether a part of the range is not shown."""
        return not self.is_mapped and (self.first, self.last) != (self.lower, self.upper)

    @property
    def ends(self) -> tuple[float, float]:
        """Where the axis begins and ends."""
        if not self.is_mapped:
            return self.first, self.last
        low = -1.0 if math.isinf(self.lower) else float(self.position(self.lower))
        return low, 1.0 if math.isinf(self.upper) else float(self.position(self.upper))

    @property
    def width(self) -> float:
        """The extent of what is shown; of an infinite range where most of it is."""
        return self.scale if self.is_mapped else self.last - self.first

    def position(self, x: Array) -> Array:
        """Return where places stand on the axis."""
        if not self.is_mapped:
            return x
        u = (x - self.center) / self.scale
        return u / (1.0 + abs(u))

    def places(self, n: int) -> Array:
        """Return n places that are evenly spaced on the axis."""
        low, high = self.ends
        t = np.linspace(low, high, n)
        if not self.is_mapped:
            return t
        t = np.clip(t, EDGE - 1.0, 1.0 - EDGE)
        return np.clip(self.center + self.scale * t / (1.0 - abs(t)), self.first, self.last)

    def ticks(self) -> list[tuple[float, str]]:
        """Return where ticks stand on a mapped axis, and what they say."""
        low, high = self.ends
        found = [(low, _tick(self.lower)), (high, _tick(self.upper))]
        size = 10.0 ** math.floor(math.log10(self.scale))
        steps = [
            0.0,
            *(s * m * 10.0**k * size for k in range(4) for m in (1, 2, 5) for s in (1, -1)),
        ]
        for x in steps:
            t = float(self.position(x))
            inside = low < t < high and self.lower < x < self.upper
            if inside and all(abs(t - other) > APART * (high - low) for other, _ in found):
                found.append((t, _tick(x)))
        return sorted(found)


def _tick(x: float) -> str:
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    return f"{x:g}".replace("-", "−").replace("e+0", "e")


def make_axis(
    f: Callable[[Array], Array], lower: float, upper: float, facts: IntegrandFacts
) -> Axis:
    """Return the axis for an integrand: a tail that oscillates is cut, an infinite one mapped."""
    if math.isfinite(lower) and math.isfinite(upper):
        return Axis(lower, upper, lower, upper)
    right = math.isinf(upper) and _waves(facts.upper)
    left = math.isinf(lower) and _waves(facts.lower)
    if right or left:
        begin = lower if math.isfinite(lower) else upper if math.isfinite(upper) else 0.0
        length = max(
            _length(f, begin, side, behavior)
            for side, behavior, has in ((1, facts.upper, right), (-1, facts.lower, left))
            if has
        )
        first = lower if math.isfinite(lower) else begin - length
        last = upper if math.isfinite(upper) else begin + length
        return Axis(lower, upper, first, last)
    center, scale = _most(f, lower, upper)
    bound = scale / EDGE
    first = max(lower, center - bound)
    return Axis(lower, upper, first, min(upper, center + bound), center, scale)


def _waves(behavior: Behavior | None) -> bool:
    return behavior is not None and behavior.frequency != 0.0


def _length(
    f: Callable[[Array], Array], begin: float, side: int, behavior: Behavior | None
) -> float:
    """Return how far an oscillating tail is shown."""
    if behavior is not None and math.isfinite(behavior.frequency):
        return 2.0 * math.pi * N_PERIODS / behavior.frequency
    length = 1.0
    while length < MOST:
        y = f(begin + side * np.linspace(0.0, length, N_LOOK))
        y = y[np.isfinite(y)]
        if np.count_nonzero(np.diff(np.sign(y))) > N_CHANGES:
            break
        length *= 1.25
    return length


def _most(f: Callable[[Array], Array], lower: float, upper: float) -> tuple[float, float]:
    """Return a center and a scale: half of the integral of |f| lies within them."""
    distance = np.geomspace(LEAST, MOST, N_LOOK)
    if math.isfinite(lower):
        return lower, _quantiles(f, lower + distance, (0.5,))[0] - lower
    if math.isfinite(upper):
        return upper, upper - _quantiles(f, (upper - distance)[::-1], (0.5,))[0]
    x = np.concatenate((-distance[::-1], distance))
    low, middle, high = _quantiles(f, x, (0.25, 0.5, 0.75))
    return middle, max(high - middle, middle - low) or 1.0


def _quantiles(f: Callable[[Array], Array], x: Array, parts: tuple[float, ...]) -> list[float]:
    """Return the places up to which these parts of the integral of |f| lie."""
    y = np.nan_to_num(np.abs(f(x)))
    mass = np.concatenate(([0.0], np.cumsum(0.5 * (y[1:] + y[:-1]) * np.diff(x))))
    if not mass[-1] > 0.0:
        return np.interp(parts, (0.0, 1.0), (x[0], x[-1])).tolist()  # type: ignore[no-any-return]
    return np.interp(parts, mass / mass[-1], x).tolist()
