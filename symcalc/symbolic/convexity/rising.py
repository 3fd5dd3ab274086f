"""Which way a formula goes when a part of it rises: proven by signs and rules, never by samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...graph.graph import Graph, Node
from ..bounds import Interval
from .atoms import JOINT, PIECES

__all__ = ["rising_in"]

#: Kinds that go up with each of their arguments.
_UPWARD = JOINT | {"add", "sum", "take", "reshape", "concat", "min", "amin"}


def rising_in(
    graph: Graph, roots: Sequence[tuple[Node, int]], ranges: Mapping[Node, Interval]
) -> dict[Node, int]:
    """Return for each node below the roots how they go as it rises: 1, -1, or 0 where not known.

    A root counts with the sign beside it; 1 means that the roots, so turned, never fall.
    """
    found: dict[Node, int] = {}
    for root, sign in roots:
        _meet(found, root, sign)
    for node in sorted(graph.reachable([root for root, _ in roots]), reverse=True):
        for place, arg in enumerate(graph.args[node]):
            _meet(found, arg, found[node] * _slope(graph, node, place, ranges))
    return found


def _meet(found: dict[Node, int], node: Node, sign: int) -> None:
    """Take one more way from a node to a root into account."""
    found[node] = sign if found.get(node, sign) == sign else 0


def _slope(graph: Graph, node: Node, place: int, ranges: Mapping[Node, Interval]) -> int:
    """Return the sign of the derivative of a node by one of its arguments, 0 where not known."""
    kind, args = graph.kinds[node], graph.args[node]
    if kind in _UPWARD:
        return 1
    if kind in ("mul", "ein"):
        if kind == "ein" and args.count(args[place]) > 1:
            return _sign(ranges[args[place]])  # products of entries of one array
        sign = 1
        for other in (*args[:place], *args[place + 1 :]):
            sign *= _sign(ranges[other])
        return sign
    if kind == "pow":
        return _slope_of_power(graph, node, place, ranges)
    if len(args) != 1:
        return 0
    known = ranges[args[0]]
    ways = {piece.rises for piece in PIECES.get(kind, ()) if piece.holds(known)} - {""}
    ways = ways or {piece.rises for piece in PIECES.get(kind, ())}
    return {"up": 1, "down": -1}.get(ways.pop(), 0) if len(ways) == 1 else 0


def _slope_of_power(graph: Graph, node: Node, place: int, ranges: Mapping[Node, Interval]) -> int:
    """Return the sign of the derivative of a power by its base."""
    base, exponent = graph.args[node]
    power = graph.value(exponent)
    if place or power is None:
        return 0
    known = ranges[base]
    rises = known.is_nonnegative or (power.denominator == 1 and power.numerator % 2 == 1)
    if power > 0:
        return 1 if rises else -1 if known.is_nonpositive and power.denominator == 1 else 0
    return -1 if known.is_positive else 0


def _sign(known: Interval) -> int:
    """Return the sign of a factor, 0 where it may have both."""
    return 1 if known.is_nonnegative else -1 if known.is_nonpositive else 0
