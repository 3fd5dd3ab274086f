"""Bounds on variables, and which variables they hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bounds", "Mask", "Vector", "all_free", "are_finite"]

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]


@lru_cache(maxsize=64)
def all_free(n: int) -> Mask:
    """Return that `n` variables are free, not to be written to."""
    mask = np.ones(n, dtype=bool)
    mask.flags.writeable = False
    return mask


def are_finite(numbers: Vector) -> bool:
    """Whether all numbers are finite: told by the sum of their squares, unless that overflows."""
    flat = numbers.ravel("K")
    return math.isfinite(flat.dot(flat)) or bool(np.isfinite(flat).all())


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower and upper limits of every variable, infinite where there is none."""

    lower: Vector
    upper: Vector

    def contain(self, x: Vector) -> bool:
        """Whether a point lies inside."""
        return bool((x >= self.lower).all() and (x <= self.upper).all())

    def free(self, x: Vector, gradient: Vector) -> Mask:
        """Return where a variable may still move downhill."""
        held = ((x <= self.lower) & (gradient > 0)) | ((x >= self.upper) & (gradient < 0))
        return ~held
