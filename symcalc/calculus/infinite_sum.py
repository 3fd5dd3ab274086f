"""A sum to infinity, or a very long one: terms added up, and the rest from how they behave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..balls import NoBall, to_ball, working_precision
from ..balls.growth import BITS, ONE, Approach, Growth, UnknownGrowthError, W, compare, growth_at
from ..balls.sums import (
    ACCELERATION_BITS,
    PartialSums,
    accelerated,
    end_correction,
    split_periods,
    windowed,
)
from ..graph.graph import Graph, Node
from ..outcome import Outcome, Trust
from ..symbolic.asymptotics.summability import Summability, SumVerdict, summability
from ..symbolic.integrands.behaviors import growth_agrees
from .integral_number import integral_number
from .integral_value import IntegralNumber, enclosed, no_value
from .integration_ranges import IntegrationRange, RangedIntegral

__all__ = ["InfiniteSum"]

#: Where the rest may begin: indices (of groups of a period) tried in turn.
STARTS = (24, 96, 384, 1536, 6144)
#: Terms must lie this near to their leading term from there on, looked at these multiples.
NEAR, MULTIPLES = 0.5, (1, 1.3, 1.7, 2, 3, 5, 8, 13, 30, 100)
#: Terms added up at most where they vanish exponentially; they vanish at this part of the sum.
MAX_TERMS, VANISHING_BITS = 100_000, 120
#: Seconds for the proof of the integral over the rest.
SECONDS = 0.4
#: Two methods agree within their errors, or to so many digits.
CLOSE = 1e-11
#: An estimate that is coarser is no value.
COARSE = 1e-6


@dataclass
class InfiniteSum:
    """The sum of f(n) from `first` on, to infinity or to `last`."""

    graph: Graph
    root: Node
    name: str
    first: int
    last: int | None = None

    def number(self) -> IntegralNumber:
        """Return the value, or why there is none."""
        sums = PartialSums(self.graph, self.root, self.name, self.first)
        sums.up_to(self.first + 1)
        if self.last is not None:
            return self._long(sums)
        parts = split_periods(self.graph, self.root, self.name)
        try:
            verdict, growths = self._verdict(parts)
        except (UnknownGrowthError, NoBall) as error:
            return self._of_unknown(str(error))
        if verdict.summability is Summability.DIVERGES:
            return no_value(Outcome.DIVERGENT, verdict.sentence)
        if verdict.summability is Summability.UNKNOWN:
            return self._of_unknown(verdict.sentence)
        if not verdict.is_smooth:
            return self._oscillating(sums, verdict)
        return self._smooth(sums, parts, growths)

    # -- convergence ------------------------------------------------------------------------

    def _verdict(self, parts: list[tuple[Graph, Node]]) -> tuple[SumVerdict, list[Growth]]:
        """Return whether the sum exists, and the growth of each part."""
        growths = [self._growth(*part) for part in parts]
        verdicts = [summability(growth, self.name) for growth in growths]
        if len(parts) == 1:
            return verdicts[0], growths
        for growth, verdict in zip(growths, verdicts, strict=True):
            if growth.terms and compare(growth.terms[0][1], ONE) >= 0:
                return verdict, growths
        if all(verdict.summability is Summability.CONVERGES for verdict in verdicts):
            return verdicts[0], growths
        whole = Graph()
        total = whole.add([whole.absorb(graph, [root])[0] for graph, root in parts])
        return summability(self._growth(whole, total), self.name), growths

    def _growth(self, graph: Graph, root: Node) -> Growth:
        """Return the leading terms towards infinity, confirmed by values."""
        approach = Approach(None, 1)
        growth = growth_at(graph, root, self.name, approach, {})
        if growth_agrees(growth, graph, root, self.name, approach, {}) is False:
            raise UnknownGrowthError("values of the terms contradict their leading terms")
        return growth

    # -- values -----------------------------------------------------------------------------

    def _smooth(
        self, sums: PartialSums, parts: list[tuple[Graph, Node]], growths: list[Growth]
    ) -> IntegralNumber:
        """Return the sum of terms that do not oscillate, or only with their period."""
        found = self._direct(sums, len(parts), growths)
        if found is not None:
            return _with_trust(found, Trust.CHECKED)
        found = self._by_integrals(sums, parts, growths)
        # Levin and Sidi's transformation begins with the first terms, which must be like the late
        # ones, and knows no powers of logarithms in divisors.
        has_logarithms = any(any(p < 0 for p in g.bound.powers[1:]) for g in growths)
        is_alike = self._is_settled(sums, len(parts), growths, self._starts(len(parts))[0])
        second = self._accelerated() if is_alike and not has_logarithms else None
        return self._alone(second) if found is None else _compared(found, second)

    def _direct(
        self, sums: PartialSums, period: int, growths: list[Growth]
    ) -> IntegralNumber | None:
        """Return the sum of all terms that matter, where they vanish exponentially."""
        sizes = [growth.bound for growth in growths if not growth.is_zero]
        if not all(compare(size, W**-1000) < 0 for size in sizes):
            return None
        end = self.first + 32
        while end - self.first <= MAX_TERMS:
            total = sums.up_to(end)
            group = -(-end // period)
            if self._is_settled(sums, period, growths, group):
                rest = self._rest(sums, end, period, total)
                if rest is not None:
                    method = "terms added up, the rest by leading terms"
                    with working_precision(BITS):
                        ball = (total + rest).union(total - rest)
                    return enclosed(ball, method)
            end = self.first + 2 * (end - self.first)
        return None

    def _rest(self, sums: PartialSums, end: int, period: int, total: Any) -> Any:
        """Return a bound on a rest that falls geometrically; None where it still matters."""
        with working_precision(BITS):
            late = [abs(sums.term(end + k)).abs_upper() for k in range(2 * period)]
            now, then = (sum(late[k : k + period], to_ball(0)) for k in (0, period))
            if now.is_zero():
                return now
            ratio = then / now
            if not ratio < 1:
                return None
            rest = 2 * now / (1 - ratio)
            goal = abs(total).abs_upper() * to_ball(2) ** -VANISHING_BITS
            return rest if rest < goal else None

    def _is_settled(
        self, sums: PartialSums, period: int, growths: list[Growth], group: int
    ) -> bool:
        """Whether from this group on the terms are near to their leading terms."""
        for start, growth in enumerate(growths):
            for multiple in MULTIPLES:
                k = int(group * multiple) + 1
                with working_precision(BITS):
                    term = sums.program.evaluate(
                        {self.name: to_ball(period * k + start)}, 4 * BITS
                    )[0]
                    if not _is_near(term, growth, to_ball(k)):
                        return False
        return True

    def _by_integrals(
        self, sums: PartialSums, parts: list[tuple[Graph, Node]], growths: list[Growth]
    ) -> IntegralNumber | None:
        """Return terms added up and the rest by Euler and Maclaurin, from two indices on."""
        period = len(parts)
        graph = Graph()
        total = graph.add([graph.absorb(part, [root])[0] for part, root in parts])
        for start in self._starts(period):
            if not self._is_settled(sums, period, growths, start):
                continue
            found = [
                self._from(sums, graph, total, period, place) for place in (start, 2 * start + 1)
            ]
            if found[0] is None or found[1] is None:
                return None
            return _compared(found[1], found[0])
        return None

    def _starts(self, period: int) -> list[int]:
        """Return the groups that the rest may begin with, in turn."""
        least = -(-self.first // period)
        return [start for start in STARTS if start > least + 4] or [least + STARTS[0]]

    def _from(
        self, sums: PartialSums, graph: Graph, total: Node, period: int, start: int
    ) -> IntegralNumber | None:
        """Return the sum with the rest from a group on replaced by an integral."""
        rest = self._integral(graph, total, start, None)
        correction = end_correction(graph, total, self.name, start)
        if rest is None or correction is None:
            return None
        with working_precision(BITS):
            before = sums.up_to(period * start) + correction.value
            ball = before + rest[0]
            error = correction.error + ball.rad() + rest[1]
            ball = (ball.mid() + error).union(ball.mid() - error)
        return enclosed(ball, "terms added up, the rest by Euler and Maclaurin's formula")

    def _integral(self, graph: Graph, root: Node, lower: int, upper: int | None) -> Any:
        """Return the integral from an index on as a ball and a further error."""
        far = graph.call("oo") if upper is None else graph.const(upper)
        ends = IntegrationRange(self.name, graph.const(lower), far)
        found = integral_number(RangedIntegral(graph, root, (ends,)), seconds=SECONDS)
        if not found.is_known or found.trust in (Trust.SUSPECT, Trust.UNCHECKED):
            return None
        if found.ball is not None:
            return found.ball, to_ball(0)
        return to_ball(found.value), to_ball(found.error)

    def _oscillating(self, sums: PartialSums, verdict: SumVerdict) -> IntegralNumber:
        """Return the sum of terms whose phase moves."""
        second = self._accelerated()
        if not verdict.has_mean and verdict.frequency > 0.1:
            with working_precision(BITS):
                middle, error = windowed(sums)
                ball = (middle + error).union(middle - error)
            found = enclosed(ball, "a smooth window")
            if found is not None:
                return _compared(found, second)
        return self._alone(second)

    def _accelerated(self) -> IntegralNumber | None:
        """Return the sum by Levin and Sidi's transformation."""
        sums = PartialSums(self.graph, self.root, self.name, self.first, ACCELERATION_BITS)
        found = accelerated(sums)
        if found is None:
            return None
        middle, error = found
        with working_precision(BITS):
            ball = (middle + error).union(middle - error)
        return enclosed(ball, "Levin and Sidi's transformation")

    def _alone(self, second: IntegralNumber | None) -> IntegralNumber:
        """Return what one method says, as an estimate."""
        if second is None or not second.error <= COARSE * max(abs(second.value), COARSE):
            note = "the sum converges, but no method gives its value"
            return no_value(Outcome.UNDECIDED, note, Trust.UNCHECKED)
        return _with_trust(second, Trust.ESTIMATED)

    def _of_unknown(self, reason: str) -> IntegralNumber:
        """Return an estimate where convergence is not decided."""
        note = f"convergence is not decided: {reason}"
        return no_value(Outcome.UNDECIDED, note, Trust.UNCHECKED)

    def _long(self, sums: PartialSums) -> IntegralNumber:
        """Return a long finite sum by Euler and Maclaurin, from two indices on."""
        found = [self._between(sums, self.first + start) for start in STARTS[1:3]]
        first, last = found
        if first is None or last is None:
            note = "the range is too long to add up, and the terms are not smooth"
            return no_value(Outcome.UNDECIDED, note, Trust.UNCHECKED)
        return _compared(last, first)

    def _between(self, sums: PartialSums, start: int) -> IntegralNumber | None:
        last = self.last if self.last is not None else start
        graph = self.graph.copy()
        rest = self._integral(graph, self.root, start, last)
        lower = end_correction(graph, self.root, self.name, start)
        upper = end_correction(graph, self.root, self.name, last, side=-1)
        if rest is None or lower is None or upper is None:
            return None
        with working_precision(BITS):
            ball = sums.up_to(start) + lower.value + upper.value + rest[0]
            error = lower.error + upper.error + ball.rad() + rest[1]
            ball = (ball.mid() + error).union(ball.mid() - error)
        return enclosed(ball, "terms added up, the rest by Euler and Maclaurin's formula")


