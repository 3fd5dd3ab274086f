"""What the evidence at the best point supports: the outcome of a run, and the diagnosis."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from .endless import Tail, is_far
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
from .ways_out import find_level, find_tail

__all__ = ["STALLED", "Run", "best_point", "describe_edge", "judge", "short_of"]

EPS = float(np.finfo(float).eps)

#: Ends whose point is still to be judged: the method stopped by a test of its own.
STALLED = (
    None,
    Outcome.LINE_SEARCH_FAILED,
    Outcome.SOLVER_FAILED,
    Outcome.CONVERGED_GRADIENT,
)

#: Ends from which the objective may fall on to a limit that it only approaches.
APPROACHING = (*STALLED, Outcome.APPROACHED, Outcome.SATURATED)

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


@dataclass(frozen=True, slots=True)
class _End:
    """What was found of the best point by the means of its kind of evaluator."""

    outcome: Outcome
    said: list[str]
    kind: str = ""
    axis: Vector | None = None


def judge(
    run: Run, journal: Journal, start: Point, best: Point, last: Point, norm: float,
    outcome: Outcome | None,
) -> tuple[Outcome, list[str]]:  # fmt: skip
    """Return the outcome that the evidence at the best point supports, and the diagnosis."""
    evaluator, facts = run.evaluator, run.facts
    free = np.ones(best.x.size, dtype=np.bool_)
    if isinstance(evaluator, SplitEvaluator):
        end = _judge_split(run, evaluator, journal.rule, best, outcome)
    elif isinstance(evaluator, KinkEvaluator):
        end = _judge_kinks(run, evaluator, journal.rule, start, best, outcome)
    else:
        free = journal.rule.free(best.x, best.gradient)
        end = _judge_smooth(run, journal.rule, start, best, norm, free, outcome)
    end = _look_beyond(run, start, best, last, end)
    outcome, said = end.outcome, end.said
    way = best, "objective"
    if isinstance(evaluator, SplitEvaluator):
        way = evaluator.aside(best), "smooth part"
        said += describe_convexity(facts, outcome, False)
    said += look_back(evaluator, way[0], run.names, free, facts, outcome, way[1])
    if run.method.is_global:
        said += describe_minima(evaluator, facts, journal.n_steps)
    if not isinstance(evaluator, SplitEvaluator):
        said += describe_convexity(facts, outcome, end.kind == "minimum")
    if not isinstance(evaluator, KinkEvaluator):
        said += describe_rate(evaluator, journal, outcome, best, run.seed, run.options)
    return outcome, said


def _look_beyond(run: Run, start: Point, best: Point, last: Point, end: _End) -> _End:
    """Return the end with what values say that lie beyond: falls to no end, and saturation."""
    evaluator = run.evaluator
    outcome, said = end.outcome, end.said
    if outcome is Outcome.UNBOUNDED:
        return replace(end, said=[*said, *describe_unbounded(evaluator, start, run.names)])
    tail = _tail_of(run, start, best, end)
    if tail is not None:
        told = tail.describe(run.names)
        if tail.is_endless:
            return _End(Outcome.UNBOUNDED, [told, *(said if outcome is Outcome.SADDLE else [])])
        if outcome.is_good or outcome in APPROACHING or end.kind == "inflection":
            return _End(Outcome.APPROACHED, [told])
        return replace(end, said=[*said, told])
    if not isinstance(evaluator, SplitEvaluator):
        outcome, more = judge_saturation(evaluator, start, best, run.names, outcome)
        is_kinked = isinstance(evaluator, KinkEvaluator)
        said = said + (more or ([] if is_kinked else describe_rest(evaluator, best, last)))
    if outcome.is_good and end.kind == "flat" and run.facts.is_smooth:
        tail = None if run.facts.is_quadratic else find_level(evaluator, start, best)
        if tail is not None:
            return _End(Outcome.APPROACHED, [tail.describe(run.names)])
    return replace(end, outcome=outcome, said=said)


def _tail_of(run: Run, start: Point, best: Point, end: _End) -> Tail | None:
    """Return the evidence of a fall to no end, where the end leaves room for one."""
    outcome = end.outcome
    if outcome in (Outcome.DIVERGED, Outcome.INTERRUPTED, Outcome.STOPPED_BY_CALLBACK):
        return None
    if run.evaluator.tail is not None:  # what ended the run
        return run.evaluator.tail
    is_far_off = is_far(best.x, start.x)
    is_cut_off = not outcome.is_good and outcome not in (*APPROACHING, Outcome.SADDLE)
    is_settled = run.facts.is_quadratic and outcome.is_good
    if not is_far_off and (
        is_cut_off or is_settled or run.evaluator.objective.rows is not None
        or (end.kind == "minimum" and not isinstance(run.evaluator, KinkEvaluator))
    ):  # fmt: skip
        return None
    is_stuck = outcome in STALLED and not outcome.is_good
    hints = () if end.axis is None else (end.axis, -end.axis)
    return find_tail(
        run.evaluator, start, best, is_stuck=is_stuck, hints=hints, bounds=run.bounds
    )  # fmt: skip


def _judge_smooth(
    run: Run, rule: StoppingRule, start: Point, best: Point, norm: float, free: Mask,
    outcome: Outcome | None,
) -> _End:  # fmt: skip
    """Return how a run on values and gradients ended."""
    evaluator, facts = run.evaluator, run.facts
    said = at_bounds(best.x, run.bounds, run.names)
    if facts.has_jumps:
        outcome = _judge_jumps(run, rule.is_met(best.value, norm), outcome)
    elif rule.is_met(best.value, norm) and outcome is not Outcome.UNBOUNDED:
        outcome = Outcome.CONVERGED_GRADIENT
    elif outcome in STALLED:
        outcome, more = _judge_stall(run, best, norm, free, rule, outcome)
        said += more
    assert outcome is not None
    axis: Vector | None = None
    if not facts.is_smooth:
        outcome, more, axis = _judge_values(run, start, best, outcome)
        said += more
    if evaluator.objective.places is not None and outcome is not Outcome.UNBOUNDED:
        said += evaluator.objective.places(best.x)
    if not outcome.is_good or facts.has_kinks:
        return _End(outcome, said, axis=axis)
    kind = classify(evaluator, best, run.names, free, facts.is_quadratic, facts.is_convex)
    if kind is None:
        return _End(outcome, said)
    outcome = Outcome.SADDLE if kind.is_excluded else outcome
    axis = kind.axis if kind.is_excluded else None
    return _End(outcome, [*said, kind.sentence], kind.kind, axis)


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
    run: Run, evaluator: SplitEvaluator, rule: StoppingRule, best: Point, outcome: Outcome | None
) -> _End:
    """Return how a run on a smooth part and a penalty ended."""
    outcome, said = judge_split(evaluator, rule, run.names, best, outcome, run.seed)
    if outcome is not Outcome.UNBOUNDED and evaluator.objective.places is not None:
        said += evaluator.objective.places(best.x)
    return _End(outcome, said)


def _judge_kinks(
    run: Run, evaluator: KinkEvaluator, rule: StoppingRule, start: Point, best: Point,
    outcome: Outcome | None,
) -> _End:  # fmt: skip
    """Return how a run on lines and kinks ended."""
    outcome, said, is_strict = judge_kinks(
        evaluator, rule, run.names, start, best, outcome, run.seed, run.facts.is_convex
    )
    return _End(outcome, said, "minimum" if is_strict else "")


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
) -> tuple[Outcome, list[str], Vector | None]:
    """Look for a fall by values alone, since derivatives follow a policy at kinks and jumps.

    Last the way of the fall, where there is one.
    """
    said = []
    if run.facts.has_jumps:
        said.append("The objective jumps: a gradient is no evidence, so values alone are compared.")
        if run.method.needs != "value" and not outcome.is_good:
            said.append("Try method='pattern_search'.")
    if not outcome.is_good:
        return outcome, said, None
    descent = start.value - best.value
    is_rough = run.facts.has_kinks or run.facts.has_jumps
    n_oblique = N_OBLIQUE if is_rough else N_AT_JOINS
    probe = Probe(run.evaluator.value, best.x, best.value, descent, run.bounds, n_oblique)
    fall = find_fall(probe, run.seed)
    if fall is None:
        if run.facts.has_jumps:
            reach = f"{FARTHEST:g}*(1 + |x|)"
            said.append(f"Along the axes, out to {reach}, the value does not fall before it rises.")
        return outcome, said, None
    way = fall.x - best.x
    axis = way / float(np.linalg.norm(way))
    return Outcome.SADDLE, [*said, describe_fall(fall, run.names)], axis


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
