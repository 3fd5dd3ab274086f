"""Formulas that are linear in their variables, and those of which each entry is one variable."""

from __future__ import annotations

from collections.abc import Iterable

from ..graph.graph import Graph, Node

__all__ = ["is_affine", "is_single", "moving_nodes"]

#: Kinds that pick, move or add entries: linear in each of their arguments.
_LINEAR = frozenset({"add", "sum", "take", "put", "concat", "reshape"})

#: Kinds that pick or move entries: each of theirs is one of their argument's.
_PICKING = frozenset({"take", "reshape"})


def moving_nodes(graph: Graph, root: Node, names: Iterable[str]) -> set[Node]:
    """Return the nodes below a root that depend on the variables."""
    wanted, moving = set(names), set[Node]()
    for node in graph.reachable([root]):
        is_variable = graph.kinds[node] == "var" and graph.data[node] in wanted
        if is_variable or any(arg in moving for arg in graph.args[node]):
            moving.add(node)
    return moving


def is_affine(graph: Graph, root: Node, names: Iterable[str]) -> bool:
    """Whether a formula is linear in the variables, up to a constant."""
    moving = moving_nodes(graph, root, names)
    return all(_is_linear(graph, node, moving) for node in moving)


def _is_linear(graph: Graph, node: Node, moving: set[Node]) -> bool:
    kind = graph.kinds[node]
    if kind in ("mul", "ein"):
        return sum(arg in moving for arg in graph.args[node]) == 1
    return kind == "var" or kind in _LINEAR


def is_single(graph: Graph, root: Node, names: Iterable[str]) -> bool:
    """Whether each entry of a formula is one variable's entry, times and plus constants."""
    moving = moving_nodes(graph, root, names)
    node = root
    while node in moving:
        kind = graph.kinds[node]
        if kind == "var":
            return True
        inside = [arg for arg in graph.args[node] if arg in moving]
        one_factor = kind == "ein" and len(graph.args[node]) == 1
        picks = one_factor and set(graph.data[node].factors[0]) <= set(graph.data[node].out)
        if len(inside) != 1 or not (kind in ("add", "mul") or kind in _PICKING or picks):
            return False
        node = inside[0]
    return False
