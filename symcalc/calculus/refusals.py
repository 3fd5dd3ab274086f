"""Why a formula has no value at a point, or none that can be proven: for people."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..balls import BallProgram, PreciseValue
from ..expression import Expression
from ..functions import TABLE
from ..graph.graph import Graph, Node
from ..verify.limits import find_limit
from ..verify.line import Line

__all__ = ["why_undecided", "why_undefined"]

#: Longer parts of a formula are not quoted.
MAX_QUOTED = 60

Coordinates = Mapping[str, float | Fraction]


def why_undefined(graph: Graph, root: Node, culprit: Node | None, point: Coordinates) -> str:
    """Return which part has no real value, and the limit where both sides have one."""
    part = _quoted(graph, culprit) if culprit is not None else ""
    reason = f"{part} has no real value there" if part else "there is no real value there"
    limits = _limits(graph, root, point)
    return f"{reason}; {limits}" if limits else reason


def why_undecided(graph: Graph, root: Node, found: PreciseValue, point: Coordinates) -> str:
    """Return what keeps the balls from settling a value."""
    bits = f"{found.precision} bits do not decide it"
    node = found.culprit
    if node is None:
        jumps = _jumps(graph, root, found.precision, point)
        if jumps:
            return f"the point seems to lie on a jump of {' and of '.join(jumps)}: {bits}"
        return f"{found.precision} bits leave an error of {found.radius:.1g}"
    part = _quoted(graph, node)
    if graph.kinds[node] == "piecewise":
        conditions = [_quoted(graph, arg) for arg in graph.args[node][1::2]]
        listed = ", ".join(filter(None, conditions))
        return f"the point seems to lie on the boundary of a condition ({listed}): {bits}"
    return f"{part or graph.kinds[node]} may be at the edge of its domain: {bits}"


def _jumps(graph: Graph, root: Node, bits: int, point: Coordinates) -> list[str]:
    """Return the parts with jumps whose values the balls leave open."""
    values = BallProgram(graph, [root]).evaluate_all(point, bits)
    return [
        _quoted(graph, node) or graph.kinds[node]
        for node, value in values.items()
        if graph.kinds[node] in TABLE
        and any(kink.kind == "jump" for kink in TABLE[graph.kinds[node]].kinks)
        and value.rel_accuracy_bits() < 1
    ]


def _quoted(graph: Graph, node: Node) -> str:
    """Return a part of the formula in backquotes; nothing where it is long or no formula."""
    text = Expression(graph, node).text
    return f"`{text}`" if len(text) <= MAX_QUOTED else ""


def _limits(graph: Graph, root: Node, point: Coordinates) -> str:
    """Return the limits from both sides along each variable, where they say something."""
    notes = []
    used = {graph.data[node] for node in graph.variables([root])}
    for name in [name for name in point if name in used]:
        line = Line(graph, root, root, name, point)
        left, right = (find_limit(line.side(side).values) for side in (-1, 1))
        along = "" if len(point) == 1 else f" along {name}"
        if left.is_outside and right.is_outside:
            continue
        if left.is_finite and right.is_finite and left.agrees(right.ball):
            notes.append(f"removable: the limit{along} is {_best(line, left)}")
        else:
            notes.append(f"limits{along}: left {left}, right {right}")
    return ", ".join(notes)


def _best(line: Line, limit: Any) -> str:
    """Return the limit as a decimal; from the series where there is one."""
    if line.series is not None and limit.agrees(line.series[0]):
        value = float(line.series[0].mid())
        return f"{value:.15g}" if value else "0"
    return str(limit)
