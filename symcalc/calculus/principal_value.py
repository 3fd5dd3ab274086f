"""Cauchy's principal value at simple poles: folded at each pole, ordinary integrals between."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..balls import BallProgram
from ..errors import SymcalcError
from ..facts import IntegrandFacts, SpecialPoint
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from ..language import read
from .integration_ranges import IntegrationRange, RangedIntegral

__all__ = ["Part", "poles_of", "principal_parts"]

#: Where the neighbors of a pole are infinitely far, it is folded over this distance.
FAR = 1.0


@dataclass(frozen=True)
class Part:
    """A part of a principal value: an ordinary integral; folded at a pole, or away from poles."""

    problem: RangedIntegral
    is_folded: bool


def poles_of(facts: IntegrandFacts) -> tuple[SpecialPoint, ...]:
    """Return the places inside the range that only a principal value can pass."""
    return tuple(
        point
        for point in facts.points
        if any(
            side is not None and side.is_integrable is False for side in (point.left, point.right)
        )
    )


def principal_parts(problem: RangedIntegral, poles: Sequence[SpecialPoint]) -> list[Part] | None:
    """Return ordinary integrals whose sum is the principal value.

    Around a pole c it is the integral of f(c + t) + f(c - t) over t from 0 on, in which the pole
    cancels. None where the exact place of a pole is not known: beside it nothing cancels.
    """
    (only,) = problem.ranges
    graph = problem.graph.copy()
    lower, upper = (_float(problem.graph, node) for node in (only.lower, only.upper))
    places = [_exact_place(graph, pole) for pole in poles]
    edges = [lower, *(pole.at for pole in poles), upper]
    parts: list[Part] = []
    begin = only.lower
    for index, place in enumerate(places):
        if place is None:
            return None
        around = min(edges[index + 1] - edges[index], edges[index + 2] - edges[index + 1])
        radius = graph.const(_radius(around))
        left, right = graph.sub(place, radius), graph.add((place, radius))
        parts.append(_plain(graph, problem, begin, left))
        parts.append(_folded(graph, problem, place, radius))
        begin = right
    parts.append(_plain(graph, problem, begin, only.upper))
    return parts


def _plain(graph: Graph, problem: RangedIntegral, lower: Node, upper: Node) -> Part:
    name = problem.ranges[0].name
    ranges = (IntegrationRange(name, lower, upper),)
    return Part(replace(problem, graph=graph, ranges=ranges), is_folded=False)


def _folded(graph: Graph, problem: RangedIntegral, place: Node, radius: Node) -> Part:
    name = problem.ranges[0].name
    t = graph.var(name)
    right = substitute(graph, problem.root, {t: graph.add((place, t))})
    left = substitute(graph, problem.root, {t: graph.sub(place, t)})
    ranges = (IntegrationRange(name, graph.const(0), radius),)
    folded = replace(problem, graph=graph, root=graph.add((right, left)), ranges=ranges)
    return Part(folded, is_folded=True)


def _radius(distance: float) -> Fraction:
    """Return half of a distance, or a power of two near it."""
    if math.isinf(distance):
        return Fraction(FAR)
    return Fraction(2) ** math.floor(math.log2(distance / 2))


def _exact_place(graph: Graph, pole: SpecialPoint) -> Node | None:
    """Return the node of a pole whose place is known exactly."""
    if not pole.exact:
        return None
    try:
        known = read(pole.exact)
    except SymcalcError:
        return None
    return graph.absorb(known.graph, [known.root])[0]


def _float(graph: Graph, node: Node) -> float:
    return float(BallProgram(graph, [node]).evaluate({}, 128)[0])
