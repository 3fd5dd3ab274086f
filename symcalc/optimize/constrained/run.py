"""Minimizing under constraints: the door, the runs, and the best end of them judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ArgumentError, OutcomeError
from ...facts import ObjectiveFacts
from ...outcome import Outcome
from ..bounds import Bounds, Vector
from ..constraints import Constraints, Label
from ..diagnosis import describe_fall, describe_unbounded
from ..door import check_count, check_options, check_positive, check_start, move_inside
from ..keeping import Keeper, Keeping, identity_of, open_keeper
from ..loop import run_loop
from ..methods import CONSTRAINED, MAX_EXPLORED, find_method
from ..objective import Objective, Point, StopRun
from ..optimum import Optimum
from ..plain import count_of, format_number
from ..probing import Probe, find_fall
from ..starts import further_starts
from ..stopping import StoppingRule
from ..trace import Callback, Journal, Trace
from .augmented import AugmentedSteps
from .evaluator import FEASIBLE, ConstrainedEvaluator
from .judgement import Judgement, describe_active, judge
from .large import judge_large, look_from_afar
from .multipliers import Multipliers
from .polish import look_at, polish, restore
from .report import states_of
from .solvers import run_slsqp, run_trust_constr

__all__ = ["minimize_constrained"]

#: Above this many variables and constraints together "auto" takes the augmented Lagrangian.
MAX_DENSE = 400

#: Where there are few variables "auto" tries so many further starts.
N_STARTS = 12

#: A minimum of a further start is a lower one by more than this share.
LOWER = 1e-7


@dataclass(frozen=True, slots=True)
class Run:
    """What a run needs from its door to its end."""

    evaluator: ConstrainedEvaluator
    labels: tuple[Label, ...]
    names: tuple[str, ...]
    start: Vector
    method: str
    why: str
    options: dict[str, Any]
    n_starts: int
    is_auto: bool
    max_steps: int
    tolerance: float
    seed: int
    callback: Callback | None
    progress: bool
    is_smooth: bool
    keeper: Keeper | None = None

    @property
    def is_large(self) -> bool:
        """Whether matrices over variables and constraints are better not formed."""
        return self.start.size + len(self.evaluator.constraints) > MAX_DENSE


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
) -> Optimum:
    """Find a minimum among the points that satisfy constraints.

    Parameters
    ----------
    objective : Objective
    constraints : Constraints
    labels : sequence of Label
        The constraints and bounds as they were written.
    x0 : array_like, shape (n_variables,)
        The start; outside of the bounds it is moved to the nearest point inside.
    names : sequence of str
    bounds : Bounds
        Of every variable, infinite where there is none.
    method : str
        "auto", "SLSQP", "trust-constr" or "augmented_lagrangian".
    max_steps, tolerance, callback, seed, time_limit, max_evaluations, throw, progress, options
        As for `minimize_objective`; `tolerance` is that of the KKT conditions, in units of the
        gradient's size or 1.
    facts : ObjectiveFacts or None
    notes : sequence of str
        What is to be said of the constraints, put behind the diagnosis.
    keeping : Keeping or None
        As for `minimize_objective`; for the augmented Lagrangian.

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
    is_auto = method == "auto"
    name, why = _chosen(method, start.size, len(constraints), facts)
    row = CONSTRAINED[name]
    check_options(row, options or {}, why if is_auto else None)
    chosen = dict(row.make(options or {}))
    explored = N_STARTS if is_auto and start.size <= MAX_EXPLORED else 0
    n_starts = chosen.pop("starts", explored)
    seconds = None if time_limit is None else check_positive("time_limit", time_limit)
    if max_evaluations is not None:
        max_evaluations = check_count("max_evaluations", max_evaluations)
    keeper = None
    if keeping is not None:
        if name != "augmented_lagrangian":
            raise ArgumentError(
                f"`checkpoint` is for methods of our own; {name!r} runs inside SciPy. With "
                "constraints or bounds use method='augmented_lagrangian'."
            )
        keeper = open_keeper(keeping, identity_of(named, inside, name, chosen, bounds, seed))
    evaluator = ConstrainedEvaluator(
        objective, constraints, bounds, time_limit=seconds, max_evaluations=max_evaluations
    )
    run = Run(
        evaluator, tuple(labels), named, inside, name, why, chosen, n_starts, is_auto,
        row.max_steps if max_steps is None else check_count("max_steps", max_steps),
        1e-8 if tolerance is None else check_positive("tolerance", tolerance),
        check_count("seed", seed, 0), callback, progress, facts is None or facts.is_smooth, keeper,
    )  # fmt: skip
    with np.errstate(all="ignore"):
        optimum = _run(run, said)
    if throw and not optimum.converged:
        raise OutcomeError(f"{optimum.outcome.value} {' '.join(optimum.diagnosis)}", optimum)
    return optimum


