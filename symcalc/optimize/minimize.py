"""From an objective to an optimum: checks at the door, the run, the judgement of its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ArgumentError, OutcomeError
from ..facts import ObjectiveFacts
from ..outcome import Outcome
from .bounds import Bounds, Vector
from .constrained import minimize_constrained, with_multipliers
from .constraints import bound_labels, no_constraints
from .diagnosis import describe_lost
from .door import (
    check_bounds,
    check_count,
    check_method,
    check_options,
    check_positive,
    check_resumable,
    check_start,
    move_inside,
    move_onto_sets,
)
from .escape import run_with_escapes
from .evaluator import Evaluator
from .gradient_check import GradientCheck, verify_gradient
from .judgement import STALLED, Run, best_point, describe_edge, judge, short_of
from .keeping import Keeping, identity_of, open_keeper
from .kinked import KinkEvaluator, as_kinked
from .methods import (
    CONSTRAINED,
    Method,
    choose_batch_method,
    choose_method,
    find_method,
    words_of,
)
from .objective import Objective, Point, StopRun
from .optimum import Minimum, Optimum
from .proximal import PROXIMAL, SplitEvaluator, as_split
from .stopping import StoppingRule
from .trace import Callback, Journal, Trace

__all__ = ["TOLERANCE", "minimize_objective"]

#: The default of `tolerance`.
TOLERANCE = 1e-8

#: Ends on a way to infinity, where values say little of a gradient.
BEYOND = (Outcome.UNBOUNDED, Outcome.DIVERGED, Outcome.APPROACHED)

#: Up to this number of variables the multiplier of each bound is told.
MAX_LABELED = 2000


def minimize_objective(
    objective: Objective,
    x0: Any,
    names: Sequence[str],
    *,
    method: str = "auto",
    bounds: Any = None,
    max_steps: int | None = None,
    tolerance: float | None = None,
    callback: Callback | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    max_evaluations: int | None = None,
    throw: bool = False,
    progress: bool = True,
    escape: bool = False,
    facts: ObjectiveFacts | None = None,
    options: dict[str, Any] | None = None,
    keeping: Keeping | None = None,
) -> Optimum:
    """Find a local minimum of an objective given as callables.

    Parameters
    ----------
    objective : Objective
    x0 : array_like, shape (n_variables,)
        The start, finite; outside of the bounds it is moved to the nearest point inside.
    names : sequence of str
        The names of the variables, in the order of `x0`.
    method : str
        "auto" or a name in `METHODS`.
    bounds : sequence of pairs or None
        `(lower, upper)` for each variable, None where there is no limit.
    max_steps : int or None
        None: the method's own limit.
    tolerance : float or None
        Of the gradient test, see `StoppingRule`; None: 1e-8.
    callback : callable or None
        Called with a `StepState` after each step; something true, or `StopIteration`, stops.
    seed : int
        Of the random vectors that judge noise and curvature at the end.
    time_limit : float or None
        Seconds; the evaluation under way is finished.
    max_evaluations : int or None
    throw : bool
        Raise `OutcomeError`, which carries the result, instead of returning one that is not good.
    progress : bool
        Show a bar on a terminal after a second.
    escape : bool
        Leave a saddle along negative curvature and go on with the same method.
    facts : ObjectiveFacts or None
        What is known of the objective; it guides the automatic choice.
    options : dict or None
        The method's own options.
    keeping : Keeping or None
        The file to keep the state of the run in, and to go on from; limits on steps and
        evaluations count what came before, the limit on time does not.

    Returns
    -------
    Optimum
        At the best point ever evaluated, values beside a point that verify its gradient aside.

    Raises
    ------
    ArgumentError
        For anything in the arguments that is not allowed, before any evaluation.
    OutcomeError
        With `throw=True`, when the outcome is not good.
    UserFunctionError
        When the objective or the callback raised; the message says in which step.

    Notes
    -----
    A run ends as converged only when the gradient test holds at the point returned, or when the
    quadratic model there promises a fall smaller than the rounding noise of the objective, as
    measured around it. Where the objective has kinks, jumps or branches, the first change of its
    value along the axes must be no fall; where it jumps, the gradient test counts for nothing. A
    local method finds a local minimum: nothing is said of others.
    """
    named = tuple(names)
    start = check_start(x0, named)
    limits = check_bounds(bounds, start, named)
    known = facts or ObjectiveFacts()
    if objective.rows is not None:
        row, why, rules = choose_batch_method(method)
    elif method == "auto":
        row, why, rules = choose_method(objective, start.size, limits, known, keeping is not None)
    else:
        row, why, rules = find_method(method), "asked for", ()
    if escape:
        _check_escape(row, keeping)
    if row in CONSTRAINED.values():
        free = limits or Bounds(np.full(start.size, -np.inf), np.full(start.size, np.inf))
        found = minimize_constrained(
            objective, no_constraints(start.size), bound_labels(free, named), start, named,
            bounds=free, method=method, max_steps=max_steps, tolerance=tolerance,
            callback=callback, seed=seed, time_limit=time_limit, max_evaluations=max_evaluations,
            throw=throw, progress=progress, facts=facts, options=options, keeping=keeping,
        )  # fmt: skip
        return replace(found, rules=(*rules, *found.rules[1:]))
    start, moved = move_inside(limits, start, named)
    chosen = dict(options or {})
    check_options(row, chosen, why if method == "auto" else None)
    if row.needs in PROXIMAL:
        objective = as_split(objective, start.size, known)
    if row.needs == "kinks":
        objective = as_kinked(objective, start.size, known)
    check_method(row, objective, limits, known)
    split = objective.split if row.needs in PROXIMAL else None
    if split is not None:
        start, onto = move_onto_sets(split, start, named)
        moved, known = moved + onto, replace(split.facts, is_convex=known.is_convex)
    steps = row.max_steps if max_steps is None else check_count("max_steps", max_steps)
    accuracy = TOLERANCE if tolerance is None else check_positive("tolerance", tolerance)
    seconds = None if time_limit is None else check_positive("time_limit", time_limit)
    if max_evaluations is not None:
        max_evaluations = check_count("max_evaluations", max_evaluations)
    solver = row.make(chosen)
    seed = check_count("seed", seed, 0)
    keeper = None
    if keeping is not None:
        check_resumable(row, solver)
        identity = identity_of(named, start, row.name, chosen, limits, seed)
        keeper = open_keeper(keeping, identity)
    limited = {"time_limit": seconds, "max_evaluations": max_evaluations, "bounds": limits}
    evaluator = _evaluator_for(row, objective, limited, seed)
    run = Run(evaluator, named, row, why, solver, chosen, limits, known, seed, escape, keeper)
    with np.errstate(all="ignore"):
        optimum = _run(run, start, accuracy, steps, callback, progress)
    optimum = replace(optimum, diagnosis=(*optimum.diagnosis, *moved), rules=rules)
    if split is not None and limits is not None and start.size <= MAX_LABELED:
        nothing, labels = no_constraints(start.size), bound_labels(limits, named)
        optimum = with_multipliers(optimum, split, nothing, labels, limits)
    if throw and not optimum.converged:
        raise OutcomeError(f"{optimum.outcome.value} {' '.join(optimum.diagnosis)}", optimum)
    return optimum


def _evaluator_for(
    row: Method, objective: Objective, limited: dict[str, Any], seed: int
) -> Evaluator:
    """Return the evaluator of what the method lives on."""
    if row.needs in PROXIMAL and objective.split is not None:
        return SplitEvaluator(objective.split, **limited)
    if row.needs == "kinks" or (row.is_global and objective.kinked is not None):
        return KinkEvaluator(objective, seed=seed, **limited)
    return Evaluator(objective, by_residuals=row.needs == "residuals", seed=seed, **limited)


def _check_escape(method: Method, keeping: Keeping | None) -> None:
    """Refuse to leave saddles where that would not be done."""
    if method in CONSTRAINED.values() or method.needs in (*PROXIMAL, "kinks"):
        raise ArgumentError(
            f"{method.name!r} leaves no saddles: leave out `escape`, or name a `method` such "
            "as 'L-BFGS-B'."
        )
    if keeping is not None:
        raise ArgumentError("A run with `escape` cannot be resumed; leave out `checkpoint`.")


def _run(
    run: Run, x0: Vector, tolerance: float, max_steps: int, callback: Callback | None, bar: bool
) -> Optimum:
    """Evaluate the start, run the method, and judge where it ended."""
    start = run.evaluator.point(x0)
    rule = StoppingRule(tolerance, max_steps, np.inf, run.bounds)
    norm = rule.norm(x0, start.gradient)
    scale = run.evaluator.scale(start, norm) if start.is_finite else norm
    is_still = norm == 0.0 and (run.facts.is_smooth or run.method.needs != "value")
    rule = StoppingRule(tolerance, max_steps, scale, run.bounds, start.value)
    journal = Journal(
        run.evaluator, rule, run.names, callback, bar, method=run.method.name, keeper=run.keeper
    )
    outcome: Outcome | None
    said: list[str] = []
    try:
        journal.open(start, norm)
        if not start.is_finite and not run.method.is_global:
            outcome = Outcome.NOT_FINITE
        else:
            run.evaluator.begin(start)
            is_still = is_still or (scale > norm and rule.is_met(start.value, norm))
            if run.method.needs == "kinks" and not run.facts.is_convex:
                is_still = False  # zero is a subgradient where a kink points down as well
            outcome, said = _solve(run, journal, start, is_still and not run.method.is_global)
    except StopRun as stop:
        outcome = stop.outcome
    except KeyboardInterrupt:
        outcome = Outcome.INTERRUPTED
    finally:
        journal.close()
    found = _conclude(run, journal, start, outcome)
    return replace(found, diagnosis=(*said, *found.diagnosis)) if said else found


def _solve(
    run: Run, journal: Journal, start: Point, is_still: bool
) -> tuple[Outcome | None, list[str]]:
    """Run the method from a start that is not stationary, and on from saddles when asked."""

    def solve(point: Point) -> Outcome | None:
        if is_still and point is start:
            return Outcome.CONVERGED_GRADIENT
        return run.solver(run.evaluator, point, journal, run.bounds)

    if not run.escape:
        return solve(start), []
    return run_with_escapes(solve, start, run.evaluator, journal, run.names)


def _conclude(run: Run, journal: Journal, start: Point, outcome: Outcome | None) -> Optimum:
    """Judge the end and put the result together."""
    evaluator = run.evaluator
    elapsed, n_steps = evaluator.elapsed(), journal.n_steps
    words = words_of(run.method, run.solver, evaluator)
    evaluator.stage = "at the end"
    diagnosis: list[str] = []
    check: GradientCheck | None = None
    last = evaluator.last_point or start
    with evaluator.beyond_limits():
        best = best_point(evaluator, start, outcome)
        norm = journal.rule.norm(best.x, best.gradient)
        if best.is_finite:
            try:
                outcome, said = judge(run, journal, start, best, last, norm, outcome)
                end = start if outcome in BEYOND else best
                check = verify_gradient(
                    evaluator, start, end, run.names, bounds=run.bounds, seed=run.seed,
                    is_smooth=run.facts.is_smooth,
                )  # fmt: skip
                outcome = outcome if check is None else check.judge(outcome)
            except KeyboardInterrupt:
                outcome = Outcome.INTERRUPTED if outcome in STALLED else outcome
                said = ["The judgement of the end was interrupted."]
            diagnosis += said or short_of(outcome, best, norm, journal.rule)
        elif outcome is None:
            outcome = Outcome.NOT_FINITE
        elif outcome is not Outcome.NOT_FINITE:
            diagnosis += describe_edge(evaluator, best)
            if outcome is Outcome.CONVERGED_GRADIENT:  # of a point that was not the best one
                outcome = Outcome.CONVERGED_STEP
    if outcome is Outcome.NOT_FINITE and not start.is_finite:
        what = "objective" if not np.isfinite(start.value) else "gradient"
        diagnosis.append(f"The {what} is not finite at the start; start elsewhere.")
    if outcome is Outcome.NOT_FINITE and evaluator.objective.explain is not None:
        diagnosis += evaluator.objective.explain(last.x if start.is_finite else start.x)
    elif outcome is Outcome.NOT_FINITE:
        diagnosis += describe_lost(last if start.is_finite else start, run.names)
    is_good = outcome is not None and outcome.is_good
    if check is not None and check.agrees is False:
        diagnosis.insert(0, check.sentence)
    told = [said for topic, said in evaluator.remarks.items() if not is_good or topic != "advice"]
    return Optimum(
        x=dict(zip(run.names, best.x.tolist(), strict=True)), fun=best.value, gradient_norm=norm,
        outcome=outcome, method=run.method.name, why=run.why, n_steps=n_steps,
        n_evaluations=evaluator.n_evaluations, n_gradients=evaluator.n_gradients,
        n_hessians=evaluator.n_hessians + evaluator.n_products,
        trace=Trace.from_rows(journal.rows, journal.places),
        diagnosis=(*told, *diagnosis, *journal.describe()), elapsed=elapsed, words=words,
        minima=tuple(
            Minimum(dict(zip(run.names, point.x.tolist(), strict=True)), point.value)
            for point in evaluator.minima
        ),
        gradient_check=check,
    )  # fmt: skip
