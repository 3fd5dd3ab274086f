"""From residuals and their Jacobian to a fit: the run, its judgement, and the statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import ArgumentError, DataError, OutcomeError
from ..outcome import Outcome
from .bounds import Bounds, Mask, Vector
from .door import check_bounds, check_count, check_positive, check_start
from .fit import Fit
from .least_squares import (
    Decomposition,
    decompose,
    polish,
    relative_offset,
    run_least_squares,
)
from .objective import Evaluator, Objective, StopRun

__all__ = ["FIT_METHODS", "check_weights", "fit_residuals"]

EPS = float(np.finfo(float).eps)

#: The methods of a fit; "auto" takes "lm" without bounds, "trf" with them.
FIT_METHODS = ("auto", "lm", "trf", "dogbox")

#: Share of a parameter in directions without information above which it is undetermined.
UNDETERMINED = 1e-6


class _End(NamedTuple):
    """Where a run of least squares ended, with what is known there; weighted throughout."""

    x: Vector
    residuals: Vector
    jacobian: Vector
    outcome: Outcome
    method: str

    @property
    def square(self) -> float:
        """The weighted residual sum of squares."""
        return float(self.residuals @ self.residuals)

    @property
    def rank(self) -> int:
        """The number of directions of the parameters that the data determine."""
        return decompose(self.jacobian).rank if np.isfinite(self.jacobian).all() else 0


def fit_residuals(
    residuals: Callable[[Vector], Vector],
    jacobian: Callable[[Vector], Vector],
    x0: Any,
    names: Sequence[str],
    *,
    target: Vector,
    weights: Any = None,
    bounds: Any = None,
    method: str = "auto",
    tolerance: float = 1e-8,
    time_limit: float | None = None,
    max_evaluations: int | None = None,
    predictor: Callable[[dict[str, float], Any], Vector] | None = None,
    throw: bool = False,
) -> Fit:
    """Fit parameters by least squares, given the residuals `y - f` and their Jacobian.

    Parameters
    ----------
    residuals : callable
        `residuals(p) -> ndarray (n_rows,)`, target minus model.
    jacobian : callable
        `jacobian(p) -> ndarray (n_rows, n_parameters)`, of the residuals.
    x0 : array_like, shape (n_parameters,)
    names : sequence of str
    target : ndarray, shape (n_rows,)
        For R² and for telling rounding from residuals.
    weights : array_like, shape (n_rows,), or None
        They multiply the squared residuals; `1/sigma**2` for known deviations. Only their ratios
        matter: the standard errors are scaled by the residual standard deviation.
    bounds : sequence of pairs or None
        `(lower, upper)` for each parameter.
    method : str
        One of `FIT_METHODS`.
    tolerance : float
        Of the relative offset (see Notes).
    time_limit : float or None
        Seconds.
    max_evaluations : int or None
    predictor : callable or None
        `predictor(parameters, data)`, kept for `Fit.predict`.
    throw : bool
        Raise `OutcomeError`, which carries the result, instead of returning one that is not good.

    Returns
    -------
    Fit

    Raises
    ------
    ArgumentError, DataError
        Before any evaluation.
    OutcomeError
        With `throw=True`, when the outcome is not good.

    Notes
    -----
    SciPy's Levenberg-Marquardt (MINPACK, variables scaled by the Jacobian) or trust region runs
    to the limit of double precision, then Gauss-Newton steps bring the residuals as close to
    orthogonal to the model's tangent plane as rounding allows. Converged means a relative offset
    (Bates and Watts, 1981) below the tolerance, or a tangential part of the residuals below their
    own rounding. When "auto" fails with "lm" it tries "trf", and the method says so. It is a
    local method: a bad start may end in a local minimum.
    """
    named = tuple(names)
    start = check_start(x0, named)
    limits = check_bounds(bounds, start, named)
    y = np.asarray(target, dtype=float)
    w = check_weights(weights, y.size)
    n_observations = y.size if w is None else int(np.sum(w > 0.0))
    _check_method(method, limits)
    if n_observations < start.size:
        raise DataError(
            f"{n_observations} observations cannot determine {start.size} parameters; give at "
            "least as many rows as parameters."
        )
    check_positive("tolerance", tolerance)
    seconds = None if time_limit is None else check_positive("time_limit", time_limit)
    budget = None if max_evaluations is None else check_count("max_evaluations", max_evaluations)
    root = None if w is None else np.sqrt(w)
    evaluator = Evaluator(
        _weighted(residuals, jacobian, root), time_limit=seconds, max_evaluations=budget
    )
    with np.errstate(all="ignore"):
        end = _solve(evaluator, start, method, limits, y if root is None else root * y, tolerance)
        fit = _conclude(evaluator, end, named, limits, y, w, residuals, predictor)
    if throw and not fit.converged:
        raise OutcomeError(f"{fit.outcome.value} {' '.join(fit.notes)}", fit)
    return fit


def check_weights(weights: Any, n_rows: int) -> Vector | None:
    """Return the weights as a vector: finite, not negative, not all zero."""
    if weights is None:
        return None
    try:
        w = np.array(weights, dtype=float)
    except (TypeError, ValueError):
        raise DataError("The weights are not numbers.") from None
    if w.shape != (n_rows,):
        raise DataError(f"The weights have shape {w.shape}; give one for each of {n_rows} rows.")
    bad = np.flatnonzero(~(np.isfinite(w) & (w >= 0.0)))
    if bad.size:
        raise DataError(
            f"The weight of row {bad[0] + 1} is {w[bad[0]]}; weights are finite and not negative."
        )
    return w


def _check_method(method: str, bounds: Bounds | None) -> None:
    """Refuse an unknown method, and one that cannot keep to the bounds."""
    if method not in FIT_METHODS:
        raise ArgumentError(f"Unknown method {method!r}. Allowed: {', '.join(FIT_METHODS)}.")
    if method == "lm" and bounds is not None:
        raise ArgumentError("Method 'lm' cannot keep to bounds; use 'trf' or 'dogbox'.")


def _weighted(
    residuals: Callable[[Vector], Vector],
    jacobian: Callable[[Vector], Vector],
    root: Vector | None,
) -> Objective:
    """Return the objective whose residuals carry the square roots of the weights."""

    def weighted_residuals(x: Vector) -> Vector:
        return residuals(x) if root is None else root * residuals(x)

    def weighted_jacobian(x: Vector) -> Vector:
        return jacobian(x) if root is None else root[:, None] * jacobian(x)

    def value_and_gradient(x: Vector) -> tuple[float, Vector]:
        r = weighted_residuals(x)
        return float(r @ r), 2.0 * (weighted_jacobian(x).T @ r)

    def value(x: Vector) -> float:
        r = weighted_residuals(x)
        return float(r @ r)

    return Objective(
        value, value_and_gradient, residuals=weighted_residuals,
        residual_jacobian=weighted_jacobian,
    )  # fmt: skip


def _solve(
    evaluator: Evaluator,
    start: Vector,
    method: str,
    bounds: Bounds | None,
    y: Vector,
    tolerance: float,
) -> _End:
    """Run the method, and with "auto" the other one when the first did not converge."""
    first = ("lm" if bounds is None else "trf") if method == "auto" else method
    end = _attempt(evaluator, start, first, bounds, y, tolerance)
    stopped = end.outcome in (Outcome.TIME_LIMIT, Outcome.MAX_EVALUATIONS, Outcome.INTERRUPTED)
    if method != "auto" or stopped or end.outcome is Outcome.NOT_FINITE:
        return end
    if end.outcome.is_good and end.rank == start.size:
        return end
    second = "trf" if first == "lm" else "dogbox"
    other = _attempt(evaluator, start, second, bounds, y, tolerance)
    worse = end.outcome.is_good > other.outcome.is_good or not other.square <= end.square
    return (end if worse else other)._replace(method=f"{first}, then {second}")


def _attempt(
    evaluator: Evaluator,
    start: Vector,
    method: str,
    bounds: Bounds | None,
    y: Vector,
    tolerance: float,
) -> _End:
    """Run one method, polish its end and judge it."""
    stopped: Outcome | None = None
    x = start
    try:
        at_start = evaluator.residuals(start)
        slopes = evaluator.residual_jacobian(start)
        if not (np.isfinite(at_start).all() and np.isfinite(slopes).all()):
            return _End(start, at_start, slopes, Outcome.NOT_FINITE, method)
        evaluator.stage = "fitting"
        x, stopped = run_least_squares(evaluator, start, method=method, bounds=bounds)
        if stopped is None or stopped is Outcome.SOLVER_FAILED:
            x = polish(evaluator, x, bounds)
    except StopRun as stop:
        stopped = stop.outcome
    except KeyboardInterrupt:
        if evaluator.best_x is None:
            raise
        stopped = Outcome.INTERRUPTED
    if stopped is not None and evaluator.best_x is not None:
        x = evaluator.best_x
    evaluator.lift_limits()
    evaluator.stage = "at the end"
    end = _End(
        x, evaluator.residuals(x), evaluator.residual_jacobian(x), Outcome.SOLVER_FAILED, method
    )
    return end._replace(outcome=_judge(end, bounds, y, tolerance) or stopped or end.outcome)


def _judge(end: _End, bounds: Bounds | None, y: Vector, tolerance: float) -> Outcome | None:
    """Return the good outcome that the end deserves, or None."""
    if not (np.isfinite(end.residuals).all() and np.isfinite(end.jacobian).all()):
        return Outcome.NOT_FINITE
    # Each model value carries a rounding error of about EPS of its size.
    rounding = 8.0 * EPS * float(np.linalg.norm(np.abs(y) + np.abs(y - end.residuals)))
    if end.square**0.5 <= rounding:
        return Outcome.CONVERGED_RESIDUAL
    free = _free(end, bounds)
    if not free.any():
        return Outcome.CONVERGED_GRADIENT
    parts = decompose(end.jacobian[:, free])
    if relative_offset(parts, end.residuals) <= tolerance:
        return Outcome.CONVERGED_GRADIENT
    tangent = float(np.linalg.norm(parts.left[:, : parts.rank].T @ end.residuals))
    return Outcome.PRECISION_REACHED if tangent <= rounding else None


def _free(end: _End, bounds: Bounds | None) -> Mask:
    """Return which parameters do not stand at a bound that holds them."""
    if bounds is None:
        return np.ones(end.x.size, dtype=bool)
    return bounds.free(end.x, end.jacobian.T @ end.residuals)


def _conclude(
    evaluator: Evaluator,
    end: _End,
    names: tuple[str, ...],
    bounds: Bounds | None,
    y: Vector,
    w: Vector | None,
    raw: Callable[[Vector], Vector],
    predictor: Callable[[dict[str, float], Any], Vector] | None,
) -> Fit:
    """Put the result together: statistics and notes."""
    counted = np.ones(y.size, dtype=bool) if w is None else w > 0.0
    kept = np.ones(y.size) if w is None else w
    freedom = int(counted.sum()) - end.x.size + _n_undetermined(end, bounds)
    mean = float(np.average(y, weights=kept))
    total = float(np.sum(kept * (y - mean) ** 2))
    variance = end.square / freedom if freedom > 0 else np.nan
    covariance, notes = _covariance(end, names, bounds, variance)
    if freedom == 0:
        notes.append("As many parameters as observations: no standard errors.")
    if end.outcome is Outcome.NOT_FINITE:
        notes.append("The model or its derivative is not finite at these parameters.")
    values = end.x.tolist()
    errors = np.sqrt(np.diag(covariance)).tolist()
    return Fit(
        parameters=dict(zip(names, values, strict=True)),
        standard_errors=dict(zip(names, errors, strict=True)),
        covariance=covariance, residual_sum_of_squares=end.square,
        residual_standard_deviation=float(np.sqrt(variance)),
        r_squared=1.0 - end.square / total if total > 0.0 else np.nan,
        degrees_of_freedom=freedom, n_observations=int(counted.sum()),
        residuals=end.residuals if w is None else np.asarray(raw(end.x), dtype=float),
        outcome=end.outcome, method=end.method, n_evaluations=evaluator.n_evaluations,
        notes=tuple(notes), elapsed=evaluator.elapsed(), predictor=predictor,
    )  # fmt: skip


def _n_undetermined(end: _End, bounds: Bounds | None) -> int:
    """Return how many directions of the free parameters the data say nothing of."""
    free = _free(end, bounds)
    if not (free.any() and np.isfinite(end.jacobian).all()):
        return 0
    return int(free.sum()) - decompose(end.jacobian[:, free]).rank


def _covariance(
    end: _End, names: tuple[str, ...], bounds: Bounds | None, variance: float
) -> tuple[Vector, list[str]]:
    """Return the covariance of the parameters and what to say of it."""
    n = end.x.size
    covariance, notes = np.full((n, n), np.nan), []
    free = _free(end, bounds)
    if not free.all():
        held = ", ".join(name for name, moves in zip(names, free, strict=True) if not moves)
        notes.append(f"At a bound, without a standard error: {held}.")
    if not (free.any() and np.isfinite(end.jacobian).all()):
        return covariance, notes
    parts = decompose(end.jacobian[:, free])
    covariance[np.ix_(free, free)] = variance * parts.covariance()
    if parts.rank < int(free.sum()):
        notes.append(_mark_undetermined(covariance, parts, free, names))
    return covariance, notes


def _mark_undetermined(
    covariance: Vector,
    parts: Decomposition,
    free: Mask,
    names: tuple[str, ...],
) -> str:
    """Make the variance of parameters that the data do not determine infinite, and name them."""
    lost = np.flatnonzero(free)[parts.undetermined() > UNDETERMINED]
    covariance[lost, :] = covariance[:, lost] = np.nan
    covariance[lost, lost] = np.inf
    listed = ", ".join(names[i] for i in lost)
    return (
        f"The data do not determine {listed}: the Jacobian has rank {parts.rank} for "
        f"{int(free.sum())} parameters. Fix one of them or simplify the model."
    )
