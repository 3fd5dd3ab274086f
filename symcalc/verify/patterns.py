"""Formulas that numbers at many points follow: a constant, powers of variables, a known part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..graph.graph import Graph, Node, Number

__all__ = [
    "Law",
    "columns_of",
    "constant_of",
    "law_of",
    "multiple",
    "number_text",
    "rational_of",
    "same",
]

Array = NDArray[np.float64]

#: A rational counts as recognized up to this denominator, as a plain factor up to that one.
MAX_DENOMINATOR = 1000
PLAIN = 60
#: Powers in which a part of the formula may turn up as a factor.
EXPONENTS = (Fraction(1), Fraction(-1), Fraction(1, 2), Fraction(-1, 2), Fraction(2), Fraction(-2))

_NAMED = {
    "pi": math.pi,
    "2*pi": 2 * math.pi,
    "pi/180": math.pi / 180,
    "180/pi": 180 / math.pi,
    "log(10)": math.log(10),
    "log(2)": math.log(2),
    "sqrt(2)": math.sqrt(2),
    "sqrt(pi)": math.sqrt(math.pi),
    "2/sqrt(pi)": 2 / math.sqrt(math.pi),
    "sqrt(2*pi)": math.sqrt(2 * math.pi),
    "e": math.e,
}


@dataclass(frozen=True, slots=True)
class Law:
    """A formula that numbers follow: `coefficient` × the formula of `node`."""

    coefficient: Fraction
    node: Node


def same(left: Array, right: Array, slack: Array | float) -> bool:
    """Say whether two rows of numbers agree at every point, at three points or more."""
    known = np.isfinite(left) & np.isfinite(right)
    if known.sum() < min(3, len(left)):
        return False
    slack = np.broadcast_to(slack, left.shape)[known]
    room = slack + 1e-12 * np.abs(right[known])
    return bool(np.all(np.abs(left[known] - right[known]) <= room))


def constant_of(values: Array, slack: Array) -> float | None:
    """Return the number that all values are, None when they vary."""
    known = np.isfinite(values)
    if known.sum() < min(3, len(values)):
        return None
    weights = 1 / np.maximum(slack[known], 1e-300)
    middle = float(np.average(values[known], weights=weights))
    return middle if same(values, np.full_like(values, middle), slack) else None


def rational_of(value: float, tolerance: float, max_denominator: int) -> Fraction | None:
    """Return the simple fraction that a number is."""
    if not math.isfinite(value) or abs(value) > 1e9:
        return None
    found = Fraction(value).limit_denominator(max_denominator)
    return found if abs(float(found) - value) <= tolerance * abs(value) else None


def number_text(value: float, tolerance: float = 1e-10) -> str:
    """Return a number as people write it: a fraction, a multiple of pi, or decimals."""
    found = rational_of(value, tolerance, MAX_DENOMINATOR)
    if found is not None:
        return str(found)
    sign = "-" if value < 0 else ""
    for name, number in _NAMED.items():
        if abs(abs(value) - number) <= tolerance * number:
            return sign + name
    for name, number in _NAMED.items():
        if abs(abs(value) * number - 1) <= tolerance:
            return f"{sign}1/({name})" if "*" in name or "/" in name else f"{sign}1/{name}"
    return f"{value:.10g}"


def law_of(
    values: Array,
    slack: Array,
    graph: Graph,
    variables: Mapping[Node, Array],
    parts: Mapping[Node, Array],
) -> Law | None:
    """Return the formula that numbers follow: a product of powers of variables, or of one part.

    Parameters
    ----------
    values, slack : array
        The numbers and what they may be off by.
    graph : Graph
        The formula is appended to it.
    variables, parts : mapping of Node to array
        What may stand in it, with values at the same points.
    """
    known = np.isfinite(values) & (values != 0)
    if known.sum() < 3:
        return None
    law = _power_law(values, slack, graph, variables, known)
    if law is not None:
        return law
    for exponent in EXPONENTS:
        for node, part in parts.items():
            with np.errstate(all="ignore"):
                powered = (
                    np.abs(part) ** float(exponent)
                    if exponent.denominator > 1
                    else (part ** float(exponent))
                )
                ratio = values / powered
                room = slack / np.abs(powered) + 1e-11 * np.abs(ratio)
            coefficient = _plain_constant(ratio, room)
            if coefficient is not None:
                return Law(coefficient, graph.pow(node, graph.const(_tidy(exponent))))
    return None


def _power_law(
    values: Array,
    slack: Array,
    graph: Graph,
    variables: Mapping[Node, Array],
    known: NDArray[np.bool_],
) -> Law | None:
    """Return c·x**a·y**b…, its exponents read off logarithms by least squares."""
    if known.sum() < len(variables) + 3:
        return None
    rows = [np.log(np.abs(column[known])) for column in variables.values()]
    matrix = np.column_stack([*rows, np.ones(int(known.sum()))])
    if not np.isfinite(matrix).all():
        return None
    weights = np.minimum(np.abs(values[known]) / np.maximum(slack[known], 1e-300), 1e12)
    target = np.log(np.abs(values[known]))
    solution, *_ = np.linalg.lstsq(matrix * weights[:, None], target * weights, rcond=None)
    exponents = [Fraction(round(2 * float(s)), 2) for s in solution[:-1]]
    if max((abs(e) for e in exponents), default=0) > 6:
        return None
    shape = np.ones_like(values)
    with np.errstate(all="ignore"):
        for exponent, column in zip(exponents, variables.values(), strict=True):
            base = np.abs(column) if exponent.denominator > 1 else column
            shape = shape * base ** float(exponent)
        ratio = values / shape
        room = slack / np.abs(shape) + 1e-11 * np.abs(ratio)
    coefficient = _plain_constant(ratio, room)
    if coefficient is None:
        return None
    powers = [
        graph.pow(node, graph.const(_tidy(e)))
        for node, e in zip(variables, exponents, strict=True)
        if e
    ]
    return Law(coefficient, graph.mul(powers) if powers else graph.const(1))


def _plain_constant(ratio: Array, room: Array) -> Fraction | None:
    """Return the small fraction that all numbers are."""
    middle = constant_of(ratio, room)
    if middle is None:
        return None
    known = np.isfinite(ratio)
    best = float(np.min(room[known] / np.abs(ratio[known]))) if middle else 0.0
    return rational_of(middle, max(1e-10, 3 * best), PLAIN) if middle else None


def _tidy(value: Fraction) -> Number:
    return int(value) if value.denominator == 1 else value


def multiple(graph: Graph, coefficient: Fraction, node: Node) -> Node:
    """Return coefficient × node."""
    return graph.scale(_tidy(coefficient), node)


def columns_of(nodes: Sequence[Node], values: Array) -> dict[Node, Array]:
    """Return the rows of values by node."""
    return dict(zip(nodes, values, strict=True))
