"""A Jacobian taken apart: steps of least squares, covariance, rank."""

from __future__ import annotations

import math
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from .bounds import Vector

__all__ = ["Decomposition", "lengths", "relative_offset"]

EPS = float(np.finfo(float).eps)

#: Between these no square of an entry that counts has left the range of doubles.
SAFE = (1e-250, 1e250)

#: How much rounding may change what shows that a rank is full.
SLACK = 4.0


def lengths(columns: Vector) -> Vector:
    """Return the Euclidean length of each column, however large or small its entries."""
    squares = np.einsum("ij,ij->j", columns, columns)
    sizes = squares.tolist()
    if sizes and SAFE[0] < min(sizes) and max(sizes) < SAFE[1]:
        return np.asarray(np.sqrt(squares))
    peaks = np.abs(columns).max(axis=0, initial=0.0)
    peaks = np.where(peaks > 0.0, peaks, 1.0)
    return np.asarray(peaks * np.linalg.norm(columns / peaks, axis=0))


class Decomposition:
    """A Jacobian of shape `(m, n)`, `m >= n`, whose columns were scaled to length one, taken apart.

    `jacobian = Q @ R * scale`, and `left @ diag(singular) @ axes * scale` where more is asked.
    Scaling keeps parameters of very different size (1e3 beside 1e-7) from looking like a loss of
    rank.

    Parameters
    ----------
    jacobian : ndarray (m, n)
    n_rows : int
        Where the Jacobian is that of more rows in another basis, their number.

    Attributes
    ----------
    scale : ndarray (n,)
    rank : int
        Told from rounding: singular values that the rounding of a matrix of this size may have
        made are none.

    Notes
    -----
    The least singular value is at least the inverse of the Frobenius norm of `inv(R)`. Where that
    shows the rank to be full, Householder's `R` serves; the singular values cost five times as
    much, and are computed where it does not, or where somebody asks for them.
    """

    def __init__(self, jacobian: Vector, n_rows: int = 0) -> None:
        lapack, n = _lapack(), jacobian.shape[1]
        self.n_rows = max(n_rows, len(jacobian))
        self._jacobian = jacobian
        self._asked: tuple[Vector, Vector] | None = None
        self._reflectors, self._factors, *_ = lapack.dgeqrf(jacobian, lwork=64 * n)
        triangle = self._reflectors[:n] * _upper(n)
        self.scale = np.sqrt(np.einsum("ij,ij->j", triangle, triangle))
        self._inverse: Vector | None = None
        self.rank: int = n
        sizes = self.scale.tolist()
        if sizes and min(sizes) > SAFE[0] ** 0.5 and max(sizes) < SAFE[1] ** 0.5:
            inverse, fault = lapack.dtrtri(triangle / self.scale)
            size = math.sqrt(float(np.vdot(inverse, inverse)))
            if not fault and size * SLACK * EPS * max(self.n_rows, n) * math.sqrt(n) < 1.0:
                self._inverse = inverse
                return
        found = lengths(jacobian)
        self.scale = np.where(found > 0.0, found, 1.0)
        cutoff = EPS * max(self.n_rows, n) * self.singular.max(initial=0.0)
        self.rank = int(np.sum(self.singular > cutoff))

    @cached_property
    def _values(self) -> tuple[Vector, Vector, Vector]:
        left, singular, axes = np.linalg.svd(self._jacobian / self.scale, full_matrices=False)
        return left, singular, axes

    @property
    def left(self) -> Vector:
        """The left singular vectors, `(m, n)`: those of the rank span the tangent plane."""
        return self._values[0]

    @property
    def singular(self) -> Vector:
        """The singular values, largest first."""
        return self._values[1]

    @property
    def axes(self) -> Vector:
        """The right singular vectors, one a row."""
        return self._values[2]

    def tangent(self, residuals: Vector) -> Vector:
        """Return the part of residuals in the tangent plane, in an orthonormal basis of it."""
        if self._asked is not None and self._asked[0] is residuals:
            return self._asked[1]
        if self._inverse is None:
            along = self.left[:, : self.rank].T @ residuals
        else:
            turned, *_ = _lapack().dormqr(
                "L", "T", self._reflectors, self._factors, residuals[:, None], 64
            )
            along = turned[: self.rank, 0]
        self._asked = residuals, along
        return along

    def solve(self, residuals: Vector) -> Vector:
        """Return the least-squares solution of `jacobian @ step = residuals`."""
        along = self.tangent(residuals)
        if self._inverse is not None:
            return np.asarray((self._inverse @ along) / self.scale)
        kept = slice(0, self.rank)
        return np.asarray((self.axes[kept].T @ (along / self.singular[kept])) / self.scale)

    def root_of_covariance(self) -> Vector:
        """Return `F` with `F @ F.T = inv(J.T @ J)` on the directions that the data determine."""
        if self._inverse is not None:
            return np.asarray(self._inverse / self.scale[:, None])
        kept = slice(0, self.rank)
        return np.asarray(self.axes[kept].T / self.singular[kept] / self.scale[:, None])

    def undetermined(self) -> Vector:
        """Return, for each parameter, its share in the directions the data say nothing of."""
        return np.asarray(np.sqrt(np.sum(self.axes[self.rank :] ** 2, axis=0)))


@lru_cache(maxsize=1)
def _lapack() -> Any:
    """Return SciPy's LAPACK, which takes a while to load."""
    from scipy.linalg import lapack

    return lapack


@lru_cache(maxsize=64)
def _upper(n: int) -> Vector:
    """Return ones on and above the diagonal, zeros below."""
    return np.triu(np.ones((n, n)))


def relative_offset(parts: Decomposition, residuals: Vector) -> float:
    """Return how far the residuals are from orthogonal to the model's tangent plane.

    Bates and Watts, A relative offset orthogonality convergence criterion for nonlinear least
    squares, 1981: the tangential part of the residuals against their normal part, each by its
    degrees of freedom. Below 0.001 the parameters are known far better than the data allow.
    """
    square = float(residuals @ residuals)
    if not SAFE[0] < square < SAFE[1]:
        peak = float(np.abs(residuals).max(initial=0.0))
        if peak == 0.0:
            return 0.0
        residuals = residuals / peak
        square = float(residuals @ residuals)
    tangent = parts.tangent(residuals)
    inside = float(tangent @ tangent)
    outside = max(square - inside, 0.0)
    freedom = max(parts.n_rows - parts.rank, 1)
    if outside == 0.0:
        return 0.0 if inside == 0.0 else math.inf
    return math.sqrt((inside / max(parts.rank, 1)) / (outside / freedom))
