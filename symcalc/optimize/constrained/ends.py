"""Where runs under constraints end: polished, judged, gone on from, tried from further starts."""

from __future__ import annotations

import numpy as np

from ...outcome import Outcome
from ..bounds import Vector
from ..diagnosis import describe_fall
from ..endless import Tail, is_far
from ..methods import MAX_EXPLORED
from ..objective import StopRun
from ..plain import count_of
from ..probing import Probe, find_fall
from ..starts import further_starts
from ..stopping import StoppingRule
from ..ways_out import find_tail
from .approach import at_edge, describe_edge, edge_bounds
from .bundle import balanced_around
from .judgement import Judgement, judge, sampled_fall
from .large import judge_large, look_from_afar
from .polish import Candidate, look_at, polish, restore
from .problem import Run, begin, solve
from .recession import allowed_near, find_ray, leads_down

__all__ = ["explore", "go_on", "judged", "judgement_of", "tail_of"]

#: Ends of falls that go on to infinity: no other method brings more.
BEYOND = (Outcome.UNBOUNDED, Outcome.APPROACHED)

#: "auto" tries so many further starts where they are worth it, and lets them all compute about so
#: many numbers.
N_STARTS, MAX_NUMBERS = 12, 5e7

#: So often an end is moved to a point that is lower by no more than this share of its value.
MAX_SETTLED, NOTHING = 3, 1e-8


def judged(run: Run, x: Vector) -> Judgement:
    """Polish an end and judge it."""
    run.evaluator.stage = "polish"
    x = run.evaluator.settled(x)
    if run.is_large:
        return judgement_of(run, look_from_afar(run.evaluator, x))
    at = polish(run.evaluator, x)
    if not at.is_feasible:
        nearer = look_at(run.evaluator, restore(run.evaluator, at.point.x))
        at = nearer if nearer.excess < at.excess else at
    verdict = _settled(run, judgement_of(run, at))
    at = verdict.candidate
    tail = tail_of(run, verdict)
    if tail is not None and tail.is_endless:
        run.evaluator.tail = tail
        return Judgement(at, Outcome.UNBOUNDED, (tail.describe(run.names),))
    is_on_way = (
        verdict.outcome is Outcome.SADDLE and tail is not None and tail.leads_on(run.start, x)
    )
    is_stuck = verdict.outcome is Outcome.SOLVER_FAILED
    if tail is not None and (verdict.is_good or is_stuck or is_on_way):
        return Judgement(at, Outcome.APPROACHED, (tail.describe(run.names),))
    if verdict.outcome is Outcome.SOLVER_FAILED and verdict.candidate.is_feasible:
        verdict = _judged_around(run, verdict)
    return verdict if run.facts.is_smooth else _judged_by_values(run, verdict)


def _settled(run: Run, verdict: Judgement) -> Judgement:
    """Go on to lower points as long as they are lower by next to nothing: the end was not exact."""
    for _ in range(MAX_SETTLED):
        if verdict.lower is None:
            break
        value = verdict.candidate.point.value
        fall = value - run.evaluator.value(verdict.lower)
        if fall > NOTHING * max(verdict.candidate.floor, abs(value)):
            break
        verdict = judgement_of(run, polish(run.evaluator, verdict.lower))
    return verdict


def _judged_around(run: Run, end: Judgement) -> Judgement:
    """Judge an end that may be at the kink of a norm by the gradients around it."""
    found = balanced_around(run.evaluator, end.candidate, run.tolerance)
    if found is None or not found.meets(run.tolerance):
        return end
    if sampled_fall(run.evaluator, found, run.seed) is not None:
        return end
    text = "At a kink: gradients from around this point balance, as those at a minimum do."
    return Judgement(found, Outcome.CONVERGED_SUBGRADIENT, (text,))


def judgement_of(run: Run, at: Candidate) -> Judgement:
    """Return the verdict on a point as it is."""
    if run.is_large:
        return judge_large(at, run.tolerance, run.labels)
    return judge(run.evaluator, at, run.tolerance, run.names, run.labels, run.seed)


def tail_of(run: Run, end: Judgement) -> Tail | None:
    """Return the evidence of a fall to no end among the feasible points, where it may be."""
    evaluator, best = run.evaluator, end.candidate.point
    is_stuck = end.outcome is Outcome.SOLVER_FAILED
    is_strict = any("strict local" in sentence for sentence in end.sentences)
    is_near = not (is_stuck or is_far(best.x, run.start))
    if is_near and is_strict:
        return None
    hints = [] if end.toward is None else [end.toward]
    is_open = is_stuck or end.outcome is Outcome.MAX_STEPS
    if is_open and not run.is_large and best.is_finite:
        ray = find_ray(evaluator, best.x, best.gradient)
        hints += [] if ray is None else [ray]
    if not evaluator.is_feasible(best.x):
        near = allowed_near(run) if is_open and hints else None
        if near is None:
            return None
        best = evaluator.point(near)
    start = evaluator.point(run.start)
    tail = find_tail(
        evaluator, start, best, is_stuck=is_stuck, hints=hints, bounds=evaluator.bounds
    )  # fmt: skip
    if tail is None or tail.is_place or leads_down(evaluator, best.x, tail.axis):
        return tail
    return None