def _chosen(
    method: str, n_variables: int, n_constraints: int, facts: ObjectiveFacts | None
) -> tuple[str, str]:
    """Return the method and why."""
    if method != "auto":
        name = find_method(method).name
        if name not in CONSTRAINED:
            allowed = ", ".join(repr(known) for known in CONSTRAINED)
            raise ArgumentError(f"Method {name!r} cannot keep to constraints. Use {allowed}.")
        return name, "asked for"
    what = count_of(n_constraints, "constraint") if n_constraints else "there are bounds"
    size = f"{what}, {count_of(n_variables, 'variable')}, exact derivatives"
    if n_variables + n_constraints > MAX_DENSE:
        return "augmented_lagrangian", f"{size}: no matrix is formed"
    return "SLSQP", size


def _run(run: Run, said: list[str]) -> Optimum:
    """Run the method, then others where need be, and put the best end together."""
    evaluator = run.evaluator
    journal, point = _begin(run, run.start, run.callback, run.progress, run.keeper)
    limit: Outcome | None = None
    ends: list[Judgement] = []
    try:
        if not point.is_finite or np.isnan(evaluator.stack(run.start).values).any():
            limit = Outcome.NOT_FINITE
        else:
            evaluator.begin(point)
            x, limit = _solve(run, run.method, point, journal)
            if limit in (None, Outcome.SOLVER_FAILED, Outcome.LINE_SEARCH_FAILED,
                         Outcome.CONVERGED_KKT):  # fmt: skip
                limit = None
                ends.append(_judged(run, x))
                _go_on(run, ends)
                _explore(run, ends)
    except StopRun as stop:
        limit = stop.outcome
    except KeyboardInterrupt:
        limit = Outcome.INTERRUPTED
    finally:
        journal.close()
    n_steps, elapsed = journal.n_steps, evaluator.elapsed()
    evaluator.stage = "at the end"
    with evaluator.beyond_limits():
        best = _best(run, ends, limit)
        return _conclude(run, journal, best, ends, limit, (n_steps, elapsed), said)


def _begin(
    run: Run, x: Vector, callback: Callback | None, progress: bool, keeper: Keeper | None = None
) -> tuple[Journal, Point]:
    """Evaluate a start and open a journal, whose own test never ends a run."""
    rule = StoppingRule(run.tolerance, run.max_steps, -1.0)
    journal = Journal(
        run.evaluator, rule, run.names, callback, progress, method=run.method, keeper=keeper
    )
    point: Point = run.evaluator.point(x)
    journal.open(point, float(np.abs(point.gradient).max(initial=0.0)))
    return journal, point


def _solve(run: Run, method: str, start: Point, journal: Journal) -> tuple[Vector, Outcome | None]:
    """Run one method from a point."""
    options = run.options if method == run.method else {}
    if method == "SLSQP":
        return run_slsqp(run.evaluator, start, journal, options, run.max_steps)
    if method == "trust-constr":
        return run_trust_constr(run.evaluator, start, journal, options, run.max_steps)
    stepper, run.evaluator.accepted = AugmentedSteps(**options), None
    outcome = run_loop(run.evaluator, start, stepper, journal)
    last = run.evaluator.accepted
    return (start.x if last is None else last), outcome


def _judged(run: Run, x: Vector) -> Judgement:
    """Polish an end and judge it."""
    run.evaluator.stage = "polish"
    if run.is_large:
        return judge_large(look_from_afar(run.evaluator, x), run.tolerance, run.labels)
    at = polish(run.evaluator, x)
    if at.violation > FEASIBLE:
        nearer = look_at(run.evaluator, restore(run.evaluator, at.point.x))
        at = nearer if nearer.violation < at.violation else at
    verdict = judge(run.evaluator, at, run.tolerance, run.names, run.labels, run.seed)
    return verdict if run.is_smooth else _judged_by_values(run, verdict)


def _judged_by_values(run: Run, end: Judgement) -> Judgement:
    """Look for a fall along the axes by values alone: at kinks derivatives follow a policy."""
    if not end.is_good:
        text = "There are kinks; at one, no gradient can show a minimum."
        return end._replace(sentences=(*end.sentences, text))
    evaluator, at = run.evaluator, end.candidate

    def feasible_value(x: Vector) -> float:
        inside = evaluator.stack(x).violation <= max(at.violation, FEASIBLE)
        return evaluator.value(x) if inside else np.inf

    probe = Probe(feasible_value, at.point.x, at.point.value, bounds=evaluator.bounds)
    fall = find_fall(probe, run.seed)
    if fall is None:
        text = "There are kinks: derivatives of second order count for nothing at them."
        return end._replace(sentences=(*end.sentences, text))
    return Judgement(at, Outcome.SADDLE, (describe_fall(fall, run.names),), fall.x)


def _go_on(run: Run, ends: list[Judgement]) -> None:
    """Go on from an end that is no minimum, and with other methods where it is no end at all."""
    if not run.is_auto or run.is_large:
        return
    for _ in range(3):
        if ends[-1].lower is None:
            break
        ends.append(_from(run, "SLSQP", ends[-1].lower))
    if not any(end.is_good for end in ends):
        nearest = min(ends, key=lambda end: end.candidate.violation).candidate.point.x
        for method, x in (
            ("SLSQP", restore(run.evaluator, run.start)), ("augmented_lagrangian", run.start),
            ("trust-constr", run.start), ("SLSQP", nearest),
        ):  # fmt: skip
            ends.append(_from(run, method, x))
            if ends[-1].is_good:
                return


