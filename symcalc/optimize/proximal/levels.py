"""Projections onto simplex and balls, all by one level under which entries are cut off."""

from __future__ import annotations

import numpy as np

from ..bounds import Vector

__all__ = ["onto_ball", "onto_l1_ball", "onto_simplex", "water_level"]


def water_level(floating: Vector, total: float, fixed: Vector | None = None) -> float:
    """Return the level u with `sum(max(floating - u, 0)) + sum(fixed - u) == total`.

    By sorting: Held, Wolfe and Crowder, Validation of subgradient optimization, 1974.
    """
    head, count = (0.0, 0) if fixed is None else (float(np.sum(fixed)), fixed.size)
    ordered = np.sort(floating)[::-1]
    n_above = np.arange(1, ordered.size + 1)
    levels = (head + np.cumsum(ordered) - total) / (count + n_above)
    above = np.flatnonzero(ordered > levels)
    if above.size:
        return float(levels[above[-1]])
    return (head - total) / count if count else float(ordered[0] - total)


def onto_simplex(v: Vector, total: float) -> Vector:
    """Return the nearest point with entries that are not negative and add up to `total`."""
    return np.maximum(v - water_level(v, total), 0.0)


def onto_l1_ball(v: Vector, radius: float) -> Vector:
    """Return the nearest point whose absolute values add up to at most `radius`."""
    sizes = np.abs(v)
    if sizes.sum() <= radius:
        return v
    return np.asarray(np.sign(v) * onto_simplex(sizes, radius) + 0.0)


def onto_ball(v: Vector, radius: float) -> Vector:
    """Return the nearest point of Euclidean norm at most `radius`."""
    norm = float(np.linalg.norm(v))
    return v if norm <= radius else v * (radius / norm)
