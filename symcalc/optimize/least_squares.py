"""Sums of squares: SciPy's Levenberg-Marquardt and trust regions, Gauss-Newton, covariance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..errors import ArgumentError, SymcalcError
from ..outcome import Outcome
from .bounds import Bounds, Mask, Vector
from .evaluator import Evaluator
from .objective import StopRun

__all__ = ["Decomposition", "decompose", "lengths", "polish", "relative_offset",
           "run_least_squares"]  # fmt: skip

EPS = float(np.finfo(float).eps)

#: Columns of the Jacobian longer than this, or shorter than its inverse, get units of their own:
#: SciPy squares them.
EXTREME = 1e100

#: Share by which the sum of squares may rise in a step that brings the residuals closer to
#: orthogonal: below an offset of 1e-8 its changes are rounding, large where `y` dwarfs `y - f`.
ROUNDING = 1e-10


class Decomposition(NamedTuple):
    """The singular value decomposition of a Jacobian whose columns were scaled to length one.

    `jacobian = U @ diag(singular) @ axes * scale`; scaling first keeps parameters of very
    different size (1e3 beside 1e-7) from looking like a loss of rank.
    """

    left: Vector
    singular: Vector
    axes: Vector
    scale: Vector
    rank: int

    def solve(self, residuals: Vector) -> Vector:
        """Return the least-squares solution of `jacobian @ step = residuals`."""
        kept = slice(0, self.rank)
        along = (self.left[:, kept].T @ residuals) / self.singular[kept]
        return np.asarray((self.axes[kept].T @ along) / self.scale)

    def root_of_covariance(self) -> Vector:
        """Return `F` with `F @ F.T = inv(J.T @ J)` on the directions that the data determine."""
        kept = slice(0, self.rank)
        return np.asarray(self.axes[kept].T / self.singular[kept] / self.scale[:, None])

    def undetermined(self) -> Vector:
        """Return, for each parameter, its share in the directions the data say nothing of."""
        return np.asarray(np.sqrt(np.sum(self.axes[self.rank :] ** 2, axis=0)))


def lengths(columns: Vector) -> Vector:
    """Return the Euclidean length of each column, however large or small its entries."""
    peaks = np.abs(columns).max(axis=0, initial=0.0)
    peaks = np.where(peaks > 0.0, peaks, 1.0)
    return np.asarray(peaks * np.linalg.norm(columns / peaks, axis=0))


def decompose(jacobian: Vector) -> Decomposition:
    """Decompose a Jacobian of shape `(m, n)`, `m >= n`; its rank is told from rounding."""
    scale = lengths(jacobian)
    scale = np.where(scale > 0.0, scale, 1.0)
    left, singular, axes = np.linalg.svd(jacobian / scale, full_matrices=False)
    cutoff = EPS * max(jacobian.shape) * singular.max(initial=0.0)
    return Decomposition(left, singular, axes, scale, int(np.sum(singular > cutoff)))


def relative_offset(parts: Decomposition, residuals: Vector) -> float:
    """Return how far the residuals are from orthogonal to the model's tangent plane.

    Bates and Watts, A relative offset orthogonality convergence criterion for nonlinear least
    squares, 1981: the tangential part of the residuals against their normal part, each by its
    degrees of freedom. Below 0.001 the parameters are known far better than the data allow.
    """
    peak = float(np.abs(residuals).max(initial=0.0))
    if peak == 0.0:
        return 0.0
    residuals = residuals / peak
    tangent = parts.left[:, : parts.rank].T @ residuals
    inside = float(tangent @ tangent)
    outside = max(float(residuals @ residuals) - inside, 0.0)
    freedom = max(residuals.size - parts.rank, 1)
    if outside == 0.0:
        return 0.0 if inside == 0.0 else np.inf
    return float(np.sqrt((inside / max(parts.rank, 1)) / (outside / freedom)))


def run_least_squares(
    evaluator: Evaluator,
    x0: Vector,
    *,
    method: str,
    bounds: Bounds | None = None,
    at_jacobian: Callable[[Vector, Vector, Vector], None] | None = None,
    options: dict[str, Any] | None = None,
) -> tuple[Vector, Outcome | None]:
    """Run SciPy's `least_squares` to the limit of double precision.

    Parameters
    ----------
    evaluator : Evaluator
        Of an objective with residuals.
    x0 : ndarray (n,)
    method : str
        "lm" (MINPACK's Levenberg-Marquardt), "trf" or "dogbox".
    bounds : Bounds or None
    at_jacobian : callable or None
        `at_jacobian(x, residuals, jacobian)`, called at every point that was accepted.
    options : dict or None
        More of SciPy's arguments (`loss` is not among them: it changes what is minimized); for
        the variables in units that bring extreme columns of the Jacobian to length one.

    Returns
    -------
    x : ndarray (n,)
    outcome : Outcome or None
        Why the run was stopped, or None when SciPy ended it.
    """
    from scipy.optimize import least_squares

    latest: dict[str, Vector] = {}
    first = evaluator.residual_jacobian(x0)
    unit = _choose_units(first)

    def residuals(z: Vector) -> Vector:
        latest["z"], latest["r"] = z.copy(), evaluator.residuals(unit * z)
        return latest["r"]

    def jacobian(z: Vector) -> Vector:
        x = unit * z
        matrix = first if np.array_equal(x, x0) else evaluator.residual_jacobian(x)
        if at_jacobian is not None:
            known = "z" in latest and np.array_equal(latest["z"], z)
            at_jacobian(x, latest["r"] if known else residuals(z), matrix)
        return matrix * unit

    limits = (-np.inf, np.inf) if bounds is None else (bounds.lower / unit, bounds.upper / unit)
    settings: dict[str, Any] = {
        "ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15, "x_scale": "jac", "max_nfev": 10**5,
        **(options or {}),
    }  # fmt: skip
    try:
        result = least_squares(
            residuals, x0 / unit, jac=jacobian, bounds=limits, method=method, **settings
        )
    except StopRun as stop:
        return (evaluator.best_x if evaluator.best_x is not None else x0), stop.outcome
    except np.linalg.LinAlgError:
        return (evaluator.best_x if evaluator.best_x is not None else x0), Outcome.SOLVER_FAILED
    except (TypeError, ValueError) as error:
        if not options or isinstance(error, SymcalcError):
            raise
        raise ArgumentError(f"SciPy's {method} refused what it was given: {error}") from error
    return np.asarray(unit * result.x, dtype=float), None


def _choose_units(jacobian: Vector) -> Vector:
    """Return powers of two that bring extreme columns to length one; 1 for all others."""
    if jacobian.ndim != 2:
        return np.ones(1)
    sizes = lengths(jacobian)
    extreme = np.isfinite(sizes) & (sizes > 0.0) & ((sizes > EXTREME) | (sizes < 1.0 / EXTREME))
    return np.where(extreme, 2.0 ** -np.floor(np.log2(np.where(extreme, sizes, 1.0))), 1.0)


def polish(
    evaluator: Evaluator, x: Vector, bounds: Bounds | None = None, max_steps: int = 60
) -> Vector:
    """Take Gauss-Newton steps while they bring the residuals closer to orthogonal.

    A step is kept when the relative offset falls and the sum of squares does not rise beyond
    its rounding; halved otherwise. Parameters at their bounds stay there.
    """
    residuals, jacobian = evaluator.residuals(x), evaluator.residual_jacobian(x)
    if not (np.isfinite(jacobian).all() and np.isfinite(residuals).all()):
        return x
    for _ in range(max_steps):
        free = _free(x, residuals, jacobian, bounds)
        if not free.any():
            return x
        parts = decompose(jacobian[:, free])
        offset = relative_offset(parts, residuals)
        step = np.zeros_like(x)
        step[free] = parts.solve(-residuals)
        square = float(residuals @ residuals)
        for _halving in range(6):
            trial = x + step if bounds is None else np.clip(x + step, bounds.lower, bounds.upper)
            if np.array_equal(trial, x):
                return x
            new = evaluator.residuals(trial)
            if float(new @ new) <= square * (1.0 + ROUNDING):
                matrix = evaluator.residual_jacobian(trial)
                if (
                    np.isfinite(matrix).all()
                    and relative_offset(decompose(matrix[:, free]), new) < offset
                ):
                    x, residuals, jacobian = trial, new, matrix
                    break
            step = 0.5 * step
        else:
            return x
    return x


def _free(x: Vector, residuals: Vector, jacobian: Vector, bounds: Bounds | None) -> Mask:
    """Return which parameters their bounds leave free."""
    if bounds is None:
        return np.ones(x.size, dtype=bool)
    return bounds.free(x, jacobian.T @ residuals)
