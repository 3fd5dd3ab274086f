"""Closed forms of an integral: proposed one by one in the worker, judged one by one here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..expression import Expression, Variable
from ..outcome import Outcome, Trust
from ..symbolic.integration import STRATEGIES, Candidate, IntegralProblem
from ..verify.closed_forms import ClosedFormCheck, judge_closed_form
from .candidates import Attempt, CandidateSearch, Draws, Way, place_words
from .convergence_conditions import convergence_conditions
from .integral_number import integral_number
from .integral_value import IntegralNumber, no_value
from .integration_ranges import RangedIntegral

__all__ = ["MODULES", "FormSearch", "to_payload", "with_parameters"]

#: Seconds for the proof of the value at one draw, and digits that it aims at.
DRAW_SECONDS, DRAW_DIGITS = 0.4, 13

TASK = "symcalc.symbolic.integration:run_strategy"
#: What the worker loads before the first strategy's time begins.
MODULES = ("symcalc.symbolic.integration.ladder",)


@dataclass
class FormSearch:
    """The search for a closed form of an integral within a time."""

    problem: RangedIntegral
    seconds: float
    known: IntegralNumber | None
    progress: Callable[[str], None] | None = None
    principal_value: bool = False
    conditions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problem = self.problem
        self.end = time.monotonic() + self.seconds
        self.draws = Draws(problem.parameters, problem.assumptions or {}, self._number_at)
        self.search = CandidateSearch(self.seconds, self._judged, self.progress)

    def run(self) -> tuple[Candidate, ClosedFormCheck] | None:
        """Return the first closed form that its check does not reject; see `CandidateSearch`."""
        payload = to_payload(self.problem)
        wanted = "one" if len(self.problem.ranges) == 1 else "several"
        if self.principal_value and self.passes_poles:
            wanted = "principal"
        ways = [
            Way(one.name, one.summary, one.share, TASK, (one.name, payload), MODULES)
            for one in STRATEGIES
            if one.variables == wanted
        ]
        found = self.search.run(ways)
        if found is not None and self.problem.parameters:
            self.conditions = convergence_conditions(
                self.draws.computed(), self.problem.parameters, self._number_at, self.end
            )
        return found

    @property
    def attempts(self) -> list[Attempt]:
        """What was tried."""
        return self.search.attempts

    @property
    def rejected(self) -> list[str]:
        """What the check said of the forms that it rejected."""
        return self.search.rejected

    @property
    def remark(self) -> str:
        """Where the integral has no value at draws of its parameters: an example."""
        return self.draws.remark

    @property
    def refusal(self) -> IntegralNumber | None:
        """That there is no value at any draw of the parameters."""
        found = self.draws.refusal
        if found is None:
            return None
        point, why = found
        note = f"{why.note}, where {place_words(point)}; no value at any draw of the parameters"
        return no_value(why.outcome, note, Trust.ESTIMATED)

    # -- judging --------------------------------------------------------------------------

    def _judged(self, candidate: Candidate) -> ClosedFormCheck:
        form = with_parameters(candidate.form, self.problem)
        if not self.problem.parameters:
            return judge_closed_form(form, [{}], lambda _: self.known)
        return self.draws.judge(form)

    def _number_at(self, point: Mapping[str, float]) -> IntegralNumber:
        left = self.end - time.monotonic()
        if left <= 0:
            return no_value(Outcome.UNDECIDED, "no time was left", Trust.UNCHECKED)
        return integral_number(
            self.problem.at(point),
            seconds=min(DRAW_SECONDS, left),
            principal_value=self.principal_value,
            digits=DRAW_DIGITS,
            deadline=self.end,
        )

    @property
    def passes_poles(self) -> bool:
        """Whether the value is a principal value, not one of an integral that exists."""
        return self.known.is_principal_value if self.known is not None else True


def to_payload(problem: RangedIntegral) -> IntegralProblem:
    """Return the problem as plain data for the worker."""
    graph = problem.graph

    def expression(node: int) -> Expression:
        small, (root,) = graph.extract([node])
        names = [str(small.data[n]) for n in small.variables([root])]
        return Expression(small, root, [_variable(problem, name) for name in names])

    ranges = tuple((r.name, expression(r.lower), expression(r.upper)) for r in problem.ranges)
    return IntegralProblem(expression(problem.root), ranges)


def with_parameters(form: Expression, problem: RangedIntegral) -> Expression:
    """Return a closed form as a formula in all parameters of the problem."""
    variables = [_variable(problem, name) for name in problem.parameters]
    return Expression(form.graph, form.root, variables)


def _variable(problem: RangedIntegral, name: str) -> Variable:
    return Variable(name, assumption=(problem.assumptions or {}).get(name, ""))
