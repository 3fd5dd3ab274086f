"""The Taylor polynomial of a formula at a removable singularity, proven in ball arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..balls import NoBall, ball_value, laurent, to_ball
from ..graph.graph import Graph, Node

if TYPE_CHECKING:
    from flint import arb

__all__ = ["LocalPolynomial", "local_polynomial"]

N_TERMS = 32
PRECISION = 384
#: The polynomial serves within this part of the estimated radius of convergence.
SAFE_PART = 4
MAX_RADIUS = 2.0
#: The terms may be so many times as large as their sum, looked at in so many places on each side.
MAX_CANCELLED, N_PLACES = 32, 64
#: 2 to this power is below the least double by so much that derivatives vanish in doubles too.
TINY_EXPONENT = -1200
STEPS_PER_HALVING = 3


@dataclass(frozen=True, slots=True)
class LocalPolynomial:
    """A Taylor polynomial, its center, and how far from the center it serves."""

    center: Fraction
    coefficients: tuple[float, ...]
    radius: Fraction


def local_polynomial(
    graph: Graph, node: Node, name: str, center: Fraction
) -> LocalPolynomial | None:
    """Return the Taylor polynomial where the formula has a removable singularity at the center."""
    at_center = _ball(graph, node, name, center)
    lone = _lone_points(graph, node, name)
    if at_center is None or at_center.is_finite() != (center in lone):
        return None
    series = laurent(graph, node, name, center, N_TERMS, PRECISION)
    if series is None and center not in lone:
        return _flat_at(graph, node, name, center)
    if series is None or series[0] < 0:
        return None
    valuation, tail = series
    coefficients = [tail[0] * 0] * valuation + tail
    if at_center.is_finite() and not at_center.overlaps(coefficients[0]):
        return None
    numbers = tuple([0.0 if c.contains(0) else float(c) for c in coefficients])
    radius = _radius(numbers, min((abs(p - center) for p in lone if p != center), default=None))
    if radius is None or not _agrees(graph, node, name, LocalPolynomial(center, numbers, radius)):
        return None
    return LocalPolynomial(center, numbers, radius)


def _flat_at(graph: Graph, node: Node, name: str, center: Fraction) -> LocalPolynomial | None:
    """Return the zero polynomial where the formula vanishes faster than any power, as exp(-1/x**2).

    Enclosures over intervals that halve towards the center show that it is smaller than every
    double there, on both sides; from intervals of 1/64 of that width on it is taken for granted.
    """
    for exponent in range(3, 12):
        radius = Fraction(1, 2**exponent)
        if all(_vanishes(graph, node, name, center, side * radius) for side in (1, -1)):
            return LocalPolynomial(center, (0.0,), radius)
    return None


def _vanishes(graph: Graph, node: Node, name: str, center: Fraction, reach: Fraction) -> bool:
    """Whether the formula is below `TINY` from center + reach down to center + reach/64."""
    for step in range(6 * STEPS_PER_HALVING):
        outer = reach * Fraction(3, 4) ** step
        part = to_ball(center + outer).union(to_ball(center + outer * Fraction(3, 4)))
        try:
            value = ball_value(graph, node, {name: part}, PRECISION)
        except NoBall:
            return False
        if not value.is_finite() or not value.abs_upper() < to_ball(Fraction(2) ** TINY_EXPONENT):
            return False
    return True


def _lone_points(graph: Graph, node: Node, name: str) -> list[Fraction]:
    """Return the numbers that the variable is compared with for equality."""
    found = []
    for condition in graph.reachable([node]):
        if graph.kinds[condition] == "compare":
            sides = graph.args[condition]
            if any(graph.kinds[side] == "var" and graph.data[side] == name for side in sides):
                found += [Fraction(v) for v in map(graph.value, sides) if v is not None]
    return found


def _ball(graph: Graph, node: Node, name: str, at: Fraction) -> arb | None:
    try:
        found: arb = ball_value(graph, node, {name: at}, PRECISION)
        return found
    except NoBall:
        return None


def _radius(coefficients: Sequence[float], room: Fraction | None) -> Fraction | None:
    """Return a power of two within a safe part of the radius of convergence (root test).

    `room` is the distance to the next point that the formula singles out.
    """
    tail = [
        abs(c) ** (1 / k)
        for k, c in enumerate(coefficients)
        if k >= len(coefficients) // 2 and c != 0
    ]
    growth = max(tail, default=0.0)
    radius = MAX_RADIUS if growth == 0 else min(MAX_RADIUS, 1 / (SAFE_PART * growth))
    radius = radius if room is None else min(radius, float(room) / 2)
    if not radius > 1e-9:
        return None
    exact = Fraction(1)
    while exact > radius:
        exact /= 2
    while exact * 2 <= radius:
        exact *= 2
    while exact > 1e-9 and not _keeps_digits(coefficients, float(exact)):
        exact /= 2
    return exact if exact > 1e-9 else None


def _keeps_digits(coefficients: Sequence[float], radius: float) -> bool:
    """Whether the terms cancel nowhere by more than a few bits: no zero but the center is near.

    The formula itself may keep its digits near another zero: `(x^3 - x)/(x - 1)` near 0.
    """
    first = next((k for k, c in enumerate(coefficients) if c), len(coefficients))
    rest = coefficients[first:]
    size = _value([abs(c) for c in rest], radius)
    offsets = [radius * place / N_PLACES for place in range(-N_PLACES, N_PLACES + 1)]
    return all(size <= MAX_CANCELLED * abs(_value(rest, offset)) for offset in offsets)


def _value(coefficients: Sequence[float], offset: float) -> float:
    """Return the value of a polynomial by Horner's scheme."""
    value = 0.0
    for coefficient in reversed(coefficients):
        value = value * offset + coefficient
    return value


def _agrees(graph: Graph, node: Node, name: str, polynomial: LocalPolynomial) -> bool:
    """Whether polynomial and formula agree to rounding on both sides, at the edge of its use."""
    for side in (1, -1):
        offset = side * polynomial.radius
        exact = _ball(graph, node, name, polynomial.center + offset)
        if exact is None or not exact.is_finite():
            return False
        value = _value(polynomial.coefficients, float(offset))
        size = max(abs(float(exact)), max(map(abs, polynomial.coefficients[:2])))
        if not (size < math.inf and abs(value - float(exact)) <= 1e-14 * size):
            return False
    return True
