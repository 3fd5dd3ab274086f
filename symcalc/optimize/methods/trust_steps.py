"""Newton's method within a trust region: exactly from the spectrum, or by conjugate gradients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..bounds import Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from .region import MAX_TRIALS, ModelStep, Spectrum, curvature_spectrum, next_radius, unit_scale

__all__ = ["TrustRegion"]

EPS = float(np.finfo(float).eps)

#: Up to this number of variables steps come from the spectrum of the Hessian.
MAX_SPECTRUM = 300


@dataclass(frozen=True, slots=True)
class TrustRegion:
    """The quadratic model is minimized within a radius that follows how well it foretold.

    With a Hessian of moderate size nearly exactly, variables scaled by its diagonal (More and
    Sorensen, Computing a trust region step, 1983); else by conjugate gradients on Hessian-vector
    products, to the edge where the curvature is negative (Steihaug, The conjugate gradient method
    and trust regions in large scale optimization, 1983).

    Attributes
    ----------
    first_radius : float or None
        In units of the scaled variables; None: as long as the scaled start, at least 1.
    """

    first_radius: float | None = None

    words = "Newton step within a trust region"

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next lower point, None where none is found."""
        found = self._search(evaluator, point, memory)
        if found is None and memory is not None:
            # Scale and radius may date from places far off: once more without a past.
            found = self._search(evaluator, point, None)
        return found

    def _search(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Shorten the radius until a step of the model leads to a lower point."""
        evaluator.stage = "direction"
        model: Spectrum | _Products = _Products(evaluator, point)
        scale, radius = (None, 0.0) if memory is None else memory
        if point.x.size <= MAX_SPECTRUM and evaluator.objective.hessian is not None:
            hessian = evaluator.hessian(point.x)
            diagonal = np.asarray(hessian.diagonal(), dtype=float)
            scale = unit_scale(np.sqrt(np.abs(diagonal)), scale)
            found = curvature_spectrum(hessian, point.gradient, scale)
            model = model if found is None else found
        if memory is None:
            radius = self.first_radius or _first_radius(point.x, scale)
        evaluator.stage = "search"
        for _ in range(MAX_TRIALS):
            tried = model.step(radius)
            x = point.x + tried.vector
            if not tried.fall > 0.0 or np.array_equal(x, point.x):
                return None
            new = evaluator.point(x)
            fall = point.value - new.value if new.is_finite else -np.inf
            noise = 8.0 * EPS * abs(point.value)
            is_level = abs(fall) <= noise and tried.fall <= noise
            if is_level and np.linalg.norm(new.gradient) < np.linalg.norm(point.gradient):
                fall = tried.fall
            slope = float(point.gradient @ tried.vector)
            radius = next_radius(radius, tried, fall, tried.fall, slope)
            if fall > 1e-4 * tried.fall:
                promise = None if scale is None else partial(_promise, evaluator, new, scale)
                return Step(new, (scale, radius), promise)
            if is_level:
                return _polished(evaluator, point, model, (scale, radius))
        return None


def _polished(
    evaluator: Evaluator, point: Point, model: Spectrum | _Products, memory: Any
) -> Step | None:
    """Return a step along firm curvature alone that halves the gradient, where values are level.

    Along nearly flat axes rounding makes long steps, which raise the gradient again.
    """
    if not isinstance(model, Spectrum):
        return None
    new = evaluator.point(point.x + model.firm_step())
    is_level = abs(point.value - new.value) <= 8.0 * EPS * abs(point.value)
    smaller = np.linalg.norm(new.gradient) < 0.5 * np.linalg.norm(point.gradient)
    return Step(new, memory) if is_level and smaller else None


def _first_radius(x: Vector, scale: Vector | None) -> float:
    """Return the length of the start, scaled as the model is, but at least 1 in the variables."""
    if scale is None:
        return max(1.0, float(np.linalg.norm(x)))
    return float(np.linalg.norm(scale * np.maximum(np.abs(x), 1.0)))


def _promise(evaluator: Evaluator, point: Point, scale: Vector) -> float:
    """Return the fall that the model at a point promises within its positive curvatures."""
    model = curvature_spectrum(evaluator.hessian(point.x), point.gradient, scale)
    if model is None:
        return 0.0
    floor = 8.0 * EPS * point.x.size * float(np.abs(model.curvature).max(initial=0.0))
    curved = model.curvature > floor
    return float(0.5 * np.sum(model.slope[curved] ** 2 / model.curvature[curved]))


@dataclass(frozen=True, slots=True)
class _Products:
    """The model at a point through Hessian-vector products."""

    evaluator: Evaluator
    point: Point

    def step(self, radius: float) -> ModelStep:
        """Return the step of truncated conjugate gradients within the radius."""
        gradient = self.point.gradient
        size = float(np.linalg.norm(gradient))
        enough = min(0.5, size**0.5) * size
        vector, image = np.zeros_like(gradient), np.zeros_like(gradient)
        residual, direction = gradient.copy(), -gradient
        square, is_held = size * size, False
        for _ in range(2 * gradient.size):
            product = self.evaluator.product(self.point.x, direction)
            curvature = float(direction @ product)
            length = square / curvature if curvature > 0.0 else np.inf
            if not np.linalg.norm(vector + length * direction) < radius:
                length, is_held = _to_edge(vector, direction, radius), True
            vector, image = vector + length * direction, image + length * product
            if is_held:
                break
            residual = residual + length * product
            before, square = square, float(residual @ residual)
            if square**0.5 <= enough:
                break
            direction = (square / before) * direction - residual
        fall = -float(gradient @ vector + 0.5 * vector @ image)
        return ModelStep(vector, fall, float(np.linalg.norm(vector)), float(is_held))


def _to_edge(vector: Vector, direction: Vector, radius: float) -> float:
    """Return how far along a direction the edge of the region lies."""
    a, b = float(direction @ direction), float(vector @ direction)
    c = float(vector @ vector) - radius * radius
    root = float(max(b * b - a * c, 0.0) ** 0.5)
    return (root - b) / a if b <= 0.0 else -c / (b + root)
