"""The derivative along a line on which the formula has no value, but continues analytically.

`sin(x*y)/(x*y)` has no value anywhere on `x = 0`; its series in `x` has one at every `y`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..balls import laurent, to_ball, working_precision
from ..graph.graph import Graph, Node
from .limits import find_limit

__all__ = ["extended_derivative"]

Coordinates = Mapping[str, float | Fraction]

BITS = 1024
#: Steps FACTOR / 2**e: odd, so that they hit no zero of a periodic function of 1/step, and dyadic.
FACTOR = 77453
EXPONENTS = (32, 48, 80, 144, 272)


def extended_derivative(
    graph: Graph, value_root: Node, slope_root: Node, name: str, point: Coordinates
) -> tuple[Any, Any] | None:
    """Return the (value, slope) of the continued function along `name`, or None.

    The series of the closed-form slope in one of the other variables gives the slope; difference
    quotients of the continued values must tend to it from both sides.
    """
    for other in point:
        if other == name:
            continue
        value = _continued(graph, value_root, other, point)
        slope = _continued(graph, slope_root, other, point)
        if value is None or slope is None:
            continue
        if all(
            _quotients_tend(graph, value_root, (other, name), point, sign, value, slope)
            for sign in (1, -1)
        ):
            return value, slope
    return None


def _continued(graph: Graph, root: Node, other: str, point: Mapping[str, Any]) -> Any:
    """Return the constant term of the series in `other` about the point, None at a pole."""
    rest = {name: value for name, value in point.items() if name != other}
    found = laurent(graph, root, other, Fraction(point[other]), 1, BITS, rest)
    if found is None or found[0] < 0:
        return None
    return found[1][0] if found[0] == 0 else found[1][0] * 0


def _quotients_tend(
    graph: Graph,
    root: Node,
    names: tuple[str, str],
    point: Coordinates,
    sign: int,
    value: Any,
    slope: Any,
) -> bool:
    """Say whether quotients of the continued values tend to the slope on one side."""
    other, name = names
    quotients = []
    for exponent in EXPONENTS:
        step = Fraction(sign * FACTOR, 2**exponent)
        beside = _continued(graph, root, other, {**point, name: Fraction(point[name]) + step})
        if beside is None:
            return False
        with working_precision(BITS):
            quotients.append((beside - value) / to_ball(step))
    return find_limit(quotients).agrees(slope)
