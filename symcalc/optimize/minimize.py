"""From an objective to an optimum: checks at the door, the run, the judgement of its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import OutcomeError
from ..facts import ObjectiveFacts
from ..outcome import Outcome
from .bounds import Bounds, Mask, Vector
from .constrained import minimize_constrained
from .constraints import bound_labels, no_constraints
from .diagnosis import at_bounds, describe_fall, describe_rate, describe_unbounded
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
from .keeping import Keeper, Keeping, identity_of, open_keeper
from .methods import (
    CONSTRAINED,
    Method,
    Solver,
    choose_batch_method,
    choose_method,
    find_method,
    words_of,
)
from .objective import Evaluator, Objective, Point, StopRun
from .optimum import Optimum
from .probing import FARTHEST, N_AT_JOINS, N_OBLIQUE, Probe, find_fall
from .proximal import PROXIMAL, SplitEvaluator, as_split, judge_split
from .stationary import MAX_VARIABLES, classify
from .stopping import StoppingRule, gradient_noise, noise_level, predicted_fall
from .trace import Callback, Journal, Trace

__all__ = ["TOLERANCE", "minimize_objective"]

#: The default of `tolerance`.
TOLERANCE = 1e-8

EPS = float(np.finfo(float).eps)

#: Ends whose point is still to be judged: the method stopped by a test of its own.
_STALLED = (
    None,
    Outcome.LINE_SEARCH_FAILED,
    Outcome.SOLVER_FAILED,
    Outcome.CONVERGED_GRADIENT,
)

#: The stationary point counts as the best one when it is higher by less than this share of the
#: whole descent: momentum swings through slightly lower points as it comes to rest.
REST = 1e-13


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run needs from its door to its end."""

    evaluator: Evaluator
    names: tuple[str, ...]
    method: Method
    why: str
    solver: Solver
    options: dict[str, Any]
    bounds: Bounds | None
    facts: ObjectiveFacts
    seed: int
    keeper: Keeper | None = None


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
        At the best point ever evaluated.

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
        row, why, rules = choose_method(objective, start.size, limits, known)
    else:
        row, why, rules = find_method(method), "asked for", ()
    if row in CONSTRAINED.values():
        free = limits or Bounds(np.full(start.size, -np.inf), np.full(start.size, np.inf))
        found = minimize_constrained(
            objective, no_constraints(start.size), bound_labels(free, named), start, named,
            bounds=free, method=method, max_steps=max_steps, tolerance=tolerance,
            callback=callback, seed=seed, time_limit=time_limit, max_evaluations=max_evaluations,
            throw=throw, progress=progress, facts=facts, options=options, keeping=keeping,
        )  # fmt: skip
        return replace(found, rules=rules)
    start, moved = move_inside(limits, start, named)
    chosen = dict(options or {})
    check_options(row, chosen, why if method == "auto" else None)
    if row.needs in PROXIMAL:
        objective = as_split(objective, start.size, known)
    check_method(row, objective, limits, known)
    split = objective.split if row.needs in PROXIMAL else None
    if split is not None:
        start, onto = move_onto_sets(split, start, named)
        moved, known = moved + onto, split.facts
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
        keeper = open_keeper(
            keeping, identity_of(named, start, row.name, chosen, limits, seed)
        )  # fmt: skip
    evaluator: Evaluator
    if split is not None:
        evaluator = SplitEvaluator(
            split, time_limit=seconds, max_evaluations=max_evaluations, bounds=limits
        )
    else:
        evaluator = Evaluator(
            objective, time_limit=seconds, max_evaluations=max_evaluations, bounds=limits,
            by_residuals=row.needs == "residuals",
        )  # fmt: skip
    run = _Run(evaluator, named, row, why, solver, chosen, limits, known, seed, keeper)
    with np.errstate(all="ignore"):
        optimum = _run(run, start, accuracy, steps, callback, progress)
    optimum = replace(optimum, diagnosis=(*optimum.diagnosis, *moved), rules=rules)
    if throw and not optimum.converged:
        raise OutcomeError(f"{optimum.outcome.value} {' '.join(optimum.diagnosis)}", optimum)
    return optimum


