"""From the end of a run to a fit: covariance, degrees of freedom, and what a reader must know."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..outcome import Outcome
from .bounds import Mask, Vector
from .decomposition import Decomposition, lengths
from .evaluator import Evaluator
from .fit import Fit
from .fit_problem import FitProblem
from .fit_run import End
from .gradient_check import GradientCheck

__all__ = ["conclude"]

#: Share of a parameter in directions without information above which it is undetermined.
UNDETERMINED = 1e-6

#: An R² below 0 by less than this is that of a model as good as the mean.
ROUNDING = 1e-9

#: A standard error above this many times the value belongs to a parameter that ran away.
FAR = 100.0


def conclude(
    evaluator: Evaluator, problem: FitProblem, end: End, square: float, start: Vector,
    check: GradientCheck | None,
) -> Fit:  # fmt: skip
    """Put the result together: statistics and notes; `square` is in the problem's unit.

    A wrong Jacobian has led the fit astray: its outcome and its notes say so.
    """
    names, unit, total = problem.names, problem.unit, problem.total
    outcome = end.outcome if check is None else check.judge(end.outcome)
    n_observations = problem.n_observations
    freedom = n_observations - end.x.size + end.n_undetermined(problem)
    deviation = math.sqrt(square / freedom) if freedom > 0 else math.nan
    covariance, errors, held, notes = _covariance(end, problem, deviation)
    if freedom == 0:
        notes.append("As many parameters as observations: no standard errors.")
    notes += _runaways(end, problem, errors)
    notes += _notes_on_data(problem, total)
    r_squared = 1.0 - square / total if total > 0.0 else np.nan
    if r_squared < -ROUNDING and end.outcome is not Outcome.NOT_FINITE:
        notes.append("R² is below 0: the mean of the target fits better than this model does.")
    said = (check.sentence,) if check is not None and check.agrees is False else ()
    raw = end.all_residuals if unit == 1.0 else unit * end.all_residuals
    shape = problem.target.shape
    if problem.weights is not None or raw.shape != shape:
        raw = np.asarray(problem.residuals(end.x), dtype=float)
    return Fit(
        parameters=dict(zip(names, end.x.tolist(), strict=True)),
        standard_errors=dict(zip(names, errors.tolist(), strict=True)),
        covariance=covariance, residual_sum_of_squares=square * unit * unit,
        residual_standard_deviation=deviation * unit, r_squared=r_squared,
        degrees_of_freedom=freedom, n_observations=n_observations,
        residuals=np.array(raw if raw.shape == shape else np.broadcast_to(raw, shape)),
        outcome=outcome,
        method=end.method, n_evaluations=evaluator.n_evaluations,
        notes=(*said, *end.findings, *notes, *end.notes), elapsed=evaluator.elapsed(),
        start=dict(zip(names, start.tolist(), strict=True)), held=held, problem=problem,
        gradient_check=check,
    )  # fmt: skip


def _covariance(
    end: End, problem: FitProblem, deviation: float
) -> tuple[Vector, Vector, tuple[str, ...], list[str]]:
    """Return covariance and standard errors, the parameters at a bound, and what to say."""
    n = end.x.size
    notes: list[str] = []
    if problem.bounds is None and end.is_finite and end.rank == n:
        root = deviation * end.parts(end.free(problem)).root_of_covariance()
        return root @ root.T, lengths(root.T), (), notes
    covariance, errors = np.full((n, n), np.nan), np.full(n, np.nan)
    if not end.is_finite:
        return covariance, errors, (), notes
    free = end.free(problem)
    held = tuple(name for name, moves in zip(problem.names, free, strict=True) if not moves)
    if held:
        notes.append(f"At a bound, without a standard error: {', '.join(held)}.")
    if not free.any():
        return covariance, errors, held, notes
    parts = end.parts(free)
    root = deviation * parts.root_of_covariance()
    covariance[np.ix_(free, free)] = root @ root.T
    errors[free] = lengths(root.T)  # the roots of the variances, which may over- or underflow
    if parts.rank < int(free.sum()):
        lost = np.flatnonzero(free)[parts.undetermined() > UNDETERMINED]
        covariance[lost, :] = covariance[:, lost] = np.nan
        covariance[lost, lost] = errors[lost] = np.inf
        notes.append(_undetermined(lost, parts, free, end.x, problem))
    return covariance, errors, held, notes


def _undetermined(
    lost: NDArray[np.intp], parts: Decomposition, free: Mask, x: Vector, problem: FitProblem
) -> str:
    """Name the parameters that the data do not determine, and say what to do."""
    listed = ", ".join(problem.names[i] for i in lost)
    if parts.rank == 0:
        return (
            f"The data do not determine {listed}: to first order the model does not change "
            "here. Start elsewhere, or simplify the model."
        )
    return (
        f"The data do not determine {listed}: the Jacobian has rank {parts.rank} for "
        f"{int(free.sum())} parameters. {_direction(parts, free, x, problem)}"
        "Fix one of them or simplify the model."
    )


def _direction(parts: Decomposition, free: Mask, x: Vector, problem: FitProblem) -> str:
    """Return the change of the parameters that leaves the model as it is, when there is one."""
    if int(free.sum()) - parts.rank != 1:
        return ""
    along = parts.axes[-1] / parts.scale
    names = [name for name, moves in zip(problem.names, free, strict=True) if moves]
    values = x[free]
    shares = np.divide(along, values, out=np.full(along.shape, np.nan), where=values != 0.0)
    moving = np.flatnonzero(parts.undetermined() > UNDETERMINED)
    if not np.isfinite(shares[moving]).all():
        return ""
    if moving.size == 1:
        return f"The model does not change with {names[moving[0]]}. "
    shares = shares / shares[moving[0]]
    changes = [f"{names[i]} by {shares[i]:+.3g} %" for i in moving[:5]]
    return f"A change of {' and '.join(changes)} leaves the model as it is. "


def _runaways(end: End, problem: FitProblem, errors: Vector) -> list[str]:
    """Return which parameters a run that failed has lost."""
    if end.outcome.is_good:
        return []
    with np.errstate(all="ignore"):
        is_lost = np.isfinite(errors) & (errors > FAR * np.abs(end.x))
    if not is_lost.any():
        return []
    names = ", ".join(name for name, lost in zip(problem.names, is_lost, strict=True) if lost)
    return [
        f"The data hardly determine {names}: standard errors above {FAR:g} times the values. "
        "Use fewer parameters, or bounds."
    ]


def _notes_on_data(problem: FitProblem, total: float) -> list[str]:
    """Return what the columns themselves are lacking."""
    notes = []
    if total == 0.0 and problem.n_observations > 1:
        value = float(problem.target[problem.counted][0])
        notes.append(
            f"The target is {value:.6g} in every row: there is nothing for the model to explain."
        )
    for name, column in problem.columns.items():
        is_whole = problem.weights is None or not column.ndim
        values = column if is_whole else column[problem.counted]
        if column.ndim and values.size > 1 and _is_constant(values):
            notes.append(
                f"The column `{name}` is {float(values[0]):.6g} in every row: the data do not "
                "show how the model depends on it."
            )
    return notes


def _is_constant(values: Vector) -> bool:
    """Whether all numbers are the same; told by the first ones where they are not."""
    if values[0] != values[-1]:
        return False
    few = values[:100]
    return bool((few == few[0]).all()) and bool((values == values[0]).all())
