"""The part of an objective that has kinks or is a set, and whose proximal map is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..bounds import Bounds, Mask, Vector
from .blocks import Block
from .kinks import Kinks

if TYPE_CHECKING:
    from ...facts import ObjectiveFacts
    from ..objective import Objective

__all__ = ["PROXIMAL", "Kinks", "Penalty", "Split", "as_split"]

#: What the methods need that split an objective; the second one kinks of single variables only.
PROXIMAL = ("split", "separable")


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
