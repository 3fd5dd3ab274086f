"""A problem with constraints as its runs see it, and one run of one method from a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...facts import ObjectiveFacts
from ...outcome import Outcome
from ..bounds import Vector
from ..constraints import Constraints, Label
from ..keeping import Keeper
from ..loop import Stepper, run_loop
from ..objective import Point
from ..stopping import StoppingRule
from ..trace import Callback, Journal
from .augmented import AugmentedSteps
from .evaluator import ConstrainedEvaluator
from .interior import InteriorSteps
from .solvers import run_slsqp, run_trust_constr

__all__ = ["MAX_DENSE", "Run", "begin", "solve", "suits_barriers"]

#: Above this many variables and constraints together "auto" takes the augmented Lagrangian.
MAX_DENSE = 400

#: Barriers suit convex problems of up to this many numbers in the constraints' derivatives, and
#: variables where these and the Hessian are formed once, the Hessian at each step, and both.
MAX_FORMED, MAX_ONCE, MAX_HESSIANS, MAX_BOTH = 20_000_000, 3_000, 1_000, 300


@dataclass(frozen=True, slots=True)
class Run:
    """What a run needs from its door to its end.

    Where `n_starts` is None evidence decides how many further starts are worth their cost.
    """

    evaluator: ConstrainedEvaluator
    labels: tuple[Label, ...]
    names: tuple[str, ...]
    start: Vector
    method: str
    why: str
    options: dict[str, Any]
    n_starts: int | None
    is_auto: bool
    max_steps: int
    tolerance: float
    seed: int
    callback: Callback | None
    progress: bool
    facts: ObjectiveFacts
    keeper: Keeper | None = None

    @property
    def is_large(self) -> bool:
        """Whether matrices over variables and constraints are better not formed."""
        return self.start.size + len(self.evaluator.constraints) > MAX_DENSE


def begin(
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


def solve(run: Run, method: str, start: Point, journal: Journal) -> tuple[Vector, Outcome | None]:
    """Run one method from a point."""
    options = run.options if method == run.method else {}
    if method == "SLSQP":
        return run_slsqp(run.evaluator, start, journal, options, run.max_steps)
    if method == "trust-constr":
        return run_trust_constr(run.evaluator, start, journal, options, run.max_steps)
    stepper: Stepper
    if method == "interior_point":
        stepper = InteriorSteps(is_quadratic=run.facts.is_quadratic)
    else:
        stepper = AugmentedSteps(**options)
    run.evaluator.accepted = run.evaluator.factors = run.evaluator.found_weights = None
    outcome = run_loop(run.evaluator, start, stepper, journal)
    last = run.evaluator.accepted
    return (start.x if last is None else last), outcome


def suits_barriers(constraints: Constraints, facts: ObjectiveFacts, is_lifted: bool) -> bool:
    """Whether a large problem is convex and its matrices are few or small enough to be formed.

    Where variables stand for kinks no other method suits.
    """
    n, is_linear = constraints.n_variables, bool(constraints.is_linear.all())
    most = MAX_ONCE if is_lifted else MAX_BOTH
    if is_linear:
        most = MAX_ONCE if is_lifted or facts.is_quadratic else MAX_HESSIANS
    return facts.is_convex and 0 < len(constraints) * n <= MAX_FORMED and n <= most
