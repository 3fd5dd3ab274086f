"""Peaks, steep transitions and near singularities: narrow features that samples would miss."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...balls import BallProgram, NoBall
from ...balls.naming import name_of
from ...balls.zeros import find_zeros
from ...errors import SymcalcError
from ...facts import SpecialPoint
from ...graph.derive import derivative
from ...graph.graph import Graph, Node

__all__ = ["features", "find_peaks"]

#: A feature narrower than this share of the range (of its distance from 0 on infinite ones) counts.
FINITE_SHARE, INFINITE_SHARE = 0.05, 0.2
MAX_PEAKS = 32
#: The search for each feature gives up after so many intervals.
MAX_EVALUATIONS = 120

#: Functions that change around a zero of their argument, on a distance of 1.
_STEEP = frozenset(
    "tanh erf erfc erfi atan sigmoid softplus sech logcosh cosh sinh acot asinh cathetus".split()
)

#: The many maxima of an oscillation are no peaks.
_OSCILLATING = frozenset({"sin", "cos", "sinc", "besselj", "bessely", "spherical_jn"})


def find_peaks(
    graph: Graph,
    root: Node,
    variable: str,
    ends: Sequence[Any],
    point: Mapping[str, Any],
) -> list[SpecialPoint]:
    """Return peaks, steep places and near singularities with their widths.

    `ends` are the range and the special places inside it, in order.
    """
    lower, upper = float(ends[0]), float(ends[-1])
    found: list[SpecialPoint] = []
    x = graph.var(variable)
    for feature, is_step in dict.fromkeys(features(graph, root, variable)):
        try:
            slope = feature if is_step else derivative(graph, feature, x)
            bend = BallProgram(graph, [derivative(graph, slope, x)])
        except (SymcalcError, NoBall):
            continue
        for low, high in zip(ends, ends[1:], strict=False):
            zeros = find_zeros(graph, slope, variable, low, high, point, MAX_EVALUATIONS)
            for place in zeros.places:
                curvature = bend.evaluate({**point, variable: place}, 128)[0]
                width = _width(curvature, is_step)
                at = float(place)
                if width and width < _reach(lower, upper, at):
                    found.append(SpecialPoint(at, "peak", name_of(place), width=width))
        if len(found) > MAX_PEAKS:
            break
    unique = {point.at: point for point in sorted(found, key=lambda p: -p.width)}
    return sorted(unique.values(), key=lambda p: p.at)[:MAX_PEAKS]


def _reach(lower: float, upper: float, at: float) -> float:
    if math.isfinite(upper - lower):
        return FINITE_SHARE * (upper - lower)
    return INFINITE_SHARE * max(1.0, abs(at))


def _width(curvature: Any, is_step: bool) -> float:
    """Return the distance on which a feature changes, 0 for none."""
    if not curvature.is_finite() or curvature.contains(0):
        return 0.0
    size = abs(float(curvature))
    return 1 / size if is_step else 1 / math.sqrt(size)


def features(graph: Graph, root: Node, variable: str) -> Iterator[tuple[Node, bool]]:
    """Yield logarithms whose stationary points may be peaks, and arguments of steep functions."""
    moving: set[Node] = set()
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "var" and graph.data[node] == variable:
            moving.add(node)
        if moving.isdisjoint(args):
            continue
        moving.add(node)
        if kind in _STEEP:
            yield args[0], True
        elif kind == "exp":
            yield args[0], False
        elif kind == "pow" and args[0] in moving and not _is_natural(graph, args[1]):
            yield graph.mul((args[1], graph.call("log", (args[0],)))), False
        elif kind == "log":
            yield graph.call("log", (args[0],)), False
    for term in graph.args[root] if graph.kinds[root] == "add" else (root,):
        if term in moving and graph.kinds[term] == "mul":
            logarithms = _logarithms(graph, term, moving)
            if len(logarithms) > 1:
                yield graph.add(logarithms), False


def _is_natural(graph: Graph, node: Node) -> bool:
    value = graph.value(node)
    return value is not None and value.denominator == 1 and 0 < value < 8


def _logarithms(graph: Graph, product: Node, moving: set[Node]) -> list[Node]:
    """Return the logarithms of the moving factors of a product."""
    found = []
    for factor in graph.args[product]:
        kind, args = graph.kinds[factor], graph.args[factor]
        if factor not in moving or not _OSCILLATING.isdisjoint(
            graph.kinds[part] for part in graph.reachable([factor])
        ):
            continue
        if kind == "exp":
            found.append(args[0])
        elif kind == "pow":
            found.append(graph.mul((args[1], graph.call("log", (args[0],)))))
        else:
            found.append(graph.call("log", (factor,)))
    return found
