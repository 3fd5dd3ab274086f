"""Bounds on variables, and which variables they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bounds", "Mask", "Vector"]

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]


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
