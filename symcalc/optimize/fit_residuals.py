"""From residuals and their Jacobian to a fit: the door of nonlinear least squares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import ArgumentError, DataError, OutcomeError
from .bounds import Bounds, Mask, Vector
from .door import check_bounds, check_count, check_positive, check_start
from .fit import Fit
from .fit_precise import sharpen
from .fit_problem import FitProblem, Predictor
from .fit_statistics import conclude
from .fit_strategy import solve
from .objective import Evaluator

__all__ = ["FIT_METHODS", "check_weights", "fit_residuals"]

#: The methods of a fit; "auto" takes "lm" without bounds, "trf" with them, others where need be.
FIT_METHODS = ("auto", "lm", "trf", "dogbox")

#: Sizes of a target whose residuals, some thirty digits smaller, can still be squared.
SMALLEST, LARGEST = 1e-120, 1e140


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
    linear: Sequence[str] = (),
    exact: Callable[[Sequence[Fraction]], Vector] | None = None,
    predictor: Predictor | None = None,
    model: str = "",
    target_name: str = "y",
    columns: Mapping[str, Vector] | None = None,
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
    linear : sequence of str
        Parameters that the model is jointly linear in: other starts are chosen without them.
    exact : callable or None
        The residuals correctly rounded: see `FitProblem`.
    predictor : Predictor or None
        The model at other data, for `Fit.predict` and `Fit.band`.
    model, target_name : str
        For reports and plots.
    columns : mapping of str to ndarray, optional
        The columns that the model is evaluated on, for notes and plots.
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
    own rounding.

    With "auto" a doubtful end (not converged, a parameter that the data do not determine there,
    hardly better than a constant, residuals that follow each other) is compared with the other
    method's, then with runs from some of 200 other starts around the one given; `Fit.method` and
    `Fit.notes` say so. It stays a local method: a bad start may end in a local minimum.
    """
    named = tuple(names)
    start = check_start(x0, named)
    y = np.asarray(target, dtype=float)
    problem = FitProblem(
        residuals, jacobian, named, y, check_weights(weights, y.size),
        check_bounds(bounds, start, named), _mask(linear, named), exact, predictor, model,
        target_name, {} if columns is None else columns,
    )  # fmt: skip
    _check_method(method, problem.bounds)
    _check_rows(problem)
    _check_size(problem)
    check_positive("tolerance", tolerance)
    seconds = None if time_limit is None else check_positive("time_limit", time_limit)
    budget = None if max_evaluations is None else check_count("max_evaluations", max_evaluations)
    evaluator = Evaluator(problem.objective(), time_limit=seconds, max_evaluations=budget)
    with np.errstate(all="ignore"):
        end = solve(evaluator, problem, start, method, tolerance)
        end, square = sharpen(end, problem)
        fit = conclude(evaluator, problem, end, square, start)
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


def _mask(linear: Sequence[str], names: tuple[str, ...]) -> Mask:
    """Return which parameters are named as linear."""
    return np.array([name in linear for name in names])


def _check_method(method: str, bounds: Bounds | None) -> None:
    """Refuse an unknown method, and one that cannot keep to the bounds."""
    if method not in FIT_METHODS:
        raise ArgumentError(f"Unknown method {method!r}. Allowed: {', '.join(FIT_METHODS)}.")
    if method == "lm" and bounds is not None:
        raise ArgumentError("Method 'lm' cannot keep to bounds; use 'trf' or 'dogbox'.")


def _check_size(problem: FitProblem) -> None:
    """Refuse a target whose squares leave the range of doubles: nothing could be told apart."""
    size = float(np.abs(problem.weighted(problem.target)).max(initial=0.0))
    if size != 0.0 and not SMALLEST < size < LARGEST:
        with_weights = "" if problem.weights is None else ", times the roots of its weights,"
        raise DataError(
            f"The target{with_weights} is of size {size:.2g}: its squares leave the range of "
            "doubles. Give it in other units."
        )


def _check_rows(problem: FitProblem) -> None:
    """Refuse fewer rows than parameters."""
    n_observations, n = int(problem.counted.sum()), len(problem.names)
    if n_observations < n:
        of_weight = "" if problem.weights is None else " of positive weight"
        raise DataError(
            f"{n_observations} observations{of_weight} cannot determine {n} parameters; give at "
            "least as many rows as parameters."
        )
