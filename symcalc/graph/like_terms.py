"""Sums of parts that may be alike: the numbers in front of equal ones are added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .graph import Graph, Node, Number

__all__ = ["sum_of_parts", "without_number"]


def without_number(graph: Graph, node: Node) -> tuple[Number, Node]:
    """Return the number in front of a node and the rest of it; of a number, itself and 1."""
    kind = graph.kinds[node]
    if kind == "const":
        return graph.data[node], graph.const(1)
    if kind == "mul":
        args = graph.args[node]
        if graph.kinds[args[0]] == "const":
            rest = args[1] if len(args) == 2 else graph.node("mul", args[1:])
            return graph.data[args[0]], rest
    return 1, node


def sum_of_parts(graph: Graph, parts: Sequence[Node], *, in_front: bool = False) -> Node:
    """Return the sum; a whole number that all terms, arrays, have may stand before it."""
    if len(parts) == 1:
        return parts[0]
    counts: dict[Node, Number] = {}
    for part in parts:
        number, rest = without_number(graph, part)
        counts[rest] = counts.get(rest, 0) + number
    counts = {rest: number for rest, number in counts.items() if number != 0}
    front = _common(graph, counts) if in_front else 1
    if front != 1:
        counts = {rest: 1 if number > 0 else -1 for rest, number in counts.items()}
    return graph.scale(front, graph.add([graph.scale(n, rest) for rest, n in counts.items()]))


def _common(graph: Graph, counts: Mapping[Node, Number]) -> Number:
    """Return the whole number that stands before every term, 1 if they differ."""
    if not any(graph.shape(rest) for rest in counts):
        return 1
    first, *others = {max(number, -number) for number in counts.values()}
    return 1 if others or first.denominator != 1 else first
