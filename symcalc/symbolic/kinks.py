"""Where a formula is not smooth: kinks and jumps of functions, joins of branches."""

from __future__ import annotations

from collections.abc import Mapping

from ..expression import Expression
from ..facts import KinkPlace
from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph, Node
from ..graph.terms import Term, Terms
from ..language import Range, assumed_ranges
from .bounds import can_be_zero

__all__ = ["find_kinks"]

#: More places than this are not listed.
MAX_PLACES = 20


def find_kinks(expression: Expression) -> tuple[KinkPlace, ...]:
    """Return the places where derivatives follow a policy rather than a limit.

    Only what depends on a variable counts, and only places that the assumptions about variables
    leave: `abs(x)` has no kink where x > 0 is assumed. That a place is listed does not mean that
    the formula as a whole is not smooth there: `x*abs(x)` has a derivative at 0.
    """
    graph = expression.graph.copy()
    known = assumed_ranges({v.name: v.assumption for v in expression.variables if v.assumption})
    moving: set[Node] = set()
    places: dict[KinkPlace, None] = {}
    for node in graph.reachable([expression.root]):
        if graph.kinds[node] == "var" or not moving.isdisjoint(graph.args[node]):
            moving.add(node)
            for place in _places_at(graph, node, moving, known):
                places.setdefault(place)
        if len(places) >= MAX_PLACES:
            break
    return tuple(places)


def _places_at(
    graph: Graph, node: Node, moving: set[Node], known: Mapping[str, Range]
) -> list[KinkPlace]:
    kind = graph.kinds[node]
    if kind == "piecewise":
        return _joins(graph, node, moving, known)
    if kind not in TABLE or not TABLE[kind].kinks:
        return []
    terms = Terms(graph, CONSTANTS)
    args = [Term(graph, arg) for arg in graph.args[node]]
    found = []
    for kink in TABLE[kind].kinks:
        where = kink.where(terms, *args)
        for term in where if isinstance(where, (list, tuple)) else (where,):
            if not can_be_zero(graph, term.node, known):
                continue
            text = Expression(graph, term.node).text
            found.append(KinkPlace(f"{text} = 0", kind, kink.kind, kink.policy))
    return found


def _joins(
    graph: Graph, node: Node, moving: set[Node], known: Mapping[str, Range]
) -> list[KinkPlace]:
    """Return the edges of the conditions of a piecewise."""
    found = []
    for condition in graph.reachable(graph.args[node][1::2]):
        if graph.kinds[condition] != "compare" or condition not in moving:
            continue
        if can_be_zero(graph, graph.sub(*graph.args[condition]), known):
            left, right = (Expression(graph, side).text for side in graph.args[condition])
            found.append(KinkPlace(f"{left} = {right}", "piecewise", "join", "of the branch"))
    return found
