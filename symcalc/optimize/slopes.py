"""Slopes along lines, as a gradient promises and as values show them, and the components at fault.

A place is looked at along one line: the values at two points beside it, and the slope that the
gradient promises between them. Where the two disagree, halves of the variables are moved apart
from the other half, down to single ones, and adaptive differences have the last word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..numeric import numeric_derivative
from ..outcome import Trust
from .bounds import Bounds, Mask, Vector

__all__ = ["AGREEMENT", "MAX_NAMED", "Line", "Place", "Slope", "Wrong", "draws", "wrong_components"]

EPS = float(np.finfo(float).eps)

#: The step, in units of a variable's size, and the shorter ones tried where values end or bend.
STEPS = (EPS ** (1 / 3), 1e-2 * EPS ** (1 / 3), 1e-4 * EPS ** (1 / 3))

#: A slope that agrees to less than this share is none that was verified.
AGREEMENT = 1e-3

#: One that agrees better than this is looked at no further.
CLOSE = 1e-6

#: A slope may be off by so many times what the values bend, and by so many roundings of theirs.
BENDS, ROUNDINGS = 4.0, 64.0

#: This share of what a slope may be off by is nothing.
NULL = 0.05

#: So many wrong components are named.
MAX_NAMED = 3

#: More groups of variables than this are not moved apart to find the wrong ones.
MAX_GROUPS = 200


#: Draws of so many numbers are kept for the next check.
MAX_KEPT = 10_000


def draws(seed: int, *shape: int) -> Vector:
    """Return numbers between 0.5 and 1.5, the same for a seed and a shape; not to be written to."""
    return _drawn(seed, shape) if math.prod(shape) <= MAX_KEPT else _draw(seed, shape)


def _draw(seed: int, shape: tuple[int, ...]) -> Vector:
    found = np.random.default_rng(seed).uniform(0.5, 1.5, shape)
    found.flags.writeable = False
    return found


_drawn = lru_cache(maxsize=32)(_draw)


class Place(NamedTuple):
    """A point with its value and its gradient, and how it is told."""

    x: Vector
    value: float
    gradient: Vector
    words: str

    @property
    def is_finite(self) -> bool:
        """Whether there is a value, and all of the gradient."""
        return math.isfinite(self.value) and bool(np.isfinite(self.gradient).all())


class Slope(NamedTuple):
    """A slope along a line, as promised and as measured, and what that may be off by."""

    promised: float
    measured: float
    slack: float
    length: float

    @property
    def share(self) -> float:
        """By which share of the larger slope the two differ."""
        size = max(abs(self.promised), abs(self.measured))
        return abs(self.promised - self.measured) / size if size else 0.0

    @property
    def off(self) -> float:
        """By how much the two differ, for a line of length one."""
        return abs(self.promised - self.measured) / self.length

    @property
    def digits(self) -> float:
        """To how many digits the two agree."""
        return -math.log10(max(self.share, EPS))

    @property
    def agrees(self) -> bool:
        return self.share <= AGREEMENT

    @property
    def is_null(self) -> bool:
        """Whether the two differ by next to nothing beside what the values bend."""
        return abs(self.promised - self.measured) <= NULL * self.slack

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether no variable with a small share of the slope can be wrong unseen."""
        return self.share <= CLOSE or (self.agrees and self.is_explained)

    @property
    def is_explained(self) -> bool:
        """Whether bending and rounding of the values explain that the two differ."""
        return abs(self.promised - self.measured) <= self.slack


class Line:
    """Differences of values beside one place; every value is counted."""

    def __init__(
        self, value: Callable[[Vector], float], place: Place, sizes: Vector, bounds: Bounds | None,
        draws: Vector,
    ) -> None:  # fmt: skip
        self.value, self.place, self.sizes, self.bounds = value, place, sizes, bounds
        # Along the signs of the gradient nothing cancels; the lengths are drawn, so that no two
        # components make up for each other.
        self.direction = np.copysign(sizes * draws, place.gradient)

    def slope(self, step: float, moving: Mask | None = None) -> Slope | None:
        """Return the slope with some variables moved; None where there is no value, or no room."""
        x = self.place.x
        move = step * (self.direction if moving is None else np.where(moving, self.direction, 0.0))
        ahead, behind = x + move, x - move
        if self.bounds is not None:
            low, high = self.bounds.lower, self.bounds.upper
            inside = (np.minimum(ahead, behind) >= low) & (np.maximum(ahead, behind) <= high)
            ahead, behind = np.where(inside, ahead, x), np.where(inside, behind, x)
        between = ahead - behind
        length = math.sqrt(float(between @ between))
        above, below = self.value(ahead), self.value(behind) if length else math.nan
        if not math.isfinite(above - below):
            return None
        bend = abs(above - 2.0 * self.place.value + below)
        rounding = ROUNDINGS * EPS * (abs(above) + abs(below) + abs(self.place.value))
        return Slope(
            float(self.place.gradient @ between), above - below, BENDS * bend + rounding, length
        )

    def settled(self, moving: Mask | None = None) -> Slope | None:
        """Return the slope at the first step that settles it, else the one that was nearest."""
        found: Slope | None = None
        for step in STEPS:
            slope = self.slope(step, moving)
            if slope is None:
                continue
            if found is None or slope.share < found.share:
                found = slope
            if slope.agrees or abs(slope.promised) <= slope.slack:
                break
        return found


class Wrong(NamedTuple):
    """A component that values exclude: what it is said to be, and what they give."""

    place: int
    said: float
    found: float
    error: float


def wrong_components(line: Line) -> list[Wrong]:
    """Return the first components that adaptive differences exclude."""
    wrong = []
    for index in _suspects(line):
        found = _component(line, index)
        if found is not None:
            wrong.append(found)
            if len(wrong) > MAX_NAMED:
                break
    return wrong


def _suspects(line: Line) -> Iterator[int]:
    """Yield the variables that disagree when moved alone, found by halving groups."""
    groups = [np.arange(line.place.x.size)]
    for _ in range(MAX_GROUPS):
        if not groups:
            return
        group = groups.pop()
        moving = np.zeros(line.place.x.size, dtype=np.bool_)
        moving[group] = True
        slope = line.settled(moving)
        if slope is None or slope.is_beyond_doubt or slope.is_explained:
            continue
        if group.size == 1:
            yield int(group[0])
        else:
            groups += [group[group.size // 2 :], group[: group.size // 2]]


def _component(line: Line, index: int) -> Wrong | None:
    """Return what adaptive differences say of one component, where they exclude it."""
    x, said = line.place.x, float(line.place.gradient[index])
    unit = np.zeros(x.size)
    unit[index] = 1.0
    bounds = line.bounds
    box = None if bounds is None else (bounds.lower[index], bounds.upper[index])
    found = numeric_derivative(
        lambda t: line.value(x + (t - x[index]) * unit), float(x[index]),
        scale=float(line.sizes[index]), bounds=box,
    )  # fmt: skip
    if found.trust not in (Trust.CHECKED, Trust.ESTIMATED) or not np.isfinite(found.error):
        return None
    if abs(found.value - said) <= max(8.0 * found.error, AGREEMENT * abs(found.value)):
        return None
    return Wrong(index, said, found.value, found.error)
