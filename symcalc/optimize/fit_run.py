"""One run of least squares from one start: the method, the polish, and the judgement."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..outcome import Outcome
from .bounds import Mask, Vector, all_free, are_finite
from .decomposition import Decomposition, relative_offset
from .evaluator import Evaluator
from .fit_problem import FitProblem
from .least_squares import Fitted, polish, run_least_squares
from .objective import StopRun

__all__ = ["LOWER", "STOPPED", "End", "is_rounding", "run_once"]

EPS = float(np.finfo(float).eps)

#: Share of a parameter within which a bound counts as reached.
NEAR = 1e-4

#: Residuals of this size are too large for a sum of squares that a trust region compares.
OVERFLOW = 1e150

#: A sum of squares counts as lower when it is so by this share.
LOWER = 1e-6

#: SciPy's tolerances of a run whose end is polished.
NEARLY = {"ftol": 1e-11, "xtol": 1e-11, "gtol": 1e-11}

#: Outcomes after which nothing else is tried: the user's limits, or the user, ended the run.
STOPPED = (Outcome.TIME_LIMIT, Outcome.MAX_EVALUATIONS, Outcome.INTERRUPTED)


@dataclass(eq=False)
class End:
    """Where a run of least squares ended, with what is known there; weighted and in the unit.

    `notes` tell of the way there, `findings` what the sum of squares itself says of the end.
    Where `rows` has the residuals one a row, `residuals` and `jacobian` are in another basis.
    What was computed of an end is kept: nobody writes to it.

    Attributes
    ----------
    square : float
        The weighted residual sum of squares.
    is_finite : bool
        Whether it and the Jacobian are finite.
    """

    x: Vector
    residuals: Vector
    jacobian: Vector
    outcome: Outcome
    method: str
    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    rows: Vector | None = None
    decompositions: dict[bytes, Decomposition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.square = float(self.residuals @ self.residuals)
        self.is_finite = math.isfinite(self.square) and are_finite(self.jacobian)

    def changed(self, **changes: Any) -> End:
        """Return an end with other fields; of the same place all that is known is kept."""
        found = object.__new__(End)
        found.__dict__.update(self.__dict__)
        found.__dict__.update(changes)
        if "residuals" in changes:
            found.__post_init__()
        return found

    def parts(self, free: Mask) -> Decomposition:
        """Return the Jacobian decomposed in the free parameters."""
        key = free.tobytes()
        if key not in self.decompositions:
            jacobian = self.jacobian if free.all() else self.jacobian[:, free]
            self.decompositions[key] = Decomposition(jacobian, self.n_rows)
        return self.decompositions[key]

    @property
    def all_residuals(self) -> Vector:
        """The residuals, one a row of data."""
        return self.residuals if self.rows is None else self.rows

    @property
    def n_rows(self) -> int:
        """The number of rows of data."""
        return self.all_residuals.size

    @property
    def is_blind(self) -> bool:
        """Whether some parameter does nothing here, to first order."""
        return not bool(self.jacobian.any(axis=0).all())

    @property
    def rank(self) -> int:
        """The number of directions of the parameters that the data determine."""
        if not (self.is_finite or np.isfinite(self.jacobian).all()):
            return 0
        return self.parts(all_free(self.x.size)).rank

    def free(self, problem: FitProblem) -> Mask:
        """Return which parameters do not stand at a bound that holds them."""
        return problem.free(self.x, self.residuals, self.jacobian)

    def free_parts(self, problem: FitProblem) -> Decomposition | None:
        """Return the Jacobian decomposed in the free parameters, None where bounds hold all."""
        free = self.free(problem)
        return self.parts(free) if problem.bounds is None or free.any() else None

    def n_undetermined(self, problem: FitProblem) -> int:
        """Return how many directions of the free parameters the data say nothing of."""
        parts = self.free_parts(problem) if self.is_finite else None
        return 0 if parts is None else parts.scale.size - parts.rank


def run_once(
    evaluator: Evaluator,
    problem: FitProblem,
    start: Vector,
    method: str,
    tolerance: float,
    max_evaluations: int | None = None,
    rival: End | None = None,
) -> End:
    """Run one method from one start, polish its end and judge it.

    `max_evaluations` limits this run, not the whole: the end is judged as it is then. A run that
    comes to no lower sum of squares than a `rival` is not brought to its end.
    """
    stopped: Outcome | None = None
    end: End | None = None
    x, best_before = start, (evaluator.best_x, evaluator.best_value)
    evaluator.best_x, evaluator.best_value = None, np.inf
    limit = {} if max_evaluations is None else {"max_nfev": max_evaluations}
    try:
        at_start, slopes = evaluator.residuals(start), evaluator.residual_jacobian(start)
        if not (are_finite(at_start) and are_finite(slopes)):
            return End(start, at_start, slopes, Outcome.NOT_FINITE, method)
        if method != "lm" and np.abs(at_start).max() > OVERFLOW:
            note = _describe_overflow(at_start, problem)
            return End(start, at_start, slopes, Outcome.NOT_FINITE, method, (note,))
        # What polishing does in a few steps takes a method many; where it does not suffice, the
        # method goes on to the limit of double precision.
        for options in ({**limit, **NEARLY}, limit):
            evaluator.stage, fitted = "fitting", None
            x, stopped = run_least_squares(
                evaluator, x, method=method, bounds=problem.bounds, options=options
            )
            if stopped is None and rival is not None and not _is_lower(evaluator, x, rival):
                end = None
                break
            if stopped is None or stopped is Outcome.SOLVER_FAILED:
                x = _at_bounds(evaluator, problem, x)
                fitted = polish(evaluator, x, problem.bounds, n_rows=problem.target.size)
                x = x if fitted is None else fitted.x
            end = _end_at(evaluator, problem, x, method, stopped, tolerance, fitted)
            if stopped is not None or end.outcome.is_good:
                break
    except StopRun as stop:
        stopped = stop.outcome
    except KeyboardInterrupt:
        if evaluator.best_x is None:
            raise
        stopped, evaluator.is_over = Outcome.INTERRUPTED, True
    if stopped is not None and evaluator.best_x is not None:
        x, end = evaluator.best_x, None
    if best_before[1] < evaluator.best_value:
        evaluator.best_x, evaluator.best_value = best_before
    return end or _end_at(evaluator, problem, x, method, stopped, tolerance)


def _is_lower(evaluator: Evaluator, x: Vector, rival: End) -> bool:
    """Whether a run is about to end lower than another has ended."""
    residuals = evaluator.residuals(x)
    return float(residuals @ residuals) < rival.square * (1.0 - LOWER)


def _describe_overflow(residuals: Vector, problem: FitProblem) -> str:
    """Say that the squares overflow at the start, and what to do."""
    largest = problem.unit * float(np.abs(residuals).max())
    return (
        f"At the start the model is off by up to {largest:.2g}: its squares overflow. Start with "
        "parameters that bring it near the target, or divide the columns of data by their size."
    )


def _at_bounds(evaluator: Evaluator, problem: FitProblem, x: Vector) -> Vector:
    """Return the point with parameters on the bounds that they press against.

    SciPy's trust regions stay inside: they come close to a bound, and never stand on it.
    """
    bounds = problem.bounds
    if bounds is None:
        return x
    gradient = evaluator.residual_jacobian(x).T @ evaluator.residuals(x)
    reach = NEAR * np.maximum(np.abs(x), np.finfo(float).tiny)
    snapped = np.where((x - bounds.lower <= reach) & (gradient > 0.0), bounds.lower, x)
    snapped = np.where((bounds.upper - x <= reach) & (gradient < 0.0), bounds.upper, snapped)
    if np.array_equal(snapped, x):
        return x
    before, after = evaluator.residuals(x), evaluator.residuals(snapped)
    return snapped if float(after @ after) <= float(before @ before) * (1.0 + NEAR) else x


def _end_at(
    evaluator: Evaluator,
    problem: FitProblem,
    x: Vector,
    method: str,
    stopped: Outcome | None,
    tolerance: float,
    fitted: Fitted | None = None,
) -> End:
    """Return the judged end at a point; the judgement itself is beyond the limits."""
    evaluator.stage = "at the end"
    if fitted is None:
        with evaluator.beyond_limits():
            residuals, jacobian = evaluator.residuals(x), evaluator.residual_jacobian(x)
    else:
        residuals, jacobian = fitted.residuals, fitted.jacobian
    end = End(x, residuals, jacobian, Outcome.SOLVER_FAILED, method)
    if fitted is not None:
        end.decompositions[fitted.free.tobytes()] = fitted.parts
    end = _with_rows(end, problem)
    outcome = _judge(end, problem, tolerance) or stopped or end.outcome
    return end.changed(outcome=outcome)


def _with_rows(end: End, problem: FitProblem) -> End:
    """Return an end with its residuals one a row, where it has them in another basis."""
    if end.residuals.shape == problem.target.shape or not end.is_finite:
        return end
    rows = np.asarray(problem.residuals(end.x), dtype=float)
    return end.changed(rows=problem.scaled(np.broadcast_to(rows, problem.target.shape)))


def is_rounding(length: float, end: End, problem: FitProblem) -> bool:
    """Whether a length may be all rounding of the residuals.

    Each value of the model carries an error of about EPS of its size. The triangle inequality
    says without arrays how long that is at most.
    """
    most = 8.0 * EPS * (2.0 * problem.length + math.sqrt(end.square))
    return length <= most and length <= _rounding_of(end, problem)


def _rounding_of(end: End, problem: FitProblem) -> float:
    """Return how much of the residuals' length may be rounding."""
    y = problem.scaled(problem.target)
    sizes = np.abs(y) + np.abs(y - end.all_residuals)
    return 8.0 * EPS * math.sqrt(float(sizes @ sizes))


def _judge(end: End, problem: FitProblem, tolerance: float) -> Outcome | None:
    """Return the good outcome that the end deserves, or None."""
    if not end.is_finite:
        return Outcome.NOT_FINITE
    if is_rounding(math.sqrt(end.square), end, problem):
        return Outcome.CONVERGED_RESIDUAL
    parts = end.free_parts(problem)
    if parts is None:
        return Outcome.CONVERGED_GRADIENT
    if parts.rank == 0:
        return None
    if relative_offset(parts, end.residuals) <= tolerance:
        return Outcome.CONVERGED_GRADIENT
    tangent = float(np.linalg.norm(parts.tangent(end.residuals)))
    return Outcome.PRECISION_REACHED if is_rounding(tangent, end, problem) else None
