"""What terms of a penalty are made of: weighted sums, one-sided parts, roots of squares."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..graph.graph import Node
from .entries import Entries, Setting

__all__ = ["is_root", "joined", "rooted", "sides", "weighted"]

_HALF = Fraction(1, 2)


def is_root(setting: Setting, node: Node) -> bool:
    """Whether a node is a square root."""
    graph = setting.graph
    return graph.kinds[node] == "pow" and graph.value(graph.args[node][1]) == _HALF


def weighted(setting: Setting, node: Node) -> tuple[Node, Any] | None:
    """Return what a term adds up, and the weights: 1.0 and the node itself where it is no sum."""
    graph = setting.graph
    weights: Any = 1.0
    kind, args = graph.kinds[node], graph.args[node]
    if graph.shape(node):
        return None
    if kind == "ein" and len(args) == 2:
        left, right = graph.data[node].factors
        moves = [arg in setting.moving for arg in args]
        if left != right or len(set(left)) < len(left) or all(moves):
            return None
        inside = args[moves.index(True)]
        weights = setting.number(args[moves.index(False)])
    elif kind == "sum":
        inside = args[0]
    else:
        return node, weights
    if graph.kinds[inside] == "mul":
        moving = [arg for arg in graph.args[inside] if arg in setting.moving]
        if len(moving) != 1 or graph.shape(moving[0]) != graph.shape(inside):
            return None
        for arg in graph.args[inside]:
            if arg != moving[0]:
                weights = weights * setting.number(arg)
        inside = moving[0]
    return inside, weights


def sides(setting: Setting, node: Node) -> tuple[Node, float, float] | None:
    """Return what `abs(u)` or `max(u, 0)` is of, and its slopes where u is positive, negative."""
    graph = setting.graph
    kind, args = graph.kinds[node], graph.args[node]
    if kind == "abs":
        return args[0], 1.0, 1.0
    if kind == "relu":
        return args[0], 1.0, 0.0
    if kind == "max" and len(args) == 2:
        moving = [arg for arg in args if arg in setting.moving]
        if len(moving) == 1 and {graph.value(arg) for arg in args if arg != moving[0]} == {0}:
            return moving[0], 1.0, 0.0
    return None


def rooted(setting: Setting, node: Node) -> list[list[Entries]] | None:
    """Return the entries whose Euclidean norm a node is, one list for each norm."""
    graph = setting.graph
    if graph.kinds[node] == "hypot" and not graph.shape(node):
        return _all_of([setting.entries(arg) for arg in graph.args[node]])
    if not is_root(setting, node):
        return None
    inside = graph.args[node][0]
    kind, args = graph.kinds[inside], graph.args[inside]
    if graph.shape(node):
        return _rows(setting, inside)
    if kind == "add":
        return _all_of([_squared(setting, arg) for arg in args])
    if kind == "sum":
        return _all_of([_squared(setting, args[0])])
    if kind == "ein" and len(args) == 2 and args[0] == args[1]:
        left, right = graph.data[inside].factors
        return _all_of([setting.entries(args[0])]) if left == right else None
    return _all_of([_squared(setting, inside)])


def _squared(setting: Setting, node: Node) -> Entries | None:
    """Return the entries whose squares a node has."""
    graph = setting.graph
    if graph.kinds[node] != "pow" or graph.value(graph.args[node][1]) != 2:
        return None
    return setting.entries(graph.args[node][0])


def _rows(setting: Setting, node: Node) -> list[list[Entries]] | None:
    """Return the entries of a matrix, row by row or column by column, whose squares add up."""
    graph = setting.graph
    args = graph.args[node]
    if graph.kinds[node] != "ein" or len(graph.data[node].factors[0]) != 2:
        return None
    labels, out = graph.data[node].factors[0], graph.data[node].out
    if len(args) == 1:
        whole = _squared(setting, args[0])
    elif len(args) == 2 and args[0] == args[1] and labels == graph.data[node].factors[1]:
        whole = setting.entries(args[0])
    else:
        return None
    if whole is None or len(out) != 1 or len(set(labels)) < 2:
        return None
    parts = (whole.index, whole.slope, whole.shift)
    if labels[1] == out[0]:
        parts = (whole.index.T, whole.slope.T, whole.shift.T)
    return [[Entries(*row)] for row in zip(*parts, strict=True)]


def _all_of(found: list[Entries | None]) -> list[list[Entries]] | None:
    """Return entries as those of one norm, None where one is missing."""
    known = [entries for entries in found if entries is not None]
    return [known] if len(known) == len(found) else None


def joined(parts: list[Entries]) -> tuple[Any, Any, Any]:
    """Return places, slopes and shifts of several entries, one after the other."""
    return (
        np.concatenate([part.index.ravel() for part in parts]),
        np.concatenate([part.slope.ravel() for part in parts]),
        np.concatenate([part.shift.ravel() for part in parts]),
    )
