"""Newton steps on an objective with its kinks rounded off, within bounds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..bounds import Bounds, Vector
from .evaluator import KinkEvaluator
from .function import Look

__all__ = ["Rounded", "newton_step"]

EPS = float(np.finfo(float).eps)

#: The share of the promised fall that a step must bring, and the trials for its length.
SUFFICIENT, MAX_TRIALS = 1e-4, 40

#: Steps are no longer than this, in units of 1 + |x|: where nothing bends they would be endless.
LONGEST = 1.0

#: Eigenvalues below this share of the largest are lifted to it.
FLOOR = 1e-12


class Rounded(NamedTuple):
    """A point on the rounded objective, and what the next step builds on.

    Attributes
    ----------
    look : Look
    slopes : ndarray
        Those that the step foretold.
    promised : float
        The fall that was promised at the point before, over its free variables.
    """

    look: Look
    slopes: Vector
    promised: float


def newton_step(
    evaluator: KinkEvaluator, look: Look, slopes: Vector, widths: Vector
) -> Rounded | None:
    """Return the point that a damped Newton step leads to, None where nothing lowers the value.

    Variables at a bound that the gradient pushes out of it stay there (D. P. Bertsekas, Projected
    Newton methods for optimization problems with simple constraints, 1982); curvature that is
    negative is turned round.
    """
    evaluator.stage = "direction"
    kinks, bounds = evaluator.function.kinks, evaluator.bounds
    second = evaluator.second(look)
    matrix = second.hessian + kinks.stiffness(
        look.arguments, widths, slopes, look.pull, second.jacobian
    )
    if not np.isfinite(matrix).all():
        return None
    free = np.ones(look.x.size, dtype=np.bool_)
    if bounds is not None:
        free = bounds.free(look.x, look.gradient)
    move = np.zeros(look.x.size)
    move[free] = -_solved(matrix[np.ix_(free, free)], look.gradient[free])
    if not move.any() and free.any():
        move[free] = _downward(matrix[np.ix_(free, free)])
    longest = LONGEST * (1.0 + float(np.abs(look.x).max()))
    move *= min(1.0, longest / max(float(np.abs(move).max()), 1e-300))
    promised = -float(look.gradient @ move)
    if not (promised > 0.0 or (promised == 0.0 and move.any())):
        return Rounded(look, slopes, 0.0)
    evaluator.stage = "search"
    new, length = _search(evaluator, look, move, widths)
    if new is None:
        return Rounded(look, slopes, 0.0) if promised <= 1e-12 * (1 + abs(look.value)) else None
    moves = second.jacobian @ (length * move)
    return Rounded(new, kinks.turned(look.arguments, widths, slopes, moves), promised)


def _search(
    evaluator: KinkEvaluator, look: Look, move: Vector, widths: Vector
) -> tuple[Look | None, float]:
    """Return the first point, from the whole step down, that is low enough, and the length."""
    length, noise = 1.0, 8.0 * EPS * abs(look.value)
    for _ in range(MAX_TRIALS):
        x = _inside(evaluator.bounds, look.x + length * move)
        if np.array_equal(x, look.x):
            break
        new = evaluator.look_rounded(x, widths)
        slope = float(look.gradient @ (x - look.x))
        enough = look.value + SUFFICIENT * slope + noise * (length == 1.0)
        if new.is_finite and (new.value <= enough if slope < 0.0 else new.value < look.value):
            return new, length
        length *= 0.5
    return None, 0.0


def _inside(bounds: Bounds | None, x: Vector) -> Vector:
    """Return the nearest point inside the bounds."""
    return x if bounds is None else np.clip(x, bounds.lower, bounds.upper)


def _downward(matrix: Vector) -> Vector:
    """Return the axis along which the curvature is most negative, zero where none is."""
    values, axes = np.linalg.eigh(matrix)
    is_negative = values[0] < -EPS * len(matrix) * float(np.abs(values).max())
    return np.asarray(axes[:, 0] if is_negative else np.zeros(len(matrix)))


def _solved(matrix: Vector, gradient: Vector) -> Vector:
    """Return the solution with a matrix whose eigenvalues are made positive."""
    if not gradient.size:
        return gradient
    diagonal = np.abs(np.diag(matrix))
    largest = float(np.abs(matrix).max())
    if largest == 0.0:
        return gradient / EPS  # nothing bends: as far as steps go
    scale = 1.0 / np.sqrt(np.maximum(diagonal, EPS * largest))
    scaled = scale[:, None] * matrix * scale
    try:
        factor = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        factor = None
    if factor is not None and np.diag(factor).min() > 1e-6:
        from scipy.linalg import cho_solve

        return np.asarray(scale * cho_solve((factor, True), scale * gradient))
    values, axes = np.linalg.eigh(scaled)
    lifted = np.maximum(np.abs(values), FLOOR * np.abs(values).max())
    return np.asarray(scale * (axes @ ((axes.T @ (scale * gradient)) / lifted)))
