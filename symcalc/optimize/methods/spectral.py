"""Gradient descent with steps from the last two gradients, values free to rise for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point

__all__ = ["SpectralGradient"]

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class SpectralGradient:
    """Barzilai and Borwein, Two-point step size gradient methods, 1988, made to converge.

    Raydan, The Barzilai and Borwein gradient method for the large scale unconstrained minimization
    problem, 1997: a step `s@s / s@y` is taken when the value falls below the greatest of the last
    ten, and shortened otherwise.

    Attributes
    ----------
    n_values : int
        How many of the last values count.
    """

    n_values: int = 10

    words = "negative gradient, Barzilai-Borwein step"

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step; None where the value falls at no length."""
        evaluator.stage = "search"
        square = float(point.gradient @ point.gradient)
        if memory is None:
            largest = float(np.abs(point.gradient).max())
            length, values = min(1.0, 1.0 / largest), (point.value,)
        else:
            length, values = memory
        ceiling = max(values)
        for _ in range(60):
            x = point.x - length * point.gradient
            if np.array_equal(x, point.x):
                return None
            new = evaluator.point(x)
            allowed = ceiling - 1e-4 * length * square + 8.0 * EPS * abs(ceiling)
            if new.is_finite and new.value <= allowed:
                after = (*values[-self.n_values + 1 :], new.value)
                return Step(new, (self._next_length(point, new, length), after))
            length *= 0.25
        return None

    def _next_length(self, point: Point, new: Point, length: float) -> float:
        """Return the length that the secant equation asks for, kept within reason."""
        move, change = new.x - point.x, new.gradient - point.gradient
        product = float(move @ change)
        if not product > 0.0:
            return min(4.0 * length, 1e10)
        return min(max(float(move @ move) / product, 1e-20), 1e20)
