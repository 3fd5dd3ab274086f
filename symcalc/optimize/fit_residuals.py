"""From residuals and their Jacobian to a fit: the run, its judgement, and the statistics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import ArgumentError, DataError, OutcomeError
from ..outcome import Outcome
from .bounds import Bounds, Vector
from .diagnosis import describe_fall
from .door import check_bounds, check_count, check_positive, check_start
from .fit import Fit
from .fit_statistics import End, Observed, summarize
from .least_squares import decompose, polish, relative_offset, run_least_squares
from .objective import Evaluator, Objective, StopRun
from .plain import count_of
from .probing import Probe, find_fall, is_on_plateau

__all__ = ["FIT_METHODS", "check_weights", "fit_residuals"]

EPS = float(np.finfo(float).eps)

#: The methods of a fit; "auto" takes "lm" without bounds, "trf" with them.
FIT_METHODS = ("auto", "lm", "trf", "dogbox")

#: The limit on evaluations when none is given, for each parameter and one.
MAX_EVALUATIONS = 2_000

#: Weighted targets larger than this, or smaller than its inverse, are brought to size one.
EXTREME = 1e100

#: Residuals of this size are too large for a sum of squares that a trust region compares.
OVERFLOW = 1e150


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
    has_jumps: bool = False,
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
        None: 2000 for each parameter, and 2000 more.
    has_jumps : bool
        Whether the model jumps as parameters move: then its derivatives are no evidence.
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
    own rounding. Where the Jacobian has no full rank, or the model jumps, that is no evidence: the
    sum of squares must not fall along the axes either, and a Jacobian of zeros is never called
    converged. When "auto" fails with "lm" it tries "trf", and the method says so. It is a local
    method: a bad start may end in a local minimum.
    """
    named = tuple(names)
    start = check_start(x0, named)
    limits = check_bounds(bounds, start, named)
    y = np.asarray(target, dtype=float)
    w = check_weights(weights, y.size)
    observed = Observed(named, y, w, _choose_unit(y, w), limits)
    _check_method(method, limits)
    if observed.size < start.size:
        raise DataError(
            f"{count_of(observed.size, 'observation')} cannot determine "
            f"{count_of(start.size, 'parameter')}; give at least as many rows as parameters."
        )
    check_positive("tolerance", tolerance)
    seconds = None if time_limit is None else check_positive("time_limit", time_limit)
    if max_evaluations is None:
        max_evaluations = MAX_EVALUATIONS * (start.size + 1)
    evaluator = Evaluator(
        _weighted(residuals, jacobian, observed.factor), time_limit=seconds,
        max_evaluations=check_count("max_evaluations", max_evaluations),
    )  # fmt: skip
    with np.errstate(all="ignore"):
        end = _solve(evaluator, start, method, observed, tolerance)
        end = _look_around(evaluator, end, observed, has_jumps)
        fit = summarize(evaluator, end, observed, residuals, predictor)
    if throw and not fit.converged:
        raise OutcomeError(f"{fit.outcome.value} {' '.join(fit.notes)}", fit)
    return fit


def check_weights(weights: Any, n_rows: int) -> Vector | None:
    """Return the weights as a vector: finite, not negative, not all zero."""
    if weights is None:
        return None
    try:
        w = np.array(weights, dtype=float)
    except (TypeError, ValueError, OverflowError):
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


def _choose_unit(y: Vector, weights: Vector | None) -> float:
    """Return the power of two that brings an extreme target to size one; 1 for all others."""
    size = float(np.abs(y if weights is None else np.sqrt(weights) * y).max(initial=0.0))
    if size == 0.0 or not np.isfinite(size) or 1.0 / EXTREME <= size <= EXTREME:
        return 1.0
    return float(2.0 ** np.floor(np.log2(size)))


def _weighted(
    residuals: Callable[[Vector], Vector],
    jacobian: Callable[[Vector], Vector],
    factor: Vector | float,
) -> Objective:
    """Return the objective whose residuals are multiplied by a factor, one for each row or all."""
    column = factor[:, None] if isinstance(factor, np.ndarray) else factor

    def weighted_residuals(x: Vector) -> Vector:
        return factor * residuals(x)

    def weighted_jacobian(x: Vector) -> Vector:
        return column * jacobian(x)

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
    evaluator: Evaluator, start: Vector, method: str, observed: Observed, tolerance: float
) -> End:
    """Run the method, and with "auto" the other one when the first did not converge."""
    first = ("lm" if observed.bounds is None else "trf") if method == "auto" else method
    end = _attempt(evaluator, start, first, observed, tolerance)
    stopped = end.outcome in (Outcome.TIME_LIMIT, Outcome.MAX_EVALUATIONS, Outcome.INTERRUPTED)
    if method != "auto" or stopped or end.outcome is Outcome.NOT_FINITE:
        return end
    if end.outcome.is_good and decompose(end.jacobian).rank == start.size:
        return end
    second = "trf" if first == "lm" else "dogbox"
    other = _attempt(evaluator, start, second, observed, tolerance)
    worse = end.outcome.is_good > other.outcome.is_good or not other.square <= end.square
    return (end if worse else other)._replace(method=f"{first}, then {second}")


