"""The integrand of two variables as a map of its region to draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .integral import Integral
from .integral_value import compiled_integrand, range_limit
from .integrand_curve import drawable_problem

__all__ = ["IntegrandMap", "integrand_map"]

#: Places in each direction.
N_PLACES = 161
#: An infinite range is shown as far as the integrand is larger than this part of its greatest.
NOTHING = 1e-3
#: How far is looked for it, and at how many places.
FAR, N_LOOK = 1e4, 241
#: The quantile of absolute values that has the darkest color: a singularity shall not have all.
DARKEST = 0.995


@dataclass(frozen=True, eq=False)
class IntegrandMap:
    """An integrand in two variables over its region.

    Attributes
    ----------
    names : (str, str)
        The outer variable, which runs to the right, and the inner one.
    outer, inner, values : array, shape (n, n)
    limit : float
        The absolute value with the darkest color.
    edges : list of (x, y)
        The boundary of the region where it is finite.
    """

    names: tuple[str, str]
    outer: Any
    inner: Any
    values: Any
    limit: float
    edges: list[tuple[Any, Any]]

    @property
    def is_signed(self) -> bool:
        """Whether there are negative values."""
        return bool((self.values < 0.0).any())

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "names": list(self.names),
            "outer": self.outer.tolist(),
            "inner": self.inner.tolist(),
            "limit": self.limit,
        }


def integrand_map(integral: Integral) -> IntegrandMap:
    """Return the map of an integral over two ranges."""
    problem = drawable_problem(integral)
    inner, outer = problem.ranges
    f = compiled_integrand(problem, problem.names)
    ends = [float(range_limit(problem, end, ())) for end in (outer.lower, outer.upper)]
    limits = [range_limit(problem, end, (outer.name,)) for end in (inner.lower, inner.upper)]
    sides = [np.sign(end) if math.isinf(end) else 0.0 for end in ends]
    first, last = (FAR * side if side else end for end, side in zip(ends, sides, strict=True))
    grid = _spread(first, last) if any(sides) else np.linspace(first, last, N_LOOK)
    x, y = _region(grid, limits, N_LOOK)
    size = np.abs(np.nan_to_num(np.broadcast_to(f(y, x), x.shape), posinf=0.0, neginf=0.0))
    alive = size > NOTHING * np.quantile(size, 1.0)
    if any(sides) and alive.any():
        shown = x[alive]
        first = float(shown.min()) if sides[0] else first
        last = float(shown.max()) if sides[1] else last
    height = [float(y[alive].min()), float(y[alive].max())] if alive.any() else [-1.0, 1.0]
    x, y = _region(np.linspace(first, last, N_PLACES), limits, N_PLACES, height)
    found = np.broadcast_to(f(y, x), x.shape)
    values = np.where(np.isfinite(found), found, 0.0)
    limit = float(np.quantile(np.abs(values), DARKEST)) or float(np.abs(values).max()) or 1.0
    edges = [
        (x[:, k], y[:, k]) for k, end in ((0, limits[0]), (-1, limits[1])) if _is_finite(end)
    ] + [(x[k], y[k]) for k, end in ((0, ends[0]), (-1, ends[1])) if math.isfinite(end)]
    return IntegrandMap((outer.name, inner.name), x, y, values, limit, edges)


def _is_finite(end: Any) -> bool:
    return callable(end) or math.isfinite(end)


def _spread(first: float, last: float) -> Any:
    """Return places over a long range, dense around 0 or its finite end."""
    near = np.concatenate(([0.0], np.geomspace(1e-4, FAR, N_LOOK)))
    both = np.concatenate((-near[::-1], near))
    if abs(first) == abs(last) == FAR:
        return both
    return first + near if last == FAR else last - near[::-1]


def _region(
    grid: Any, limits: list[Any], n: int, height: list[float] | None = None
) -> tuple[Any, Any]:
    """Return outer and inner places over a region, infinite ends where `height` says."""
    low, high = (
        np.broadcast_to(np.asarray(end(grid) if callable(end) else end, float), grid.shape)
        for end in limits
    )
    if height is None and not (np.isfinite(low).all() and np.isfinite(high).all()):
        sample = _spread(
            -FAR if np.isinf(low).any() else float(low.min()),
            FAR if np.isinf(high).any() else float(high.max()),
        )
        return np.meshgrid(grid, sample, indexing="ij")
    if height is not None:
        low = np.where(np.isinf(low), height[0], low)
        high = np.where(np.isinf(high), height[1], high)
    part = np.linspace(0.0, 1.0, n)
    x = np.repeat(grid[:, None], n, axis=1)
    return x, low[:, None] + (high - low)[:, None] * part
