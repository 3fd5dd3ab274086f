"""Newton steps on an objective with its kinks rounded off, within bounds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..bounds import Bounds, Mask, Vector
from .evaluator import KinkEvaluator
from .function import Look

__all__ = ["Rounded", "newton_step"]

EPS = float(np.finfo(float).eps)

#: The share of the promised fall that a step must bring, and the trials for its length.
SUFFICIENT, MAX_TRIALS = 1e-4, 40

#: Halvings, on a logarithmic scale, of the range in which a shift of eigenvalues is looked for.
MAX_HALVINGS = 12

#: Steps are no longer than this, in units of 1 + |x|: where nothing bends they would be endless.
LONGEST = 0.5

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
    Newton methods for optimization problems with simple constraints, 1982), those that the step
    would lead beyond one end on it, the others' steps made for that; curvature that is negative is
    turned round.
    """
    evaluator.stage = "direction"
    kinks, bounds = evaluator.function.kinks, evaluator.bounds
    second = evaluator.second(look)
    matrix = second.hessian + kinks.stiffness(
        look.arguments, widths, slopes, look.pull, second.jacobian
    )
    if not np.isfinite(matrix).all():
        return None
    move = _move(look, matrix, bounds)
    promised = -float(look.gradient @ move)
    if not (promised > 0.0 or (promised == 0.0 and move.any())):
        return Rounded(look, slopes, 0.0)
    evaluator.stage = "search"
    new, length = _search(evaluator, look, move, widths)
    if new is None:
        return Rounded(look, slopes, 0.0) if promised <= 1e-12 * (1 + abs(look.value)) else None
    moves = second.jacobian @ (length * move)
    return Rounded(new, kinks.turned(look.arguments, widths, slopes, moves), promised)


def _move(look: Look, matrix: Vector, bounds: Bounds | None) -> Vector:
    """Return the Newton step, no longer than `LONGEST`, inside the bounds where it still falls."""
    longest = LONGEST * (1.0 + float(np.abs(look.x).max()))
    free = np.ones(look.x.size, dtype=np.bool_)
    if bounds is not None:
        free = bounds.free(look.x, look.gradient)
    move = np.zeros(look.x.size)
    move[free] = -_solved(matrix[np.ix_(free, free)], look.gradient[free], longest)
    if not move.any() and free.any():
        move[free] = _downward(matrix[np.ix_(free, free)])
    if bounds is None or bounds.contain(look.x + move):
        return move
    ended = _ended(look, matrix, bounds, free, move, longest)
    return ended if float(look.gradient @ ended) < 0.0 else move


def _ended(
    look: Look, matrix: Vector, bounds: Bounds, free: Mask, move: Vector, longest: float
) -> Vector:
    """Return a step of which the parts that would leave the bounds end on them."""
    for _ in range(look.x.size):
        inside = np.clip(look.x + move, bounds.lower, bounds.upper) - look.x
        leaves = free & (inside != move)
        if not leaves.any():
            break
        move, free = np.where(leaves, inside, move), free & ~leaves
        slope = look.gradient + matrix[:, ~free] @ move[~free]
        move[free] = -_solved(matrix[np.ix_(free, free)], slope[free], longest)
    return np.clip(look.x + move, bounds.lower, bounds.upper) - look.x


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
    """Return the nearest point inside the bounds, on them where only rounding keeps it off."""
    if bounds is None:
        return x
    slack = 4.0 * EPS * np.abs(x)
    x = np.where(x <= bounds.lower + slack, bounds.lower, x)
    return np.where(x >= bounds.upper - slack, bounds.upper, x)


def _downward(matrix: Vector) -> Vector:
    """Return the axis along which the curvature is most negative, zero where none is."""
    values, axes = np.linalg.eigh(matrix)
    is_negative = values[0] < -EPS * len(matrix) * float(np.abs(values).max())
    return np.asarray(axes[:, 0] if is_negative else np.zeros(len(matrix)))


def _solved(matrix: Vector, gradient: Vector, longest: float) -> Vector:
    """Return the solution with a matrix whose eigenvalues are made positive.

    Where it is too long, all of them are raised together until it is not: so what flat directions
    would add does not drown the rest.
    """
    if not gradient.size or not gradient.any():
        return np.zeros(gradient.size)
    diagonal = np.abs(np.diag(matrix))
    largest = float(np.abs(matrix).max())
    if largest == 0.0:
        return gradient * (longest / float(np.abs(gradient).max()))  # nothing bends
    scale = 1.0 / np.sqrt(np.maximum(diagonal, EPS * largest))
    scaled, slope = scale[:, None] * matrix * scale, scale * gradient
    try:
        factor = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        factor = None
    if factor is not None and np.diag(factor).min() > 1e-6:
        from scipy.linalg import cho_solve

        found = np.asarray(scale * cho_solve((factor, True), slope))
        if np.abs(found).max() <= longest:
            return found
    values, axes = np.linalg.eigh(scaled)
    top = float(np.abs(values).max())
    values, along = np.maximum(np.abs(values), FLOOR * top), axes.T @ slope

    def raised(by: float) -> Vector:
        return np.asarray(scale * (axes @ (along / (values + by))))

    found, low, high = raised(0.0), FLOOR * top, float(np.linalg.norm(along)) / longest + top
    if np.abs(found).max() <= longest:
        return found
    while np.abs(raised(high)).max() > longest:
        high *= 16.0
    for _ in range(MAX_HALVINGS):
        middle = (low * high) ** 0.5
        is_long = np.abs(raised(middle)).max() > longest
        low, high = (middle, high) if is_long else (low, middle)
    return raised(high)
