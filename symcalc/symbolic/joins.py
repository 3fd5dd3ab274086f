"""The derivative at a point that a piecewise singles out, as in `sin(x)/x if x != 0 else 1`.

Differentiated branch by branch, the lone value 1 has the derivative 0, whatever its neighbours
do. Where the formula continues analytically through the point, its derivative there is the limit
from both sides, and that limit becomes the branch's value; where it does not, no derivative exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute

if TYPE_CHECKING:
    from flint import arb

__all__ = ["repair_joins"]

PRECISION = 384
N_TERMS = 8
#: A limit is recognised as a fraction when its denominator is at most this.
MAX_DENOMINATOR = 10**12


def repair_joins(
    graph: Graph, source: Node, derived: Sequence[Node], wrt: Sequence[Node]
) -> list[Node]:
    """Return the derivatives with the values at singled-out points made the limits there.

    Parameters
    ----------
    graph : Graph
        Holds all of them; the repaired forms are appended.
    source : Node
        What was differentiated.
    derived : sequence of Node
        Its derivatives, branch by branch.
    wrt : sequence of Node
        The variable that each was differentiated in last. A lone value of *another* variable
        needs no repair: there the branch is what is differentiated.

    Notes
    -----
    The limit is found for formulas of one variable; else the derivative at the point is NaN.
    """
    if "piecewise" not in graph.kinds:
        return list(derived)
    places = {
        place
        for node in graph.reachable([source])
        if graph.kinds[node] == "piecewise"
        for place in _singled_out(graph, node)
    }
    if not places:
        return list(derived)
    return [
        _repair(graph, source, node, {place for place in places if place[0] == variable})
        for node, variable in zip(derived, wrt, strict=True)
    ]


def _singled_out(graph: Graph, node: Node) -> list[tuple[Node, Fraction]]:
    """Return the points (variable, number) that the conditions of a piecewise single out."""
    points = [_point_of(graph, condition) for condition in graph.args[node][1::2]]
    return [point for point in points if point is not None]


def _point_of(graph: Graph, condition: Node) -> tuple[Node, Fraction] | None:
    """Return (variable, number) for `variable == number` and `variable != number`."""
    if graph.kinds[condition] != "compare" or graph.data[condition] not in ("==", "!="):
        return None
    left, right = graph.args[condition]
    if graph.kinds[right] == "var":
        left, right = right, left
    value = graph.value(right)
    if graph.kinds[left] != "var" or value is None:
        return None
    return left, Fraction(value)


def _repair(graph: Graph, source: Node, derived: Node, places: set[tuple[Node, Fraction]]) -> Node:
    changed: dict[Node, Node] = {}
    for node in graph.reachable([derived]):
        if graph.kinds[node] != "piecewise":
            continue
        for variable, point in _singled_out(graph, node):
            if (variable, point) in places:
                here = _value_at(graph, source, node, variable, point)
                changed[node] = _with_value(graph, node, variable, point, here)
    return substitute(graph, derived, changed) if changed else derived


def _value_at(graph: Graph, source: Node, piecewise: Node, variable: Node, point: Fraction) -> Node:
    """Return the limit of a derived piecewise at the point; NaN where the source is not smooth."""
    from ..balls import laurent

    if graph.variables([source, piecewise]) != [variable]:
        return graph.call("nan")
    if not _continues(graph, source, variable, point):
        return graph.call("nan")
    series = laurent(graph, piecewise, graph.data[variable], point, N_TERMS, PRECISION)
    if series is None or series[0] < 0:
        return graph.call("nan")
    return graph.const(_to_fraction(series[1][0])) if series[0] == 0 else graph.const(0)


def _continues(graph: Graph, source: Node, variable: Node, point: Fraction) -> bool:
    """Whether the value at the point is the limit there."""
    from ..balls import NoBall, ball_value, laurent

    name = graph.data[variable]
    try:
        here = ball_value(graph, source, {name: point}, PRECISION)
    except NoBall:
        return False
    series = laurent(graph, source, name, point, N_TERMS, PRECISION)
    if series is None or series[0] < 0:
        return False
    limit = series[1][0] if series[0] == 0 else series[1][0] * 0
    return bool(here.overlaps(limit))


def _to_fraction(ball: arb) -> Fraction:
    """Return the simplest fraction in the ball; failing a simple one, the nearest double."""
    middle = Fraction(str(ball.mid().str(110, radius=False)).strip("[]"))
    simple = middle.limit_denominator(MAX_DENOMINATOR)
    return simple if abs(simple - middle) < Fraction(1, 10**60) else Fraction(float(ball))


def _with_value(graph: Graph, node: Node, variable: Node, point: Fraction, value: Node) -> Node:
    """Return: this value at the point, the piecewise elsewhere (without its lone branch)."""
    args = graph.args[node]
    away: list[tuple[Node, Node]] = []
    otherwise = args[-1]
    for index in range(0, len(args) - 1, 2):
        condition = args[index + 1]
        if _point_of(graph, condition) == (variable, point):
            if graph.data[condition] == "==":
                continue
            otherwise = args[index]
            break
        away.append((args[index], condition))
    elsewhere = graph.piecewise(away, otherwise) if away else otherwise
    apart = graph.compare("!=", variable, graph.const(point))
    return graph.piecewise([(elsewhere, apart)], value)
