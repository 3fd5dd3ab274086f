"""Lagrange multipliers at a point, whether they exist, and whether they are the only ones.

Stationarity is `gradient = sum of lambda_i * gradient of c_i`, with `lambda_i >= 0` where the
constraint is `c_i >= 0`: a multiplier is how fast the least value rises as its constraint tightens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Mask, Vector
from .stack import Stack

__all__ = ["FAINT", "KKT", "NEAR", "Multipliers", "Qualification", "find_multipliers", "qualify"]

#: A constraint this near, as a distance in units of 1 + |x|, may hold the point.
NEAR = 1e-6

#: Gradients of length 1 whose least singular value is below this count as dependent.
DEPENDENT = 1e-9

#: A gradient this short beside others seen of its constraint counts as none.
FAINT = 1e-8

#: Multipliers whose contributions cancel to this share of themselves are none: they grow beyond
#: all limits as the point is approached.
CANCELLING = 1e7

Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class KKT:
    """The residuals of the first-order conditions; all vanish at a minimum with multipliers.

    Attributes
    ----------
    stationarity : float
        The largest component of `gradient - sum(lambda_i * gradient of c_i)`.
    violation : float
        The largest violation of a constraint or bound.
    wrong_sign : float
        The size of the most negative multiplier of an inequality.
    complementarity : float
        The largest `|lambda_i * c_i|`.
    """

    stationarity: float
    violation: float
    wrong_sign: float
    complementarity: float

    def rows(self) -> list[tuple[str, float]]:
        """Return the residuals with their names."""
        return [
            ("stationarity", self.stationarity),
            ("violation", self.violation),
            ("wrong sign", self.wrong_sign),
            ("complementarity", self.complementarity),
        ]

    def to_dict(self) -> dict[str, float]:
        """Return the residuals by name."""
        return {name.replace(" ", "_"): value for name, value in self.rows()}


@dataclass(frozen=True, slots=True)
class Multipliers:
    """The multipliers that come nearest to stationarity.

    Attributes
    ----------
    weights : ndarray (m + 2n,)
        One for each entry of the stack; zero for what is not active.
    active : ndarray of int
        The places of the constraints that hold the point: equations, and inequalities at zero.
    kkt : KKT
    exist : bool
        False where they cancel to almost nothing: no finite ones exist at the end.
    """

    weights: Vector
    active: Places
    kkt: KKT
    exist: bool


def distances(stack: Stack, jacobian: Vector, x: Vector) -> Vector:
    """Return how far the boundary of each constraint is, to first order, in units of 1 + |x|."""
    lengths = np.ones(stack.values.size)
    if stack.n_rows:
        lengths[: stack.n_rows] = np.linalg.norm(jacobian, axis=1)
    away = np.abs(stack.values)
    # A constraint without a slope is as near as its value is small.
    away[: stack.n_rows] /= np.maximum(lengths[: stack.n_rows], FAINT * stack.floors)
    return np.asarray(away / (1.0 + float(np.abs(x).max(initial=0.0))))


def find_multipliers(
    x: Vector, gradient: Vector, stack: Stack, jacobian: Vector, floor: float, near: float = NEAR
) -> Multipliers:
    """Return the multipliers of the constraints near the point.

    `floor` is the size of gradients beside which one of the objective counts as small.

    Nonnegative least squares: C. L. Lawson and R. J. Hanson, Solving Least Squares Problems,
    1974, chapter 23; equations enter with both signs.
    """
    is_near = (distances(stack, jacobian, x) <= near) | (stack.values < 0.0) | stack.is_equality
    active = np.flatnonzero(is_near)
    weights = np.zeros(stack.values.size)
    rows = stack.rows_of(jacobian, active)
    lengths = np.linalg.norm(rows, axis=1)
    scaled = rows / np.where(lengths > 0.0, lengths, 1.0)[:, None]
    found = _signed_least_squares(scaled, gradient, stack.is_equality[active])
    weights[active] = np.where(lengths > 0.0, found / np.where(lengths > 0.0, lengths, 1.0), 0.0)
    kkt = residuals(gradient, stack, rows, active, weights)
    size = float(np.abs(found).max(initial=0.0))
    exist = size <= CANCELLING * max(float(np.abs(gradient).max(initial=0.0)), FAINT * floor)
    return Multipliers(weights, active, kkt, exist)


def residuals(gradient: Vector, stack: Stack, rows: Vector, active: Places, weights: Vector) -> KKT:
    """Return the residuals of the first-order conditions for given multipliers."""
    left = gradient - rows.T @ weights[active]
    free = weights[~stack.is_equality]
    products = weights[active] * np.where(np.isfinite(stack.values), stack.values, 0.0)[active]
    return KKT(
        float(np.abs(left).max(initial=0.0)),
        stack.violation,
        float(max(0.0, -free.min(initial=0.0))),
        float(np.abs(products).max(initial=0.0)),
    )


def _signed_least_squares(rows: Vector, target: Vector, is_free: Mask) -> Vector:
    """Return `w` that makes `rows.T @ w` nearest to `target`, not negative where not free."""
    from scipy.optimize import lsq_linear, nnls

    if not rows.size:
        return np.zeros(len(rows))
    both = np.vstack([rows, -rows[is_free]])
    if not (np.isfinite(both).all() and np.isfinite(target).all()):
        return np.zeros(len(rows))
    try:
        split, _ = nnls(both.T, target)
    except RuntimeError:  # it gave up
        split = lsq_linear(both.T, target, bounds=(0.0, np.inf)).x
    weights = split[: len(rows)].copy()
    weights[is_free] -= split[len(rows) :]
    return np.asarray(_sharpened(rows, target, weights))


def _sharpened(rows: Vector, target: Vector, weights: Vector) -> Vector:
    """Solve once more for the weights that are not zero, which least squares left less sharp."""
    used = weights != 0.0
    if not used.any():
        return weights
    solved = np.linalg.lstsq(rows[used].T, target, rcond=None)[0]
    if (np.sign(solved) != np.sign(weights[used])).any():
        return weights
    sharper = weights.copy()
    sharper[used] = solved
    before = np.linalg.norm(target - rows.T @ weights)
    return sharper if np.linalg.norm(target - rows.T @ sharper) <= before else weights


@dataclass(frozen=True, slots=True)
class Qualification:
    """What the gradients of the active constraints say of multipliers.

    Attributes
    ----------
    n_active, rank : int
        With `rank == n_active` multipliers are unique (LICQ).
    holds : bool
        Whether some direction leads strictly inside all active inequalities along independent
        equations (Mangasarian and Fromovitz): then every minimum has multipliers.
    combination : ndarray (n_active,) or None
        Where it does not hold: weights, not all zero, not negative for inequalities, with which the
        active gradients, made length 1, add up to zero (Fritz John).
    """

    n_active: int
    rank: int
    holds: bool
    combination: Vector | None = None


def qualify(stack: Stack, jacobian: Vector, found: Multipliers) -> Qualification:
    """Examine the gradients of the active constraints.

    Those whose multipliers cancel depend on each other where they lead to, hence more tolerance.
    """
    from scipy.optimize import linprog

    active, dependent = found.active, DEPENDENT if found.exist else 10.0 / CANCELLING
    rows = stack.rows_of(jacobian, active)
    lengths = np.linalg.norm(rows, axis=1)
    k, n = rows.shape
    if not k:
        return Qualification(0, 0, holds=True)
    floors = np.concatenate([stack.floors, np.ones(2 * stack.n_variables)])[active]
    scaled = rows / np.where(lengths > FAINT * floors, lengths, np.inf)[:, None]
    singular = np.linalg.svd(scaled, compute_uv=False)
    rank = int(np.sum(singular > dependent))
    if rank == k:
        return Qualification(k, rank, holds=True)
    # The largest t with a step d in the box: rows d = 0 for equations, rows d >= t for the others.
    is_equation = stack.is_equality[active]
    cost = np.append(np.zeros(n), -1.0)
    solved = linprog(
        cost,
        A_ub=np.column_stack([-scaled[~is_equation], np.ones(int((~is_equation).sum()))]),
        b_ub=np.zeros(int((~is_equation).sum())),
        A_eq=np.column_stack([scaled[is_equation], np.zeros(int(is_equation.sum()))]),
        b_eq=np.zeros(int(is_equation.sum())),
        bounds=[(-1.0, 1.0)] * n + [(0.0, 1.0)],
    )
    equations = scaled[is_equation]
    independent = len(equations) == 0 or (
        np.linalg.svd(equations, compute_uv=False) > dependent
    ).sum() == len(equations)
    holds = bool(independent and solved.status == 0 and -solved.fun > 1e-7)
    return Qualification(k, rank, holds, None if holds else _fritz_john(scaled, is_equation))


def _fritz_john(rows: Vector, is_equation: Mask) -> Vector | None:
    """Return weights, of largest size 1, with which gradients of length 1 add up to zero."""
    from scipy.optimize import linprog

    k, n = rows.shape
    best = None
    for place in range(k):
        low = np.where(is_equation, -1.0, 0.0)
        pairs = [(1.0, 1.0) if i == place else (low[i], 1.0) for i in range(k)]
        slack = linprog(
            np.concatenate([np.zeros(k), np.ones(2 * n)]),
            A_eq=np.hstack([rows.T, np.eye(n), -np.eye(n)]),
            b_eq=np.zeros(n),
            bounds=pairs + [(0.0, None)] * (2 * n),
        )
        if slack.status == 0 and slack.fun < 1e-6:
            weights = np.asarray(slack.x[:k])
            if best is None or (np.abs(weights) > 1e-9).sum() < (np.abs(best) > 1e-9).sum():
                best = weights
    return best
