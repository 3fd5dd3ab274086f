"""How a range is cut: at the places that facts name, towards its ends, around poles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...facts import Behavior, IntegrandFacts
from .stretches import FOLDED, PLAIN, Stretch, toward

__all__ = ["Leg", "make_legs"]

#: Edges around a peak, in its widths.
AROUND_PEAK = (-40.0, -16.0, -6.0, -2.5, 0.0, 2.5, 6.0, 16.0, 40.0)
#: Without facts a range longer than this that contains 0 is cut there: its scale may be any.
LONG = 20.0
#: Periods in a panel, and panels from them at most.
PERIODS, MAX_PANELS = 2.0, 20_000


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch, with what is known of the integrand at its end."""

    stretch: Stretch
    behavior: Behavior | None = None

    @property
    def has_end(self) -> bool:
        """Whether it approaches an end that has to be looked at."""
        return math.isinf(self.stretch.stop)


@dataclass(frozen=True, slots=True)
class _Place:
    """A cut: tame places need no approach of their own."""

    at: float
    is_tame: bool
    left: Behavior | None = None
    right: Behavior | None = None


def make_legs(
    lower: float,
    upper: float,
    facts: IntegrandFacts | None,
    found: Sequence[float],
    poles: Sequence[float],
) -> list[Leg]:
    """Return the stretches of a range, with edges where panels shall begin.

    Parameters
    ----------
    lower, upper : float
    facts : IntegrandFacts or None
    found : sequence of float
        Places at which an earlier try got stuck.
    poles : sequence of float
        Simple poles whose principal value is wanted.
    """
    places = _places(lower, upper, facts, found, poles)
    legs: list[Leg] = []
    cuts = sorted({place.at for place in places} | set(poles))
    for pole in poles:
        index = cuts.index(pole)
        radius = 0.5 * min(pole - cuts[index - 1], cuts[index + 1] - pole)
        radius = min(radius, max(abs(pole), 1.0))
        legs.append(Leg(Stretch(FOLDED, 0.0, radius, end=pole)))
        places += [_Place(pole - radius, True), _Place(pole + radius, True)]
    places.sort(key=lambda place: place.at)
    for left, right in zip(places, places[1:], strict=False):
        if not any(left.at < pole < right.at for pole in poles):
            legs += _between(left, right)
    return [_with_edges(leg, facts) for leg in legs]


def _places(
    lower: float,
    upper: float,
    facts: IntegrandFacts | None,
    found: Sequence[float],
    poles: Sequence[float],
) -> list[_Place]:
    is_known = facts is not None and facts.is_complete
    facts = facts or IntegrandFacts()
    special = {point.at: point for point in facts.points if point.kind != "peak"}
    places = [_end(lower, facts.lower, is_known, lower in special)]
    places.append(_end(upper, facts.upper, is_known, upper in special))
    for at, point in special.items():
        if lower < at < upper and at not in poles:
            tame = point.kind in ("kink", "jump", "join", "removable")
            places.append(_Place(at, tame, point.left, point.right))
    known = {place.at for place in places} | set(poles)
    for at in found:
        if lower < at < upper and at not in known:
            places.append(_Place(at, False))
            known.add(at)
    is_long = upper - lower > LONG and not (is_known and math.isfinite(upper - lower))
    if is_long and lower < 0.0 < upper and 0.0 not in known:
        places.append(_Place(0.0, False))
    return sorted(places, key=lambda place: place.at)


def _end(at: float, behavior: Behavior | None, is_known: bool, is_special: bool) -> _Place:
    """Return the place at an end of the range: tame where the integrand is known to be smooth."""
    tame = is_known and math.isfinite(at) and not is_special
    if tame and behavior is not None:
        is_whole = behavior.power >= 0.0 and float(behavior.power).is_integer()
        tame = is_whole and behavior.log_power == 0.0 and behavior.frequency == 0.0
    return _Place(at, tame, behavior, behavior)


def _between(left: _Place, right: _Place) -> list[Leg]:
    """Return the stretches between two neighboring cuts."""
    a, b = left.at, right.at
    if left.is_tame and right.is_tame:
        return [Leg(Stretch(PLAIN, a, b))]
    if left.is_tame:
        return [Leg(toward(a, b), right.left)]
    if right.is_tame:
        return [Leg(toward(b, a), left.right)]
    if math.isinf(a) and math.isinf(b):
        middle = 0.0
    elif math.isinf(b):
        middle = a + max(abs(a), 1.0)
    elif math.isinf(a):
        middle = b - max(abs(b), 1.0)
    else:
        middle = 0.5 * a + 0.5 * b
    return [Leg(toward(middle, a), left.right), Leg(toward(middle, b), right.left)]


def _with_edges(leg: Leg, facts: IntegrandFacts | None) -> Leg:
    """Add edges around peaks, and for every other period of a known oscillation."""
    if facts is None:
        return leg
    stretch = leg.stretch
    ends = (stretch.place(stretch.start), stretch.place(min(stretch.stop, 700.0)))
    if stretch.kind == FOLDED:
        ends = (stretch.end - stretch.stop, stretch.end + stretch.stop)
    low, high = min(ends), max(ends)
    edges = [
        point.at + k * point.width
        for point in facts.points
        if point.kind == "peak"
        for k in AROUND_PEAK
    ]
    if math.isfinite(facts.frequency) and facts.frequency > 0.0 and stretch.kind == PLAIN:
        n = int(min((high - low) * facts.frequency / (2 * math.pi * PERIODS), MAX_PANELS))
        edges += np.linspace(low, high, n + 1).tolist() if n > 1 else []
    inside = sorted({stretch.variable(x) for x in edges if low < x < high})
    return replace(leg, stretch=replace(stretch, edges=tuple(inside)))
