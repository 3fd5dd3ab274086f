"""Further starts, spread over the bounds or around the first one, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .bounds import Bounds, Vector

__all__ = ["further_starts"]

#: A range of bounds longer than this many units of 1 + |start| counts as open.
WIDE = 1e3

#: Distances from the first start, in units of 1 + |start|, taken in turn.
SPREADS = (1.0, 0.3, 3.0)


def further_starts(
    start: Vector, bounds: Bounds, n_starts: int, seed: int, spreads: Sequence[float] = SPREADS
) -> Iterator[Vector]:
    """Yield the start mirrored at zero, then random points at these distances in turn."""
    rng = np.random.default_rng(seed)
    size = 1.0 + np.abs(start)
    with np.errstate(invalid="ignore", over="ignore"):
        is_box = (bounds.upper - bounds.lower) <= WIDE * size
    for k in range(n_starts):
        if k == 0:
            yield np.clip(-start, bounds.lower, bounds.upper)
            continue
        around = start + spreads[k % len(spreads)] * size * rng.standard_normal(start.size)
        low = np.where(is_box, bounds.lower, 0.0)
        high = np.where(is_box, bounds.upper, 0.0)
        inside = low + (high - low) * rng.random(start.size)
        yield np.clip(np.where(is_box, inside, around), bounds.lower, bounds.upper)
