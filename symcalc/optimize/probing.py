"""What values alone say of a point: whether the objective falls from it, near or far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .bounds import Bounds, Vector

__all__ = [
    "FARTHEST", "MAX_AXES", "N_AT_JOINS", "N_OBLIQUE", "Fall", "Probe", "fall_on_way", "find_fall",
    "is_on_plateau",
]  # fmt: skip

EPS = float(np.finfo(float).eps)

#: The distances looked at, in units of `1 + |x_i|`: from NEAREST to FARTHEST by factors of four.
NEAREST, N_DISTANCES = 4.0**-8, 12
FARTHEST = NEAREST * 4.0 ** (N_DISTANCES - 1)

#: More axes than this are not looked along; a random choice of them is.
MAX_AXES = 200

#: Random directions looked along besides the axes; fewer where only branches meet.
N_OBLIQUE, N_AT_JOINS = 8, 2

#: A fall by less than this share of the value, or of the descent so far, is no evidence.
MATERIAL = 1e-9


@dataclass(frozen=True, slots=True)
class Fall:
    """A point with a lower value, reached over nothing higher.

    Attributes
    ----------
    x : ndarray (n,)
    value : float
    over_plateau : bool
        Whether the value did not change at all on the way: derivatives could not have seen it.
    """

    x: Vector
    value: float
    over_plateau: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """An objective as values only, and the point looked at.

    Attributes
    ----------
    function : callable
        `function(x) -> float`; NaN where there is no value.
    x : ndarray (n,)
    value : float
    descent : float
        How far the run came down to `value`.
    bounds : Bounds or None
    n_oblique : int
        Random directions looked along besides the axes.
    """

    function: Callable[[Vector], float]
    x: Vector
    value: float
    descent: float = 0.0
    bounds: Bounds | None = None
    n_oblique: int = N_OBLIQUE


def find_fall(probe: Probe, seed: int = 0) -> Fall | None:
    """Return a lower point whose way there shows no rise, or None when there is none.

    Along every axis, and some random directions, the first change beyond rounding decides: a
    rise ends the search on that side. So no point is called higher than another valley behind a
    ridge; but a plateau, where every derivative is zero, is left for the slope at its end.
    """
    for direction in _directions(probe.x, seed, probe.n_oblique):
        for side in (1.0, -1.0):
            fall = _look(probe, side * direction)
            if fall is not None:
                return fall
    return None


def fall_on_way(probe: Probe, direction: Vector, back: Callable[[Vector], Vector]) -> Fall | None:
    """Return a lower point on either side of a direction whose points are brought back to a set."""
    length = 1.0 + float(np.abs(probe.x).max(initial=0.0))
    for side in (length, -length):
        fall = _look(probe, side * direction, back)
        if fall is not None:
            return fall
    return None


def is_on_plateau(probe: Probe, index: int) -> bool:
    """Whether the value is constant along an axis near the point, but not further out."""
    axis = np.zeros_like(probe.x)
    axis[index] = 1.0 + abs(probe.x[index])
    nearest, *further = (NEAREST * 4.0**k for k in range(N_DISTANCES))
    around = [probe.x + side * nearest * axis for side in (1.0, -1.0)]
    if any(probe.function(x) != probe.value for x in around):
        return False
    out = (probe.x + side * length * axis for side in (1.0, -1.0) for length in further)
    inside = (x for x in out if probe.bounds is None or probe.bounds.contain(x))
    return any(probe.function(x) != probe.value for x in inside)


def _directions(x: Vector, seed: int, n_oblique: int) -> Iterator[Vector]:
    """Yield the axes and some random directions, each scaled by the size of the variables."""
    rng = np.random.default_rng(seed)
    scale = 1.0 + np.abs(x)
    axes = range(x.size) if x.size <= MAX_AXES else rng.choice(x.size, MAX_AXES, replace=False)
    for i in axes:
        axis = np.zeros_like(x)
        axis[i] = scale[i]
        yield axis
    for _ in range(n_oblique if x.size > 1 else 0):
        vector = rng.standard_normal(x.size)
        yield scale * vector / np.linalg.norm(vector)


def _look(
    probe: Probe, direction: Vector, back: Callable[[Vector], Vector] | None = None
) -> Fall | None:
    """Go out along a direction until the value changes, each point brought back where asked."""
    noise = 64.0 * EPS * abs(probe.value)
    material = MATERIAL * (abs(probe.value) + probe.descent)
    is_flat = False
    for k in range(N_DISTANCES):
        x = probe.x + NEAREST * 4.0**k * direction
        x = x if back is None else back(x)
        if probe.bounds is not None and not probe.bounds.contain(x):
            return None
        value = probe.function(x)
        change = value - probe.value
        if not change <= noise:
            return None
        if change < -max(noise, material):
            return Fall(x, value, is_flat)
        is_flat = change == 0.0 and (is_flat or k == 0)
    return None
