"""Kinks without pieces, as that of a norm: gradients from around a point balance what one cannot.

Lemaréchal, An extension of Davidon methods to nondifferentiable problems, 1975; Burke, Lewis and
Overton, A robust gradient sampling algorithm for nonsmooth, nonconvex optimization, 2005.
"""

from __future__ import annotations

import numpy as np

from ..bounds import Mask, Vector
from .evaluator import ConstrainedEvaluator
from .multipliers import KKT, Multipliers
from .polish import Candidate

__all__ = ["balanced_around"]

#: Gradients are taken this far off, in units of 1 + |x|, and at most so many points.
RADII, MAX_POINTS = (1e-10, 1e-8), 60

#: Gradients that change by less than this share of themselves so near show no kink.
SMOOTH = 1e-2

#: What is nearer, where it is asked whether they change as much.
NEARER = 1.0 / 16.0


def balanced_around(
    evaluator: ConstrainedEvaluator, at: Candidate, tolerance: float
) -> Candidate | None:
    """Return the candidate with the multipliers by which gradients from around it balance.

    Points are added where the objective would fall along what is left, until nothing is left: the
    shortest sum of a mean of the objective's gradients and multiples of the constraints'. None
    where gradients do not change around the point, or something is left.
    """
    for radius in RADII:
        length = radius * (1.0 + float(np.abs(at.point.x).max()))
        found = _balanced(evaluator, at, length, tolerance)
        if found is not None:
            return found
    return None


def _balanced(
    evaluator: ConstrainedEvaluator, at: Candidate, length: float, tolerance: float
) -> Candidate | None:
    """Return the same with gradients from one distance."""
    x, active = at.point.x, at.multipliers.active
    n, is_free = x.size, at.stack.is_equality[active]
    slopes: list[Vector] = []
    rows: list[Vector] = []
    moves: list[Vector] = []
    direction = -(at.point.gradient - _pull(at))
    for _ in range(MAX_POINTS):
        place = evaluator.clipped(x + length * direction / float(np.linalg.norm(direction)))
        gradient = evaluator.point(place).gradient
        own = at.stack.rows_of(evaluator.jacobian(place), active)
        if not (np.isfinite(gradient).all() and np.isfinite(own).all()):
            return None
        moves.append(place - x)
        slopes.append(gradient)
        rows.append(own)
        mean, weights = _shortest(np.array(slopes), np.array(rows), is_free, at.steepness)
        left = mean - np.einsum("pk,pkn->n", weights, np.array(rows))
        is_balanced = float(np.abs(left).max()) <= 0.1 * tolerance * at.steepness
        if (is_balanced or len(slopes) == 2 * n + 2) and not (
            _is_kink(at, slopes, rows) and _stays_kinked(evaluator, at, moves)
        ):
            return None
        if is_balanced:
            return _with_weights(at, weights.sum(axis=0), float(np.abs(left).max()))
        direction = -left
    return None


def _pull(at: Candidate) -> Vector:
    """Return what multipliers and constraints' gradients at the point hold of the objective's."""
    rows = at.stack.rows_of(at.jacobian, at.multipliers.active)
    return np.asarray(rows.T @ at.multipliers.weights[at.multipliers.active])


def _is_kink(at: Candidate, slopes: list[Vector], rows: list[Vector]) -> bool:
    """Whether gradients from around the point differ as no smooth function's do."""
    if float(np.ptp(np.array(slopes), axis=0).max()) > SMOOTH * at.steepness:
        return True
    spread = np.ptp(np.array(rows), axis=0).max(axis=1, initial=0.0)
    sizes = np.abs(np.array(rows)).max(axis=(0, 2), initial=0.0)
    return bool((spread > SMOOTH * sizes).any())


def _stays_kinked(evaluator: ConstrainedEvaluator, at: Candidate, moves: list[Vector]) -> bool:
    """Whether gradients differ much the same nearer to the point; those of smooth ones do less."""
    spreads = []
    for share in (1.0, NEARER):
        places = [evaluator.clipped(at.point.x + share * move) for move in moves]
        slopes = np.array([evaluator.point(place).gradient for place in places])
        rows = np.array([evaluator.jacobian(place) for place in places])
        spreads.append(np.append(np.ptp(slopes, axis=0), np.ptp(rows, axis=0).ravel()))
    far, near = spreads
    return bool((near > 0.5 * far)[far > SMOOTH * far.max()].any())


def _shortest(slopes: Vector, rows: Vector, is_free: Mask, size: float) -> tuple[Vector, Vector]:
    """Return the mean of slopes and the weights of rows whose difference is shortest."""
    from scipy.optimize import nnls

    p, k, n = rows.shape
    flat = rows.reshape(p * k, n)
    free = flat[np.tile(is_free, p)]
    top = np.hstack([slopes.T, -flat.T, free.T])
    heavy = 1e3 * size
    whole = np.vstack([top, np.concatenate([np.full(p, heavy), np.zeros(p * k + len(free))])])
    found, _ = nnls(whole, np.append(np.zeros(n), heavy), maxiter=50 * whole.shape[1])
    share = found[:p] / max(float(found[:p].sum()), 1e-300)
    weights = found[p : p + p * k].copy()
    weights[np.tile(is_free, p)] -= found[p + p * k :]
    return np.asarray(share @ slopes), weights.reshape(p, k)


def _with_weights(at: Candidate, forces: Vector, left: float) -> Candidate:
    """Return the candidate with these multipliers of its active constraints."""
    active = at.multipliers.active
    weights = np.zeros_like(at.multipliers.weights)
    weights[active] = forces
    wrong = forces[~at.stack.is_equality[active]]
    products = np.abs(forces * at.stack.values[active])
    kkt = KKT(left, at.violation, float(max(0.0, -wrong.min(initial=0.0))),
              float(products.max(initial=0.0)))  # fmt: skip
    return at._replace(multipliers=Multipliers(weights, active, kkt, True))
