"""One integral by each of the methods that `compare` sets side by side, and its true value."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..backends import compile_expression
from ..balls import Enclosure, NoBall, enclose_integral, precise_value
from ..errors import CompileError, UserFunctionError
from ..numeric.quadrature import QuadratureEstimate, cubature, quadrature
from ..outcome import Estimate, Outcome, Trust
from .comparison import MethodResult
from .integral import Integral
from .integral_comparison import IntegralComparison, known_agreement
from .integral_rules import Rule, rules_for_one, rules_for_several
from .integral_value import compiled_integrand, enclosed, end_ball, range_limit
from .integration_ranges import RangedIntegral

__all__ = ["IntegralRivals"]

#: Digits of the true value; where they are too many for a proof, fewer.
REFERENCE_DIGITS, PROVEN_DIGITS = 50, 20
#: What the enclosure of 50 digits may take, and each of the other methods.
PROOF_SECONDS, RULE_SECONDS = 3.0, 5.0
#: An enclosure must be so narrow, relatively, to be the true value.
NARROW = 1e-12
#: Runs of the closed form that are timed; the fastest counts.
TIMED_RUNS = 5

Run = tuple[Estimate, int, float]


class _TooLongError(Exception):
    """A rule asks for more values than its time allows."""


class _Sampled:
    """An integrand that counts the places it is asked for and ends what takes too long."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.n_places = function, 0
        self.deadline = time.monotonic() + RULE_SECONDS

    @property
    def is_late(self) -> bool:
        return time.monotonic() > self.deadline

    def __call__(self, *places: Any) -> Any:
        if self.is_late:
            raise _TooLongError
        self.n_places += max(int(np.size(place)) for place in places)
        return self.function(*places)


