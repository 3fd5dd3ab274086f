"""Closed forms of an integral: proposed one by one in the worker, judged one by one here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import LimitError, SymcalcError
from ..expression import Expression, Variable
from ..outcome import Trust
from ..symbolic.integration import STRATEGIES, Candidate, IntegralProblem
from ..verify.integrals import IntegralCheck, judge_integral
from ..verify.sampling import sample_points
from ..worker import run_task
from .integral import Attempt
from .integral_number import IntegralNumber, integral_number
from .integration_ranges import RangedIntegral

__all__ = ["FormSearch"]

#: Parameter draws to compare at, and how many are tried.
N_POINTS, N_TRIES = 5, 24
#: Seconds for the proof of the value at one draw.
DRAW_SECONDS = 0.4
#: A strategy is not begun with less.
LEAST_SECONDS = 0.05

TASK = "symcalc.symbolic.integration:run_strategy"


@dataclass
class FormSearch:
    """The search for a closed form within a time; `attempts` says what was tried."""

    problem: RangedIntegral
    seconds: float
    known: IntegralNumber | None
    progress: Callable[[str], None] | None = None
    principal_value: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    conditions: tuple[str, ...] = ()
    _computed: dict[tuple[tuple[str, float], ...], IntegralNumber] = field(default_factory=dict)

    def run(self) -> tuple[Candidate, IntegralCheck] | None:
        """Return the first closed form that its check does not reject.

        One that could not be compared with anything is returned only where no other was found.
        """
        started = time.monotonic()
        unchecked: tuple[Candidate, IntegralCheck] | None = None
        payload = to_payload(self.problem)
        wanted = "one" if len(self.problem.ranges) == 1 else "several"
        if self.principal_value and self.passes_poles:
            wanted = "principal"
        for strategy in STRATEGIES:
            if strategy.variables != wanted:
                continue
            left = self.seconds - (time.monotonic() - started)
            if left < LEAST_SECONDS:
                break
            share = min(left, max(strategy.share * self.seconds, LEAST_SECONDS))
            if self.progress is not None:
                self.progress(strategy.summary)
            begun = time.monotonic()
            candidates, remark = self._proposed(strategy.name, payload, share)
            verdicts: list[str] = []
            for candidate in candidates:
                check = self._judged(candidate)
                if check.trust is Trust.CHECKED:
                    self._note(strategy.name, begun, "closed form found")
                    return candidate, check
                if check.is_good:
                    unchecked = unchecked or (candidate, check)
                    verdicts.append(check.message)
                else:
                    self.rejected.append(check.message)
                    verdicts.append(check.message)
            self._note(strategy.name, begun, "; ".join(verdicts) or remark)
        return unchecked

    def _note(self, name: str, begun: float, found: str) -> None:
        self.attempts.append(Attempt(name, time.monotonic() - begun, found))

    def _proposed(
        self, name: str, payload: IntegralProblem, seconds: float
    ) -> tuple[list[Candidate], str]:
        """Return what a strategy proposes in its time, and a remark where that is nothing."""
        found: list[Candidate] = []
        try:
            run_task(TASK, (name, payload), seconds=seconds, on_progress=found.append)
        except LimitError:
            return found, "took too long"
        except SymcalcError as error:
            return found, f"failed: {error}"
        except Exception as error:  # noqa: BLE001 - whatever goes wrong inside SymPy
            return found, f"failed: {type(error).__name__}"
        return found, "no closed form"

    # -- judging --------------------------------------------------------------------------

    def _judged(self, candidate: Candidate) -> IntegralCheck:
        form = with_parameters(candidate.form, self.problem)
        if not self.problem.parameters:
            return judge_integral(form, [{}], lambda _: self.known)
        return judge_integral(form, list(self._values), self._value_at, n_points=N_POINTS)

    @property
    def _values(self) -> Iterator[dict[str, float]]:
        """Yield draws of the parameters inside of what is assumed."""
        problem = self.problem
        yield from sample_points(
            problem.parameters, n_tries=N_TRIES, assumptions=dict(problem.assumptions or {})
        )

    def _value_at(self, point: Mapping[str, float]) -> IntegralNumber | None:
        """Return the integral at a draw; each is computed once."""
        key = tuple(sorted(point.items()))
        if key not in self._computed:
            self._computed[key] = integral_number(
                self.problem.at(point),
                seconds=DRAW_SECONDS,
                principal_value=self.principal_value,
            )
        found = self._computed[key]
        return found if found.is_known else None

    @property
    def passes_poles(self) -> bool:
        """Whether the value is a principal value, not one of an integral that exists."""
        return self.known.is_principal_value if self.known is not None else True

    @property
    def remark(self) -> str:
        """Where the integral has no value at draws of its parameters: an example."""
        for key, found in self._computed.items():
            if not found.is_known:
                place = ", ".join(f"{name} = {value:.6g}" for name, value in key)
                return f"no value at {place}: {found.note or found.outcome.value}"
        return ""


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
