"""The strategy of a fit: one method, and where its end is doubtful others and other starts."""

from __future__ import annotations

import numpy as np

from ..outcome import Outcome
from .bounds import Vector
from .evaluator import Evaluator
from .fit_judgement import look_around
from .fit_looks import promising_starts
from .fit_problem import FitProblem
from .fit_run import LOWER, STOPPED, End, run_once
from .objective import StopRun
from .plain import format_number

__all__ = ["solve"]

#: Evaluations of a first run: NIST's hardest starts need 900.
FIRST_RUN = 3000

#: Evaluations of a run from another start, and of the last run, which continues the best one.
SHORT_RUN, LAST_RUN = 500, 20_000

#: The doubt that leaves nothing to another method from the same start.
PATTERN = "The residuals follow a pattern"

#: Where no larger share of the variation is left, a pattern is one of the data or the model: no
#: other minimum is looked for.
UNEXPLAINED = 1e-3

#: Rows evaluated in one run of a second opinion, all in all.
ROWS_OF_A_RUN = 20_000_000


def solve(
    evaluator: Evaluator, problem: FitProblem, start: Vector, method: str, tolerance: float
) -> End:
    """Return the end of a fit.

    A method asked for by name runs once. "auto" is Levenberg-Marquardt (a trust region where
    there are bounds), and where its end is doubtful the other one, then restarts.
    """
    if method != "auto":
        end = run_once(evaluator, problem, start, method, tolerance)
        return _explained(end, problem)
    first, second = ("lm", "trf") if problem.bounds is None else ("trf", "dogbox")
    begun = run_once(evaluator, problem, start, first, tolerance, FIRST_RUN)
    doubt = _doubt(begun, problem)
    if evaluator.is_over or not doubt or begun.notes:  # the notes say how to start
        return begun
    if doubt == PATTERN and begun.square <= UNEXPLAINED * problem.total:
        return begun.changed(notes=(f"{doubt}, though little is left to explain.",))
    best = last = begun
    if begun.outcome is not Outcome.NOT_FINITE and doubt != PATTERN:
        last = run_once(evaluator, problem, start, second, tolerance, _most(problem, FIRST_RUN))
        best = _better(begun, last)
        if best is last:
            best = best.changed(method=f"{first}, then {second}")
    judged = _judge_blindness(evaluator, problem, best)
    if judged is not None:
        return judged
    if not evaluator.is_over and _doubt(best, problem):
        best = _restart(evaluator, problem, start, first, best, tolerance)
    elif last.outcome in STOPPED and not best.outcome.is_good:
        best = best.changed(outcome=last.outcome)
    if best is begun and not evaluator.is_over and best.outcome.is_good:
        tried = "other starts" if doubt == PATTERN else "another method and other starts"
        note = f"{doubt}; {tried} led to no better fit."
        best = best.changed(notes=(note,))
    return _explained(best, problem)


def _judge_blindness(evaluator: Evaluator, problem: FitProblem, end: End) -> End | None:
    """Return the verdict on an end where derivatives are blind, or None when runs may go on.

    A plateau is named, with a lower point where there is one, rather than left for a start that
    nobody asked for; and between jumps a run from elsewhere proves no more than this one.
    """
    if evaluator.is_over or end.outcome is Outcome.NOT_FINITE:
        return None
    if not (end.is_blind or problem.has_jumps):
        return None
    judged = look_around(evaluator, problem, end)
    is_final = judged.outcome is Outcome.SADDLE or judged.outcome.is_good == problem.has_jumps
    return judged if judged.findings and is_final else None


def _doubt(end: End, problem: FitProblem) -> str:
    """Return why the end may be a local minimum, or a place where the model says nothing.

    Empty where there is no doubt.
    """
    if not end.outcome.is_good:
        return "The first run did not converge"
    if end.rank < end.x.size:
        return "The data do not determine every parameter there"
    if end.outcome is Outcome.CONVERGED_RESIDUAL:
        return ""
    may_have_others = problem.has_jumps or not problem.linear.all()
    if may_have_others and end.square > 0.5 * problem.total:
        return "The model explains less than half of the variation"
    rows = end.all_residuals
    if _is_patterned(rows if problem.weights is None else rows[problem.counted]):
        return PATTERN
    return ""


