"""Quadratic objectives: one linear solve, and what there is to say where it has no one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...outcome import Outcome
from ..bounds import Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point, StopRun
from .region import curvature_spectrum, unit_scale

__all__ = ["QuadraticSolve"]

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, slots=True)
class QuadraticSolve:
    """From anywhere to the minimum of a quadratic objective: `H @ step = -g`.

    The second step, where one is needed, is iterative refinement. Along axes without curvature
    there is no move: where the gradient vanishes there too, the minimum is not the only one. Where
    it does not, or where a curvature is negative, the objective falls without limit, which is
    shown by a value far off.
    """

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the minimum; None when another solve brings nothing."""
        if memory is not None and memory >= 3:
            return None
        evaluator.stage = "linear solve"
        hessian = evaluator.hessian(point.x)
        dense = np.asarray(hessian.toarray() if hasattr(hessian, "toarray") else hessian)
        scale = unit_scale(np.sqrt(np.abs(np.diag(dense))), None)
        model = curvature_spectrum(dense, point.gradient, scale)
        if model is None:
            return None
        floor = 8.0 * EPS * point.x.size * float(np.abs(model.curvature).max(initial=0.0))
        is_flat = np.abs(model.curvature) <= floor
        if (model.curvature < -floor).any():
            axis = model.axes[:, int(np.argmin(model.curvature))] / scale
            _show_fall(evaluator, point, axis)
        steep = is_flat & (np.abs(model.slope) > 1e-9 * np.abs(model.slope).max(initial=0.0))
        if steep.any():
            axis = (model.axes[:, steep] @ model.slope[steep]) / scale
            _show_fall(evaluator, point, axis)
        along = np.where(is_flat, 0.0, -model.slope / np.where(is_flat, 1.0, model.curvature))
        x = point.x + (model.axes @ along) / scale
        if np.array_equal(x, point.x):
            return None
        return Step(evaluator.point(x), 1 if memory is None else memory + 1)


def _show_fall(evaluator: Evaluator, point: Point, axis: Vector) -> None:
    """End the run as unbounded where a value far along the axis, on the lower side, is low."""
    slope = float(point.gradient @ axis)
    axis = axis * ((-1.0 if slope > 0.0 else 1.0) / float(np.linalg.norm(axis)))
    reach = 1e8 * (1.0 + float(np.abs(point.x).max()))
    far = point.x + reach * axis
    value = evaluator.value(far)
    if value < point.value - 1e-3 * max(abs(slope) * reach, abs(point.value)):
        evaluator.lowest = (far, value)
        raise StopRun(Outcome.UNBOUNDED)
