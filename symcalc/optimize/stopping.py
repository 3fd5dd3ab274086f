"""When a run has arrived: the gradient test, bounds, and evidence that rounding is the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bounds import Bounds, Mask, Vector
from .evaluator import Evaluator
from .objective import Point

__all__ = ["StoppingRule", "gradient_noise", "noise_level", "predicted_fall"]

EPS = float(np.finfo(float).eps)

#: A fall by less than this share of the value, or of the start's, is negligible.
SETTLED, UNSEEN = 1e-10, 1e-16

#: Above this number of variables the quadratic model is minimized by conjugate gradients.
MAX_DENSE = 200


@dataclass(frozen=True, slots=True)
class StoppingRule:
    """The limits of a run and its test of convergence.

    Attributes
    ----------
    tolerance : float
        Converged when `max|g_i| <= tolerance * min(max(1, |f|), max|g_i(start)|)`, with the
        gradient taken over the variables that bounds leave free. The first part lets the test
        grow with the objective, the second keeps it honest for objectives of tiny scale
        (`1e-10*(x - 1)**2` is not converged at `x = 0`) and for objectives with a large offset.
    max_steps : int
    start_norm : float
        The largest component of the gradient at the start.
    bounds : Bounds or None
    start_value : float
        The objective at the start.
    """

    tolerance: float
    max_steps: int
    start_norm: float
    bounds: Bounds | None = None
    start_value: float = 0.0

    def free(self, x: Vector, gradient: Vector) -> Mask:
        """Return which variables may still move downhill."""
        if self.bounds is None:
            return np.ones(x.size, dtype=np.bool_)
        return self.bounds.free(x, gradient)

    def norm(self, x: Vector, gradient: Vector) -> float:
        """Return the largest component of the gradient that bounds leave free."""
        if self.bounds is not None:
            gradient = gradient[self.bounds.free(x, gradient)]
            if gradient.size == 0:
                return 0.0
        return float(np.abs(gradient).max())

    def threshold(self, value: float) -> float:
        """Return the gradient norm at which a point of this value counts as stationary."""
        return self.tolerance * min(max(1.0, abs(value)), self.start_norm)

    def is_met(self, value: float, norm: float) -> bool:
        """Whether the gradient test holds."""
        return norm <= self.threshold(value)

    def is_settled(self, value: float, promised: float) -> bool:
        """Whether the fall that a method's own model still promises is negligible.

        Where the curvature is small a small gradient alone is none: the value may be far off.
        """
        return promised <= SETTLED * abs(value) + UNSEEN * abs(self.start_value)


def noise_level(evaluator: Evaluator, point: Point, seed: int) -> float:
    """Return how much the computed value jitters when `x` moves by a few units of rounding."""
    rng = np.random.default_rng(seed)
    scale = 4.0 * EPS * np.maximum(np.abs(point.x), np.finfo(float).tiny)
    jittered = (point.x + scale * rng.choice([-1.0, 1.0], point.x.size) for _ in range(6))
    values = [evaluator.value(x) for x in jittered if evaluator.is_inside(x)]
    spread = max((abs(v - point.value) for v in values if np.isfinite(v)), default=0.0)
    # What the slope alone explains is no noise.
    explained = float(np.abs(point.gradient) @ scale)
    return max(2.0 * EPS * abs(point.value), spread - explained)


def gradient_noise(evaluator: Evaluator, point: Point) -> float:
    """Return the gradient norm that the rounding of `x` alone explains."""
    return 4.0 * EPS * float(np.abs(evaluator.product(point.x, np.abs(point.x))).max())


def predicted_fall(evaluator: Evaluator, point: Point, free: Mask) -> float:
    """Return how far the quadratic model at `point` still falls over the free variables.

    Infinite when the model has a direction of negative curvature along the gradient. Half the
    squared Newton decrement: Boyd and Vandenberghe, Convex Optimization, 2004, eq. (9.30).
    """
    gradient = np.where(free, point.gradient, 0.0)
    if point.x.size <= MAX_DENSE and evaluator.objective.hessian is not None:
        hessian = evaluator.hessian(point.x)
        dense = np.asarray(hessian.toarray() if hasattr(hessian, "toarray") else hessian)
        return _dense_fall(dense[np.ix_(free, free)], gradient[free])
    return _krylov_fall(evaluator, point.x, gradient, free)


def _dense_fall(hessian: Vector, gradient: Vector) -> float:
    """Return the fall of the model from its eigenvalues, variables scaled by the diagonal."""
    if gradient.size == 0 or not np.isfinite(hessian).all():
        return 0.0 if gradient.size == 0 else np.inf
    diagonal = np.abs(np.diag(hessian))
    scale = 1.0 / np.sqrt(np.maximum(diagonal, EPS * diagonal.max(initial=1e-300)))
    curvature, axes = np.linalg.eigh(scale[:, None] * hessian * scale)
    along = axes.T @ (scale * gradient)
    floor = EPS * hessian.shape[0] * np.abs(curvature).max()
    moving = np.abs(along) > EPS * np.abs(along).max()
    if (curvature[moving] < -floor).any():
        return float("inf")
    return float(0.5 * np.sum(along[moving] ** 2 / np.maximum(curvature[moving], floor)))


def _krylov_fall(
    evaluator: Evaluator, x: Vector, gradient: Vector, free: Mask, max_steps: int = 50
) -> float:
    """Return the fall of the model reached by conjugate gradients."""
    residual, fall = -gradient, 0.0
    direction = residual.copy()
    square = first = float(residual @ residual)
    for _ in range(min(max_steps, x.size)):
        if square <= 1e-20 * first:
            break
        image = np.where(free, evaluator.product(x, direction), 0.0)
        curvature = float(direction @ image)
        if not curvature > 0.0:
            return float("inf")
        length = square / curvature
        fall += 0.5 * length * square
        residual = residual - length * image
        square, previous = float(residual @ residual), square
        direction = residual + (square / previous) * direction
    return fall
