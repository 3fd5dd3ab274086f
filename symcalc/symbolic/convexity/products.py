"""Products that are convex although no rule of composition says so."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ...graph.graph import Graph, Node
from ..bounds import Interval
from .shape import CONVEX, UNKNOWN, Shape

__all__ = ["as_power", "combine", "entropy", "merge"]


def as_power(graph: Graph, node: Node, ranges: Mapping[Node, Interval]) -> tuple[Node, Fraction]:
    """Return a node as a base to an exact power; powers of powers where the base is no minus."""
    base, power = node, Fraction(1)
    while graph.kinds[base] == "pow":
        inner, exponent = graph.args[base]
        value = graph.value(exponent)
        if value is None or (base != node and not ranges[inner].is_nonnegative):
            break
        base, power = inner, power * Fraction(value)
    return base, power


def merge(
    graph: Graph, factors: Sequence[Node], ranges: Mapping[Node, Interval]
) -> dict[Node, Fraction] | None:
    """Return factors as powers of their bases; None where a base has powers of both signs."""
    found: dict[Node, Fraction] = {}
    for factor in factors:
        base, power = as_power(graph, factor, ranges)
        if base in found:
            is_whole = power.denominator == 1 and found[base].denominator == 1
            if not is_whole or (power < 0) != (found[base] < 0):
                return None
        found[base] = found.get(base, Fraction(0)) + power
    return found


def combine(factors: Sequence[tuple[Shape, Fraction | None]]) -> Shape:
    """Return the shape of a product from the shapes of its factors.

    Either the logarithms of all are convex, or one is the q-th power of a convex part that is not
    negative, h**q, and the others are 1/g**r with g concave and positive. That is convex for
    q >= 1 + sum of the r: the perspective of h**q, composed.
    """
    if all(shape.root == math.inf for shape, _ in factors):
        return Shape(True, root=math.inf)
    above = [shape for shape, power in factors if power is None]
    if len(above) != 1 or above[0].root is None:
        return UNKNOWN
    left = above[0].root - sum(power for _, power in factors if power is not None)
    return Shape(True, root=left) if left >= 1 else UNKNOWN


def entropy(
    graph: Graph, factors: Sequence[Node], shapes: Mapping[Node, Shape],
    ranges: Mapping[Node, Interval],
) -> Shape | None:  # fmt: skip
    """Return the shape of x*log(x) and of x*log(x/y), None for another product."""
    if len(factors) != 2:
        return None
    for x, other in (factors, factors[::-1]):
        if graph.kinds[other] != "log" or not shapes[x].is_affine:
            continue
        inside = graph.args[other][0]
        if inside == x:
            return CONVEX
        parts = graph.args[inside] if graph.kinds[inside] == "mul" else ()
        if len(parts) == 2 and x in parts:
            ratio = parts[1] if parts[0] == x else parts[0]
            below = graph.args[ratio][0] if graph.kinds[ratio] == "pow" else None
            is_inverse = below is not None and graph.value(graph.args[ratio][1]) == -1
            if is_inverse and below is not None and shapes[below].is_affine:
                return CONVEX if ranges[x].is_positive or ranges[below].is_positive else None
    return None
