"""The best end of all runs under constraints, and the result that is made of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...facts import ObjectiveFacts
from ...outcome import Outcome
from ..constraints import Label
from ..diagnosis import describe_convexity, describe_unbounded
from ..lookback import look_back
from ..objective import Point
from ..optimum import Optimum
from ..plain import count_of, format_number
from ..trace import Journal, Trace
from .ends import judgement_of, tail_of
from .judgement import Judgement, describe_active, name_of, unmet, worst
from .large import judge_large, look_from_afar
from .multipliers import Multipliers
from .polish import Candidate, look_at, restore
from .problem import Run
from .recession import is_truly_allowed
from .report import states_of
from .verification import verify

__all__ = ["best_end", "conclude"]

#: A minimum of a further start is a lower one by more than this share.
LOWER = 1e-7

#: Ends at which multipliers hold the gradient.
WITH_MULTIPLIERS = (Outcome.CONVERGED_KKT, Outcome.CONVERGED_SUBGRADIENT, Outcome.SADDLE)

#: Verdicts that say more than the limit that ended a run.
ENDED = (Outcome.UNBOUNDED, Outcome.INFEASIBLE)

#: Minima whose values differ by less than this share are called one.
SAME = 1e-6

#: Gradients of constraints that differ by this factor are called badly scaled.
UNEVEN = 1e6


def best_end(run: Run, ends: list[Judgement], limit: Outcome | None) -> Judgement:
    """Return the best end; where a limit ended the run, the best point there was."""
    evaluator = run.evaluator
    if limit is not None:
        seen = evaluator.best
        look = look_from_afar if run.is_large else look_at
        at = look(evaluator, run.start if seen is None else seen.x)
        if limit is Outcome.NOT_FINITE or not at.point.is_finite:
            ends.append(judge_large(at, run.tolerance, run.labels))
        else:
            ends.append(_limited(run, at, limit))
    return min(ends, key=_rank)


def _limited(run: Run, at: Candidate, limit: Outcome) -> Judgement:
    """Return the judgement of the best point where a limit, or a fall without one, ended a run."""
    if limit is Outcome.UNBOUNDED:
        if is_truly_allowed(run, at.point.x):
            return Judgement(at, limit, ())
        near = look_at(run.evaluator, restore(run.evaluator, run.start))
        return Judgement(near, Outcome.INFEASIBLE, (worst(near, run.labels),))
    end = Judgement(at, limit, _short_of(run, at))
    if limit is not Outcome.MAX_STEPS:
        return end
    if at.is_feasible and at.meets(run.tolerance):
        return judgement_of(run, at)
    tail = tail_of(run, end)
    if tail is None or not tail.is_endless:
        return end
    return Judgement(at, Outcome.UNBOUNDED, (tail.describe(run.names),))


def _short_of(run: Run, at: Candidate) -> tuple[str, ...]:
    """Say what the best point lacks where a limit ended the run."""
    if not at.is_feasible:
        return (worst(at, run.labels),)
    return () if at.meets(run.tolerance) else (unmet(at, run.tolerance),)


def _rank(end: Judgement) -> tuple[int, float, int]:
    """Order ends: feasible ones by value, ties by their verdict; then by violation."""
    if not end.candidate.point.is_finite:
        return (2, np.inf, 1)
    if not end.candidate.is_feasible:
        return (1, end.candidate.excess, 1)
    value = end.candidate.point.value
    late = 0.0 if end.is_good else LOWER * max(end.candidate.floor, abs(value))
    return (0, value + late, int(not end.is_good))


def conclude(
    run: Run, journal: Journal, start: Point, best: Judgement, ends: list[Judgement],
    limit: Outcome | None, counts: tuple[int, float], said: list[str],
) -> Optimum:  # fmt: skip
    """Put the result together."""
    evaluator, at = run.evaluator, best.candidate
    outcome = best.outcome
    if limit is not None and not (best.is_good or outcome in ENDED):
        outcome = limit
    shows = outcome in WITH_MULTIPLIERS and at.multipliers.exist
    shown: Multipliers | None = at.multipliers if shows else None
    states = states_of(run.labels, at.stack.values, at.stack.violations, shown)
    diagnosis = [*best.sentences]
    facts = replace(run.facts, is_quadratic=False)  # nothing else has told how it bends
    tell = evaluator.objective.places if at.point.is_finite else evaluator.objective.explain
    if tell is not None and outcome is not Outcome.UNBOUNDED:
        diagnosis += tell(at.point.x)
    if outcome.is_good:
        diagnosis[:0] = describe_active(at, run.labels, outcome)
        diagnosis += _other_minima(best, ends)
        is_strict = any("strict local" in sentence for sentence in diagnosis)
        diagnosis += describe_convexity(facts, outcome, is_strict)
    if outcome is Outcome.UNBOUNDED and not best.sentences:
        diagnosis += describe_unbounded(evaluator, start, run.names)
    if at.point.is_finite:
        diagnosis += _way(run, at, facts, outcome)
    check = verify(evaluator, start, at.point, run.labels, run.names, run.facts.is_smooth, run.seed)
    if check is not None and check.agrees is False:
        outcome = check.judge(outcome)
        diagnosis.insert(0, check.sentence)
    return Optimum(
        x=dict(zip(run.names, at.point.x.tolist(), strict=True)), fun=at.point.value,
        gradient_norm=at.multipliers.kkt.stationarity, outcome=outcome, method=run.method,
        why=run.why, n_steps=counts[0], n_evaluations=evaluator.n_evaluations,
        n_gradients=evaluator.n_gradients,
        n_hessians=evaluator.n_hessians + evaluator.n_products,
        trace=Trace.from_rows(journal.rows, journal.places),
        diagnosis=(*diagnosis, *said, *journal.describe()),
        multipliers=None if shown is None else {s.text: s.multiplier for s in states},
        constraints=states, kkt=at.multipliers.kkt, elapsed=counts[1], gradient_check=check,
    )  # fmt: skip


def _way(run: Run, at: Candidate, facts: ObjectiveFacts, outcome: Outcome) -> list[str]:
    """Return what the run saw on its way, and which constraints are of unlike size."""
    free = np.ones(at.point.x.size, dtype=np.bool_)
    has_layers = run.evaluator.stand_ins is None
    said = look_back(
        run.evaluator, at.point, run.names, free, facts, outcome, has_layers=has_layers
    )
    return said if run.is_large else said + _sizes(at, run.labels)


def _sizes(at: Candidate, labels: tuple[Label, ...]) -> list[str]:
    """Return which constraint has by far the largest gradient, and which the smallest."""
    lengths = np.linalg.norm(at.jacobian, axis=1)
    places = np.flatnonzero(np.isfinite(lengths) & (lengths > 0.0))
    if places.size < 2:
        return []
    most, least = places[lengths[places].argmax()], places[lengths[places].argmin()]
    ratio = float(lengths[most] / lengths[least])
    if ratio < UNEVEN:
        return []
    name = name_of(int(most), labels)
    unit = 10.0 ** round(float(np.log10(lengths[most])))
    return [f"Badly scaled: the gradient of {name} is {ratio:.1e} times that of "
            f"{name_of(int(least), labels)}; divide it by {unit:.0e}."]  # fmt: skip


def _other_minima(best: Judgement, ends: list[Judgement]) -> list[str]:
    """Say which other minima the further starts ended at."""
    if len(ends) < 2:
        return []
    values: list[float] = []
    floor = best.candidate.floor
    for end in sorted(ends, key=_rank):
        value = end.candidate.point.value
        known = (best.candidate.point.value, *values)
        is_new = all(abs(value - v) > SAME * max(floor, abs(v)) for v in known)
        if end.outcome in WITH_MULTIPLIERS[:2] and is_new:
            values.append(value)
    text = f"The best end of {count_of(len(ends), 'run')}"
    if not values:
        return [f"{text}; no other minimum was found."]
    listed = ", ".join(format_number(value, 6) for value in values[:4])
    own = ends[0].candidate.point.value
    higher = own > best.candidate.point.value + SAME * max(floor, abs(own))
    first = f" From the start given it is {format_number(own, 6)}." if higher else ""
    others = "another local minimum has" if len(values) == 1 else "other local minima have"
    return [f"{text}; {others} f = {listed}.{first}"]
