"""Tanh-sinh on groups of panels: the second rule, unrelated to the first."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .panels import EPSILON, Array, Owners, Panels, Sample

__all__ = ["Groups", "tanh_sinh"]

#: Where the weights fall below rounding.
LAST = 3.2
FIRST_LEVEL, LAST_LEVEL = 2, 7

Groups = tuple[Owners, Array, Array, Array]


@lru_cache(maxsize=16)
def _level(level: int) -> tuple[Array, Array]:
    """Return distances from the nearer end and weights that a level adds, on [0, 1].

    H. Takahasi and M. Mori, Publ. RIMS 9 (1974) 721-741: x = tanh(pi/2 sinh t), here with the
    distance 1/(1 + exp(pi sinh t)) from the end, which keeps its digits. Negative distances are
    measured from the right end.
    """
    step = 2.0**-level
    n = int(LAST / step)
    index = np.arange(-n, n + 1)
    if level > FIRST_LEVEL:
        index = index[index % 2 != 0]
    t = index * step
    near = 1.0 / (1.0 + np.exp(np.pi * np.sinh(np.abs(t))))
    weight = step * np.pi * np.cosh(t) * near * (1.0 - near)
    return np.where(t <= 0.0, near, -near), weight


def tanh_sinh(
    sample: Sample, owner: Owners, lower: Array, upper: Array, goal: Array
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Integrate over each group, halving the step until two sums agree to the goal.

    Returns
    -------
    value, error : arrays, shape (n_groups,)
    is_bad : array of bool
        Whether values were missing where they matter.
    """
    n = owner.size
    value, error = np.zeros(n), np.full(n, np.inf)
    is_bad = np.zeros(n, dtype=bool)
    is_open = np.ones(n, dtype=bool)
    for level in range(FIRST_LEVEL, LAST_LEVEL + 1):
        which = np.flatnonzero(is_open)
        if not which.size:
            break
        part, holes, size = _sum(sample, owner[which], lower[which], upper[which], level)
        new = part if level == FIRST_LEVEL else 0.5 * value[which] + part
        with np.errstate(invalid="ignore"):
            gap = np.abs(new - value[which])
        if level > FIRST_LEVEL:
            error[which] = gap
        value[which] = new
        is_bad[which] |= holes
        is_open[which] = error[which] > np.maximum(goal[which], 8.0 * EPSILON * size)
    return value, error, is_bad


def _sum(
    sample: Sample, owner: Owners, lower: Array, upper: Array, level: int
) -> tuple[Array, NDArray[np.bool_], Array]:
    distance, weight = _level(level)
    width = (upper - lower)[:, None]
    end = np.where(distance > 0.0, lower[:, None], upper[:, None])
    values = sample(owner, end + width * distance)
    # a place that rounding moved onto the end may have no value; its weight is rounding too
    is_hole = ~np.isfinite(values) & (np.abs(distance) > 1e-12)
    values = np.where(np.isfinite(values), values, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        total = width[:, 0] * (values @ weight)
        size = width[:, 0] * (np.abs(values) @ weight)
    return total, np.asarray(is_hole.any(axis=1)), size


def regroup(panels: Panels) -> Groups:
    """Merge neighboring panels by threes; return owners, ends and the sums of the first rule."""
    owner, lower, upper = panels.owner, panels.lower, panels.upper
    is_first = np.r_[True, owner[1:] != owner[:-1]]
    starts = np.flatnonzero(is_first)
    rank = np.arange(owner.size) - np.repeat(starts, np.diff(np.r_[starts, owner.size]))
    begins = np.flatnonzero(rank % 3 == 0)
    ends = np.r_[begins[1:] - 1, owner.size - 1]
    sums = np.add.reduceat(panels.value, begins)
    return owner[begins], lower[begins], upper[ends], sums