def _attempt(
    evaluator: Evaluator, start: Vector, method: str, observed: Observed, tolerance: float
) -> End:
    """Run one method, polish its end and judge it."""
    stopped: Outcome | None = None
    x, bounds = start, observed.bounds
    try:
        at_start = evaluator.residuals(start)
        begin = End(start, at_start, evaluator.residual_jacobian(start), Outcome.NOT_FINITE, method)
        if not begin.is_finite:
            return begin
        if method != "lm" and np.abs(at_start).max() > OVERFLOW:
            return begin._replace(notes=(_describe_overflow(at_start, observed),))
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
    with evaluator.beyond_limits():
        evaluator.stage = "at the end"
        end = End(
            x, evaluator.residuals(x), evaluator.residual_jacobian(x), Outcome.SOLVER_FAILED, method
        )
    return end._replace(outcome=_judge(end, observed, tolerance) or stopped or end.outcome)


def _describe_overflow(residuals: Vector, observed: Observed) -> str:
    """Say that the squares overflow at the start, and what to do."""
    largest = observed.unit * float(np.abs(residuals).max())
    return (
        f"At the start the model is off by up to {largest:.2g}: its "
        "squares overflow. Start with parameters that bring it near the target, or divide the "
        "columns of data by their size."
    )


def _judge(end: End, observed: Observed, tolerance: float) -> Outcome | None:
    """Return the good outcome that the end deserves, or None."""
    if not end.is_finite:
        return Outcome.NOT_FINITE
    # Each model value carries a rounding error of about EPS of its size.
    y = observed.factor * observed.target
    rounding = 8.0 * EPS * float(np.linalg.norm(np.abs(y) + np.abs(y - end.residuals)))
    if end.square**0.5 <= rounding:
        return Outcome.CONVERGED_RESIDUAL
    free = end.free(observed.bounds)
    if not free.any():
        return Outcome.CONVERGED_GRADIENT
    parts = decompose(end.jacobian[:, free])
    if parts.rank == 0:
        return None
    if relative_offset(parts, end.residuals) <= tolerance:
        return Outcome.CONVERGED_GRADIENT
    tangent = float(np.linalg.norm(parts.left[:, : parts.rank].T @ end.residuals))
    return Outcome.PRECISION_REACHED if tangent <= rounding else None


def _look_around(evaluator: Evaluator, end: End, observed: Observed, has_jumps: bool) -> End:
    """Ask the sum of squares itself where the Jacobian is no evidence: a plateau, or jumps."""
    if has_jumps:
        note = (
            "The model jumps as its parameters move: its derivatives, and with them the standard "
            "errors, say nothing of that."
        )
        end = end._replace(notes=(*end.notes, note))
    is_open = has_jumps or end.n_undetermined(observed.bounds) > 0
    in_doubt = end.outcome is Outcome.SOLVER_FAILED or (end.outcome.is_good and is_open)
    if not in_doubt or end.outcome is Outcome.CONVERGED_RESIDUAL:
        return end

    def square(x: Vector) -> float:
        residuals = evaluator.residuals(x)
        return float(residuals @ residuals)

    probe = Probe(square, end.x, end.square, bounds=observed.bounds)
    with evaluator.beyond_limits():
        evaluator.stage = "at the end"
        fall = find_fall(probe)
        if fall is not None:
            factor = observed.unit * observed.unit
            said = describe_fall(fall, observed.names, "sum of squares", factor)
            outcome = Outcome.SADDLE if is_open else end.outcome
            return end._replace(outcome=outcome, notes=(*end.notes, said))
        if has_jumps:  # between jumps there are plateaus
            return end._replace(outcome=Outcome.CONVERGED_STEP) if end.outcome.is_good else end
        return _judge_plateau(probe, end, observed.names)


def _judge_plateau(probe: Probe, end: End, names: Sequence[str]) -> End:
    """Take back convergence where a parameter acts further out, but not around the end."""
    idle = np.flatnonzero(~end.jacobian.any(axis=0))
    saturated = [names[i] for i in idle.tolist() if is_on_plateau(probe, i)]
    if not saturated:
        return end
    note = (
        f"The model does not change with {', '.join(saturated)} around this point, but does "
        "further out: start there."
    )
    return end._replace(outcome=Outcome.SOLVER_FAILED, notes=(*end.notes, note))