def _is_near(term: Any, growth: Growth, w: Any) -> bool:
    """Whether a term is what its leading term says, but for a part of it."""
    if growth.is_zero:
        return bool(abs(term) < to_ball(2) ** -BITS)
    if not growth.terms:
        return False
    coefficient, scale = growth.terms[0]
    lead = (coefficient * scale.at(w)).real
    return bool(abs(term - lead) < NEAR * abs(lead))


def _with_trust(number: IntegralNumber, trust: Trust, error: float = 0.0) -> IntegralNumber:
    """Return a number that is not proven, though its balls are narrow."""
    return replace(number, trust=trust, error=max(error, number.error), ball=None)


def _compared(found: IntegralNumber, second: IntegralNumber | None) -> IntegralNumber:
    """Return a number with the trust that a second one lends it."""
    if second is None:
        return _with_trust(found, Trust.CHECKED if "added up" in found.method else Trust.ESTIMATED)
    gap = abs(found.value - second.value)
    allowed = found.error + second.error + CLOSE * abs(found.value)
    method = " and ".join(dict.fromkeys((found.method, second.method)))
    if gap <= allowed:
        return replace(_with_trust(found, Trust.CHECKED), method=method)
    note = f"{found.method}: {found.value:.12g}; {second.method}: {second.value:.12g}"
    return no_value(Outcome.SUSPECT, note, Trust.SUSPECT)
