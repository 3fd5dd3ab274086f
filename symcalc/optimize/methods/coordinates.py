"""Coordinate descent: one variable after the other, each by a Newton step along its axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point

__all__ = ["CoordinateDescent"]

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class CoordinateDescent:
    """One pass over all variables in order is one step of the trace.

    Nocedal and Wright, Numerical Optimization, 2006, section 9.3 (cyclic); the length along an
    axis is `-g_i / |h_ii|`, halved until the value falls. The slope and the curvature of each axis
    are those at the point that the axes before have reached.
    """

    words = "one axis after the other, Newton step along each, backtracking"

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the point after a pass, None when no axis leads down."""
        here = point
        for i in range(point.x.size):
            here = _along(evaluator, here, i)
        return None if here is point else Step(here)


def _along(evaluator: Evaluator, point: Point, index: int) -> Point:
    """Return the point lowered along one axis, itself where the axis leads nowhere."""
    slope = float(point.gradient[index])
    if slope == 0.0:
        return point
    axis = np.zeros_like(point.x)
    axis[index] = 1.0
    evaluator.stage = "direction"
    curvature = abs(float(evaluator.product(point.x, axis)[index]))
    move = -slope / curvature if curvature > 0.0 else -np.copysign(1.0, slope)
    if not np.isfinite(move):
        move = -np.copysign(1.0, slope)
    evaluator.stage = "search"
    for _ in range(60):
        x = point.x.copy()
        x[index] += move
        if x[index] == point.x[index]:
            return point
        new = evaluator.point(x)
        falls = new.value <= point.value + 1e-4 * slope * move
        is_level = abs(new.value - point.value) <= 8.0 * EPS * abs(point.value)
        flattens = is_level and abs(float(new.gradient[index])) < abs(slope)
        if new.is_finite and (falls or flattens):
            return new
        move *= 0.5
    return point
