"""Multipliers and verdict for many variables and constraints: products with vectors only."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...outcome import Outcome
from ..bounds import Vector
from ..constraints import Label
from .evaluator import FEASIBLE, ConstrainedEvaluator
from .judgement import Judgement, not_finite, worst
from .multipliers import KKT, NEAR, Multipliers
from .polish import Candidate
from .stack import Stack

__all__ = ["judge_large", "look_from_afar"]

#: So often the constraints whose multipliers have the wrong sign are let go.
MAX_PASSES = 20


def look_from_afar(evaluator: ConstrainedEvaluator, x: Vector) -> Candidate:
    """Return a point with its constraints and multipliers, no matrix formed."""
    x = evaluator.clipped(x)
    point, stack = evaluator.point(x), evaluator.stack(x)
    weights, active = _multipliers(evaluator, x, point.gradient, stack)
    kkt = _residuals(evaluator, x, point.gradient, stack, weights, active)
    known = evaluator.found_weights
    if known is not None:  # those of the method itself may be sharper
        places = np.flatnonzero((known != 0.0) | stack.is_equality)
        own = _residuals(evaluator, x, point.gradient, stack, known, places)
        if own.stationarity + own.complementarity < kkt.stationarity + kkt.complementarity:
            weights, active, kkt = known, places, own
    found = Multipliers(weights, active, kkt, True)
    units = evaluator.units(x)
    return Candidate(point, stack, np.zeros((0, x.size)), found, units, evaluator.unit)


def judge_large(at: Candidate, tolerance: float, labels: tuple[Label, ...]) -> Judgement:
    """Return the verdict of the first-order conditions; curvature is not looked at."""
    if not at.point.is_finite or np.isnan(at.stack.values).any():
        return Judgement(at, Outcome.NOT_FINITE, not_finite(at, labels))
    if at.excess > 10.0 * FEASIBLE:
        return Judgement(at, Outcome.INFEASIBLE, (worst(at, labels),))
    if at.meets(tolerance):
        return Judgement(at, Outcome.CONVERGED_KKT, ())
    return Judgement(at, Outcome.SOLVER_FAILED, (
        f"The KKT conditions do not hold to {tolerance:.2g}: the residual is {at.residual:.2g}.",
    ))  # fmt: skip


def _multipliers(
    evaluator: ConstrainedEvaluator, x: Vector, gradient: Vector, stack: Stack
) -> tuple[Vector, Any]:
    """Return multipliers of the constraints at zero, by least squares over the free variables."""
    m, n = stack.n_rows, x.size
    lower, upper = stack.values[m : m + n] <= 0.0, stack.values[m + n :] <= 0.0
    size = 1.0 + float(np.abs(x).max(initial=0.0))
    equal = stack.is_equality[:m]
    held = equal | (stack.values[:m] <= NEAR * size)
    weights = np.zeros(m + 2 * n)
    rest = gradient
    for _ in range(MAX_PASSES):
        free = ~(lower | upper)
        weights[:m] = _least_squares(evaluator, x, gradient, held, free, weights[:m])
        wrong = held & ~equal & (weights[:m] < 0.0)
        rest = gradient - evaluator.pulled(x, weights[:m])
        released = (lower & (rest < 0.0)) | (upper & (rest > 0.0))
        if not wrong.any() and not released.any():
            break
        held &= ~wrong
        weights[:m][wrong] = 0.0
        lower, upper = lower & ~released, upper & ~released
    weights[m : m + n] = np.where(lower, np.maximum(rest, 0.0), 0.0)
    weights[m + n :] = np.where(upper, np.maximum(-rest, 0.0), 0.0)
    return weights, np.flatnonzero(np.concatenate([held, lower, upper]))


def _least_squares(
    evaluator: ConstrainedEvaluator, x: Vector, gradient: Vector, held: Any, free: Any,
    guess: Vector,
) -> Vector:  # fmt: skip
    """Return weights of held constraints that balance the gradient over free variables."""
    from scipy.sparse.linalg import LinearOperator, lsqr

    places = np.flatnonzero(held)
    if not places.size or not free.any():
        return np.zeros(held.size)

    def spread(part: Vector) -> Vector:
        whole = np.zeros(held.size)
        whole[places] = np.ravel(part)
        return whole

    def across(part: Vector) -> Vector:
        return np.asarray(evaluator.pulled(x, spread(part))[free])

    def back(part: Vector) -> Vector:
        direction = np.zeros(x.size)
        direction[free] = np.ravel(part)
        return np.asarray(evaluator.pushed(x, direction)[places])

    shape = (int(free.sum()), places.size)
    operator = LinearOperator(shape, matvec=across, rmatvec=back, dtype=float)
    limit = 4 * min(shape) + 50
    found = lsqr(operator, gradient[free], atol=1e-15, btol=1e-15, iter_lim=limit, x0=guess[places])
    return spread(found[0])


def _residuals(
    evaluator: ConstrainedEvaluator, x: Vector, gradient: Vector, stack: Stack, weights: Vector,
    active: Any,
) -> KKT:  # fmt: skip
    """Return the residuals of the first-order conditions."""
    m, n = stack.n_rows, x.size
    left = gradient - evaluator.pulled(x, weights[:m]) - weights[m : m + n] + weights[m + n :]
    products = weights[active] * np.where(np.isfinite(stack.values), stack.values, 0.0)[active]
    return KKT(
        float(np.abs(left).max(initial=0.0)), stack.violation,
        float(max(0.0, -weights[~stack.is_equality].min(initial=0.0))),
        float(np.abs(products).max(initial=0.0)),
    )  # fmt: skip
