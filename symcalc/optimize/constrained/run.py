"""Minimizing under constraints: the door, the runs, and the best end of them judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import ArgumentError, OutcomeError
from ...facts import ObjectiveFacts
from ...outcome import Outcome
from ..bounds import Bounds
from ..constraints import Constraints, Label
from ..door import check_count, check_options, check_positive, check_start, move_inside
from ..keeping import Keeping, identity_of, open_keeper
from ..methods import CONSTRAINED, find_method
from ..objective import Objective, StopRun
from ..optimum import Optimum
from ..plain import count_of
from ..trace import Callback
from .conclusion import best_end, conclude
from .defined_start import from_defined_start
from .ends import explore, go_on, judged
from .evaluator import ConstrainedEvaluator, StandIns
from .judgement import Judgement
from .problem import MAX_DENSE, Run, begin, solve, suits_barriers

__all__ = ["minimize_constrained"]


def minimize_constrained(
    objective: Objective,
    constraints: Constraints,
    labels: Sequence[Label],
    x0: Any,
    names: Sequence[str],
    *,
    bounds: Bounds,
    method: str = "auto",
    max_steps: int | None = None,
    tolerance: float | None = None,
    callback: Callback | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    max_evaluations: int | None = None,
    throw: bool = False,
    progress: bool = True,
    facts: ObjectiveFacts | None = None,
    options: dict[str, Any] | None = None,
    notes: Sequence[str] = (),
    keeping: Keeping | None = None,
    stand_ins: StandIns | None = None,
) -> Optimum:
    """Find a minimum among the points that satisfy constraints.

    Parameters
    ----------
    objective : Objective
    constraints : Constraints
    labels : sequence of Label
        The constraints and bounds as they were written.
    x0 : array_like, shape (n_variables,)
        The start; outside of the bounds it is moved to the nearest point inside, and where the
        objective or a constraint has no value, to a point where they have.
    names : sequence of str
    bounds : Bounds
        Of every variable, infinite where there is none.
    method : str
        "auto", "SLSQP", "trust-constr", "augmented_lagrangian" or "interior_point".
    max_steps, tolerance, callback, seed, time_limit, max_evaluations, throw, progress, options
        As for `minimize_objective`; `tolerance` is that of the KKT conditions, in units of the
        gradient's size or 1.
    facts : ObjectiveFacts or None
    notes : sequence of str
        What is to be said of the constraints, put behind the diagnosis.
    keeping : Keeping or None
        As for `minimize_objective`; for the methods of our own.
    stand_ins : StandIns or None
        Which of the variables stand for kinks.

    Returns
    -------
    Optimum
        With `multipliers`, `constraints` and `kkt`.

    Notes
    -----
    The method's end is polished by Newton's method on the KKT conditions with exact second
    derivatives. "auto" goes on with another method where the conditions do not hold at the end,
    and tries further starts where there are few variables: the best minimum found is returned, and
    the diagnosis says where else the objective has one. Nothing proves that there is no better one.
    """
    named = tuple(names)
    start = check_start(x0, named)
    inside, said = move_inside(bounds, start, named)
    said += notes
    known = facts or ObjectiveFacts()
    known = replace(known, is_convex=known.is_convex and constraints.is_convex)
    is_auto = method == "auto"
    name, why = _chosen(method, start.size, constraints, known, keeping is not None,
                         stand_ins is not None)  # fmt: skip
    row = CONSTRAINED[name]
    check_options(row, options or {}, why if is_auto else None)
    chosen = dict(row.make(options or {}))
    n_starts = chosen.pop("starts", None if is_auto and keeping is None else 0)
    seconds = None if time_limit is None else check_positive("time_limit", time_limit)
    if max_evaluations is not None:
        max_evaluations = check_count("max_evaluations", max_evaluations)
    keeper = None
    if keeping is not None:
        if name not in ("augmented_lagrangian", "interior_point"):
            raise ArgumentError(
                f"`checkpoint` is for methods of our own; {name!r} runs inside SciPy. With "
                "constraints or bounds use method='augmented_lagrangian', or 'auto'."
            )
        keeper = open_keeper(keeping, identity_of(named, inside, name, chosen, bounds, seed))
    evaluator = ConstrainedEvaluator(
        objective, constraints, bounds, time_limit=seconds, max_evaluations=max_evaluations,
        stand_ins=stand_ins,
    )  # fmt: skip
    run = Run(
        evaluator, tuple(labels), named, inside, name, why, chosen, n_starts,
        is_auto and keeping is None,
        row.max_steps if max_steps is None else check_count("max_steps", max_steps),
        1e-8 if tolerance is None else check_positive("tolerance", tolerance),
        check_count("seed", seed, 0), callback, progress, known, keeper,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        optimum = _run(run, said)
    if throw and not optimum.converged:
        raise OutcomeError(f"{optimum.outcome.value} {' '.join(optimum.diagnosis)}", optimum)
    return optimum


def _chosen(
    method: str, n_variables: int, constraints: Constraints, facts: ObjectiveFacts, is_kept: bool,
    is_lifted: bool,
) -> tuple[str, str]:  # fmt: skip
    """Return the method and why."""
    if method != "auto":
        name = find_method(method).name
        if name not in CONSTRAINED:
            allowed = ", ".join(repr(known) for known in CONSTRAINED)
            raise ArgumentError(f"Method {name!r} cannot keep to constraints. Use {allowed}.")
        return name, "asked for"
    n_constraints = len(constraints)
    what = count_of(n_constraints, "constraint") if n_constraints else "there are bounds"
    size = f"{what}, {count_of(n_variables, 'variable')}, exact derivatives"
    if n_variables + n_constraints > MAX_DENSE:
        if suits_barriers(constraints, facts, is_lifted):
            return "interior_point", f"{size}: convex, few enough to form matrices"
        return "augmented_lagrangian", f"{size}: no matrix is formed"
    if is_kept:
        return "augmented_lagrangian", f"{size}, a run kept in a file"
    return "SLSQP", size


def _run(run: Run, said: list[str]) -> Optimum:
    """Run the method, then others where need be, and put the best end together."""
    evaluator = run.evaluator
    run, moved = from_defined_start(run)
    journal, point = begin(run, run.start, run.callback, run.progress, run.keeper)
    limit: Outcome | None = None
    ends: list[Judgement] = []
    rules: list[str] = []
    try:
        if not point.is_finite or np.isnan(evaluator.stack(run.start).values).any():
            limit = Outcome.NOT_FINITE
        else:
            evaluator.begin(point)
            if not run.is_large:
                evaluator.jacobian(run.start)  # how steep the constraints are
            x, limit = solve(run, run.method, point, journal)
            if limit in (None, Outcome.SOLVER_FAILED, Outcome.LINE_SEARCH_FAILED,
                         Outcome.CONVERGED_KKT):  # fmt: skip
                limit = None
                ends.append(judged(run, x))
                go_on(run, ends)
                rules.append(explore(run, ends))
    except StopRun as stop:
        limit = stop.outcome
    except KeyboardInterrupt:
        limit = Outcome.INTERRUPTED
    finally:
        journal.close()
    n_steps, elapsed = journal.n_steps, evaluator.elapsed()
    evaluator.stage = "at the end"
    with evaluator.beyond_limits():
        best = best_end(run, ends, limit)
        found = conclude(run, journal, point, best, ends, limit, (n_steps, elapsed), said)
    is_chosen = run.why != "asked for"
    told = (f"{run.method}: yes, {run.why}.", *rules) if is_chosen else ()
    return replace(found, rules=told, diagnosis=(*moved, *found.diagnosis))
