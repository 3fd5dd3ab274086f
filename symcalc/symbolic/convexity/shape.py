"""What is known of the shape of a part of a formula: convex, concave, and how steeply so."""

from __future__ import annotations

import enum
import math
from fractions import Fraction
from typing import NamedTuple

__all__ = ["AFFINE", "CONSTANT", "CONVEX", "UNKNOWN", "Curvature", "Shape"]


class Curvature(enum.Enum):
    """How a formula bends as its variables move, where all of it is defined."""

    CONSTANT = "constant"
    AFFINE = "affine"
    CONVEX = "convex"
    CONCAVE = "concave"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value

    @property
    def is_convex(self) -> bool:
        """Whether no local minimum is higher than another."""
        return self in (Curvature.CONSTANT, Curvature.AFFINE, Curvature.CONVEX)


class Shape(NamedTuple):
    """The shape of one part, of an array entry by entry. What is convex has a convex domain.

    Attributes
    ----------
    is_convex, is_concave : bool
        Both where it is affine.
    is_constant : bool
        Whether no variable occurs in it.
    root : Fraction or float or None
        q where the part is not negative and its q-th root is convex still, infinity where its
        logarithm is. Sums keep the least: the triangle inequality of Minkowski.
    """

    is_convex: bool = False
    is_concave: bool = False
    is_constant: bool = False
    root: Fraction | float | None = None

    @property
    def is_affine(self) -> bool:
        """Whether it is convex and concave."""
        return self.is_convex and self.is_concave

    @property
    def curvature(self) -> Curvature:
        """The word for it."""
        if self.is_constant:
            return Curvature.CONSTANT
        if self.is_affine:
            return Curvature.AFFINE
        if self.is_convex:
            return Curvature.CONVEX
        return Curvature.CONCAVE if self.is_concave else Curvature.UNKNOWN

    def negative(self) -> Shape:
        """Return the shape of the negative."""
        return Shape(self.is_concave, self.is_convex, self.is_constant)


UNKNOWN, CONVEX, AFFINE = Shape(), Shape(True), Shape(True, True)

#: A constant that is not negative has any root.
CONSTANT = Shape(True, True, True, math.inf)
