"""The limit of a formula from one side: its leading terms, and its values ever nearer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..balls import BallProgram, NoBall, correct_decimal, distance_bound, to_ball, working_precision
from ..balls.growth import BITS, ONE, Approach, Growth, UnknownGrowthError, compare, growth_at
from ..balls.growth.terms import NotRealError
from ..graph.graph import Graph, Node
from ..outcome import Estimate, Outcome, Trust
from ..symbolic.integrands.behaviors import growth_agrees
from .limits import Limit, LimitKind, find_limit

__all__ = ["LimitNumber", "PlaceOf", "one_sided_limit"]

#: Distances FACTOR / 2**e: off the zeros of what is periodic in the variable or in 1/x.
EXPONENTS = (16, 32, 64, 128, 256, 512, 1024, 2048)
FACTORS = tuple(Fraction(odd, 2**16) for odd in (91751, 84265, 77453, 80659, 80955, 79333))
#: Values always taken; later ones only while there is time.
N_SURE, SECONDS = 5, 0.4
SPARE_BITS, ENOUGH_BITS = 256, 80
MAX_DIGITS = 30

#: Returns the ball of the place to so many bits; None is infinity.
PlaceOf = Callable[[int], Any]


@dataclass(frozen=True, repr=False)
class LimitNumber(Estimate):
    """A limit, infinite ones included, or why there is none."""

    ball: Any = None

    @property
    def is_known(self) -> bool:
        """Whether there is a limit that can be relied on."""
        return self.outcome.is_good and not math.isnan(self.value)

    @property
    def exact(self) -> Fraction | float | None:
        """The limit as the number that it is, where the leading term says so exactly."""
        if math.isinf(self.value):
            return self.value
        if self.ball is None or not self.ball.is_exact():
            return None
        mantissa, exponent = self.ball.man_exp()
        return int(mantissa) * Fraction(2) ** int(exponent)


def one_sided_limit(
    graph: Graph, root: Node, variable: str, place: PlaceOf | None, side: int
) -> LimitNumber:
    """Return the limit of a formula without parameters from one side.

    Parameters
    ----------
    graph, root
    variable : str
    place : callable or None
        None is infinity.
    side : int
        1 from above, or towards +infinity; -1 from below, or towards -infinity.

    Notes
    -----
    The leading terms are derived node by node; values at distances down to 2**-2048 must agree
    with them. Where only one of the two has an answer it is an estimate.
    """
    center = None if place is None else place(BITS)
    try:
        growth = growth_at(graph, root, variable, Approach(center, side), {})
        derived = _of_growth(growth)
    except NotRealError:
        derived, growth = None, None
    except (UnknownGrowthError, NoBall):
        derived, growth = None, None
    try:
        seen = find_limit(_values(graph, root, variable, place, side))
    except NoBall:
        seen = Limit(LimitKind.NONE)
    if derived is None or growth is None:
        return _of_values(seen)
    if _is_same(derived, seen):
        return derived
    confirmed = growth_agrees(growth, graph, root, variable, Approach(center, side), {})
    # A few values that oscillate may look as if they grew, and slow ones as if they did not settle.
    is_open = not seen.is_finite and (seen.kind is LimitKind.NONE or not derived.is_known)
    if is_open and confirmed:
        return derived
    if is_open and confirmed is None:
        return replace(derived, trust=Trust.ESTIMATED, note="no values near enough confirm it")
    note = f"leading terms say {_told(derived)}, values near the place {seen}"
    return LimitNumber(math.nan, math.nan, "leading terms", Trust.SUSPECT, Outcome.SUSPECT, note)


def _told(number: LimitNumber) -> str:
    return f"{number.value:.12g}" if number.outcome.is_good else "no limit"


def _of_growth(growth: Growth) -> LimitNumber | None:
    """Return what the leading terms tend to."""
    if growth.is_zero:
        return finite_limit(to_ball(0))
    with working_precision(BITS):
        if not growth.terms:
            vanishes = growth.error is not None and compare(growth.error, ONE) < 0
            return finite_limit(to_ball(0)) if vanishes else None
        lead = growth.leading()
        order = compare(lead[0][1], ONE)
        if order < 0:
            return finite_limit(to_ball(0))
        if any(scale.phase for _, scale in lead):
            note = "it oscillates" + (" ever more widely" if order > 0 else "")
            return LimitNumber(
                math.nan, math.nan, "leading terms", Trust.CHECKED, Outcome.NO_LIMIT, note
            )
        coefficient = lead[0][0].real
        if order == 0:
            return finite_limit(coefficient)
        if coefficient.contains(0):
            return None
        value = math.inf if coefficient > 0 else -math.inf
        return LimitNumber(value, 0.0, "leading terms, and values", Trust.CHECKED)


def finite_limit(
    ball: Any, method: str = "leading terms, and values", trust: Trust = Trust.CHECKED
) -> LimitNumber:
    """Return the limit that a ball is said to enclose."""
    value = float(ball.mid())
    with working_precision(2 * BITS):
        error = distance_bound(ball, value)
        texts = (correct_decimal(ball, digits) for digits in range(MAX_DIGITS, 0, -1))
        digits = next((text for text in texts if text), "")
    return LimitNumber(value, error, method, trust, digits=digits, ball=ball)


def _is_same(derived: LimitNumber, seen: Limit) -> bool:
    """Whether values tend to where the leading terms do."""
    if not derived.is_known:
        return False
    if math.isinf(derived.value):
        wanted = LimitKind.PLUS_INFINITY if derived.value > 0 else LimitKind.MINUS_INFINITY
        return seen.kind is wanted
    return seen.agrees(derived.ball)


def _of_values(seen: Limit) -> LimitNumber:
    """Return what values alone say: an estimate."""
    method = "values ever nearer"
    if seen.is_outside:
        note = "there are no real values near the place"
        return LimitNumber(math.nan, math.nan, method, Trust.CHECKED, Outcome.NOT_REAL, note)
    if seen.is_finite:
        return finite_limit(seen.ball, method, Trust.ESTIMATED)
    if seen.is_infinite:
        value = math.inf if seen.kind is LimitKind.PLUS_INFINITY else -math.inf
        return LimitNumber(value, 0.0, method, Trust.ESTIMATED)
    note = "values ever nearer do not settle"
    return LimitNumber(math.nan, math.nan, method, Trust.UNCHECKED, Outcome.UNDECIDED, note)


def _values(graph: Graph, root: Node, variable: str, place: PlaceOf | None, side: int) -> list[Any]:
    """Return balls of the formula at distances that shrink very fast."""
    program = BallProgram(graph, [root])
    found: list[Any] = []
    started = time.thread_time()
    for index, exponent in enumerate(EXPONENTS):
        if index >= N_SURE and time.thread_time() - started > SECONDS:
            break
        step = FACTORS[index % len(FACTORS)] / 2**exponent
        for bits in (3 * exponent + SPARE_BITS, 8 * exponent + SPARE_BITS):
            with working_precision(bits):
                if place is None:
                    here: Any = side / step
                else:
                    here = place(bits) + side * to_ball(step)
            ball = program.evaluate({variable: here}, bits)[0]
            if ball.is_finite() and ball.rel_accuracy_bits() > ENOUGH_BITS:
                break
        found.append(ball)
    return found
