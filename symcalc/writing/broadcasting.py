"""Where an array may be written with fewer axes than it has: beside others, which repeat it."""

from __future__ import annotations

from collections.abc import Sequence

from ..graph.graph import Graph, Node
from ..graph.shapes import SHAPE_RULES

__all__ = ["MAX_RANK", "whole_nodes"]

#: An array with more axes is always written with all of them.
MAX_RANK = 2


def whole_nodes(graph: Graph, nodes: Sequence[Node], roots: Sequence[Node]) -> set[Node]:
    """Return the nodes, of all those under the roots, that must be written with all their axes.

    `v[:, None]` for a broadcast vector has one axis of length 1. That is enough as a term or factor
    beside an array that spans both axes, and not enough alone or as the argument of a reduction.
    """
    if "ein" not in graph.kinds:
        return {node for node in nodes if graph.shape(node)}
    spans = _spans(graph, nodes)
    whole = set(roots)
    for node in reversed(nodes):
        is_partial = node in whole and spans[node] != _all_axes(graph, node)
        if graph.kinds[node] in SHAPE_RULES or is_partial:
            whole.update(arg for arg in graph.args[node] if graph.shape(arg))
    return whole


def _all_axes(graph: Graph, node: Node) -> frozenset[int]:
    return frozenset(range(len(graph.shape(node))))


def _spans(graph: Graph, nodes: Sequence[Node]) -> dict[Node, frozenset[int]]:
    """Return for each node the axes that it spans when written as short as possible."""
    spans: dict[Node, frozenset[int]] = {}
    for node in nodes:
        kind, axes = graph.kinds[node], _all_axes(graph, node)
        if kind == "ein" and len(axes) <= MAX_RANK:
            data = graph.data[node]
            free = data.free
            axes = frozenset(axis for axis in axes if data.out[axis] not in free)
        elif kind not in SHAPE_RULES and graph.args[node]:
            axes = axes.intersection(frozenset().union(*(spans[a] for a in graph.args[node])))
        spans[node] = axes
    return spans