def _judged_by_values(run: Run, end: Judgement) -> Judgement:
    """Look for a fall along the axes by values alone: at kinks derivatives follow a policy."""
    if not end.is_good:
        text = "There are kinks; at one, no gradient can show a minimum."
        return end._replace(sentences=(*end.sentences, text))
    evaluator, at = run.evaluator, end.candidate

    def feasible_value(x: Vector) -> float:
        x = evaluator.settled(x)
        inside = evaluator.is_feasible(x) or evaluator.stack(x).violation <= at.violation
        return evaluator.value(x) if inside else np.inf

    probe = Probe(feasible_value, at.point.x, at.point.value, bounds=evaluator.bounds)
    fall = find_fall(probe, run.seed)
    if fall is None:
        text = "There are kinks: derivatives of second order count for nothing at them."
        return end._replace(sentences=(*end.sentences, text))
    return Judgement(at, Outcome.SADDLE, (describe_fall(fall, run.names),), fall.x)


def go_on(run: Run, ends: list[Judgement]) -> None:
    """Go on from an end that is no minimum, and with other methods where it is no end at all."""
    if run.is_auto and run.method == "interior_point" and not ends[-1].is_good:
        ends.append(_from(run, "augmented_lagrangian", run.start))
    if not run.is_auto or run.is_large:
        return
    for _ in range(3):
        if ends[-1].lower is None:
            break
        ends.append(_from(run, "SLSQP", ends[-1].lower))
    if not any(end.is_good or end.outcome in BEYOND for end in ends):
        nearest = min(ends, key=lambda end: end.candidate.excess).candidate.point.x
        for method, x in (
            ("SLSQP", restore(run.evaluator, run.start)), ("augmented_lagrangian", run.start),
            ("trust-constr", run.start), ("SLSQP", nearest),
        ):  # fmt: skip
            ends.append(_from(run, method, x))
            if ends[-1].is_good:
                return
        ends += _off_edges(run, ends)


def _from(run: Run, method: str, x: Vector) -> Judgement:
    """Run a method from another point, and polish and judge its end."""
    journal, point = begin(run, x, None, progress=False)
    if not point.is_finite:
        return judgement_of(run, look_at(run.evaluator, x))
    journal.rule = StoppingRule(run.tolerance, min(run.max_steps, 300), -1.0)
    try:
        end, _ = solve(run, method, point, journal)
    except StopRun as stop:
        if stop.outcome is not Outcome.MAX_STEPS:
            raise
        end = x
    return judged(run, end)


def _off_edges(run: Run, ends: list[Judgement]) -> list[Judgement]:
    """Run once more from the best end, kept off the edges beyond which there is no value."""
    known = [end.candidate for end in ends if end.candidate.is_feasible]
    known = [at for at in known if at.point.is_finite and np.isfinite(at.jacobian).all()]
    if not known:
        return []
    at = min(known, key=lambda at: at.point.value)
    kept = edge_bounds(run.evaluator, at, run.tolerance)
    if kept is None:
        return []
    with run.evaluator.within(kept):
        end = _from(run, "SLSQP", run.evaluator.clipped(at.point.x))
    if not end.is_good:
        return []
    x = end.candidate.point.x
    free = look_at(run.evaluator, x)
    if free.meets(run.tolerance):
        return [judged(run, x)]
    told = describe_edge(run.evaluator, kept, end.candidate, run.names)
    return [Judgement(at_edge(free), Outcome.NO_MULTIPLIERS, (told,))]


def explore(run: Run, ends: list[Judgement]) -> str:
    """Run from further starts; return how many and why."""
    if any(end.outcome is Outcome.UNBOUNDED for end in ends):
        return "further starts: none, the objective falls without limit."
    n_starts, why = _further(run)
    for x in map(
        run.evaluator.settled,
        further_starts(run.start, run.evaluator.bounds, n_starts, run.seed),
    ):
        if np.isnan(run.evaluator.stack(x).values).any():
            continue
        ends.append(_from(run, "SLSQP", x))
    return f"further starts: {n_starts or 'none'}, {why}."


def _further(run: Run) -> tuple[int, str]:
    """Return how many further starts evidence calls for, and the evidence."""
    n, spent = run.start.size, run.evaluator.n_evaluations
    if run.n_starts is not None:
        return run.n_starts, "a run kept in a file" if run.keeper else "asked for"
    if run.facts.is_convex:
        return 0, "proven to be convex: every local minimum is a global one"
    if n > MAX_EXPLORED:
        return 0, f"{count_of(n, 'variable')} are too many to look around in"
    affordable = int(MAX_NUMBERS / max(spent * run.facts.n_numbers, 1))
    cost = f"the first run took {count_of(spent, 'evaluation')}"
    if run.facts.n_numbers:
        cost += f" of {count_of(run.facts.n_numbers, 'number')} each"
    if affordable >= N_STARTS:
        return N_STARTS, f"{count_of(n, 'variable')}, and {cost}"
    return affordable, f"{cost}: more would cost too much; `starts` asks for them"
