"""From residuals and their Jacobian to a fit: the door of nonlinear least squares."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import ArgumentError, DataError, OutcomeError
from .bounds import Bounds, Mask, Vector
from .door import check_bounds, check_count, check_inside, check_positive, check_start
from .evaluator import Evaluator
from .fit import Fit
from .fit_judgement import look_around
from .fit_precise import sharpen
from .fit_problem import FitProblem, Predictor, Residuals
from .fit_run import End
from .fit_statistics import conclude
from .fit_strategy import solve
from .fit_totals import Totals, TotalsObjective
from .fit_verification import verify_jacobian
from .plain import count_of

__all__ = ["FIT_METHODS", "check_weights", "fit_residuals"]

#: The methods of a fit; "auto" takes "lm" without bounds, "trf" with them, others where need be.
FIT_METHODS = ("auto", "lm", "trf", "dogbox")

#: The limit on evaluations when none is given, for each parameter and one.
MAX_EVALUATIONS = 2_000

#: Weighted targets larger than this, or smaller than its inverse, are brought to size one.
EXTREME = 1e100


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
    takes_many: bool = False,
    totals: Callable[[Vector | None], Totals] | None = None,
    part: Callable[[slice], tuple[Residuals, Residuals]] | None = None,
    both: Callable[[Vector], tuple[Vector, Vector]] | None = None,
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
        None: 2000 for each parameter, and 2000 more.
    has_jumps : bool
        Whether the model jumps as parameters move: then its derivatives are no evidence.
    takes_many : bool
        Whether both callables also take points of shape `(n_points, n_parameters)`.
    totals : callable or None
        `totals(weights)(p)` returns the Gram matrix of the weighted residuals' derivatives and the
        residuals, without storing either: the fastest way to a fit of many rows.
    part : callable or None
        `part(rows)` returns residuals and Jacobian of some of the rows, as callables.
    both : callable or None
        `both(p)` returns residuals and Jacobian at once, where that costs less.
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
    own rounding. Where the Jacobian has no full rank, or the model jumps, that is no evidence: the
    sum of squares must not fall along the axes either, and a Jacobian of zeros is never called
    converged.

    With "auto" a doubtful end (not converged, a parameter that the data do not determine there,
    hardly better than a constant) is compared with the other method's, then, as is one whose
    residuals follow each other while more than a thousandth of the variation is left, with runs
    from some of 200 other starts around the one given; `Fit.method` and `Fit.notes` say so. It
    stays a local method: a bad start may end in a local minimum.
    """
    named = tuple(names)
    start = check_start(x0, named)
    y = np.asarray(target, dtype=float)
    w = check_weights(weights, y.size)
    limits = check_bounds(bounds, start, named)
    check_inside(limits, start, named)
    check_positive("tolerance", tolerance)
    seconds = None if time_limit is None else check_positive("time_limit", time_limit)
    if max_evaluations is None:
        max_evaluations = MAX_EVALUATIONS * (start.size + 1)
    budget = check_count("max_evaluations", max_evaluations)
    with np.errstate(all="ignore"):
        problem = FitProblem(
            residuals, jacobian, named, y, w, limits, _mask(linear, named), exact, predictor,
            model, target_name, {} if columns is None else columns, _choose_unit(y, w), has_jumps,
            takes_many, None if totals is None else totals(w), part, both,
        )  # fmt: skip
        _check_method(method, limits)
        _check_rows(problem)
        evaluator, end = _run(problem, start, method, tolerance, seconds, budget)
        end = look_around(evaluator, problem, end)
        end, square = sharpen(end, problem)
        check = verify_jacobian(problem.sample(), start, end.x)
        fit = conclude(evaluator, problem, end, square, start, check)
    if throw and not fit.converged:
        raise OutcomeError(f"{fit.outcome.value} {' '.join(fit.notes)}", fit)
    return fit


def _run(
    problem: FitProblem, start: Vector, method: str, tolerance: float, seconds: float | None,
    budget: int,
) -> tuple[Evaluator, End]:  # fmt: skip
    """Return the end of a fit and what counted its evaluations.

    With many rows it is run on totals; what is doubtful then is run again on the rows themselves.
    """
    if problem.has_totals:
        assert problem.totals is not None
        totals = TotalsObjective(problem.totals)
        evaluator = Evaluator(
            totals.objective(), time_limit=seconds, max_evaluations=budget, by_residuals=True
        )
        end = solve(evaluator, problem, start, method, tolerance)
        if evaluator.is_over or totals.can_judge(end.x, is_good=end.outcome.is_good):
            return evaluator, end
        seconds = None if seconds is None else max(evaluator.remaining(), 0.0)
        budget -= evaluator.n_evaluations
    evaluator = Evaluator(
        problem.objective(), time_limit=seconds, max_evaluations=budget, by_residuals=True
    )
    return evaluator, solve(evaluator, problem, start, method, tolerance)


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


def _mask(linear: Sequence[str], names: tuple[str, ...]) -> Mask:
    """Return which parameters are named as linear."""
    return np.array([name in linear for name in names])


def _check_method(method: str, bounds: Bounds | None) -> None:
    """Refuse an unknown method, and one that cannot keep to the bounds."""
    if method not in FIT_METHODS:
        near = difflib.get_close_matches(str(method), FIT_METHODS, 1, 0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ArgumentError(f"Unknown method {method!r}.{hint} Allowed: {', '.join(FIT_METHODS)}.")
    if method == "lm" and bounds is not None:
        raise ArgumentError("Method 'lm' cannot keep to bounds; use 'trf' or 'dogbox'.")


def _choose_unit(y: Vector, weights: Vector | None) -> float:
    """Return the power of two that brings an extreme target to size one; 1 for all others."""
    rows = y if weights is None else np.sqrt(weights) * y
    square = float(rows @ rows)
    if 1.0 / EXTREME <= square <= EXTREME:
        return 1.0
    size = float(np.abs(rows).max(initial=0.0))
    if size == 0.0 or not np.isfinite(size) or 1.0 / EXTREME <= size <= EXTREME:
        return 1.0
    return float(2.0 ** np.floor(np.log2(size)))


def _check_rows(problem: FitProblem) -> None:
    """Refuse fewer rows than parameters."""
    n_observations, n = problem.n_observations, len(problem.names)
    if n_observations < n:
        of_weight = "" if problem.weights is None else " of positive weight"
        raise DataError(
            f"{count_of(n_observations, 'observation')}{of_weight} cannot determine "
            f"{count_of(n, 'parameter')}; give at least as many rows as parameters."
        )
