"""Which functions of a formula are flat at a point, and which variables no gradient reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from ..backends.node_values import node_values
from ..expression import Expression
from ..facts import Saturation
from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph, Node
from ..graph.rewrite import make
from ..graph.terms import Term, Terms
from ..symbolic import prepare
from .first_nan import Setting
from .remembered import remembered

__all__ = ["find_saturation"]

#: A function is flat where its slope, times the size of its argument, is below this.
FLAT = 1e-6

#: So far off its argument a function must be flat too.
OFF = Fraction(1, 10)

#: A share of its entries that makes a step saturated.
MOST = 0.95

#: Formulas of more steps, and more functions than this, are not looked at; so many are named.
MAX_STEPS, MAX_FUNCTIONS, MAX_NAMED = 1_000, 60, 4


def find_saturation(setting: Setting, point: Mapping[str, Any]) -> Saturation | None:
    """Return what is saturated where that cuts variables off from the value, else None.

    A function of one argument is flat where its slope is next to nothing at its argument and a
    little off on either side: `tanh(30)`, `exp(-40)`, a rectifier of negative numbers; at an
    extremum (`cosh(0)`) it is not.
    """
    found_out = _what_may_be_flat(setting.expression, tuple(setting.wrt))
    if found_out is None:
        return None
    graph, root, moving, slopes = found_out
    nodes = [node for pair in slopes.values() for node in pair]
    args = [graph.args[step][0] for step in slopes]
    found = node_values(
        graph, [*slopes, *args, *nodes], {**setting.data, **point}, setting.sizes
    )  # fmt: skip
    if found is None:
        return None
    told = {}
    for step, pair in slopes.items():
        size = np.maximum(np.abs(found[graph.args[step][0]]), 1.0)
        is_flat = np.logical_and.reduce([size * np.abs(found[node]) <= FLAT for node in pair])
        if is_flat.size and is_flat.mean() >= MOST:
            told[step] = (int(is_flat.sum()), int(is_flat.size))
    cut_off = _cut_off(graph, root, moving, set(told), setting.wrt)
    if not cut_off:
        return None
    causes = [step for step in told if not cut_off.isdisjoint(_names(graph, step))]
    steps = tuple(_in_words(graph, step, *told[step]) for step in causes[:MAX_NAMED])
    return Saturation(steps, tuple(name for name in setting.wrt if name in cut_off))


@remembered
def _what_may_be_flat(
    expression: Expression, wrt: tuple[str, ...]
) -> tuple[Graph, Node, list[Node], dict[Node, tuple[Node, ...]]] | None:
    """Return the prepared formula, the steps that variables move, and functions with their slopes.

    None where no variable would be cut off if all of these functions were flat.
    """
    prepared, root = prepare(expression.graph, expression.root)
    graph = prepared.copy()  # slopes are appended to it
    moving = _moving(graph, root, wrt)
    slopes = dict(_slopes(graph, moving))
    is_cut = bool(slopes) and bool(_cut_off(graph, root, moving, set(slopes), wrt))
    return (graph, root, moving, slopes) if is_cut else None


def _moving(graph: Graph, root: Node, wrt: tuple[str, ...]) -> list[Node]:
    """Return the steps that the variables move, in order; none where there are too many."""
    steps = graph.reachable([root])
    if len(steps) > MAX_STEPS:
        return []
    moving: dict[Node, None] = {}
    for step in steps:
        is_varied = graph.kinds[step] == "var" and graph.data[step] in wrt
        if is_varied or any(arg in moving for arg in graph.args[step]):
            moving[step] = None
    return list(moving)


def _slopes(graph: Graph, moving: list[Node]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Yield each function of one argument with its slopes there, and off on either side."""
    terms = Terms(graph, CONSTANTS)
    n_found = 0
    for step in moving:
        kind, args = graph.kinds[step], graph.args[step]
        if kind not in TABLE or len(args) != 1 or n_found >= MAX_FUNCTIONS:
            continue
        row = TABLE[kind]
        rule = row.derivatives[0] if row.derivatives else None
        if rule is None or any(kink.kind == "jump" for kink in row.kinks):
            continue
        places = [args[0], *(graph.add((args[0], graph.const(off))) for off in (OFF, -OFF))]
        found = [
            rule(terms, Term(graph, make(graph, kind, (at,))), Term(graph, at)) for at in places
        ]
        if all(isinstance(slope, Term) for slope in found):
            n_found += 1
            yield step, tuple(slope.node for slope in found)


def _cut_off(
    graph: Graph, root: Node, moving: list[Node], flat: set[Node], wrt: tuple[str, ...]
) -> set[str]:
    """Return the variables that every way to from the root meets something flat."""
    reached, stack = {root}, [root]
    while stack:
        step = stack.pop()
        if step in flat:
            continue
        for arg in graph.args[step]:
            if arg not in reached:
                reached.add(arg)
                stack.append(arg)
    used = {graph.data[node] for node in moving if graph.kinds[node] == "var"}
    open_to = {graph.data[node] for node in reached if graph.kinds[node] == "var"}
    return {name for name in wrt if name in used and name not in open_to}


def _names(graph: Graph, step: Node) -> set[str]:
    return {graph.data[node] for node in graph.variables([step])}


def _in_words(graph: Graph, step: Node, n_flat: int, n_entries: int) -> str:
    """Return a flat step, and in how many of its rows or entries it is."""
    text = Expression(graph, step).text
    text = text if len(text) <= 60 else text[:59] + "…"
    if not graph.shape(step):
        return f"`{text}` is flat"
    what = "rows" if graph.shape(step) == ("rows",) else "entries"
    return f"`{text}` is flat in {n_flat} of {n_entries} {what}"
