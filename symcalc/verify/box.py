"""Points that fill a box: by size where a range spans decades, on both sides of zero."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["box_points", "describe_spread"]

#: From this ratio of its ends on a range is filled evenly in the logarithm.
WIDE = 30.0
#: A range that reaches zero is filled down to this part of its greater end.
NEAR_ZERO = 1e-16
#: The corners of a box in at most so many variables are among the points.
MAX_CORNERS = 4

Column = NDArray[np.float64]


def box_points(
    ranges: Mapping[str, tuple[float, float]], n_points: int, seed: int = 0
) -> list[dict[str, float]]:
    """Return points of the box, its corners first.

    Parameters
    ----------
    ranges : mapping of str to (float, float)
        Both ends finite, the first not above the second.
    n_points : int
    seed : int
        Same seed, same points.

    Notes
    -----
    Each range is cut into `n_points` cells with one point in each, in an order of its own
    (a Latin hypercube). Cells are even, or even in the logarithm where the ends differ by more
    than a factor of 30. A range that holds zero gets half its points evenly and half
    by size, down to 1e-16 of its greater end on each side, in proportion to what lies there.

    References
    ----------
    M. McKay, R. Beckman and W. Conover, *A comparison of three methods for selecting values of
    input variables* (1979).
    """
    random = np.random.default_rng(seed)
    names = list(ranges)
    corners: list[tuple[float, ...]] = []
    if len(names) <= MAX_CORNERS:
        ends = [dict.fromkeys(ranges[name]) for name in names]
        corners = list(itertools.product(*ends))[:n_points]
    n = n_points - len(corners)
    columns = [random.permutation(_fill(*ranges[name], n, random)) for name in names]
    rows = itertools.chain(corners, zip(*columns, strict=True))
    return [dict(zip(names, map(float, row), strict=True)) for row in rows]


def describe_spread(lower: float, upper: float) -> str:
    """Return in words how points are spread over a range."""
    if lower == upper:
        return "held fast"
    if lower <= 0 <= upper:
        return "half evenly, half by size"
    return "evenly in the logarithm" if _is_wide(lower, upper) else "evenly"


def _is_wide(lower: float, upper: float) -> bool:
    small, great = sorted((abs(lower), abs(upper)))
    return great > WIDE * small


def _fill(lower: float, upper: float, n: int, random: np.random.Generator) -> Column:
    """Return n values in a range, one in each cell."""
    if lower == upper:
        return np.full(n, lower)
    if lower <= 0 <= upper:
        n_even = n // 2
        n_above = round((n - n_even) * _share(lower, upper))
        parts = [_even(lower, upper, n_even, random)]
        if upper > 0:
            parts.append(_sized(NEAR_ZERO * upper, upper, n_above, random))
        if lower < 0:
            n_below = n - n_even - n_above
            parts.append(-_sized(-NEAR_ZERO * lower, -lower, n_below, random))
        return np.concatenate(parts)
    if not _is_wide(lower, upper):
        return _even(lower, upper, n, random)
    if lower > 0:
        return _sized(lower, upper, n, random)
    return -_sized(-upper, -lower, n, random)


def _share(lower: float, upper: float) -> float:
    """Return which part of the points by size is positive."""
    return 1.0 if lower == 0 else 0.0 if upper == 0 else 0.5


def _even(lower: float, upper: float, n: int, random: np.random.Generator) -> Column:
    places = (np.arange(n) + random.uniform(0.0, 1.0, n)) / max(n, 1)
    width = upper / 2 - lower / 2  # of half the range: the whole may overflow
    return np.clip(lower + 2 * (places * width), lower, upper)


def _sized(small: float, great: float, n: int, random: np.random.Generator) -> Column:
    exponents = _even(math.log(max(small, 5e-324)), math.log(great), n, random)
    return np.clip(np.exp(exponents), small, great)
