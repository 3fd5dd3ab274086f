"""Derivatives of a constrained problem as matrices, dense or sparse, and Newton's system."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Mask, Vector
from .evaluator import ConstrainedEvaluator

__all__ = ["Derivatives", "count_once", "solve_newton"]

#: Matrices with at most this share of entries that are not zero are kept sparse, larger ones of
#: more than so many variables at all.
SPARSE, MIN_SPARSE = 0.1, 60

#: Variables that meet no more others than so many times the median may stand alone; so many others
#: at most are solved for as a dense system.
MEETS_MANY, MAX_OTHERS = 2.0, 1_000

#: What keeps equations that depend on each other from being singular.
SLACK = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Derivatives:
    """The constraints' derivatives, and the Hessian of the Lagrangian.

    Attributes
    ----------
    rows : ndarray or sparse array (m, n)
    hessian : ndarray or sparse array (n, n)
    straight : ndarray or sparse array (m, n)
        The rows of linear constraints, the others zero.
    bowl : ndarray or sparse array (n, n)
        The Hessian of the objective alone.
    """

    rows: Any
    hessian: Any
    straight: Any
    bowl: Any

    @classmethod
    def at(
        cls, evaluator: ConstrainedEvaluator, x: Vector, scale: float, units: Vector,
        forces: Vector, is_quadratic: bool,
    ) -> Derivatives:  # fmt: skip
        """Return them at a point, from products with each variable's axis.

        The objective is multiplied by `scale`, each constraint is divided by its unit.

        Those that are the same everywhere are formed once; `count_once` counts their products, so
        that a run that is resumed counts as one that was not.
        """
        known: Derivatives | None = evaluator.factors
        counted = evaluator.n_products
        bent = np.flatnonzero(~evaluator.constraints.is_linear)
        straight = _straight_rows(evaluator, x, units) if known is None else known.straight
        bowl = None if known is None or not is_quadratic else known.bowl
        if bowl is None:
            bowl = _of_columns(lambda unit: scale * evaluator.product(x, unit), x.size, x.size)
            counted += 0 if is_quadratic else x.size
        evaluator.n_products = counted
        rows = straight
        if bent.size:
            rows = straight + _bent_rows(evaluator, x, bent, units)
        hessian = bowl
        if forces[bent].any():
            pull = np.where(evaluator.constraints.is_linear, 0.0, forces / units)
            curl = _of_columns(lambda unit: evaluator.curved(x, pull, unit), x.size, x.size)
            hessian = bowl - 0.5 * (curl + curl.T)
        found = cls(rows, hessian, straight, bowl)
        evaluator.factors = found
        return found

    def pushed(self, direction: Vector) -> Vector:
        """Return the constraints' derivatives along a direction."""
        return np.asarray(self.rows @ direction)

    def pulled(self, weights: Vector) -> Vector:
        """Return the weighted sum of the constraints' gradients."""
        return np.asarray(self.rows.T @ weights)


def count_once(evaluator: ConstrainedEvaluator, is_quadratic: bool) -> None:
    """Count the products that make what is formed once."""
    n = evaluator.bounds.lower.size
    evaluator.n_products += n * (int(evaluator.constraints.is_linear.any()) + int(is_quadratic))


def _straight_rows(evaluator: ConstrainedEvaluator, x: Vector, units: Vector) -> Any:
    """Return the derivatives of linear constraints, those of others zero."""
    m, is_linear = len(evaluator.constraints), evaluator.constraints.is_linear
    if not is_linear.any():
        from scipy.sparse import csr_array

        return csr_array((m, x.size)) if max(m, x.size) > MIN_SPARSE else np.zeros((m, x.size))
    return _of_columns(
        lambda unit: np.where(is_linear, evaluator.pushed(x, unit) / units, 0.0), m, x.size
    )


def _bent_rows(evaluator: ConstrainedEvaluator, x: Vector, bent: Any, units: Vector) -> Any:
    """Return the derivatives of the other constraints, by products from the shorter side."""
    m = len(evaluator.constraints)
    if bent.size >= x.size:
        is_bent = ~evaluator.constraints.is_linear
        return _of_columns(
            lambda unit: np.where(is_bent, evaluator.pushed(x, unit) / units, 0.0), m, x.size
        )

    def row(unit: Vector) -> Vector:
        return evaluator.pulled(x, unit / units) if unit[bent].any() else np.zeros(x.size)

    return _of_columns(row, x.size, m).T


def _of_columns(column: Callable[[Vector], Vector], m: int, n: int) -> Any:
    """Return the matrix whose products with the axes are given, sparse where it is worth it."""
    from scipy.sparse import csc_array, csr_array

    places: list[Any] = []
    entries: list[Any] = []
    for place in range(n):
        unit = np.zeros(n)
        unit[place] = 1.0
        found = column(unit)
        places.append(np.flatnonzero(found))
        entries.append(found[places[-1]])
    ends = np.cumsum([0, *(at.size for at in places)])
    matrix = csc_array((np.concatenate(entries), np.concatenate(places), ends), shape=(m, n))
    is_sparse = max(m, n) > MIN_SPARSE and matrix.nnz <= SPARSE * m * n
    return csr_array(matrix) if is_sparse else matrix.toarray()


