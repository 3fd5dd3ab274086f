"""What the growth of an integrand says: exponents, oscillation, and whether its integral exists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...balls import BallProgram, NoBall, to_ball, working_precision
from ...balls.growth import (
    BITS,
    LENGTHS,
    LOG,
    ONE,
    TINY,
    Approach,
    Growth,
    Scale,
    UnknownGrowthError,
    W,
    compare,
    growth_at,
    log_atom,
)
from ...balls.series import NotAnalyticError
from ...facts import Behavior
from ...graph.graph import Graph, Node

__all__ = ["EDGE", "behavior_at", "behavior_of", "growth_agrees"]

#: The least order whose integral diverges: 1/(W*log(W)*log(log(W))*…).
EDGE = (W * LOG * log_atom(1) * log_atom(2)) ** -1
#: Where the leading terms are compared with values: W as powers of two.
_CHECKED_AT = (40, 80)
_CHECKED_NEARER = (8, 12)
_CHECK_BITS = 1024


def behavior_at(
    graph: Graph, root: Node, variable: str, approach: Approach, point: Mapping[str, Any]
) -> tuple[Behavior | None, Growth | None]:
    """Return the behavior beside a place, compared with values, and the leading terms.

    None where it is not known: the growth is beyond the arithmetic, or the values contradict it.
    """
    for length in LENGTHS:
        try:
            growth = growth_at(graph, root, variable, approach, point, length)
            if growth_agrees(growth, graph, root, variable, approach, point) is False:
                return None, None
            found = behavior_of(growth, approach)
        except (UnknownGrowthError, NotAnalyticError, NoBall):
            return None, None
        if found.is_integrable is None and length == LENGTHS[-1]:
            return _of_rectified(graph, root, variable, approach, point) or found, growth
        if found.is_integrable is not None or length == LENGTHS[-1]:
            return found, growth
    return None, None


def _of_rectified(
    graph: Graph, root: Node, variable: str, approach: Approach, point: Mapping[str, Any]
) -> Behavior | None:
    """Return the behavior of |u|*v where u is a wave and v keeps its sign, if it diverges.

    With waves of one order S in u, |u| is not less than a part of u**2/S, which has a mean of
    order S: the integral of |u| diverges where that of S does.
    """
    copy = graph.copy()
    factors = copy.args[root] if copy.kinds[root] == "mul" else (root,)
    sizes = [copy.args[node][0] for node in factors if copy.kinds[node] == "abs"]
    others = [node for node in factors if copy.kinds[node] != "abs"]
    if not sizes:
        return None
    rest = copy.mul(others) if others else copy.const(1)
    wave = copy.mul([*sizes, rest])
    try:
        sign = growth_at(copy, rest, variable, approach, point, LENGTHS[0]).sign()
        growth = growth_at(copy, wave, variable, approach, point, LENGTHS[0])
        if not growth.terms or not growth_agrees(growth, copy, wave, variable, approach, point):
            return None
    except (UnknownGrowthError, NotAnalyticError, NoBall):
        return None
    with working_precision(BITS):
        lead = growth.leading()
        measure = ONE if approach.place is None else W**-2
        if sign == 0 or compare(lead[0][1].size * measure, EDGE) < 0:
            return None
        found = _described(lead, growth, approach, "+oo" if sign > 0 else "-oo")
    return replace(found, sign=sign, has_mean=True, frequency=math.nan, is_analytic=False)


def behavior_of(growth: Growth, approach: Approach) -> Behavior:
    """Return the exponents of the leading terms, and what the integral does."""
    with working_precision(BITS):
        outcome = _integral_of(growth, approach)
        if growth.is_zero:
            return Behavior(math.inf, sign=0, tends=outcome, is_integrable=True)
        lead = growth.leading() if growth.terms else [(None, growth.bound)]
        return _described(lead, growth, approach, outcome)


def _described(
    lead: list[tuple[Any, Scale]], growth: Growth, approach: Approach, tends: str
) -> Behavior:
    is_known = bool(growth.terms)
    is_analytic = approach.place is not None and all(
        not s.exponent and not any(s.powers[1:]) and s.powers[0].denominator == 1
        for _, s in growth.terms
    )
    size = lead[0][1].size
    direction = 1 if approach.place is None else -1
    power = direction * float(size.powers[0]) + 0.0  # no -0.0
    rate, rate_power = 0.0, 1.0
    if size.exponent:
        number, _, atom = size.exponent[0]
        rate = -float(number)
        rate_power = math.inf if atom.exponent else direction * float(atom.powers[0])
        if direction < 0 and compare(atom, LOG) > 0:
            power = math.inf if rate > 0 else -math.inf
    phases = [scale.phase for _, scale in lead if scale.phase]
    plain = [c for c, scale in lead if not scale.phase]
    sign = 0
    if is_known and not phases and not plain[0].real.contains(0):
        sign = 1 if plain[0].real > 0 else -1
    return Behavior(
        power=power,
        log_power=float(size.powers[1]),
        rate=rate,
        rate_power=rate_power,
        frequency=_frequency(phases, approach) if is_known else math.nan,
        has_mean=bool(plain) or not is_known,
        sign=sign,
        is_integrable=None if tends == "unknown" else tends == "",
        tends="" if tends == "unknown" else tends,
        coefficient=float(plain[0].real) if sign and not phases else math.nan,
        is_analytic=is_analytic,
    )


def _frequency(phases: list[Any], approach: Approach) -> float:
    """Return the largest angular frequency of phases that are linear, NaN for others."""
    largest = 0.0
    for phase in phases:
        number, atom = phase[0]
        if approach.place is not None or atom != W:
            return math.nan
        largest = max(largest, abs(float(number)))
    return largest


# -- whether the integral exists ----------------------------------------------------------------


def _integral_of(growth: Growth, approach: Approach) -> str:
    """Return "" for a convergent integral, "+oo", "-oo", "oscillates" or "unknown".

    The integral over W of c*S*exp(i*phi) behaves as S/phi' where phi moves; without phi it
    exists exactly where S is less than 1/(W*log(W)*log(log(W))*…).
    """
    measure = ONE if approach.place is None else W**-2
    plain: tuple[Any, Scale] | None = None
    swing: Scale | None = None
    for coefficient, scale in growth.terms:
        here = scale * measure
        if not here.phase:
            if compare(here.size, EDGE) >= 0 and plain is None:
                plain = (coefficient, here.size)
            continue
        amplitude = here.size * _slope(here.phase[0][1]) ** -1
        if compare(amplitude, ONE) >= 0 and (swing is None or compare(amplitude, swing) > 0):
            swing = amplitude
    rest = None if growth.error is None else growth.error * measure
    rest_matters = rest is not None and compare(rest, EDGE) >= 0
    if plain is not None:
        total = _primitive(plain[1])
        if swing is not None and compare(swing, total) >= 0:
            return "oscillates"
        return "+oo" if plain[0].real > 0 else "-oo"
    if rest is not None and rest_matters:
        if swing is not None and compare(swing, rest * W) > 0:
            return "oscillates"
        return "unknown"
    return "" if swing is None else "oscillates"


def _slope(atom: Scale) -> Scale:
    """Return the order of the derivative of what grows."""
    for _, _, inner in atom.exponent[:1]:
        if compare(inner, LOG) > 0:
            return atom.size * _slope(inner)
    chain = W**-1
    for place, power in enumerate(atom.powers):
        if abs(power) > TINY:
            return atom.size * chain
        chain = chain * log_atom(place) ** -1 if place < 3 else chain
    return atom.size * chain


def _primitive(scale: Scale) -> Scale:
    """Return the order of a divergent integral (from below, near the edge)."""
    if scale.exponent and compare(scale.exponent[0][2], LOG) > 0:
        return scale * _slope(scale.exponent[0][2]) ** -1
    gained = scale * W
    return gained if scale.powers[0] > -1 + TINY else log_atom(2)


# -- the values ---------------------------------------------------------------------------------


def growth_agrees(
    growth: Growth,
    graph: Graph,
    root: Node,
    variable: str,
    approach: Approach,
    point: Mapping[str, Any],
) -> bool | None:
    """Whether the leading terms agree with values of a formula ever nearer to the place.

    None where the formula has no values there that tell.
    """
    program = BallProgram(graph, [root])
    for bits in (_CHECKED_AT, _CHECKED_NEARER):
        gaps = [_gap(growth, program, variable, approach, point, bit) for bit in bits]
        known = [gap for gap in gaps if gap is not None]
        if len(known) == len(bits):
            return known[-1] < 0.5 or known[-1] < 0.9 * known[0]
    return None


def _gap(
    growth: Growth,
    program: BallProgram,
    variable: str,
    approach: Approach,
    point: Mapping[str, Any],
    bit: int,
) -> float | None:
    """Return how far a value at W = 2**bit is from the leading terms, relative to them."""
    with working_precision(_CHECK_BITS):
        w = to_ball(2**bit)
        here = {**point, variable: approach.at(w)}
    value = program.evaluate(here, _CHECK_BITS)[0]
    with working_precision(_CHECK_BITS):
        return growth.gap(value, w)
