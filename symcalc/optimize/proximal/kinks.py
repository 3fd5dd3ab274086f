"""Terms of single variables that are linear but for one kink, within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Mask, Vector

__all__ = ["Indices", "Kinks"]

Indices = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Kinks:
    """A sum over single variables, linear but for one kink in each, within bounds.

    `up*max(x - center, 0) + down*max(center - x, 0)`: `abs` has two equal slopes, the positive part
    one. A variable without a term has slopes of zero.

    Attributes
    ----------
    up, down : ndarray (n,)
        `up + down >= 0`, so that the term is convex.
    center : ndarray (n,)
    lower, upper : ndarray (n,)
        Bounds, infinite where there is none.
    """

    up: Vector
    down: Vector
    center: Vector
    lower: Vector
    upper: Vector

    @classmethod
    def none(cls, n: int) -> Kinks:
        """Return no term for each of n variables."""
        zero = np.zeros(n)
        return cls(zero, zero, zero, np.full(n, -np.inf), np.full(n, np.inf))

    def at(self, index: Indices) -> Kinks:
        """Return the terms of some of the variables."""
        return Kinks(*(getattr(self, name)[index] for name in self.__slots__))

    @property
    def bends(self) -> Mask:
        """Which variables have a kink."""
        return np.asarray(self.up + self.down > 0.0)

    def value(self, x: Vector) -> float:
        """Return the sum of the terms, infinite outside of the bounds."""
        if (x < self.lower).any() or (x > self.upper).any():
            return np.inf
        off = x - self.center
        return float(self.up @ np.maximum(off, 0.0) + self.down @ np.maximum(-off, 0.0))

    def prox(self, v: Vector, length: float | Vector) -> Vector:
        """Return the proximal map: shrink towards the center, then into the bounds."""
        off = v - self.center
        right, left = off - length * self.up, off + length * self.down
        moved = np.where(right > 0.0, v - length * self.up, self.center)
        moved = np.where(left < 0.0, v + length * self.down, moved)
        return np.clip(moved, self.lower, self.upper)

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """Return the least element of the gradient plus the subdifferential."""
        ahead = gradient + np.where(x >= self.center, self.up, -self.down)
        behind = gradient + np.where(x > self.center, self.up, -self.down)
        falls_ahead = (ahead < 0.0) & (x < self.upper)
        falls_behind = (behind > 0.0) & (x > self.lower)
        return np.where(falls_ahead, ahead, np.where(falls_behind, behind, 0.0))

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the gradient plus the slopes that bring it nearest to zero, bounds left out."""
        at_kink = np.clip(-gradient, -self.down, self.up)
        slopes = np.where(x > self.center, self.up, np.where(x < self.center, -self.down, at_kink))
        return np.asarray(gradient + slopes)

    def is_held(self, x: Vector) -> Mask:
        """Return which variables stand at a kink or at a bound."""
        at_kink = self.bends & (x == self.center)
        return np.asarray(at_kink | (x <= self.lower) | (x >= self.upper))