def _run(
    run: _Run, x0: Vector, tolerance: float, max_steps: int, callback: Callback | None, bar: bool
) -> Optimum:
    """Evaluate the start, run the method, and judge where it ended."""
    start = run.evaluator.point(x0)
    rule = StoppingRule(tolerance, max_steps, np.inf, run.bounds)
    norm = rule.norm(x0, start.gradient)
    scale = norm
    if isinstance(run.evaluator, SplitEvaluator) and start.is_finite:
        scale = run.evaluator.scale(start, norm)
    is_still = norm == 0.0 and (run.facts.is_smooth or run.method.needs != "value")
    rule = StoppingRule(tolerance, max_steps, scale, run.bounds, start.value)
    journal = Journal(
        run.evaluator, rule, run.names, callback, bar, method=run.method.name, keeper=run.keeper
    )
    outcome: Outcome | None
    try:
        journal.open(start, norm)
        if not start.is_finite:
            outcome = Outcome.NOT_FINITE
        elif is_still or (scale > norm and rule.is_met(start.value, norm)):
            outcome = Outcome.CONVERGED_GRADIENT
        else:
            run.evaluator.begin(start)
            outcome = run.solver(run.evaluator, start, journal, run.bounds)
    except StopRun as stop:
        outcome = stop.outcome
    except KeyboardInterrupt:
        outcome = Outcome.INTERRUPTED
    finally:
        journal.close()
    return _conclude(run, journal, start, outcome)


def _conclude(run: _Run, journal: Journal, start: Point, outcome: Outcome | None) -> Optimum:
    """Judge the end and put the result together."""
    evaluator = run.evaluator
    elapsed, n_steps = evaluator.elapsed(), journal.n_steps
    words = words_of(run.method, run.solver, evaluator)
    evaluator.stage = "at the end"
    diagnosis: list[str] = []
    with evaluator.beyond_limits():
        best = _best_point(evaluator, start, outcome)
        norm = journal.rule.norm(best.x, best.gradient)
        if best.is_finite:
            try:
                outcome, said = _judge(run, journal, start, best, norm, outcome)
            except KeyboardInterrupt:
                outcome = Outcome.INTERRUPTED if outcome in _STALLED else outcome
                said = ["The judgement of the end was interrupted."]
            diagnosis += said
        elif outcome is None:
            outcome = Outcome.NOT_FINITE
    if outcome is Outcome.NOT_FINITE and not start.is_finite:
        what = "objective" if not np.isfinite(start.value) else "gradient"
        diagnosis.append(f"The {what} is not finite at the start; start elsewhere.")
    is_good = outcome is not None and outcome.is_good
    told = [said for topic, said in evaluator.remarks.items() if not is_good or topic != "advice"]
    return Optimum(
        x=dict(zip(run.names, best.x.tolist(), strict=True)), fun=best.value, gradient_norm=norm,
        outcome=outcome, method=run.method.name, why=run.why, n_steps=n_steps,
        n_evaluations=evaluator.n_evaluations, n_gradients=evaluator.n_gradients,
        n_hessians=evaluator.n_hessians + evaluator.n_products,
        trace=Trace.from_rows(journal.rows, journal.places),
        diagnosis=(*told, *diagnosis, *journal.describe()), elapsed=elapsed, words=words,
    )  # fmt: skip


def _best_point(evaluator: Evaluator, start: Point, outcome: Outcome | None) -> Point:
    """Return the best point with its gradient; the last one where they tie within rounding."""
    best, last = evaluator.best_x, evaluator.last_point
    if best is None:
        return start
    if last is not None and np.array_equal(last.x, best):
        return last
    known = evaluator.point(best)
    if last is None or not last.is_finite:
        return known
    slack = 8.0 * EPS * abs(known.value)
    if outcome is Outcome.CONVERGED_GRADIENT:
        slack = max(slack, REST * (start.value - known.value))
    tied = last.value - known.value <= slack
    smaller = np.abs(last.gradient).max() < np.abs(known.gradient).max()
    return last if tied and (smaller or not known.is_finite) else known


