"""Products with a penalty are ill conditioned by its constraints alone: their factors mend that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..bounds import Mask, Vector
from .evaluator import ConstrainedEvaluator

__all__ = ["HARD", "PenaltyFactors", "may_be_formed", "row_lengths"]

#: So many products for one direction, and one a variable before, show that it is worth to form the
#: constraints' derivatives.
HARD = 40

#: Derivatives of constraints are formed up to this many numbers, and kept as sparse rows where at
#: most this share of them is not zero; factors have at most this many rows where they are dense.
MAX_FORMED, SPARSE, MAX_FACTOR = 8_000_000, 0.05, 2_000

#: Rows with more than this share of the variables, and so many of them, are long; few may be.
LONG, MIN_LONG, MAX_LONG = 0.05, 40, 100

#: Up to so many numbers in constraints and variables lengths of gradients are exact; else they are
#: estimated from so many products with random signs.
MAX_EXACT, N_SIGNS = 400, 24


def may_be_formed(evaluator: ConstrainedEvaluator) -> bool:
    """Whether the derivatives of the constraints fit."""
    m, n = len(evaluator.constraints), evaluator.bounds.lower.size
    return 0 < m * n <= MAX_FORMED


def row_lengths(evaluator: ConstrainedEvaluator, x: Vector) -> Vector:
    """Return the lengths of the constraints' gradients, estimated where there are many.

    The mean of `(J @ v)**2` over random signs v is the square of the length; so many signs leave
    about a third of it uncertain, which is enough to scale by.
    """
    if len(evaluator.constraints) + x.size <= MAX_EXACT:
        return np.asarray(np.linalg.norm(evaluator.jacobian(x), axis=1))
    rng = np.random.default_rng(0)
    signs = rng.choice([-1.0, 1.0], (N_SIGNS, x.size))
    return np.asarray(np.sqrt(np.mean([evaluator.pushed(x, v) ** 2 for v in signs], axis=0)))


class PenaltyFactors:
    """Solves with `curvature + penalty*J.T @ J` for the rows J of constraints that are bent.

    Parameters
    ----------
    evaluator : ConstrainedEvaluator
    anchor : ndarray (n,)
        Where the derivatives are taken; those of linear constraints are the same everywhere.
    scales : ndarray (m,)
        Of the constraints.
    """

    def __init__(self, evaluator: ConstrainedEvaluator, anchor: Vector, scales: Vector) -> None:
        from scipy.sparse import csr_array

        self.anchor = anchor
        constraints = evaluator.constraints
        rows = np.empty((len(constraints), anchor.size))
        unit = np.zeros(anchor.size)
        for place in range(anchor.size):
            unit[place] = 1.0
            rows[:, place] = constraints.pushed(anchor, unit)
            unit[place] = 0.0
        rows = np.nan_to_num(scales[:, None] * rows)
        is_sparse = np.count_nonzero(rows) <= SPARSE * rows.size
        self._rows: Any = csr_array(rows) if is_sparse else rows
        self._is_sparse = is_sparse

    def solver(
        self, bent: Mask, free: Mask, penalty: float, curvature: float
    ) -> Callable[[Vector], Vector] | None:
        """Return the solver over the free variables, None where the factors would not fit."""
        rows = self._rows[np.flatnonzero(bent)][:, np.flatnonzero(free)]
        if not rows.shape[0]:
            return None
        ratio = penalty / curvature
        if self._is_sparse:
            return _sparse_solver(rows, ratio, curvature)
        if min(rows.shape) > MAX_FACTOR:
            return None
        return _dense_solver(rows, ratio, curvature)


def _sparse_solver(rows: Any, ratio: float, curvature: float) -> Callable[[Vector], Vector] | None:
    """Factorize `identity + ratio*rows.T @ rows`, sparse but for a few long rows."""
    from scipy.linalg import cho_factor, cho_solve
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    n = rows.shape[1]
    is_long = np.diff(rows.indptr) > max(MIN_LONG, LONG * n)
    if int(is_long.sum()) > MAX_LONG:
        return None
    short, long = rows[np.flatnonzero(~is_long)], rows[np.flatnonzero(is_long)].toarray()
    matrix = csc_array(eye_array(n) + ratio * (short.T @ short))
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    if not len(long):
        return lambda vector: np.asarray(factors.solve(vector) / curvature)
    across = factors.solve(np.ascontiguousarray(long.T))
    inner = cho_factor(np.eye(len(long)) / ratio + long @ across, check_finite=False)

    def solve(vector: Vector) -> Vector:
        first = factors.solve(vector)
        return np.asarray((first - across @ cho_solve(inner, long @ first)) / curvature)

    return solve


def _dense_solver(rows: Vector, ratio: float, curvature: float) -> Callable[[Vector], Vector]:
    """Factorize the same in whichever of rows and columns there are fewer of.

    `(I + r*J.T@J)**-1 = I - J.T @ (I/r + J@J.T)**-1 @ J`: Woodbury.
    """
    from scipy.linalg import cho_factor, cho_solve

    m, n = rows.shape
    if n <= m:
        whole = cho_factor(np.eye(n) + ratio * (rows.T @ rows), check_finite=False)
        return lambda vector: np.asarray(cho_solve(whole, vector, check_finite=False) / curvature)
    inner = cho_factor(np.eye(m) / ratio + rows @ rows.T, check_finite=False)

    def solve(vector: Vector) -> Vector:
        across = cho_solve(inner, rows @ vector, check_finite=False)
        return np.asarray((vector - rows.T @ across) / curvature)

    return solve
