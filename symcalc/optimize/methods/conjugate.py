"""Nonlinear conjugate gradients, in the scales of the Hessian's diagonal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Vector
from ..evaluator import Evaluator
from ..objective import Point
from .directions import Proposal

__all__ = ["ConjugateGradient"]

#: The diagonal is looked at from so many products with random signs, and looked at again after so
#: many steps, or as many as there are variables.
N_SIGNS, N_STEPS = 12, 60

#: Scales are used where the diagonal spreads over more than this factor; smaller entries than this
#: share of the largest are lifted to it.
SPREAD, FLOOR = 30.0, 1e-12


@dataclass(frozen=True, slots=True)
class ConjugateGradient:
    """Nonlinear conjugate gradients.

    Where the objective gives products with its Hessian, one along the direction says how far to go
    first, and the variables are scaled by the Hessian's diagonal when it spreads widely. What is
    remembered: the gradient, the direction, the scales, and their age in steps.

    Attributes
    ----------
    update : str
        "hager_zhang": Hager and Zhang, A new conjugate gradient method with guaranteed descent,
        2005, eqs. (1.3), (1.5); "polak_ribiere": Polak and Ribiere, 1969, never negative (PR+).
        Preconditioned: Hager and Zhang, A survey of nonlinear conjugate gradient methods, 2006,
        section 8.
    """

    update: str = "hager_zhang"

    @property
    def words(self) -> str:
        """The direction in words."""
        name = {"hager_zhang": "Hager-Zhang", "polak_ribiere": "Polak-Ribiere"}[self.update]
        return f"conjugate gradient direction ({name})"

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the scaled negative gradient plus a share of the last direction."""
        known: Vector | None = None
        last, scales, age = point.gradient, None, 0
        if memory is not None:
            known, last, scales, age = memory
        if known is None or age >= max(N_STEPS, point.x.size):
            known, scales, age = None, _scales(evaluator, point.x), 0
        down = -point.gradient if scales is None else -scales * point.gradient
        vector = down
        if known is not None:
            vector = down + self._share(point.gradient, known, last, scales) * last
        if not float(vector @ point.gradient) < 0.0 or not np.isfinite(vector).all():
            vector = down
        length = _newton_length(evaluator, point, vector)
        return Proposal(
            length * vector, (point.gradient, vector, scales, age + 1), has_length=length != 1.0
        )

    def _share(
        self, gradient: Vector, before: Vector, last: Vector, scales: Vector | None
    ) -> float:
        """Return the share of the last direction."""
        change = gradient - before
        scaled = change if scales is None else scales * change
        if self.update == "polak_ribiere":
            square = float(before @ (before if scales is None else scales * before))
            return max(0.0, float(gradient @ scaled) / square) if square else 0.0
        slope = float(last @ change)
        if slope == 0.0:
            return 0.0
        twice = 2.0 * float(change @ scaled) / slope
        share = (float(scaled @ gradient) - twice * float(last @ gradient)) / slope
        if scales is not None:
            return share
        floor = -1.0 / (float(np.linalg.norm(last)) * min(0.01, float(np.linalg.norm(before))))
        return max(share, floor)


def _newton_length(evaluator: Evaluator, point: Point, vector: Vector) -> float:
    """Return the length to the least point of the parabola along a direction, 1 without any."""
    if evaluator.objective.hessian_product is None:
        return 1.0
    curvature = float(vector @ evaluator.product(point.x, vector))
    length = -float(point.gradient @ vector) / curvature if curvature > 0.0 else 1.0
    return length if 0.0 < length < np.inf else 1.0


def _scales(evaluator: Evaluator, x: Vector) -> Vector | None:
    """Return the reciprocals of the Hessian's diagonal where it spreads widely, else None.

    The mean of `v * (H @ v)` over random signs v is the diagonal: Bekas, Kokiopoulou and Saad, An
    estimator for the diagonal of a matrix, 2007.
    """
    if evaluator.objective.hessian_product is None or x.size < 2:
        return None
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (N_SIGNS, x.size))
    diagonal = np.abs(np.mean([v * evaluator.product(x, v) for v in signs], axis=0))
    largest = float(diagonal.max())
    if not (np.isfinite(largest) and largest > SPREAD * float(np.median(diagonal)) > 0.0):
        return None
    return np.asarray(1.0 / np.maximum(diagonal, FLOOR * largest))