def _from(run: Run, method: str, x: Vector) -> Judgement:
    """Run a method from another point, and polish and judge its end."""
    journal, point = _begin(run, x, None, progress=False)
    if not point.is_finite:
        return judge(run.evaluator, look_at(run.evaluator, x), run.tolerance, run.names,
                     run.labels, run.seed)  # fmt: skip
    journal.rule = StoppingRule(run.tolerance, min(run.max_steps, 300), -1.0)
    try:
        end, _ = _solve(run, method, point, journal)
    except StopRun as stop:
        if stop.outcome is not Outcome.MAX_STEPS:
            raise
        end = x
    return _judged(run, end)


def _explore(run: Run, ends: list[Judgement]) -> None:
    """Run from further starts."""
    for x in further_starts(run.start, run.evaluator.bounds, run.n_starts, run.seed):
        if np.isnan(run.evaluator.stack(x).values).any():
            continue
        ends.append(_from(run, "SLSQP", x))


def _best(run: Run, ends: list[Judgement], limit: Outcome | None) -> Judgement:
    """Return the best end; where a limit ended the run, the best point there was."""
    evaluator = run.evaluator
    if limit is not None:
        seen = evaluator.best
        look = look_from_afar if run.is_large else look_at
        at = look(evaluator, run.start if seen is None else seen.x)
        if limit is Outcome.NOT_FINITE or not at.point.is_finite:
            ends.append(judge_large(at, run.tolerance, run.labels))
        else:
            ends.append(Judgement(at, limit, ()))
    return min(ends, key=_rank)


def _rank(end: Judgement) -> tuple[int, float, int]:
    """Order ends: feasible ones by value, ties by their verdict; then by violation."""
    if not end.candidate.point.is_finite:
        return (2, np.inf, 1)
    if end.candidate.violation > FEASIBLE:
        return (1, end.candidate.violation, 1)
    value = end.candidate.point.value
    return (0, value + (0.0 if end.is_good else LOWER * max(1.0, abs(value))), int(not end.is_good))


def _conclude(
    run: Run, journal: Journal, best: Judgement, ends: list[Judgement], limit: Outcome | None,
    counts: tuple[int, float], said: list[str],
) -> Optimum:  # fmt: skip
    """Put the result together."""
    evaluator, at = run.evaluator, best.candidate
    outcome = best.outcome
    if limit is not None and not best.is_good:
        outcome = limit
    shows = outcome in (Outcome.CONVERGED_KKT, Outcome.SADDLE) and at.multipliers.exist
    shown: Multipliers | None = at.multipliers if shows else None
    states = states_of(run.labels, at.stack.values, at.stack.violations, shown)
    diagnosis = [*best.sentences]
    tell = evaluator.objective.places if at.point.is_finite else evaluator.objective.explain
    if tell is not None and outcome is not Outcome.UNBOUNDED:
        diagnosis += tell(at.point.x)
    if outcome.is_good:
        diagnosis.insert(0, describe_active(at, run.labels))
        diagnosis += _other_minima(run, best, ends)
    if outcome is Outcome.UNBOUNDED:
        start = evaluator.point(run.start)
        diagnosis += describe_unbounded(evaluator, start, run.names)
    return Optimum(
        x=dict(zip(run.names, at.point.x.tolist(), strict=True)), fun=at.point.value,
        gradient_norm=at.multipliers.kkt.stationarity, outcome=outcome, method=run.method,
        why=run.why, n_steps=counts[0], n_evaluations=evaluator.n_evaluations,
        n_gradients=evaluator.n_gradients,
        n_hessians=evaluator.n_hessians + evaluator.n_products,
        trace=Trace.from_rows(journal.rows, journal.places),
        diagnosis=(*diagnosis, *said, *journal.describe()),
        multipliers=None if shown is None else {s.text: s.multiplier for s in states},
        constraints=states, kkt=at.multipliers.kkt, elapsed=counts[1],
    )  # fmt: skip


def _other_minima(run: Run, best: Judgement, ends: list[Judgement]) -> list[str]:
    """Say which other minima the further starts ended at."""
    if not run.n_starts or len(ends) < 2:
        return []
    values: list[float] = []
    for end in sorted(ends, key=_rank):
        value = end.candidate.point.value
        known = (best.candidate.point.value, *values)
        is_new = all(abs(value - v) > 1e-6 * max(1.0, abs(v)) for v in known)
        if end.outcome is Outcome.CONVERGED_KKT and is_new:
            values.append(value)
    text = f"The best end of {count_of(run.n_starts + 1, 'start')}"
    if not values:
        return [f"{text}; no other minimum was found."]
    listed = ", ".join(format_number(value, 6) for value in values[:4])
    own = ends[0].candidate.point.value
    higher = own > best.candidate.point.value + 1e-6 * max(1.0, abs(own))
    first = f" From the start given it is {format_number(own, 6)}." if higher else ""
    others = "another local minimum has" if len(values) == 1 else "other local minima have"
    return [f"{text}; {others} f = {listed}.{first}"]
