"""The value of an integral without parameters: proven, or by two rules that agree, or none."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..balls import (
    BallProgram,
    NoBall,
    enclose_integral,
    exact_number,
    precise_value,
    working_precision,
)
from ..errors import CompileError, UserFunctionError
from ..expression import Expression
from ..facts import IntegrandFacts
from ..graph.graph import Graph
from ..numeric.quadrature import QuadratureEstimate, check_time, quadrature
from ..outcome import Outcome, Trust
from ..symbolic.integrands import Convergence, Verdict, convergence, integrand_facts
from ..verify.closed_forms import ClosedFormCheck, closed_value
from .integral_products import separated
from .integral_several import REFUSED, number_over_several
from .integral_value import (
    BITS,
    MAX_DIGITS,
    IntegralNumber,
    compiled_integrand,
    enclosed,
    end_ball,
    no_value,
)
from .integration_ranges import IntegrationRange, RangedIntegral
from .principal_value import poles_of, principal_parts

__all__ = ["closed_number", "integral_number"]

#: Digits that a proof aims at.
PROVEN_DIGITS = 20
#: Digits that a second proof aims at where the first says little but that the value is tiny.
TINY_DIGITS = 60


#: An enclosure that is wider, relatively, is worth less than what two rules agree on; where so
#: many digits are not aimed at, it may have LOST fewer than those.
NARROW, LOST, NEGLIGIBLE = 1e-12, 4, 1e-25

#: Bits of values in ball arithmetic at most, first where what is below every double counts as
#: zero, then where it does not suffice: x - sin(x) has digits at x = 1e-300 too.
BALL_BITS = (2048, 8192)
#: The least double with all its digits.
NORMAL = 2.0**-1022
#: A relative error above this asks for values without rounding.
POOR = 1e-10
#: Bits at which ends of a range that agree in all bits are compared once more.
CLOSE_BITS = 16 * BITS
CLOSE_DIGITS = math.floor(BITS * math.log10(2))

#: What adding parts up may lose.
ROUNDING = 4e-16


def integral_number(
    problem: RangedIntegral,
    *,
    seconds: float,
    principal_value: bool = False,
    try_proof: bool = True,
    in_balls: bool = False,
    digits: int = PROVEN_DIGITS,
    deadline: float = math.inf,
) -> IntegralNumber:
    """Return the value of an integral whose parameters have values.

    Parameters
    ----------
    problem : RangedIntegral
    seconds : float
        For the proof.
    principal_value : bool
        Whether simple poles inside the range are taken as Cauchy's principal value.
    try_proof : bool
        Without, only the quadrature.
    in_balls : bool
        Whether the quadrature samples the integrand in ball arithmetic, which no cancellation
        harms, and not in doubles.
    digits : int
        That a proof of an integral over one variable aims at.
    deadline : float
        When quadrature stops, on the clock of `time.monotonic`, and no proof is begun.
    """
    seconds = min(seconds, max(deadline - time.monotonic(), 0.0))
    options: dict[str, Any] = {
        "seconds": seconds,
        "principal_value": principal_value,
        "try_proof": try_proof,
        "in_balls": in_balls,
        "digits": digits,
        "deadline": deadline,
    }
    if len(problem.ranges) > 1:
        proven = _product(problem, seconds) if try_proof else None
        return proven or number_over_several(problem, seconds, deadline)
    (only,) = problem.ranges
    lower, upper = (end_ball(problem, node) for node in (only.lower, only.upper))
    if lower.is_nan() or upper.is_nan():
        return no_value(Outcome.UNDEFINED, "an end of the range has no value")
    if not lower < upper and not lower > upper:
        return _between_close_ends(problem.graph, only)
    if lower > upper:
        turned = replace(problem, ranges=(IntegrationRange(only.name, only.upper, only.lower),))
        return _negated(integral_number(turned, **options))
    return _OneRange(problem, only, lower, upper, **options).run()


def _product(problem: RangedIntegral, seconds: float) -> IntegralNumber | None:
    """Return the enclosed product of integrals of one variable each, where it is one."""
    parts = separated(problem)
    total: Any = None
    for part in parts or ():
        found = integral_number(part, seconds=seconds / len(problem.ranges))
        if found.ball is None:
            return None
        with working_precision(BITS):
            total = found.ball if total is None else total * found.ball
    return None if total is None else enclosed(total, "a product of enclosed integrals")


def _between_close_ends(graph: Graph, only: IntegrationRange) -> IntegralNumber:
    """Return zero where the ends of a range are one number, else that they are too close."""
    exact = [exact_number(graph, node) for node in (only.lower, only.upper)]
    if only.lower == only.upper or (exact[0] is not None and exact[0] == exact[1]):
        return IntegralNumber(0.0, 0.0, "the range is empty", Trust.PROVEN, digits="0")
    try:
        first, last = BallProgram(graph, [only.lower, only.upper]).evaluate({}, CLOSE_BITS)
    except NoBall:
        note = "the ends of the range cannot be told apart"
        return no_value(Outcome.UNDECIDED, note, Trust.UNCHECKED)
    if first.overlaps(last):
        return IntegralNumber(0.0, 0.0, "the ends of the range agree", Trust.CHECKED, digits="0")
    note = f"the ends of the range agree to {CLOSE_DIGITS} digits, but differ"
    return no_value(Outcome.UNDECIDED, note, Trust.UNCHECKED)


class _OneRange:
    """The integral over one range whose ends are in order."""

    def __init__(
        self,
        problem: RangedIntegral,
        only: IntegrationRange,
        lower: Any,
        upper: Any,
        seconds: float,
        principal_value: bool,
        try_proof: bool,
        in_balls: bool,
        digits: int,
        deadline: float,
    ) -> None:
        self.problem, self.name = problem, only.name
        self.lower, self.upper, self.seconds = lower, upper, seconds
        self.principal_value, self.try_proof = principal_value, try_proof
        self.in_balls, self.digits, self.deadline = in_balls, digits, deadline

    def run(self) -> IntegralNumber:
        graph, root = self.problem.graph, self.problem.root
        facts = integrand_facts(graph, root, self.name, self.lower, self.upper, {})
        verdict = convergence(facts, float(self.lower), float(self.upper), self.name)
        if verdict.convergence in REFUSED:
            if self.principal_value and verdict.has_principal_value:
                return self._principal(facts)
            return no_value(REFUSED[verdict.convergence], verdict.sentence, facts=facts)
        if self.try_proof:
            proven = self._proven(facts)
            if proven is not None:
                return proven
        return self._by_quadrature(facts, verdict)

    def _principal(self, facts: IntegrandFacts) -> IntegralNumber:
        """Return the sum of the parts of a principal value."""
        parts = principal_parts(self.problem, poles_of(facts))
        if parts is None:
            note = "the exact place of a pole is not known"
            return no_value(Outcome.UNDECIDED, note, Trust.UNCHECKED, facts)
        found = [
            integral_number(
                part.problem,
                seconds=self.seconds / len(parts),
                in_balls=part.is_folded,
                deadline=self.deadline,
            )
            for part in parts
        ]
        bad = next((one for one in found if not one.is_known), None)
        if bad is not None:
            return replace(bad, facts=facts)
        value = math.fsum(one.value for one in found)
        rounding = ROUNDING * sum(abs(one.value) for one in found)
        return IntegralNumber(
            value,
            sum(one.error for one in found) + rounding,
            " and ".join(dict.fromkeys(one.method for one in found)),
            min((one.trust for one in found), key=lambda trust: trust.degree),
            facts=facts,
            is_principal_value=True,
        )

    def _proven(self, facts: IntegrandFacts) -> IntegralNumber | None:
        """Return the value enclosed in balls, where that succeeds."""
        graph, root = self.problem.graph, self.problem.root
        inside = [p.at for p in facts.points if p.kind != "peak"]
        (only,) = self.problem.ranges
        lower, upper = (
            ball if (exact := exact_number(graph, node)) is None else exact
            for node, ball in ((only.lower, self.lower), (only.upper, self.upper))
        )
        number = None
        narrow = max(NARROW, 10.0 ** (LOST - self.digits))
        for digits in (self.digits, TINY_DIGITS):
            found = enclose_integral(
                graph,
                root,
                self.name,
                lower,
                upper,
                {},
                splits=inside,
                digits=digits,
                seconds=self.seconds / (1 if digits == self.digits else 3),
            )
            if found.ball is None or not found.ball.is_finite():
                break
            number = enclosed(found.ball, found.method)
            if number is None or number.value == 0.0 or number.error < narrow * abs(number.value):
                break  # what waves have left may be far below the integrand's own size
        if number is None or number.error > max(narrow * abs(number.value), NEGLIGIBLE):
            return None
        return replace(number, facts=facts)

    def _by_quadrature(self, facts: IntegrandFacts, verdict: Verdict) -> IntegralNumber:
        """Return the value by two rules."""
        try:
            f = (
                _in_balls(self.problem, self.deadline)
                if self.in_balls
                else compiled_integrand(self.problem, (self.name,))
            )
        except CompileError as error:
            return no_value(Outcome.UNDECIDED, str(error), Trust.UNCHECKED, facts)
        found = self._agreed(f, facts)
        if not self.in_balls and _is_poor(found):
            found = self._without_rounding(facts) or found
        trust, note, outcome = found.trust, found.note, found.outcome
        if self.in_balls and found.value == found.error == 0.0:
            # Far below any double at every place, in many bits: an analytic function that is zero.
            trust, note, outcome = Trust.CHECKED, "", Outcome.DONE
        if verdict.convergence is Convergence.UNKNOWN:
            trust = Trust.ESTIMATED if trust is Trust.CHECKED else trust
            note = "; ".join(filter(None, (verdict.sentence, note)))
        return IntegralNumber(
            found.value,
            found.error,
            found.method,
            trust,
            outcome,
            note,
            facts=facts,
            places=found.places,
        )

    def _agreed(
        self, f: Callable[..., Any], facts: IntegrandFacts, **options: Any
    ) -> QuadratureEstimate:
        """Return what two rules agree on."""
        options = {"deadline": self.deadline, **options}
        return quadrature(f, float(self.lower), float(self.upper), facts=facts, **options)

    def _without_rounding(self, facts: IntegrandFacts) -> QuadratureEstimate | None:
        """Return what two rules agree on for values in ball arithmetic, within the time."""
        try:
            deadline = min(self.deadline, time.monotonic() + self.seconds)
            f = _in_balls(self.problem, deadline)
            found = self._agreed(f, facts, deadline=deadline, max_evaluations=100_000)
        except (NoBall, UserFunctionError):
            return None
        return None if _is_poor(found) else found


def _is_poor(found: QuadratureEstimate) -> bool:
    """Whether values without rounding may give what values in doubles did not."""
    if not found.outcome.is_good:
        return found.outcome is Outcome.UNDECIDED
    return found.trust is not Trust.CHECKED or not found.error <= POOR * abs(found.value)


def _in_balls(problem: RangedIntegral, deadline: float) -> Callable[..., Any]:
    """Return the integrand as a function of arrays, each value from balls of rising precision."""
    import numpy as np

    (name,) = problem.names
    program = BallProgram(problem.graph, [problem.root])

    def value(x: float) -> float:
        for bits in BALL_BITS:
            check_time(deadline)
            found = precise_value(
                problem.graph, problem.root, {name: float(x)}, max_precision=bits, program=program
            )
            if found.is_proven or found.radius < NORMAL:
                break
        return found.value

    return np.vectorize(value, otypes=[float])


def _negated(found: IntegralNumber) -> IntegralNumber:
    """Return the value with the other sign."""
    if found.ball is not None:
        with working_precision(BITS):
            ball = -found.ball
        turned = enclosed(ball, found.method)
        if turned is not None:
            return replace(turned, facts=found.facts)
    return replace(found, value=-found.value, ball=None)


def closed_number(
    form: Expression, known: IntegralNumber | None, check: ClosedFormCheck, strategy: str
) -> IntegralNumber:
    """Return the value of a closed form without parameters that agrees with what is known."""
    method = f"closed form ({strategy})"
    try:
        found = precise_value(form.graph, form.root, {}, digits=MAX_DIGITS, seconds=1.0)
    except NoBall:
        value = closed_value(form, {})
        return IntegralNumber(value, 4 * math.ulp(value), method, check.trust)
    if not found.is_proven:
        return known or no_value(Outcome.UNDECIDED, "the closed form has no value")
    number = enclosed(found.ball, method)
    if number is None:
        return known or no_value(Outcome.UNDECIDED, "the closed form has no finite value")
    note = "" if known is None else known.note if known.trust is Trust.CHECKED else ""
    is_principal = known is not None and known.is_principal_value
    return replace(number, trust=check.trust, note=note, is_principal_value=is_principal)
