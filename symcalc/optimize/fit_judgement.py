"""Where the Jacobian is no evidence of a minimum: the sum of squares is asked itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..outcome import Outcome
from .bounds import Vector
from .diagnosis import describe_fall
from .evaluator import Evaluator
from .fit_problem import FitProblem
from .fit_run import End
from .probing import Probe, find_fall, is_on_plateau

__all__ = ["look_around"]


def look_around(evaluator: Evaluator, problem: FitProblem, end: End) -> End:
    """Ask the sum of squares itself where the Jacobian is no evidence: a plateau, or jumps."""
    if end.findings:  # asked already
        return end
    if problem.has_jumps:
        note = (
            "The model jumps as its parameters move: its derivatives, and with them the standard "
            "errors, say nothing of that."
        )
        end = end.changed(findings=(*end.findings, note))
    is_open = problem.has_jumps or end.n_undetermined(problem) > 0
    in_doubt = end.outcome is Outcome.SOLVER_FAILED or (end.outcome.is_good and is_open)
    if not in_doubt or end.outcome is Outcome.CONVERGED_RESIDUAL:
        return end

    def square(x: Vector) -> float:
        residuals = evaluator.residuals(x)
        return float(residuals @ residuals)

    probe = Probe(square, end.x, end.square, bounds=problem.bounds)
    with evaluator.beyond_limits():
        evaluator.stage = "at the end"
        fall = find_fall(probe)
        if fall is not None:
            factor = problem.unit * problem.unit
            said = describe_fall(fall, problem.names, "sum of squares", factor)
            outcome = Outcome.SADDLE if is_open else end.outcome
            return end.changed(outcome=outcome, findings=(*end.findings, said))
        if problem.has_jumps:  # between jumps there are plateaus
            return end.changed(outcome=Outcome.CONVERGED_STEP) if end.outcome.is_good else end
        return _judge_plateau(probe, end, problem.names)


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
    return end.changed(outcome=Outcome.SOLVER_FAILED, findings=(*end.findings, note))
