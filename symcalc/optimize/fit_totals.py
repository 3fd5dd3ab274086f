"""Fits to many rows: steps from what residuals and derivatives add up to, not from each of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bounds import Vector
from .objective import Objective

__all__ = ["FEW_ROWS", "Totals", "TotalsObjective"]

#: `totals(x)` returns the Gram matrix of the weighted residuals' derivatives and the residuals, of
#: shape `(n + 1, n + 1)`.
Totals = Callable[[Vector], Vector]

#: Up to so many rows the residuals themselves are as fast.
FEW_ROWS = 10_000

#: Below this eigenvalue of the scaled Gram matrix the singular values of the Jacobian lose digits
#: that standard errors and ranks are told by.
WELL_CONDITIONED = 1e-7


class TotalsObjective:
    """Residuals in another basis: `n + 1` numbers with the squares and products of them all.

    With `J = Q @ R` and an orthonormal `Q` the problem with the Jacobian `(R, 0)` and residuals
    `(Q.T @ r, |r - Q @ Q.T @ r|)` has the same sum of squares, the same gradient and the same
    Gauss-Newton and Levenberg-Marquardt steps as the one with `J` and `r`. `R` is the Cholesky
    factor of `J.T @ J`, its columns scaled to length one first.

    Attributes
    ----------
    is_sound : bool
        Whether all points asked so far have such a basis; those without seem to have no value.
    """

    def __init__(self, totals: Totals) -> None:
        self.is_sound = True
        self._totals = totals
        self._latest: tuple[Vector, Vector, Vector] | None = None

    def objective(self) -> Objective:
        """Return the callables of the problem in that basis."""

        def value_and_gradient(x: Vector) -> tuple[float, Vector]:
            r = self.residuals(x)
            return float(r @ r), 2.0 * (self.jacobian(x).T @ r)

        return Objective(
            lambda x: float(np.sum(self.residuals(x) ** 2)), value_and_gradient,
            residuals=self.residuals, residual_jacobian=self.jacobian,
        )  # fmt: skip

    def residuals(self, x: Vector) -> Vector:
        """Return the residuals in that basis, shape `(n + 1,)`."""
        return self._at(x)[0]

    def jacobian(self, x: Vector) -> Vector:
        """Return their Jacobian, shape `(n + 1, n)`."""
        return self._at(x)[1]

    def can_judge(self, x: Vector, is_good: bool) -> bool:
        """Whether an end may stand: a good one needs a Jacobian known well, others sound ways."""
        if not is_good:
            return self.is_sound
        matrix = self.jacobian(x)[:-1]
        lengths = np.linalg.norm(matrix, axis=0)
        if not (np.isfinite(matrix).all() and (lengths > 0.0).all()):
            return False
        return bool(np.linalg.svd(matrix / lengths, compute_uv=False)[-1] ** 2 > WELL_CONDITIONED)

    def _at(self, x: Vector) -> tuple[Vector, Vector]:
        """Return residuals and Jacobian, those of the last point without another pass."""
        if self._latest is None or not np.array_equal(self._latest[0], x):
            self._latest = (x.copy(), *self._made(x))
        return self._latest[1:]

    def _made(self, x: Vector) -> tuple[Vector, Vector]:
        gram = self._totals(x)
        n = x.size
        if not np.isfinite(gram[n, n]):  # a point without a value
            return np.full(n + 1, np.nan), np.full((n + 1, n), np.nan)
        lengths = np.sqrt(gram.diagonal()[:n])
        if np.isfinite(gram).all() and (lengths > 0.0).all():
            try:
                root = np.linalg.cholesky(gram[:n, :n] / np.outer(lengths, lengths))
            except np.linalg.LinAlgError:
                root = None
            if root is not None:
                along = np.linalg.solve(root, gram[:n, n] / lengths)
                across = max(float(gram[n, n] - along @ along), 0.0)
                jacobian = np.vstack((root.T * lengths, np.zeros(n)))
                return np.append(along, np.sqrt(across)), jacobian
        self.is_sound = False
        return np.full(n + 1, np.nan), np.full((n + 1, n), np.nan)
