"""Ways on which values fall to no end: to a place, or far off; as far as doubles reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .bounds import Vector
from .plain import describe_axis, format_number, place_of

__all__ = ["Slope", "Tail", "Value", "follow", "is_far", "level_out", "look_inward"]

EPS = float(np.finfo(float).eps)

Value = Callable[[Vector], float]
Slope = Callable[[Vector, Vector], float]

#: An end this far from the start, in units of 1 + |start|, may have been on its way without end.
FAR = 1e4

#: Doublings of the distance, looked at ever more sparsely.
DOUBLINGS = (
    *range(9), *range(10, 25, 2), *range(28, 65, 4), *range(80, 257, 16), *range(288, 1024, 32),
)  # fmt: skip

#: Falls without limit are seen over so many doublings, those to a limit over at least so many.
MANY, FEW = 48, 24

#: A value that is only approached is nearer after each of so many doublings.
NEARER = 5

#: Values are on a level over so many doublings, to which they fell by so many times the rounding.
N_LEVEL, SEEN = 40, 1e3

#: Falls that grew by this factor grow.
GROWING = 1.1

#: A way leads on in a direction whose cosine with it is larger.
LEADING = 0.5

#: The place where values overflow is found in so many bisections.
N_BISECTIONS = 40

#: Halvings looked at, at most, in so many steps.
MAX_HALVINGS, N_DISTANCES = 1000, 48

#: A number below this share of the way is next to nothing.
NOTHING = 1e-9

#: Falls that shrink by less than this share over half of at least so many distances do not end.
STEADY, LEAST = 0.95, 20


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """A way on which values fall to no end.

    Attributes
    ----------
    is_endless : bool
        Whether they fall without limit; else to one that they only approach.
    axis : ndarray (n,)
        The direction of the way; for a way to a place the place.
    is_place : bool
    fall : float
        The last one, for a doubling or a halving of the distance; infinite where falls grow.
    octaves : int
        So many doublings, or halvings, were looked at.
    lowest : float
        The lowest value seen.
    """

    is_endless: bool
    axis: Vector
    is_place: bool
    fall: float
    octaves: int
    lowest: float

    def leads_on(self, start: Vector, end: Vector) -> bool:
        """Whether the way from start to end led in its direction."""
        move = (end - start) / max(float(np.abs(end - start).max()), np.finfo(float).tiny)
        axis = self.axis / float(np.abs(self.axis).max())
        cosine = move @ axis / max(float(np.linalg.norm(move) * np.linalg.norm(axis)), 1.0)
        return not self.is_place and bool(cosine > LEADING)

    def describe(self, names: tuple[str, ...]) -> str:
        """Return the evidence in words."""
        if self.is_place:
            return (f"The objective falls by {self.fall:.3g} each time the distance to "
                    f"{place_of(names, self.axis)} is halved, {self.octaves} times over: without "
                    "limit.")  # fmt: skip
        along = describe_axis(self.axis, names, is_signed=True)
        if self.fall == np.inf:
            return (f"The objective falls without limit along {along}; add a bound or a penalty. "
                    f"Falls grow over {self.octaves} doublings of the distance.")  # fmt: skip
        if self.is_endless:
            return (f"The objective falls by {self.fall:.3g} each time the distance along {along} "
                    f"is doubled, {self.octaves} times over: without limit; add a bound or a "
                    "penalty.")  # fmt: skip
        return (f"The objective falls along {along} as far as doubles reach, by less and less, "
                f"towards about {format_number(self.lowest, 6)}: no point was seen to attain that, "
                "the value here is but an upper bound; add a bound or a penalty.")  # fmt: skip


def is_far(x: Vector, start: Vector) -> bool:
    """Whether a point is so far from the start that the way there may have no end."""
    return bool(np.abs(x - start).max() > FAR * (1.0 + float(np.abs(start).max())))


def follow(
    value: Value, x: Vector, direction: Vector, slope: Slope | None = None,
    doublings: Sequence[int] = DOUBLINGS,
) -> Tail | None:  # fmt: skip
    """Follow a direction from `x`, the distance doubled again and again; None where values rise.

    The value is NaN where no point is allowed, and where there is none. A limit is said to be
    approached only where slopes, which tell more than values, stay negative.
    """
    best = found = value(x)
    if not np.isfinite(best):
        return None
    places, values, slopes = [-1], [best], []
    noise, reach = 16.0 * EPS * abs(best), _reach(x, direction)  # sums round with their terms
    with np.errstate(all="ignore"):
        for octave in doublings:
            at = x + 2.0**octave * direction
            found = value(at) if np.isfinite(at).all() else np.nan
            if not np.isfinite(found):
                break
            allowed = noise * max(1.0, reach * 2.0**octave)
            if found > values[-1] + allowed:
                return None
            steep = found - values[-1] if slope is None else slope(at, direction)
            # One that rises by less than rounding, so far off, says nothing.
            slopes.append(0.0 if 0.0 < steep * 2.0**octave <= allowed else steep)
            places.append(octave)
            values.append(found)
        if found == np.inf and _rises_before(value, x, direction, octave, values[-1]):
            return None
    falls = _late_falls(np.array(places), np.array(values), found, min(MANY, doublings[-1]))
    lowest = values[-1]
    if falls.size:
        grows = bool(falls[-1] > GROWING * falls[0])
        return Tail(True, direction, False, np.inf if grows else falls[-1], places[-1], lowest)
    n_nearer = int(np.argmin(np.array([*slopes, 0.0]) < 0.0))
    later = [found for found in slopes[n_nearer:] if not np.isnan(found)]
    is_nearer = n_nearer >= NEARER and all(found <= 0.0 for found in later)
    if is_nearer and places[-1] >= min(FEW, doublings[-1]) and values[-1] < best:
        return Tail(False, direction, False, 0.0, places[-1], lowest)
    return None


def _reach(x: Vector, direction: Vector) -> float:
    """Return how long a direction is beside a point."""
    return float(np.abs(direction).max()) / (1.0 + float(np.abs(x).max()))


def level_out(value: Value, x: Vector, direction: Vector) -> Tail | None:
    """Tell a level that values have come down to, and keep to as far as one can see.

    For analytic formulas only: one that is constant on a piece of a line is so on all of it, so
    values that fell before go on to fall, by less than rounding.
    """
    best = value(x)
    behind = [best, *(value(x - 2.0**k * direction) for k in range(4))]
    noise = 64.0 * EPS * float(np.abs(behind).max())
    if not (np.diff(behind) > -noise).all() or not behind[-1] > best + SEEN * noise:
        return None
    reach = _reach(x, direction)
    for octave in range(N_LEVEL):
        change = value(x + 2.0**octave * direction) - best
        if not -np.inf < change <= noise * max(1.0, reach * 2.0**octave):
            return None
    return Tail(False, direction, False, 0.0, N_LEVEL, best)


def _rises_before(
    value: Value, x: Vector, direction: Vector, octave: float, least: float
) -> bool:  # fmt: skip
    """Whether values rise before they overflow to infinity, which squares do where roots fall."""
    low, high = 0.0, 2.0**octave
    for _ in range(N_BISECTIONS):
        middle = 0.5 * (low + high) if high < 2.0 * low or low == 0.0 else (low * high) ** 0.5
        found = value(x + middle * direction)
        if least < found < np.inf:
            return True
        low, high = (low, middle) if found == np.inf else (middle, high)
    return False


def _late_falls(places: Vector, values: Vector, end: float, many: int) -> Vector:
    """Return the later falls for each doubling where they do not shrink, else none."""
    falls = -np.diff(values) / np.diff(places)
    if end == -np.inf and falls.size >= 3 and falls[-1] > falls[-2] > falls[-3] > 0.0:
        return np.asarray(falls[-3:])
    if places[-1] < many:
        return falls[:0]
    is_late = places[1:] > 0.5 * places[-1]
    later = falls[is_late]
    noise = 64.0 * EPS * (np.abs(values[1:]) / np.diff(places))[is_late]
    is_steady = (later > noise).all() and later.min() >= STEADY * later[0]
    return np.asarray(later) if is_steady else falls[:0]


def look_inward(value: Value, end: Vector, move: Vector) -> Tail | None:
    """Look at places whose distance to the end, along a move away, is halved again and again.

    Near a minimum the falls shrink by a constant factor; those of a logarithm stay what they are,
    those of a pole grow. Numbers that are next to nothing at the end stand for zero; of others
    rounding leaves the place uncertain, and distances as small as that are not looked at.
    """
    size = float(np.abs(move).max(initial=0.0))
    if not (0.0 < size < np.inf and np.isfinite(end).all()):
        return None
    place = np.where(np.abs(end) < NOTHING * size, 0.0, end)
    moved = move != 0.0
    finest = 64.0 * EPS * np.abs(place) + np.finfo(float).tiny
    ratio = float((np.abs(move[moved]) / finest[moved]).max())
    octaves = int(np.log2(min(max(ratio, 1.0), 2.0**MAX_HALVINGS)))
    stride = max(1, octaves // N_DISTANCES)
    distances = np.arange(0, octaves + 1, stride)
    with np.errstate(all="ignore"):
        if not value(place + 0.25 * move) < value(place + 0.5 * move):
            return None
        values = np.array([value(place + 2.0 ** -float(k) * move) for k in distances])
    is_finite = np.isfinite(values)
    values = values if is_finite.all() else values[: int(np.argmin(is_finite))]
    falls = -np.diff(values)
    goes_on = np.append(falls[1:] > 0.5 * np.maximum(falls[:-1], 0.0), False)
    falls = falls[: int(np.argmin(goes_on)) + 1]  # the rest is rounding
    if falls.size < LEAST:
        return None
    later = falls[falls.size // 2 :]
    noise = 64.0 * EPS * np.abs(values[: falls.size + 1])[-later.size :]
    if not ((later > noise).all() and later.min() >= STEADY * later[0]):
        return None
    fall = float(later[-1]) / stride
    return Tail(True, place, True, fall, falls.size * stride, float(values.min()))