def _is_patterned(residuals: Vector) -> bool:
    """Whether residuals resemble their neighbours by more than four standard deviations."""
    if residuals.size < 10:
        return False
    centered = residuals - residuals.sum() / residuals.size
    square = float(centered @ centered)
    if square <= 0.0:
        return False
    return bool(float(centered[1:] @ centered[:-1]) / square > 4.0 / residuals.size**0.5)


def _better(end: End, other: End) -> End:
    """Return the end that is good, or of two the lower one; in doubt the first."""
    if end.outcome.is_good != other.outcome.is_good:
        return end if end.outcome.is_good else other
    if not np.isfinite(end.square):
        return other
    is_lower = other.square < end.square * (1.0 - LOWER)
    gains_rank = other.square <= end.square * (1.0 + LOWER) and other.rank > end.rank
    return other if is_lower or gains_rank else end


def _restart(
    evaluator: Evaluator,
    problem: FitProblem,
    start: Vector,
    method: str,
    found: End,
    tolerance: float,
) -> End:
    """Return the best end of runs from other starts, or the one found when none is better."""
    best, stopped = found, None
    evaluator.stage = "looking for another start"
    try:
        for candidate in promising_starts(evaluator, problem, start, found):
            most = _most(problem, SHORT_RUN)
            rival = best if best.outcome.is_good and best.rank == best.x.size else None
            end = run_once(evaluator, problem, candidate, method, tolerance, most, rival)
            better = _better(best, end)
            if better is end:
                best = end.changed(notes=(_began(candidate, problem),))
            if evaluator.is_over:
                stopped = end.outcome if end.outcome in STOPPED else None
                break
    except StopRun as stop:
        stopped = stop.outcome
    except KeyboardInterrupt:
        stopped, evaluator.is_over = Outcome.INTERRUPTED, True
    if stopped is not None and not best.outcome.is_good:
        best = best.changed(outcome=stopped)
    if not evaluator.is_over and not best.outcome.is_good and best.is_finite:
        most = _most(problem, LAST_RUN)
        last = run_once(evaluator, problem, best.x, method, tolerance, most)
        best = _better(best, last).changed(notes=best.notes)
    if not best.notes:  # no other start has won
        return best
    tried = found.method if found.outcome is not Outcome.NOT_FINITE else method
    why = (
        "The model is not finite at the start given"
        if found.outcome is Outcome.NOT_FINITE
        else "From the start given the run ended at a residual sum of squares of "
        f"{format_number(found.square * problem.unit * problem.unit, 6)}"
    )
    notes = tuple(f"{why}; {note}" for note in best.notes)
    return best.changed(method=f"{tried}, then restarts", notes=notes)


def _most(problem: FitProblem, evaluations: int) -> int:
    """Return a limit on evaluations, less for many rows: a second opinion is no second fit."""
    return int(np.clip(ROWS_OF_A_RUN // problem.target.size, 20, evaluations))


def _began(start: Vector, problem: FitProblem) -> str:
    """Return the words that tell another start."""
    point = ", ".join(
        f"{name} = {format_number(value, 4)}"
        for name, value in zip(problem.names, start.tolist(), strict=True)
    )
    return f"this fit began at {point}."


def _explained(end: End, problem: FitProblem) -> End:
    """Return the end with a note on where the model is not finite, if it is not."""
    if end.outcome is not Outcome.NOT_FINITE or end.notes:
        return end
    point = ", ".join(
        f"{name} = {format_number(value, 4)}"
        for name, value in zip(problem.names, end.x.tolist(), strict=True)
    )
    rows = np.asarray(problem.residuals(end.x), dtype=float)
    residuals = np.broadcast_to(rows, problem.target.shape)
    bad = np.flatnonzero(~np.isfinite(residuals))
    where = "its derivative" if bad.size == 0 else f"{bad.size} of {residuals.size} rows"
    row = f", first in row {bad[0] + 1}{_cells(problem, int(bad[0]))}" if bad.size else ""
    note = (
        f"At {point} the model is not finite ({where}{row}). Choose a start where it is: nearer "
        "to zero for what stands in an exponent, inside the domain of logarithms and roots."
    )
    return end.changed(notes=(*end.notes, note))


def _cells(problem: FitProblem, row: int) -> str:
    """Return the predictors of a row in parentheses."""
    cells = [
        f"{name} = {format_number(float(column[row]), 6)}"
        for name, column in problem.columns.items()
        if column.ndim
    ]
    return f" ({', '.join(cells[:4])})" if cells else ""