@dataclass
class IntegralRivals:
    """An integral made ready for all methods.

    Parameters
    ----------
    problem : RangedIntegral
        Without parameters.
    integral : Integral
        What `integrate` found.
    parameters : dict of str to str
        The values that were put in.
    seed : int
        Of the random places.
    """

    problem: RangedIntegral
    integral: Integral
    parameters: dict[str, str] = field(default_factory=dict)
    seed: int = 0

    def compare(self) -> IntegralComparison:
        """Return the integral by all methods."""
        enclosure = self._enclosure()
        reference = self._reference(enclosure[0])
        runs = [("closed form", self._closed_form()), ("enclosure", enclosure)]
        results = tuple(
            MethodResult(name, found, known_agreement(found.value, reference), count, seconds)
            for name, (found, count, seconds) in [*runs, *self._sampled()]
        )
        return IntegralComparison(self.integral, self.parameters, reference, results)

    # -- the true value ---------------------------------------------------------------------

    def _reference(self, enclosure: Estimate) -> Estimate:
        """Return the true value as precisely as it is known."""
        integral = self.integral
        if not integral.outcome.is_good or integral.value is None or integral.error is None:
            note = integral.note
            return Estimate(
                math.nan, math.nan, integral.method, integral.trust, integral.outcome, note
            )
        if enclosure.trust is Trust.PROVEN and enclosure.error <= NARROW * abs(enclosure.value):
            return enclosure
        form = integral.closed_form
        if form is not None:
            try:
                found = precise_value(form.graph, form.root, {}, digits=REFERENCE_DIGITS)
            except NoBall:
                found = None
            number = found and enclosed(found.ball, integral.method, REFERENCE_DIGITS)
            if number:
                return Estimate(
                    number.value, number.error, integral.method, integral.trust,
                    digits=number.digits,
                )  # fmt: skip
        return Estimate(
            integral.value, integral.error, integral.method, integral.trust,
            digits=integral.digits,
        )  # fmt: skip

    def _enclosure(self) -> Run:
        """Return the rigorous enclosure to 50 digits."""
        nothing = self._nothing("acb.integral", "no proof")
        if len(self.problem.ranges) > 1 or not self.integral.outcome.is_good:
            return nothing, 0, 0.0
        started, count = time.perf_counter(), 0
        for digits in (REFERENCE_DIGITS, PROVEN_DIGITS):
            found = self._enclosed(digits)
            count += found.evaluations
            if found.ball is not None and found.ball.is_finite():
                number = enclosed(found.ball, found.method, REFERENCE_DIGITS)
                if number is not None:
                    proven = Estimate(
                        number.value, number.error, found.method, Trust.PROVEN, digits=number.digits
                    )
                    return proven, count, time.perf_counter() - started
        return nothing, count, time.perf_counter() - started

    def _enclosed(self, digits: int) -> Enclosure:
        """Return what ball arithmetic proves of an integral in one variable."""
        (only,) = self.problem.ranges
        facts = self.integral.facts
        return enclose_integral(
            self.problem.graph,
            self.problem.root,
            only.name,
            end_ball(self.problem, only.lower),
            end_ball(self.problem, only.upper),
            {},
            splits=[p.at for p in facts.points if p.kind != "peak"] if facts else (),
            digits=digits,
            seconds=PROOF_SECONDS,
        )

    def _nothing(self, method: str, note: str) -> Estimate:
        """Return that a method has no number: as there is none, or for a reason of its own."""
        outcome = Outcome.UNDECIDED
        if not self.integral.outcome.is_good:
            outcome, note = self.integral.outcome, ""
        return Estimate(math.nan, math.nan, method, Trust.UNCHECKED, outcome, note)

    # -- methods ----------------------------------------------------------------------------

    def _closed_form(self) -> Run:
        """Return the closed form in doubles, compiled."""
        form = self.integral.closed_form
        if form is None:
            return self._nothing("closed form", "none was found"), 0, 0.0
        times = []
        try:
            run = compile_expression(form)
            with np.errstate(all="ignore"):
                value = float(run())
                for _ in range(TIMED_RUNS):
                    started = time.perf_counter()
                    run()
                    times.append(time.perf_counter() - started)
        except CompileError:
            value = math.nan
        outcome = Outcome.DONE if math.isfinite(value) else Outcome.NOT_FINITE
        method = f"{form.text} in doubles"
        estimate = Estimate(value, math.nan, method, Trust.UNCHECKED, outcome)
        return estimate, 1, min(times, default=0.0)

    def _sampled(self) -> Iterator[tuple[str, Run]]:
        """Yield the methods that see values of the integrand only."""
        problem = self.problem
        try:
            function = compiled_integrand(problem, problem.names)
        except CompileError as error:
            note = str(error)
            refused = Estimate(math.nan, math.nan, "", Trust.UNCHECKED, Outcome.UNDECIDED, note)
            yield "symcalc", (refused, 0, 0.0)
            return
        if len(problem.ranges) == 1:
            (only,) = problem.ranges
            lower, upper = (float(end_ball(problem, end)) for end in (only.lower, only.upper))
            sign = -1.0 if lower > upper else 1.0
            lower, upper = min(lower, upper), max(lower, upper)
            facts = self.integral.facts
            own: Rule = lambda f: quadrature(f, lower, upper, facts=facts)  # noqa: E731
            rules = rules_for_one(lower, upper, self.seed)
        else:
            names, sign = problem.names, 1.0
            ranges: list[Any] = [
                tuple(range_limit(problem, end, names[k + 1 :]) for end in (one.lower, one.upper))
                for k, one in enumerate(problem.ranges)
            ]
            own = lambda f: cubature(f, ranges)  # noqa: E731
            rules = rules_for_several(ranges, self.seed)
        _warm_up(function, len(problem.ranges))
        for name, rule in [("symcalc", own), *rules]:
            yield name, _timed(rule, _Sampled(function), sign)


def _warm_up(function: Callable[..., Any], n_variables: int) -> None:
    """Compile and load before anything is timed."""
    import scipy.integrate  # noqa: F401 - it takes longer than the rules

    with np.errstate(all="ignore"):
        function(*np.full((n_variables, 1), 0.5))


def _timed(rule: Rule, sampled: _Sampled, sign: float) -> Run:
    """Run a rule; one that takes too long has no number."""
    started = time.perf_counter()
    with np.errstate(all="ignore"):
        try:
            found = rule(sampled)
        except (_TooLongError, UserFunctionError, ArithmeticError) as error:
            is_late = sampled.is_late
            note = f"stopped after {RULE_SECONDS:g} s" if is_late else f"it fails: {error}"
            outcome = Outcome.TIME_LIMIT if is_late else Outcome.UNDECIDED
            found = Estimate(math.nan, math.nan, "", Trust.UNCHECKED, outcome, note)
    seconds = time.perf_counter() - started
    count = found.n_evaluations if isinstance(found, QuadratureEstimate) else sampled.n_places
    estimate = Estimate(
        sign * found.value, found.error, found.method, found.trust, found.outcome, found.note
    )
    return estimate, count, seconds
