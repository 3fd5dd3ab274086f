"""Newton's method on the first-order conditions, with the active constraints found on the way."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..bounds import Vector
from ..objective import Point
from .evaluator import FEASIBLE, ConstrainedEvaluator
from .multipliers import Multipliers, find_multipliers
from .stack import Stack

__all__ = ["Candidate", "look_at", "polish", "restore"]

EPS = float(np.finfo(float).eps)

MAX_PASSES, MAX_EXCHANGES, MAX_HALVINGS = 40, 60, 12

#: Eigenvalues of the reduced Hessian below this share of the largest are lifted to it.
FLOOR = 1e-9

#: A step may leave constraints by the square of so many times its length.
BENT = 3.0

#: Steps are no longer than this share of 1 + |x|: the method is for the last stretch.
LONGEST = 0.3


class Candidate(NamedTuple):
    """A point with everything that judges it.

    `units` are those of the constraints here, `floor` is that of the objective's gradient.
    """

    point: Point
    stack: Stack
    jacobian: Vector
    multipliers: Multipliers
    units: Vector
    floor: float

    @property
    def violation(self) -> float:
        """The largest violation of a constraint."""
        return self.stack.violation

    @property
    def excess(self) -> float:
        """The largest violation in units of its constraint."""
        return self.excess_in(self.units)

    @property
    def is_feasible(self) -> bool:
        """Whether no constraint is violated."""
        return self.excess <= FEASIBLE

    def excess_in(self, units: Vector) -> float:
        """Return the largest violation in given units."""
        return float((self.stack.violations / units).max(initial=0.0))

    @property
    def steepness(self) -> float:
        """The size of the objective's gradient, or what is small beside others seen."""
        return max(self.floor, float(np.abs(self.point.gradient).max(initial=0.0)))

    @property
    def stationarity(self) -> float:
        """The residual of stationarity, in units of the gradient's size."""
        return self.multipliers.kkt.stationarity / self.steepness

    @property
    def residual(self) -> float:
        """The larger of stationarity and complementarity, each in units of its own."""
        size = max(self.floor, abs(self.point.value))
        products = self.multipliers.kkt.complementarity / size
        return max(self.stationarity, products)

    def meets(self, tolerance: float) -> bool:
        """Whether the first-order conditions hold with multipliers that are finite.

        Near a point without any, multipliers grow so that stationarity holds ever better, but the
        products with what little the constraints are off do not vanish.
        """
        return bool(self.multipliers.exist and self.residual <= tolerance)


def look_at(evaluator: ConstrainedEvaluator, x: Vector, near: float = 1e-6) -> Candidate:
    """Return a point with its constraints and multipliers."""
    point, stack, jacobian = evaluator.point(x), evaluator.stack(x), evaluator.jacobian(x)
    floor = evaluator.unit
    multipliers = find_multipliers(point.x, point.gradient, stack, jacobian, floor, near)
    return Candidate(point, stack, jacobian, multipliers, evaluator.units(x), floor)


def polish(evaluator: ConstrainedEvaluator, x: Vector) -> Candidate:
    """Return the nearest point that satisfies the first-order conditions to rounding.

    Each pass solves the quadratic model over the active constraints (Nocedal and Wright, Numerical
    Optimization, 2006, chapter 18), with the Hessian of the Lagrangian made positive definite on
    their tangent space; it is taken when it brings the residuals down.
    """
    best = look_at(evaluator, evaluator.clipped(x), 1e-4)
    for _ in range(MAX_PASSES):
        if not _is_finite(best):
            return best
        step = _model_step(evaluator, best)
        if step is None:
            break
        better = _try(evaluator, best, step)
        if better is None:
            break
        best = better
    return look_at(evaluator, best.point.x)


def restore(evaluator: ConstrainedEvaluator, x: Vector, n_passes: int = 100) -> Vector:
    """Return a point nearby whose violation vanishes, or is as small as Gauss-Newton makes it.

    Where gradients of active constraints depend on each other the violation falls by a constant
    factor a pass only, hence the many passes.
    """
    x = evaluator.clipped(x)
    stack = evaluator.stack(x)
    for _ in range(n_passes):
        off = stack.violations
        if not np.isfinite(stack.violation) or stack.violation == 0.0:
            break
        units, slopes = evaluator.units(x), evaluator.slopes(x)
        held = np.flatnonzero((off > 0.0) | stack.is_equality | (stack.values <= FEASIBLE * units))
        rows = stack.rows_of(evaluator.jacobian(x), held) / slopes[held, None]
        if not np.isfinite(rows).all():
            break
        step = np.linalg.lstsq(rows, -stack.values[held] / slopes[held], rcond=1e-14)[0]
        if not np.isfinite(step).all():
            break
        for length in (1.0, 0.5, 0.1):
            new = evaluator.clipped(x + length * step)
            there = evaluator.stack(new)
            if (there.violations / units).max() < (off / units).max():
                break
        else:
            break
        x, stack = new, there
    return x


