"""What the evidence at the best point supports: the outcome of a run, and the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..facts import ObjectiveFacts
from ..outcome import Outcome
from .bounds import Bounds, Mask, Vector
from .diagnosis import (
    at_bounds,
    describe_convexity,
    describe_fall,
    describe_minima,
    describe_rate,
    describe_unbounded,
)
from .endless import describe_endless_fall, is_far
from .evaluator import Evaluator
from .keeping import Keeper
from .kinked import KinkEvaluator, judge_kinks
from .lookback import look_back
from .methods import Method, Solver
from .objective import Point
from .probing import FARTHEST, N_AT_JOINS, N_OBLIQUE, Probe, find_fall
from .proximal import SplitEvaluator, judge_split
from .saturation import describe_rest, judge_saturation
from .stationary import MAX_VARIABLES, classify
from .stopping import StoppingRule, gradient_noise, noise_level, predicted_fall
from .trace import Journal

__all__ = ["STALLED", "Run", "best_point", "describe_edge", "judge", "short_of"]

EPS = float(np.finfo(float).eps)

#: Ends whose point is still to be judged: the method stopped by a test of its own.
STALLED = (
    None,
    Outcome.LINE_SEARCH_FAILED,
    Outcome.SOLVER_FAILED,
    Outcome.CONVERGED_GRADIENT,
)

#: The stationary point counts as the best one when it is higher by less than this share of the
#: whole descent: momentum swings through slightly lower points as it comes to rest.
REST = 1e-13


@dataclass(frozen=True, slots=True)
class Run:
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
    escape: bool = False
    keeper: Keeper | None = None


def best_point(evaluator: Evaluator, start: Point, outcome: Outcome | None) -> Point:
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


def judge(
    run: Run, journal: Journal, start: Point, best: Point, last: Point, norm: float,
    outcome: Outcome | None,
) -> tuple[Outcome, list[str]]:  # fmt: skip
    """Return the outcome that the evidence at the best point supports, and the diagnosis."""
    evaluator, rule = run.evaluator, journal.rule
    if isinstance(evaluator, SplitEvaluator):
        return _judge_split(run, evaluator, journal, start, best, outcome)
    if isinstance(evaluator, KinkEvaluator):
        outcome, said, is_strict = judge_kinks(
            evaluator, rule, run.names, start, best, outcome, run.seed, run.facts.is_convex
        )
        endless = _endless_fall(run, start, best, outcome)
        if endless:
            return Outcome.UNBOUNDED, endless
        if outcome is Outcome.UNBOUNDED:
            said += describe_unbounded(evaluator, start, run.names)
        else:
            outcome, flat = judge_saturation(evaluator, start, best, run.names, outcome)
            said += flat
        free = np.ones(best.x.size, dtype=np.bool_)
        said += look_back(evaluator, best, run.names, free, run.facts, outcome)
        return outcome, [*said, *describe_convexity(run.facts, outcome, is_strict)]
    free = rule.free(best.x, best.gradient)
    diagnosis = at_bounds(best.x, run.bounds, run.names)
    if run.facts.has_jumps:
        outcome = _judge_jumps(run, rule.is_met(best.value, norm), outcome)
    elif rule.is_met(best.value, norm) and outcome is not Outcome.UNBOUNDED:
        outcome = Outcome.CONVERGED_GRADIENT
    elif outcome in STALLED:
        outcome, said = _judge_stall(run, best, norm, free, rule, outcome)
        diagnosis += said
    endless = _endless_fall(run, start, best, outcome)
    if endless:
        return Outcome.UNBOUNDED, endless
    if not run.facts.is_smooth:
        outcome, said = _judge_values(run, start, best, outcome)
        diagnosis += said
    if evaluator.objective.places is not None and outcome is not Outcome.UNBOUNDED:
        diagnosis += evaluator.objective.places(best.x)
    is_strict = False
    if outcome.is_good and not run.facts.has_kinks:
        facts = run.facts
        kind = classify(evaluator, best, run.names, free, facts.is_quadratic, facts.is_convex)
        if kind is not None:
            diagnosis.append(kind.sentence)
            is_strict = kind.kind == "minimum"
            if kind.is_excluded:
                outcome = Outcome.SADDLE
    if outcome is Outcome.UNBOUNDED:
        diagnosis += describe_unbounded(evaluator, start, run.names)
    else:
        outcome, said = judge_saturation(evaluator, start, best, run.names, outcome)
        diagnosis += said or describe_rest(evaluator, best, last)
    diagnosis += look_back(evaluator, best, run.names, free, run.facts, outcome)
    if run.method.is_global:
        diagnosis += describe_minima(evaluator, run.facts, journal.n_steps)
    diagnosis += describe_convexity(run.facts, outcome, is_strict)
    diagnosis += describe_rate(evaluator, journal, outcome, best, run.seed, run.options)
    return outcome, diagnosis


def describe_edge(evaluator: Evaluator, best: Point) -> list[str]:
    """Say where a run ended that has a value and no finite gradient at its best point."""
    if not np.isfinite(best.value):
        return []
    said = [] if evaluator.objective.places is None else evaluator.objective.places(best.x)
    return [*said, "The gradient is not finite at the best point."]


def short_of(outcome: Outcome | None, best: Point, norm: float, rule: StoppingRule) -> list[str]:
    """Say how far the gradient is from the test where a limit ended the run."""
    is_over = outcome is None or outcome.is_good or rule.is_met(best.value, norm)
    return [] if is_over else [_norm_beside_test(best, norm, rule)]


def _norm_beside_test(best: Point, norm: float, rule: StoppingRule) -> str:
    return f"The gradient norm is {norm:.2g}, the test asks for {rule.threshold(best.value):.2g}."


def _judge_split(
    run: Run, evaluator: SplitEvaluator, journal: Journal, start: Point, best: Point,
    outcome: Outcome | None,
) -> tuple[Outcome, list[str]]:  # fmt: skip
    """Return the outcome of a run on a smooth part and a penalty, and the diagnosis."""
    outcome, said = judge_split(evaluator, journal.rule, run.names, best, outcome, run.seed)
    if outcome is Outcome.UNBOUNDED:
        said += describe_unbounded(evaluator, start, run.names)
    elif evaluator.objective.places is not None:
        said += evaluator.objective.places(best.x)
    smooth, free = evaluator.aside(best), np.ones(best.x.size, dtype=np.bool_)
    said += describe_convexity(run.facts, outcome, False)
    said += look_back(evaluator, smooth, run.names, free, run.facts, outcome, "smooth part")
    said += describe_rate(evaluator, journal, outcome, best, run.seed, run.options)
    return outcome, said


def _endless_fall(run: Run, start: Point, best: Point, outcome: Outcome) -> list[str]:
    """Return the evidence of a fall without limit, where the end gives reason to look for it."""
    is_stuck = outcome in STALLED and not outcome.is_good
    if outcome in (Outcome.UNBOUNDED, Outcome.DIVERGED):
        return []
    if not (is_stuck or is_far(best.x, start.x)):
        return []

    def inside(x: Vector) -> float:
        return run.evaluator.value(x) if run.evaluator.is_inside(x) else np.nan

    return describe_endless_fall(inside, start.x, best.x, run.names, is_stuck)


def _judge_jumps(run: Run, is_flat: bool, outcome: Outcome | None) -> Outcome:
    """Return how a run ended whose gradient proves nothing: its values came to rest, or not."""
    if outcome is not None and outcome not in STALLED:
        return outcome
    if is_flat or (run.method.needs == "value" and outcome is None):
        return Outcome.CONVERGED_STEP
    failed_search = outcome is Outcome.LINE_SEARCH_FAILED
    return Outcome.LINE_SEARCH_FAILED if failed_search else Outcome.SOLVER_FAILED


def _judge_values(
    run: Run, start: Point, best: Point, outcome: Outcome
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
    run: Run, best: Point, norm: float, free: Mask, rule: StoppingRule, outcome: Outcome | None
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
    said = [_norm_beside_test(best, norm, rule)]
    if run.facts.has_kinks:
        other = "active_kinks" if run.why == "asked for" else "downhill_simplex"
        said.append("The objective has kinks; at one, no gradient method can show a minimum: "
                    f"try method={other!r}.")  # fmt: skip
    if outcome is Outcome.CONVERGED_GRADIENT:
        said.append("The run came to rest elsewhere, at a higher value than this best point.")
    failed_search = outcome is Outcome.LINE_SEARCH_FAILED
    return (Outcome.LINE_SEARCH_FAILED if failed_search else Outcome.SOLVER_FAILED), said
