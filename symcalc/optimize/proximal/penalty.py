"""The part of an objective that has kinks or is a set, and whose proximal map is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..bounds import Bounds, Mask, Vector
from .blocks import Block, Indices

if TYPE_CHECKING:
    from ...facts import ObjectiveFacts
    from ..objective import Objective

__all__ = ["PROXIMAL", "Kinks", "Penalty", "Split", "as_split"]

#: What the methods need that split an objective; the second one kinks of single variables only.
PROXIMAL = ("split", "separable")


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


@dataclass(frozen=True, slots=True, eq=False)
class Penalty:
    """Kinks of single variables, and blocks of others; no variable is in two of them.

    Attributes
    ----------
    kinks : Kinks
    blocks : tuple of Block
    """

    kinks: Kinks
    blocks: tuple[Block, ...] = ()

    @property
    def is_separable(self) -> bool:
        """Whether it is a sum over single variables."""
        return not self.blocks

    @property
    def has_terms(self) -> bool:
        """Whether there is anything but bounds."""
        return bool(self.blocks) or bool(self.kinks.bends.any())

    @property
    def in_blocks(self) -> Mask:
        """Which variables a block has."""
        found = np.zeros(self.kinks.up.size, dtype=np.bool_)
        for block in self.blocks:
            found[block.index] = True
        return found

    def takes(self, bounds: Bounds | None) -> bool:
        """Whether bounds can be kept by the same map: none on variables of blocks."""
        if bounds is None:
            return True
        bounded = np.isfinite(bounds.lower) | np.isfinite(bounds.upper)
        return not (bounded & self.in_blocks).any()

    def within(self, bounds: Bounds | None) -> Penalty:
        """Return the penalty with bounds as well."""
        if bounds is None:
            return self
        kinks = self.kinks
        lower = np.maximum(kinks.lower, bounds.lower)
        upper = np.minimum(kinks.upper, bounds.upper)
        return replace(self, kinks=replace(kinks, lower=lower, upper=upper))

    def value(self, x: Vector) -> float:
        """Return the value, infinite outside of the sets."""
        return self.kinks.value(x) + sum(block.value(x[block.index]) for block in self.blocks)

    def prox(self, v: Vector, length: float) -> Vector:
        """Return `argmin(|z - v|**2/2 + length*penalty(z))`."""
        found = self.kinks.prox(v, length)
        for block in self.blocks:
            found[block.index] = block.prox(v[block.index], length)
        return found

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """Return the element of least norm in the gradient plus the subdifferential at `x`.

        It vanishes exactly where `x` is stationary; minus it is the steepest way down.
        """
        found = self.kinks.least(x, gradient)
        for block in self.blocks:
            found[block.index] = block.least(x[block.index], gradient[block.index])
        return found

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the gradient with the subgradients of the terms that bring it nearest to zero.

        Bounds and sets are left out: what remains is what they hold.
        """
        found = self.kinks.balanced(x, gradient)
        for block in self.blocks:
            found[block.index] = block.balanced(x[block.index], gradient[block.index])
        return found

    def is_held(self, x: Vector) -> Mask:
        """Return which variables stand at a kink, at a bound or at zero within a block."""
        return np.asarray(self.kinks.is_held(x) | (self.in_blocks & (x == 0.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """An objective as a smooth part and a penalty.

    Attributes
    ----------
    smooth : Objective
    penalty : Penalty
    facts : ObjectiveFacts
        Of the smooth part.
    words : str
        What was split off, for people.
    """

    smooth: Objective
    penalty: Penalty
    facts: ObjectiveFacts
    words: str


def as_split(objective: Objective, n_variables: int, facts: ObjectiveFacts) -> Objective:
    """Return a smooth objective as one with an empty penalty, any other as it is."""
    if objective.split is not None or facts.has_kinks or facts.has_jumps:
        return objective
    whole = Split(objective, Penalty(Kinks.none(n_variables)), facts, "")
    return replace(objective, split=whole)