def _judge(
    run: _Run, journal: Journal, start: Point, best: Point, norm: float, outcome: Outcome | None
) -> tuple[Outcome, list[str]]:
    """Return the outcome that the evidence at the best point supports, and the diagnosis."""
    evaluator, rule = run.evaluator, journal.rule
    if isinstance(evaluator, SplitEvaluator):
        return judge_split(evaluator, rule, run.names, best, outcome, run.seed)
    free = rule.free(best.x, best.gradient)
    diagnosis = at_bounds(best.x, run.bounds, run.names)
    if run.facts.has_jumps:
        outcome = _judge_jumps(run, rule.is_met(best.value, norm), outcome)
    elif rule.is_met(best.value, norm):
        outcome = Outcome.CONVERGED_GRADIENT
    elif outcome in _STALLED:
        outcome, said = _judge_stall(run, best, norm, free, rule, outcome)
        diagnosis += said
    if not run.facts.is_smooth:
        outcome, said = _judge_values(run, start, best, outcome)
        diagnosis += said
    if outcome.is_good and not run.facts.has_kinks:
        kind = classify(evaluator, best, run.names, free, run.facts.is_quadratic)
        if kind is not None:
            diagnosis.append(kind.sentence)
            if kind.is_excluded:
                outcome = Outcome.SADDLE
    if outcome is Outcome.UNBOUNDED:
        diagnosis += describe_unbounded(evaluator, start, run.names)
    diagnosis += describe_rate(evaluator, journal, outcome, best, run.seed, run.options)
    return outcome, diagnosis


def _judge_jumps(run: _Run, is_flat: bool, outcome: Outcome | None) -> Outcome:
    """Return how a run ended whose gradient proves nothing: its values came to rest, or not."""
    if outcome is not None and outcome not in _STALLED:
        return outcome
    if is_flat or (run.method.needs == "value" and outcome is None):
        return Outcome.CONVERGED_STEP
    failed_search = outcome is Outcome.LINE_SEARCH_FAILED
    return Outcome.LINE_SEARCH_FAILED if failed_search else Outcome.SOLVER_FAILED


def _judge_values(
    run: _Run, start: Point, best: Point, outcome: Outcome
) -> tuple[Outcome, list[str]]:
    """Look for a fall by values alone, since derivatives follow a policy at kinks and jumps."""
    said = []
    if run.facts.has_jumps:
        said.append("The objective jumps: a gradient is no evidence, so values alone are compared.")
        if run.method.needs != "value" and not outcome.is_good:
            said.append("Try method='pattern_search'.")
    if not outcome.is_good:
        return outcome, said
    descent = start.value - best.value
    is_rough = run.facts.has_kinks or run.facts.has_jumps
    n_oblique = N_OBLIQUE if is_rough else N_AT_JOINS
    probe = Probe(run.evaluator.value, best.x, best.value, descent, run.bounds, n_oblique)
    fall = find_fall(probe, run.seed)
    if fall is None:
        if run.facts.has_jumps:
            reach = f"{FARTHEST:g}*(1 + |x|)"
            said.append(f"Along the axes, out to {reach}, the value does not fall before it rises.")
        return outcome, said
    return Outcome.SADDLE, [*said, describe_fall(fall, run.names)]


def _judge_stall(
    run: _Run, best: Point, norm: float, free: Mask, rule: StoppingRule, outcome: Outcome | None
) -> tuple[Outcome, list[str]]:
    """Return what a run that stopped by itself, short of the gradient test, has reached."""
    noise = noise_level(run.evaluator, best, run.seed)
    fall = predicted_fall(run.evaluator, best, free)
    if fall <= noise:
        return Outcome.PRECISION_REACHED, [
            f"The gradient norm {norm:.2g} is above the test's {rule.threshold(best.value):.2g}, "
            f"but the fall it promises, {fall:.2g}, is below the rounding noise {noise:.2g} of "
            "the objective."
        ]
    if best.x.size <= MAX_VARIABLES and norm <= gradient_noise(run.evaluator, best) < np.inf:
        return Outcome.PRECISION_REACHED, [
            f"The gradient norm {norm:.2g} is no more than the rounding of the point explains."
        ]
    values_only = run.method.needs == "value"
    near = norm <= rule.tolerance**0.5 * max(1.0, abs(best.value))
    if values_only and (near or run.facts.has_kinks):
        return Outcome.CONVERGED_STEP, []
    said = [f"The gradient norm is {norm:.2g}, the test asks for {rule.threshold(best.value):.2g}."]
    if run.facts.has_kinks:
        said.append("The objective has kinks; at one, no gradient method can show a minimum: "
                    "try method='Nelder-Mead'.")  # fmt: skip
    if outcome is Outcome.CONVERGED_GRADIENT:
        said.append("The run came to rest elsewhere, at a higher value than this best point.")
    failed_search = outcome is Outcome.LINE_SEARCH_FAILED
    return (Outcome.LINE_SEARCH_FAILED if failed_search else Outcome.SOLVER_FAILED), said
