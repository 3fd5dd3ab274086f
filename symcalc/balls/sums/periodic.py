"""Factors that repeat with whole numbers, as (-1)^n and cos(2*pi*n/3) do, and sums without them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from ...graph.graph import Graph, Node
from ...graph.rewrite import substitute
from ..precision import to_ball, working_precision
from ..values import BallProgram

__all__ = ["MAX_PERIOD", "split_periods"]

MAX_PERIOD = 24
BITS = 256
#: Places at which an exponent or a phase is looked at.
N_LOOKED = 13
_TURNING = frozenset({"sin", "cos"})


def split_periods(graph: Graph, root: Node, name: str) -> list[tuple[Graph, Node]]:
    """Return f(P*n), f(P*n + 1), ..., f(P*n + P - 1) with what has the period P made constant.

    One formula, as it is, where nothing is periodic, or the period is above 24.
    """
    variable = graph.var(name)
    periods = dict(_periodic_nodes(graph, root, name))
    period = math.lcm(1, *periods.values())
    if not periods or period > MAX_PERIOD:
        return [(graph, root)]
    parts = []
    for start in range(period):
        new = graph.copy()
        moved = new.add([new.scale(period, variable), new.const(start)])
        place = {variable: moved}
        for node in periods:
            place[node] = _fixed(new, node, name, start, {variable: moved})
        parts.append((new, substitute(new, root, place)))
    return parts


def _fixed(graph: Graph, node: Node, name: str, start: int, place: dict[Node, Node]) -> Node:
    """Return a periodic node where the variable is `start` modulo the period."""
    here = {graph.var(name): graph.const(start)}
    if graph.kinds[node] != "pow":
        fixed = substitute(graph, node, here)
        return _whole_number(graph, fixed)
    base, exponent = graph.args[node]
    size = graph.neg(base)
    if graph.value(size) != 1:
        size = graph.pow(size, substitute(graph, exponent, place))
    return size if _whole_values(graph, exponent, name)[start] % 2 == 0 else graph.neg(size)


def _whole_number(graph: Graph, node: Node) -> Node:
    """Return -1, 0 or 1 for a sine that is one of them to all bits, else the node."""
    ball = BallProgram(graph, [node]).evaluate({}, BITS)[0]
    with working_precision(BITS):
        narrow = to_ball(2) ** (-BITS // 2)
        near = next((k for k in (-1, 0, 1) if abs(ball - k) < narrow), None)
    return node if near is None else graph.const(near)


def _periodic_nodes(graph: Graph, root: Node, name: str) -> Iterator[tuple[Node, int]]:
    """Yield the nodes that repeat, with their periods."""
    moving: set[Node] = {graph.var(name)}
    others = {n for n in graph.variables([root]) if n not in moving}
    if others:
        return
    for node in graph.reachable([root]):
        args = graph.args[node]
        if moving.isdisjoint(args):
            continue
        moving.add(node)
        period = None
        if graph.kinds[node] == "pow" and args[0] not in moving:
            period = _sign_period(graph, args[0], args[1], name)
        elif graph.kinds[node] in _TURNING:
            period = _turning_period(graph, args[0], name)
        if period is not None:
            yield node, period


def _sign_period(graph: Graph, base: Node, exponent: Node, name: str) -> int | None:
    """Return the period of the sign of a power with a negative base."""
    ball = BallProgram(graph, [base]).evaluate({}, BITS)[0]
    if not ball < 0:
        return None
    values = _whole_values(graph, exponent, name)
    for period in (1, 2, 4) if values else ():
        if all((b - a) % 2 == 0 for a, b in zip(values, values[period:], strict=False)):
            return period
    return None


def _whole_values(graph: Graph, node: Node, name: str) -> list[int]:
    """Return the values at 0, 1, 2, ...; nothing where one of them is not whole."""
    program = BallProgram(graph, [node])
    found = []
    for index in range(2 * MAX_PERIOD):
        value = program.evaluate({name: Fraction(index)}, BITS)[0].unique_fmpz()
        if value is None:
            return []
        found.append(int(value))
    return found


def _turning_period(graph: Graph, phase: Node, name: str) -> int | None:
    """Return the period of the sine or cosine of a linear phase."""
    program = BallProgram(graph, [phase])
    values = [program.evaluate({name: Fraction(k)}, BITS)[0] for k in range(N_LOOKED)]
    with working_precision(BITS):
        steps = [b - a for a, b in zip(values, values[1:], strict=False)]
        narrow = to_ball(2) ** (-BITS // 2)
        if not all(abs(step - steps[0]) < narrow for step in steps):
            return None
        turns = steps[0] / (2 * to_ball(0).acos() * 2)
        for period in range(1, MAX_PERIOD + 1):
            gap = turns * period - round(float(turns) * period)
            if abs(gap) < narrow:
                return period
    return None
