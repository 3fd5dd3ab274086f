"""Which step of a formula loses the digits: found by intervention.

Every step is run in doubles on exact arguments, rounded; where it alone loses digits, its exact
value is put in its place and the whole formula is run again. The first step whose repair repairs
the result is to blame. Compare the local error of Herbie: P. Panchekha, A. Sanchez-Stern,
J. Wilcox and Z. Tatlock, *Automatically improving accuracy for floating point expressions*
(2015), section 4.3; the repair is ours.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..balls import BallProgram, to_ball, working_precision
from ..graph.graph import Graph, Node
from ..graph.rewrite import make, substitute
from .digits import Truth, compare_digits, lost_digits
from .doubles import columns_of, run_plain

__all__ = ["Culprit", "Operand", "find_culprit"]

BITS = 2048
#: A step is looked at when it loses so many digits by itself.
SUSPICIOUS = 0.75
#: Larger formulas are not searched.
MAX_NODES, MAX_SUSPECTS = 400, 40
#: A repair must bring back at least this share of what the whole formula loses.
REPAIRED = 0.5
LARGEST, SMALLEST = sys.float_info.max, sys.float_info.min
#: What a step cannot be repaired to: these have no number as value.
_LOGICAL = frozenset({"compare", "and", "or", "not", "piecewise"})


@dataclass(frozen=True, slots=True)
class Operand:
    """One argument of a step: its node, its value in doubles and its exact value."""

    node: Node
    computed: float
    exact: str


@dataclass(frozen=True, slots=True)
class Culprit:
    """The step that loses the digits at one point.

    Attributes
    ----------
    node : Node
    reason : str
        "cancellation", "overflow", "underflow" or "amplification".
    lost : float
        The digits that the step loses by itself, on exact arguments rounded to doubles.
    left : float
        The digits that the whole formula still loses when this step is exact.
    computed : float
    exact : str
        The value of the step in doubles, and truly.
    operands : tuple of Operand
    """

    node: Node
    reason: str
    lost: float
    left: float
    computed: float
    exact: str
    operands: tuple[Operand, ...]


def find_culprit(
    graph: Graph, root: Node, point: Mapping[str, float], truth: Truth, lost: float
) -> Culprit | None:
    """Return the first step that explains the digits lost at a point; None where none does."""
    program = BallProgram(graph, [root])
    if len(program.nodes) > MAX_NODES:
        return None
    exact = program.evaluate_all(point, BITS)
    steps = [n for n in program.nodes if graph.args[n] and graph.kinds[n] not in _LOGICAL]
    suspects = []
    for node in steps:
        if not exact[node].is_finite() or any(not exact[a].is_finite() for a in graph.args[node]):
            continue
        out_of_range = _range_trouble(exact[node])
        own = lost_digits(_alone(graph, node, exact), exact[node])
        if own >= SUSPICIOUS or out_of_range:
            suspects.append((node, own, out_of_range))
    best: Culprit | None = None
    for node, own, out_of_range in suspects[:MAX_SUSPECTS]:
        left = _left_after(graph, root, node, exact, point, truth)
        if left <= (1 - REPAIRED) * lost or (out_of_range and node != root):
            reason = out_of_range or _reason(graph, node, exact)
            return _culprit(graph, node, reason, own, left, point, exact)
        if best is None or left < best.left:
            best = _culprit(graph, node, _reason(graph, node, exact), own, left, point, exact)
    return best if best is not None and best.left < lost - SUSPICIOUS else None


def _range_trouble(exact: Any) -> str:
    """Return "overflow" or "underflow" where a double cannot hold the value."""
    size = abs(exact)
    if size > LARGEST:
        return "overflow"
    return "underflow" if size < SMALLEST and not size.contains(0) else ""


def _alone(graph: Graph, node: Node, exact: Mapping[Node, Any]) -> float:
    """Return one step computed in doubles from the exact values of its arguments, rounded."""
    small = Graph()
    place = {}
    for index, arg in enumerate(dict.fromkeys(graph.args[node])):
        value = graph.value(arg)
        place[arg] = small.var(f"a{index}") if value is None else small.const(value)
    args = tuple(place[a] for a in graph.args[node])
    step = make(small, graph.kinds[node], args, graph.data[node])
    columns = {
        small.data[new]: np.array([float(exact[arg].mid())])
        for arg, new in place.items()
        if small.kinds[new] == "var"
    }
    return float(run_plain(small, step, columns, 1)[0])


def _left_after(
    graph: Graph,
    root: Node,
    node: Node,
    exact: Mapping[Node, Any],
    point: Mapping[str, float],
    truth: Truth,
) -> float:
    """Return the digits that the formula loses when one step has its exact value, rounded."""
    work = graph.copy()
    taken = {work.data[n] for n in work.variables([root])}
    name = "repaired"
    while name in taken:
        name += "_"
    changed = substitute(work, root, {node: work.var(name)})
    columns = columns_of([{**point, name: float(exact[node].mid())}], [*point, name])
    losses = compare_digits(run_plain(work, changed, columns, 1), [truth])
    return losses.worst


def _reason(graph: Graph, node: Node, exact: Mapping[Node, Any]) -> str:
    """Return why a step loses digits."""
    if graph.kinds[node] == "add":
        with working_precision(BITS):
            greatest = max(float(abs(exact[arg]).mid()) for arg in graph.args[node])
            total = float(abs(exact[node]).mid())
        if total < greatest:
            return "cancellation"
    return "amplification"


def _culprit(
    graph: Graph,
    node: Node,
    reason: str,
    own: float,
    left: float,
    point: Mapping[str, float],
    exact: Mapping[Node, Any],
) -> Culprit:
    columns = columns_of([point], list(point))

    def computed(part: Node) -> float:
        return float(run_plain(graph, part, columns, 1)[0])

    operands = tuple(
        Operand(arg, computed(arg), _digits(exact[arg]))
        for arg in dict.fromkeys(graph.args[node])
        if graph.value(arg) is None
    )
    return Culprit(node, reason, own, left, computed(node), _digits(exact[node]), operands)


def _digits(ball: Any, n_digits: int = 17) -> str:
    with working_precision(BITS):
        return str((to_ball(0) + ball).mid().str(n_digits, radius=False))
