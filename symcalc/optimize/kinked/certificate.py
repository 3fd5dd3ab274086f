"""The subgradient of least norm over the multipliers of active kinks, within their ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Bounds, Vector

__all__ = ["Ranges", "Subgradient", "least_subgradient"]

#: The weight of "shares add up to one" beside the size of the rows.
FIRM = 1e4


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Where the multipliers of active kinks may lie.

    Attributes
    ----------
    low, high : ndarray (k,)
        For kinks between two slopes; 0 and 1 for shares.
    group : ndarray of int (k,)
        -1 for a range of its own; multipliers with the same number from 0 are shares that add up
        to one: those of the arguments that are the largest together.
    """

    low: Vector
    high: Vector
    group: np.ndarray[Any, np.dtype[np.int64]]

    @property
    def n_kinks(self) -> int:
        """The number of active kinks."""
        return int((self.group < 0).sum()) + int(np.unique(self.group[self.group >= 0]).size)


@dataclass(frozen=True, slots=True, eq=False)
class Subgradient:
    """An element of a subdifferential: `fixed + multipliers @ rows`.

    Attributes
    ----------
    vector : ndarray (n,)
    multipliers : ndarray (k,)
    margin : float
        How far the multipliers stay from the ends of their ranges, as a share of them; infinity
        where there are none.
    """

    vector: Vector
    multipliers: Vector
    margin: float


def least_subgradient(
    fixed: Vector, rows: Vector, ranges: Ranges, x: Vector, bounds: Bounds | None = None
) -> Subgradient:
    """Return the subgradient of least norm, where bounds hold a variable only what they leave.

    A point is stationary exactly where it vanishes. Nonnegative least squares over the ends of the
    ranges: C. L. Lawson and R. J. Hanson, Solving Least Squares Problems, 1974, chapter 23, with
    "shares add up to one" as heavy rows (chapter 22), then once more for the multipliers that are
    off the ends, exactly.

    Parameters
    ----------
    fixed : ndarray (n,)
        The gradient without what the active kinks contribute.
    rows : ndarray (k, n)
        What each multiplier multiplies.
    ranges : Ranges
    x : ndarray (n,)
    bounds : Bounds or None
    """
    multipliers = _solved(fixed, rows, ranges, _outward(x, bounds))
    held = _held(x, fixed + multipliers @ rows, bounds)
    multipliers = _sharpened(fixed, rows, ranges, multipliers, held)
    return Subgradient(fixed + multipliers @ rows, multipliers, _margin(ranges, multipliers))


def _outward(x: Vector, bounds: Bounds | None) -> Vector:
    """Return rows that bounds add, times numbers that are not negative: out of what is allowed."""
    if bounds is None:
        return np.zeros((0, x.size))
    eye = np.eye(x.size)
    return np.vstack([-eye[x <= bounds.lower], eye[x >= bounds.upper]])


def _held(x: Vector, vector: Vector, bounds: Bounds | None) -> Any:
    """Return which components a bound takes off."""
    return np.zeros(x.size, dtype=np.bool_) if bounds is None else ~bounds.free(x, vector)


def _solved(fixed: Vector, rows: Vector, ranges: Ranges, outward: Vector) -> Vector:
    """Return the multipliers by nonnegative least squares over the ends of ranges."""
    from scipy.optimize import nnls

    own = ranges.group < 0
    n_own = int(own.sum())
    size = max(1e-300, float(np.abs(rows).max(initial=0.0)), float(np.abs(fixed).max(initial=0.0)))
    # Columns: the low ends, the high ends, the shares, the bounds.
    columns = np.vstack(
        [ranges.low[own, None] * rows[own], ranges.high[own, None] * rows[own], rows[~own], outward]
    )
    labels = np.concatenate([np.arange(n_own), np.arange(n_own), n_own + ranges.group[~own]])
    n_sums = int(labels.max(initial=-1)) + 1
    sums = np.zeros((n_sums, len(columns)))
    sums[labels, np.arange(labels.size)] = FIRM * size
    matrix = np.vstack([columns.T, sums])
    target = np.concatenate([-fixed, np.full(n_sums, FIRM * size)])
    even = 1.0 / np.maximum(np.bincount(labels, minlength=n_sums), 1)[labels]
    try:
        parts = nnls(matrix, target)[0]
    except RuntimeError:  # it gave up
        parts = np.zeros(len(columns))
    totals = np.bincount(labels, parts[: labels.size], n_sums)[labels]
    shares = parts[: labels.size] / np.where(totals > 0.0, totals, 1.0)
    parts[: labels.size] = np.where(totals > 0.0, shares, even)  # even: where nothing decides
    found = np.empty(len(rows))
    found[own] = parts[:n_own] * ranges.low[own] + parts[n_own : 2 * n_own] * ranges.high[own]
    found[~own] = parts[2 * n_own : labels.size]
    return found


def _sharpened(
    fixed: Vector, rows: Vector, ranges: Ranges, multipliers: Vector, held: Any
) -> Vector:
    """Solve once more for the multipliers that are off the ends of their ranges."""
    tiny = 1e-9 * (ranges.high - ranges.low)
    inside = (multipliers > ranges.low + tiny) & (multipliers < ranges.high - tiny)
    directions, places = [], []
    for i in np.flatnonzero(inside & (ranges.group < 0)).tolist():
        directions.append(rows[i])
        places.append((i, -1))
    for label in np.unique(ranges.group[ranges.group >= 0]).tolist():
        members = np.flatnonzero((ranges.group == label) & (multipliers > tiny))
        for other in members[1:]:
            directions.append(rows[other] - rows[members[0]])
            places.append((int(other), int(members[0])))
    if not directions:
        return multipliers
    start = (fixed + multipliers @ rows)[~held]
    change = np.linalg.lstsq(np.array(directions)[:, ~held].T, -start, rcond=None)[0]
    sharper = multipliers.copy()
    for (i, other), amount in zip(places, change, strict=True):
        sharper[i] += amount
        if other >= 0:
            sharper[other] -= amount
    is_inside = ((sharper >= ranges.low) & (sharper <= ranges.high)).all()
    after = np.linalg.norm((fixed + sharper @ rows)[~held])
    return sharper if is_inside and after <= np.linalg.norm(start) else multipliers


def _margin(ranges: Ranges, multipliers: Vector) -> float:
    """Return how far multipliers stay from the ends of their ranges."""
    room = np.minimum(multipliers - ranges.low, ranges.high - multipliers)
    return float((room / (ranges.high - ranges.low)).min(initial=np.inf))