def solve_newton(
    derivatives: Derivatives, sigma: Vector, diagonal: Vector, right: Vector, gaps: Vector,
    is_free: Mask, is_fixed: Mask,
) -> tuple[Vector, Vector, float] | None:  # fmt: skip
    """Solve `(H + diagonal + J.T@sigma@J) dx - A.T@dy = right`, `A@dx = gaps` over equations A.

    Returns the step, the changes of the equations' multipliers (zero for inequalities), and the
    curvature along the step; None where the system is singular. Fixed variables stay.
    """
    moving, equal = np.flatnonzero(~is_fixed), np.flatnonzero(~is_free)
    hessian, rows = derivatives.hessian, derivatives.rows
    hessian = hessian.tocsr() if hasattr(hessian, "tocsr") else np.asarray(hessian)
    rows = rows.tocsr() if hasattr(rows, "tocsr") else np.asarray(rows)
    hessian = hessian[moving][:, moving]
    inner, equations = rows[np.flatnonzero(is_free)][:, moving], rows[equal][:, moving]
    weights = sigma[is_free]
    target = np.concatenate([right[moving], gaps[equal]])
    if hasattr(hessian, "tocsr") and (hasattr(inner, "tocsr") or not inner.shape[0]):
        found = _solve_sparse(hessian, inner, weights, diagonal[moving], equations, target)
    else:
        found = _solve_dense(
            _dense(hessian), _dense(inner), weights, diagonal[moving], _dense(equations), target
        )
    if found is None:
        return None
    solved, curvature = found
    if not np.isfinite(solved).all():
        return None
    step, forces = np.zeros(is_fixed.size), np.zeros(is_free.size)
    step[moving], forces[equal] = solved[: moving.size], solved[moving.size :]
    return step, forces, curvature


def _dense(matrix: Any) -> Vector:
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)


def _solve_dense(
    hessian: Vector, inner: Vector, weights: Vector, diagonal: Vector, equations: Vector,
    target: Vector,
) -> tuple[Vector, float] | None:  # fmt: skip
    """Solve with matrices."""
    from scipy.linalg import LinAlgError, solve

    n, k = hessian.shape[0], len(equations)
    top = hessian + np.diag(diagonal) + inner.T @ (weights[:, None] * inner)
    whole = np.block([[top, -equations.T], [equations, SLACK * np.eye(k)]]) if k else top
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # near the end it is ill conditioned, and harmless
            solved = solve(whole, target, check_finite=False)
    except (LinAlgError, ValueError):
        return None
    move = solved[:n]
    return solved, float(move @ (top @ move))


def _solve_sparse(
    hessian: Any, inner: Any, weights: Vector, diagonal: Vector, equations: Any, target: Vector
) -> tuple[Vector, float] | None:
    """Solve with sparse arrays."""
    from scipy.sparse import block_array, csc_array, diags_array, eye_array
    from scipy.sparse.linalg import splu

    n, k = hessian.shape[0], equations.shape[0]
    top = hessian + diags_array(diagonal)
    if inner.shape[0]:
        top = top + inner.T @ diags_array(weights) @ inner
    whole = csc_array(top)
    if k:
        rows = csc_array(equations)
        whole = csc_array(block_array([[top, -rows.T], [rows, SLACK * eye_array(k)]]))
    own = _own_variables(whole, n)
    try:
        if own.any():
            solved = _solve_without(whole, own, target)
        else:
            solved = np.asarray(splu(whole).solve(target))
    except (RuntimeError, np.linalg.LinAlgError):  # exactly singular
        return None
    move = solved[:n]
    return solved, float(move @ (top @ move))


def _own_variables(whole: Any, n: int) -> Mask:
    """Return variables that meet few others, and not each other, as slacks of single rows do.

    None are returned where they are not most of all, or do not stand alone in the matrix.
    """
    counts = np.diff(whole.indptr)
    own = counts <= MEETS_MANY * np.median(counts)
    own[n:] = False
    n_others = int((~own).sum())
    if not own.any() or n_others > MAX_OTHERS or n_others > 0.5 * own.size:
        return np.zeros_like(own)
    places = np.flatnonzero(own)
    among = whole[places][:, places]
    is_alone = among.nnz == places.size and bool((among.diagonal() > 0.0).all())
    return own if is_alone else np.zeros_like(own)


def _solve_without(whole: Any, own: Mask, target: Vector) -> Vector:
    """Solve for the others by the Schur complement of the variables that stand alone."""
    alone, others = np.flatnonzero(own), np.flatnonzero(~own)
    across, back = whole[others][:, alone].toarray(), whole[alone][:, others].toarray()
    diagonal = whole.diagonal()[alone]
    complement = whole[others][:, others].toarray() - across @ (back / diagonal[:, None])
    solved = np.empty_like(target)
    solved[others] = np.linalg.solve(
        complement, target[others] - across @ (target[alone] / diagonal)
    )
    solved[alone] = (target[alone] - back @ solved[others]) / diagonal
    return solved
