"""Everything that is known of an integrand on a range before it is sampled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ...balls import BallProgram, NoBall, to_ball, working_precision
from ...balls.growth import ONE, Approach, Growth, compare
from ...balls.naming import name_of
from ...balls.zeros import FINE_BITS
from ...errors import ArgumentError, SymcalcError
from ...facts import Behavior, IntegrandFacts, SpecialPoint
from ...graph.derive import derivative
from ...graph.graph import Graph, Node
from .behaviors import behavior_at
from .peaks import find_peaks
from .places import Candidate, CriticalTerm, critical_terms, find_places

__all__ = ["integrand_facts"]

#: Where between two places the integrand is looked at, in shares of the distance.
_SHARES = (Fraction(389, 1000), Fraction(617, 1000), Fraction(83, 1000))
#: A singularity outside of a finite range counts when it is nearer than this share of its width.
NEAR_SHARE = Fraction(1, 50)
_OSCILLATING = frozenset({"sin", "cos", "tan", "cosm1", "sinc", "besselj", "bessely", "Si", "Ci"})


def integrand_facts(
    graph: Graph,
    root: Node,
    variable: str,
    lower: Any,
    upper: Any,
    point: Mapping[str, Any] | None = None,
) -> IntegrandFacts:
    """Find special places, exponents, tails, peaks and oscillation of an integrand.

    Parameters
    ----------
    graph, root
    variable : str
    lower, upper : int, Fraction, float or arb
        The range, lower <= upper; infinite ends are allowed. Floats are taken as the exact
        numbers they are. Balls should be known to 256 bits: at an end that is known to fewer,
        the behavior is found only where it is regular.
    point : mapping of str to number
        The values of the other variables.

    Returns
    -------
    IntegrandFacts

    Raises
    ------
    ArgumentError
        The upper end lies below the lower one.

    Notes
    -----
    Exponents come from the leading terms of the formula, found by an arithmetic of its own, and
    are compared with values of the formula near the place. What cannot be found is None, and
    `is_complete` says whether the search for places was exhaustive.

    Examples
    --------
    >>> from symcalc.language import read
    >>> integrand = read("log(x)/sqrt(1 - x)")
    >>> facts = integrand_facts(integrand.graph, integrand.root, "x", 0, 1)
    >>> facts.lower.log_power, facts.upper.power
    (1.0, 0.5)
    """
    with working_precision(FINE_BITS):
        ends = to_ball(lower), to_ball(upper)
    if not ends[0] <= ends[1]:
        raise ArgumentError(
            f"The range runs from {float(ends[0])} to {float(ends[1])}; "
            "its facts need the lower end first: swap the ends."
        )
    return _Study(graph.copy(), root, variable, ends, dict(point or {})).run()


class _Study:
    def __init__(
        self, graph: Graph, root: Node, variable: str, ends: tuple[Any, Any], point: dict[str, Any]
    ) -> None:
        self.graph, self.root, self.variable = graph, root, variable
        self.lower, self.upper = ends
        self.point = point
        try:
            self.program: BallProgram | None = BallProgram(graph, [root])
        except NoBall:
            self.program = None

    def run(self) -> IntegrandFacts:
        """Put the facts together."""
        terms = critical_terms(self.graph, self.root, self.variable)
        places = find_places(self.graph, terms, self.variable, self.lower, self.upper, self.point)
        candidates = places.candidates
        stops = [self.lower, *(c.at for c in candidates), self.upper]
        undefined = [
            (float(low), float(high))
            for low, high in zip(stops, stops[1:], strict=False)
            if self._is_undefined(low, high)
        ]
        points = [p for c in candidates if (p := self._special(c, undefined)) is not None]
        behaviors = [self._at_end(terms, end, side) for end, side in self._ends()]
        ends = self._special_ends(behaviors)
        peaks: list[SpecialPoint] = []
        if not undefined:
            peaks = find_peaks(self.graph, self.root, self.variable, stops, self.point)
            peaks += self._near_ends(terms)
        taken = {p.at for p in points}
        points += [peak for peak in peaks if peak.at not in taken]
        points += ends
        is_even, is_odd = self._parity()
        return IntegrandFacts(
            points=tuple(sorted(points, key=lambda p: p.at)),
            lower=behaviors[0],
            upper=behaviors[1],
            frequency=self._frequency(),
            is_even=is_even,
            is_odd=is_odd,
            undefined_on=_merged(undefined),
            is_complete=places.is_complete and self.program is not None,
            has_all_singularities=places.has_all_edges,
        )

    def _ends(self) -> list[tuple[Any, int]]:
        return [(self.lower, 1), (self.upper, -1)]

    def _value(self, x: Any, bits: int = 256) -> Any:
        if self.program is None:
            return None
        return self.program.evaluate({**self.point, self.variable: x}, bits)[0]

    # -- places -----------------------------------------------------------------------------

    def _is_undefined(self, low: Any, high: Any) -> bool:
        """Whether the integrand has no value between two places."""
        if self.program is None:
            return False
        for share in _SHARES:
            with working_precision(FINE_BITS):
                x = _between(low, high, share)
            if not self._value(x).is_nan():
                return False
        return True

    def _beside(self, place: Any, side: int) -> tuple[Behavior | None, Growth | None]:
        return behavior_at(self.graph, self.root, self.variable, Approach(place, side), self.point)

    def _special(
        self, candidate: Candidate, undefined: list[tuple[float, float]]
    ) -> SpecialPoint | None:
        """Return what a candidate is, None where the integrand is as anywhere else."""
        place, at = candidate.at, float(candidate.at)
        sides: list[Behavior | None] = []
        growths: list[Growth | None] = []
        is_edge = False
        for side in (-1, 1):
            gone = any(at == (high if side < 0 else low) for low, high in undefined)
            is_edge |= gone
            behavior, growth = (None, None) if gone else self._beside(place, side)
            sides.append(behavior)
            growths.append(growth)
        kind = "edge" if is_edge else self._kind(candidate, growths[0], growths[1])
        if not kind:
            return None
        return SpecialPoint(at, kind, name_of(place), sides[0], sides[1])

    def _kind(self, candidate: Candidate, left: Growth | None, right: Growth | None) -> str:
        fallback = "singular" if candidate.kind == "edge" else candidate.kind
        if left is None or right is None:
            return fallback
        if not (_is_smooth(left) and _is_smooth(right)):
            return "singular"
        difference = _mismatch(left, right)
        if difference is None:
            value = self._value(candidate.at)
            return "removable" if value is None or not value.is_finite() else ""
        if difference == 0:
            return "jump"
        return "join" if candidate.kind == "join" else "kink"

    # -- ends -------------------------------------------------------------------------------

    def _at_end(self, terms: list[CriticalTerm], end: Any, side: int) -> Behavior | None:
        if not end.is_finite():
            return self._beside(None, -side)[0]
        regular = self._regular(terms, end)
        return regular if regular is not None else self._beside(end, side)[0]

    def _regular(self, terms: list[CriticalTerm], end: Any) -> Behavior | None:
        """Return the behavior at an end at which no step is special and the value is not 0."""
        value = self._value(end)
        if value is None or not value.is_finite() or value.contains(0):
            return None
        try:
            program = BallProgram(self.graph, [term.node for term in terms])
        except NoBall:
            return None
        balls = program.evaluate({**self.point, self.variable: end}, 256)
        for term, ball in zip(terms, balls, strict=True):
            if not ball.is_finite() or ball.contains(0):
                return None
            if term.is_whole and ball.contains_integer():
                return None
        number = float(value)
        return Behavior(0.0, sign=1 if number > 0 else -1, is_integrable=True, coefficient=number)

    def _special_ends(self, behaviors: list[Behavior | None]) -> list[SpecialPoint]:
        found = []
        for (end, side), behavior in zip(self._ends(), behaviors, strict=True):
            if not end.is_finite() or (behavior is not None and _is_plain(behavior)):
                continue
            left, right = (None, behavior) if side > 0 else (behavior, None)
            found.append(SpecialPoint(float(end), "singular", name_of(end), left, right))
        return found

    def _near_ends(self, terms: list[CriticalTerm]) -> list[SpecialPoint]:
        """Return finite ends that lie close to a singularity outside, with the distance to it."""
        if not (self.lower.is_finite() and self.upper.is_finite()):
            return []
        edges = [term for term in terms if term.kind == "edge"]
        found = []
        for end, side in self._ends():
            with working_precision(FINE_BITS):
                far = end - side * (self.upper - self.lower) * to_ball(NEAR_SHARE)
            low, high = (far, end) if side > 0 else (end, far)
            places = find_places(self.graph, edges, self.variable, low, high, self.point)
            with working_precision(FINE_BITS):
                distances = [float(abs(c.at - end)) for c in places.candidates]
            if distances and min(distances) > 0:
                found.append(SpecialPoint(float(end), "peak", name_of(end), width=min(distances)))
        return found

    # -- shape ------------------------------------------------------------------------------

    def _parity(self) -> tuple[bool, bool]:
        """Whether values on both sides of the middle agree to 200 bits, or are opposite."""
        if self.program is None:
            return False, False
        with working_precision(FINE_BITS):
            whole = not self.lower.is_finite() and not self.upper.is_finite()
            if not whole and not (self.lower.is_finite() and self.upper.is_finite()):
                return False, False
            middle = to_ball(0) if whole else (self.lower + self.upper) / 2
            reach = to_ball(3) if whole else (self.upper - self.lower) / 2
            steps = [reach * to_ball(share) for share in _SHARES]
        is_even = is_odd = True
        for step in steps:
            with working_precision(FINE_BITS):
                places = middle + step, middle - step
            right, left = (self._value(x, FINE_BITS) for x in places)
            if not (right.is_finite() and left.is_finite()):
                return False, False
            with working_precision(FINE_BITS):
                is_even &= _is_tiny(right - left, right)
                is_odd &= _is_tiny(right + left, right)
        return is_even, is_odd and not is_even

    def _frequency(self) -> float:
        """Return the largest slope of the arguments of oscillating functions on a finite range."""
        if not (self.lower.is_finite() and self.upper.is_finite()):
            return 0.0
        largest = 0.0
        x = self.graph.var(self.variable)
        for node in self.graph.reachable([self.root]):
            if self.graph.kinds[node] not in _OSCILLATING:
                continue
            try:
                slope = derivative(self.graph, self.graph.args[node][-1], x)
                program = BallProgram(self.graph, [slope])
            except (SymcalcError, NoBall):
                return math.nan
            for part in range(8):
                with working_precision(FINE_BITS):
                    step = (self.upper - self.lower) / 8
                    whole = (self.lower + step * part).union(self.lower + step * (part + 1))
                value = program.evaluate({**self.point, self.variable: whole}, 64)[0]
                size = float(abs(value).upper()) if value.is_finite() else math.inf
                largest = max(largest, size)
        return largest


def _between(low: Any, high: Any, share: Fraction) -> Any:
    """Return a point between two places, of which either may be infinite."""
    part = to_ball(share)
    if low.is_finite() and high.is_finite():
        return low + (high - low) * part
    if low.is_finite():
        return low + 10 * part * max(1, abs(low))
    if high.is_finite():
        return high - 10 * part * max(1, abs(high))
    return (part - to_ball(Fraction(1, 2))) * 10


def _is_tiny(gap: Any, value: Any) -> bool:
    scale = float(abs(value).lower())
    return bool(gap.contains(0)) and float(abs(gap).upper()) <= 2.0**-150 * max(scale, 1e-280)


def _is_plain(behavior: Behavior) -> bool:
    """Whether the integrand is like a Taylor series with a first term of a small order."""
    if behavior.power == math.inf and not behavior.rate:
        return True  # it vanishes identically
    whole = math.isfinite(behavior.power) and behavior.power == int(behavior.power)
    return whole and behavior.power >= 0 and not behavior.log_power and behavior.is_analytic


def _is_smooth(growth: Growth) -> bool:
    """Whether the terms are those of a Taylor series."""
    for _, scale in growth.terms:
        power = scale.powers[0]
        if scale.exponent or any(scale.powers[1:]) or power > 0 or power.denominator != 1:
            return False
    return growth.error is None or compare(growth.error, ONE) < 0


def _mismatch(left: Growth, right: Growth) -> int | None:
    """Return the lowest derivative that differs between two sides; None where none does."""
    known = [-int(g.error.powers[0]) for g in (left, right) if g.error is not None]
    last = min([*known, 12])
    by_order = [{-int(s.powers[0]): c.real for c, s in g.terms} for g in (left, right)]
    for order in range(last):
        one, two = (side.get(order, to_ball(0)) for side in by_order)
        gap = one - two * (-1) ** order
        if not gap.contains(0):
            return order
    return None


def _merged(parts: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    found: list[tuple[float, float]] = []
    for low, high in parts:
        if found and found[-1][1] == low:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return tuple(found)
