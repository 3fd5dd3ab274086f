"""The values of all constraints and bounds at one point, as one vector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Mask, Vector

__all__ = ["Stack"]


@dataclass(frozen=True, slots=True)
class Stack:
    """All constraints at one point: the rows of `Constraints`, then x - lower, then upper - x.

    Attributes
    ----------
    values : ndarray (m + 2n,)
        Infinite where a variable has no limit.
    is_equality : ndarray of bool (m + 2n,)
    n_rows, n_variables : int
        m and n.
    floors : ndarray (m,)
        The length of gradients beside which those of each row of `Constraints` count as small.
    """

    values: Vector
    is_equality: Mask
    n_rows: int
    n_variables: int
    floors: Vector

    @property
    def violations(self) -> Vector:
        """How far each constraint is from being satisfied; NaN counts as infinitely far."""
        off = np.where(self.is_equality, np.abs(self.values), np.maximum(-self.values, 0.0))
        return np.where(np.isnan(off), np.inf, off)

    @property
    def violation(self) -> float:
        """The largest of them."""
        return float(self.violations.max(initial=0.0))

    def rows_of(self, jacobian: Vector, places: Any) -> Vector:
        """Return the gradients of some constraints, those of bounds made here."""
        m, n = self.n_rows, self.n_variables
        places = np.asarray(places)
        rows = np.zeros((places.size, n))
        general = places < m
        rows[general] = jacobian[places[general]]
        lower = (places >= m) & (places < m + n)
        rows[lower, places[lower] - m] = 1.0
        upper = places >= m + n
        rows[upper, places[upper] - m - n] = -1.0
        return rows
