"""Falls without limit that no single value shows: as slow as a logarithm, to a place or far off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bounds import Vector
from .plain import place_of
from .stationary import describe_axis

__all__ = ["describe_endless_fall", "is_far"]

EPS = float(np.finfo(float).eps)

#: An end this far from the start, in units of 1 + |start|, may have been on its way without end.
FAR = 1e4

#: Distances looked at, at most, and halvings or doublings between the first and the last.
N_DISTANCES, MAX_OCTAVES, MAX_DOUBLINGS = 48, 1000, 96

#: Falls that shrink by less than this share over half of at least so many distances do not end.
STEADY, LEAST = 0.95, 24


def is_far(x: Vector, start: Vector) -> bool:
    """Whether a point is so far from the start that the way there may have no end."""
    return bool(np.abs(x - start).max() > FAR * (1.0 + float(np.abs(start).max())))


def describe_endless_fall(
    function: Callable[[Vector], float], start: Vector, end: Vector, names: tuple[str, ...],
    is_stuck: bool = True,
) -> list[str]:  # fmt: skip
    """Return the evidence that values fall without limit on the way from start to end, if any is.

    The value is looked at where the distance is halved or doubled again and again. Near a minimum
    the falls shrink by a constant factor; those of a logarithm stay what they are, those of a pole
    grow. `function` is NaN where no point is allowed. Only a run that `is_stuck` may be on its way
    to a place.
    """
    move = end - start
    size = float(np.abs(move).max())
    if not 0.0 < size < np.inf:
        return []
    fall, octaves = _inward(function, start, end) if is_stuck else (0.0, 0)
    if fall > 0.0:
        place = place_of(names, np.where(np.abs(end) < 1e-9 * size, 0.0, end))
        return [f"The objective falls by {fall:.3g} each time the distance to {place} is halved, "
                f"{octaves} times over: without limit."]  # fmt: skip
    if not is_far(end, start):
        return []
    fall, octaves = _outward(function, start, move)
    if fall > 0.0:
        along = describe_axis(move / size / np.linalg.norm(move / size), names)
        return [f"The objective falls by {fall:.3g} each time the distance along {along} is "
                f"doubled, {octaves} times over: without limit; add a bound or a "
                "penalty."]  # fmt: skip
    return []


def _inward(function: Callable[[Vector], float], start: Vector, end: Vector) -> tuple[float, int]:
    """Return the last fall for each halving of the distance to the end, 0 where falls shrink.

    The end itself is a little off the place: distances at which the values no longer change are
    left out.
    """
    move = start - end
    finest = 8.0 * EPS * np.abs(end) + np.finfo(float).tiny
    moved = move != 0.0
    octaves = int((np.log2(np.abs(move[moved])) - np.log2(finest[moved])).max())
    stride = max(1, min(octaves, MAX_OCTAVES) // N_DISTANCES)
    places = np.arange(0, min(octaves, MAX_OCTAVES) + 1, stride)
    values = np.array([function(end + 2.0 ** -float(k) * move) for k in places])
    is_finite = np.isfinite(values)
    falls = -np.diff(values if is_finite.all() else values[: int(np.argmin(is_finite))])
    if falls.size < LEAST:
        return 0.0, 0
    is_seen = falls > max(0.5 * float(np.median(falls)), 0.0)
    n_seen = int(np.argmin(is_seen)) if not is_seen.all() else falls.size
    return _steady(values[:n_seen], stride)  # the last fall seen may be part of one


def _outward(function: Callable[[Vector], float], start: Vector, move: Vector) -> tuple[float, int]:
    """Return the last fall for each doubling of the distance from the start, 0 where they end."""
    with np.errstate(over="ignore"):
        if not function(start + 2.0 * move) < function(start + move):
            return 0.0, 0
        values = np.array([function(start + 2.0**k * move) for k in range(0, MAX_DOUBLINGS, 2)])
    is_finite = np.isfinite(values)
    return _steady(values[: int(np.argmin(is_finite)) if not is_finite.all() else values.size], 2)


def _steady(values: Vector, stride: int) -> tuple[float, int]:
    """Return the last fall for each octave where the falls of the second half do not shrink."""
    falls = -np.diff(values)
    if falls.size < LEAST:
        return 0.0, 0
    middle = falls.size // 2
    later, noise = falls[middle:], 64.0 * EPS * np.abs(values[middle + 1 :])
    is_steady = (later > noise).all() and later[1:].min() >= STEADY * later[0]
    return (float(later[-1]) / stride if is_steady else 0.0), falls.size * stride