def _is_finite(candidate: Candidate) -> bool:
    return bool(
        candidate.point.is_finite
        and not np.isnan(candidate.stack.values).any()
        and np.isfinite(candidate.jacobian).all()
    )


def _model_step(evaluator: ConstrainedEvaluator, at: Candidate) -> Vector | None:
    """Return the step of the quadratic model, the active set changed until its signs are right."""
    stack, x = at.stack, at.point.x
    weights = at.multipliers.weights
    hessian = evaluator.dense_hessian(x)
    hessian = hessian - evaluator.curvature(x, weights[: stack.n_rows])
    if not np.isfinite(hessian).all():
        return None
    longest = LONGEST * (1.0 + float(np.abs(x).max(initial=0.0)))
    slopes = evaluator.slopes(x)
    values = stack.values / slopes
    is_held = (weights != 0.0) | stack.is_equality | (stack.values < -FEASIBLE * at.units)
    held: set[int] = set(np.flatnonzero(is_held).tolist())
    reach = np.flatnonzero(np.isfinite(stack.values))
    rows = stack.rows_of(at.jacobian, reach) / slopes[reach, None]
    step: Vector | None = None
    for _ in range(MAX_EXCHANGES):
        places = np.array(sorted(held), dtype=np.int64)
        own = stack.rows_of(at.jacobian, places) / slopes[places, None]
        step, forces = _equality_step(hessian, at.point.gradient, own, values[places])
        length = float(np.abs(step).max(initial=0.0))
        if length > longest:
            step = step * (longest / length)
        after = values[reach] + rows @ step
        after[[int(p) in held for p in reach]] = np.inf
        broken = int(np.argmin(after)) if after.size else -1
        wrong = np.where(stack.is_equality[places], np.inf, forces)
        if broken >= 0 and after[broken] < -1e-12 * (1.0 + abs(values[reach[broken]])):
            held.add(int(reach[broken]))
        elif wrong.size and wrong.min() < -1e-9 * max(at.floor, float(np.abs(forces).max())):
            held.discard(int(places[np.argmin(wrong)]))
        else:
            break
    return step


def _equality_step(
    hessian: Vector, gradient: Vector, rows: Vector, values: Vector
) -> tuple[Vector, Vector]:
    """Return the step to the minimum of the model on `values + rows @ d = 0`, and the multipliers.

    By the null space of the rows, which may depend on each other.
    """
    n = gradient.size
    normal, tangent = np.zeros(n), np.eye(n)
    if len(rows):
        left, singular, right = np.linalg.svd(rows, full_matrices=True)
        rank = int(np.sum(singular > 1e-12 * singular[0])) if singular.size else 0
        normal = -right[:rank].T @ ((left.T @ values)[:rank] / singular[:rank])
        tangent = right[rank:].T
    step = normal
    if tangent.shape[1]:
        reduced = tangent.T @ hessian @ tangent
        slope = tangent.T @ (gradient + hessian @ normal)
        curvature, axes = np.linalg.eigh(0.5 * (reduced + reduced.T))
        largest = float(np.abs(curvature).max())
        lifted = np.maximum(np.abs(curvature), max(FLOOR * largest, 1e-300))
        along = np.where(np.abs(slope @ axes) > 0.0, -(slope @ axes) / lifted, 0.0)
        step = normal + tangent @ (axes @ along)
    force = gradient + hessian @ step
    forces = np.linalg.lstsq(rows.T, force, rcond=None)[0] if len(rows) else np.zeros(0)
    return np.asarray(step), np.asarray(forces)


def _try(evaluator: ConstrainedEvaluator, best: Candidate, step: Vector) -> Candidate | None:
    """Return the point after a step, shortened until the residuals fall; None when they do not."""
    size = 1.0 + float(np.abs(best.point.x).max(initial=0.0))
    for halving in range(MAX_HALVINGS):
        move = 0.5**halving * step
        if np.abs(move).max(initial=0.0) <= EPS * size:
            return None
        new = look_at(evaluator, evaluator.clipped(best.point.x + move), 1e-6)
        if _is_finite(new) and _is_lower(new, best):
            return new
    return None


def _is_lower(new: Candidate, old: Candidate) -> bool:
    """Whether the residuals fell, and feasibility was not paid for it."""
    before, after = old.excess, new.excess_in(old.units)
    # What rounding of the point alone makes of a constraint.
    noise = np.abs(old.jacobian) @ np.abs(old.point.x)
    tiny = max(1e-13, 8.0 * EPS * float((noise / old.units[: noise.size]).max(initial=0.0)))
    if before > FEASIBLE:
        return after < 0.9 * before
    # A step onto curved constraints leaves them to second order; the next one comes back.
    move = float(np.abs(new.point.x - old.point.x).max(initial=0.0))
    if after > max(before, tiny, min(max(old.residual, BENT * move), 1e-3) ** 2):
        return False
    return new.residual < 0.9 * old.residual or (
        new.residual <= max(old.residual, tiny) and after < 0.5 * before
    )
