"""Where an integrand may be special: edges of domains, poles, kinks, jumps and joins."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...balls import BallProgram, NoBall, working_precision
from ...balls.zeros import FINE_BITS, Zeros, find_zeros
from ...graph.graph import Graph, Node
from ..definedness import kink_terms, requirements

__all__ = [
    "Candidate",
    "CriticalTerm",
    "Places",
    "critical_terms",
    "find_places",
    "vanishing_factors",
]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be special: an arb, and why: "edge", "kink", "jump" or "join"."""

    at: Any
    kind: str


@dataclass(frozen=True, slots=True)
class CriticalTerm:
    """A term that is critical where it vanishes, or where it is a whole number, and why."""

    node: Node
    kind: str
    is_whole: bool


@dataclass
class Places:
    """Candidates in ascending order, and whether all were found; all edges and poles."""

    candidates: list[Candidate]
    is_complete: bool
    has_all_edges: bool


#: Functions of what must not be a whole number <= 0, after a shift.
_POLES_AT_WHOLE = {"gamma": 0, "gammaln": 0, "digamma": 0, "polygamma": 0, "factorial": 1}
#: Functions of a bounded derivative only away from a zero of an argument.
_ROOTS = frozenset({"cbrt", "hypot", "direction", "xlogy"})
#: Functions without zeros.
_NEVER_ZERO = frozenset("exp gamma factorial cosh sech sec csc csch coth sigmoid softplus".split())
#: Of the places where a term is whole, so many are listed.
MAX_STEPS = 128
_ROUNDING = frozenset({"floor", "ceil", "mod"})


def find_places(
    graph: Graph,
    terms: Sequence[CriticalTerm],
    variable: str,
    lower: Any,
    upper: Any,
    point: Mapping[str, Any],
) -> Places:
    """Return where the integrand may be special inside a range.

    The terms are taken from the leaves up, and the range is split at what was found before:
    between two such places, a term is continuous or has no value.
    """
    found = Places([], True, True)
    for term in terms:
        ends = [lower, *(c.at for c in found.candidates), upper]
        fresh: list[Any] = []
        for low, high in zip(ends, ends[1:], strict=False):
            search = _whole_places if term.is_whole else find_zeros
            zeros = search(graph, term.node, variable, low, high, point)
            found.is_complete &= zeros.is_complete
            found.has_all_edges &= zeros.is_complete or term.kind != "edge"
            fresh += [p for p in zeros.places if p > low and p < high]
        for place in fresh:
            if not any(place.overlaps(c.at) for c in found.candidates):
                found.candidates.append(Candidate(place, term.kind))
        found.candidates.sort(key=lambda c: float(c.at))
    return found


def critical_terms(graph: Graph, root: Node, variable: str) -> list[CriticalTerm]:
    """Return the terms at whose zeros a step of a formula is special, leaves first."""
    moving: set[Node] = set()
    found: dict[tuple[Node, bool], CriticalTerm] = {}
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "var" and graph.data[node] == variable:
            moving.add(node)
        if moving.isdisjoint(args):
            continue
        moving.add(node)
        for term, reason, is_whole in _of_step(graph, node):
            for part in [term] if is_whole else vanishing_factors(graph, term):
                if _depends(graph, part, variable):
                    critical = CriticalTerm(part, reason, is_whole)
                    found.setdefault((part, is_whole), critical)
    return list(found.values())


def _depends(graph: Graph, node: Node, variable: str) -> bool:
    return any(graph.data[v] == variable for v in graph.variables([node]))


def _of_step(graph: Graph, node: Node) -> Iterator[tuple[Node, str, bool]]:
    kind, args = graph.kinds[node], graph.args[node]
    if kind in _POLES_AT_WHOLE:
        shifted = graph.add((args[-1], graph.const(_POLES_AT_WHOLE[kind])))
        yield graph.call("min", (shifted, graph.const(1))), "edge", True
        return
    if kind in ("beta", "binomial"):
        for arg in args:
            yield graph.call("min", (arg, graph.const(1))), "edge", True
        return
    if kind == "pow":
        exponent = graph.value(args[1])
        if not isinstance(exponent, int) or exponent < 0:
            yield args[0], "edge", False
        return
    if kind == "hyp2f1":
        yield graph.add((args[-1], graph.const(-1))), "edge", False
        return
    for need in requirements(graph, node):
        if need.condition is not None:
            for part in graph.reachable([need.condition]):
                if graph.kinds[part] == "compare":
                    yield graph.sub(*graph.args[part]), "edge", False
    if kind in _ROUNDING:
        inner = args[0] if len(args) == 1 else graph.div(args[0], args[1])
        yield inner, "jump", True
        return
    if kind in _ROOTS:
        for arg in args:
            yield arg, "kink", False
    if kind in ("max", "min"):
        for index, arg in enumerate(args):
            for other in args[:index]:
                yield graph.sub(arg, other), "kink", False
        return
    if kind not in _ROOTS:
        for term, reason in kink_terms(graph, node):
            yield term, reason, False


def vanishing_factors(graph: Graph, term: Node) -> list[Node]:
    """Return the formulas of which one vanishes where the term does."""
    stack, found = [term], []
    while stack:
        node = stack.pop()
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "mul":
            stack += args
        elif (kind == "pow" and (graph.value(args[1]) or 0) > 0) or kind == "abs":
            stack.append(args[0])
        elif (kind == "pow" and graph.value(args[1]) is not None) or kind in _NEVER_ZERO:
            continue
        elif kind == "log":
            stack.append(graph.add((args[0], graph.const(-1))))
        else:
            found.append(node)
    return found


def _whole_places(
    graph: Graph, term: Node, variable: str, low: Any, high: Any, point: Mapping[str, Any]
) -> Zeros:
    """Return where a formula is a whole number; `min(u, 1)` stands for u <= 0."""
    limit = math.inf
    if graph.kinds[term] == "min" and graph.value(graph.args[term][1]) == 1:
        term, limit = graph.args[term][0], 0
    found = Zeros()
    try:
        least, greatest = _range(graph, term, variable, low, high, point)
    except NoBall:
        return Zeros(is_complete=False)
    greatest = min(greatest, limit)
    if greatest < least:
        return found
    most = MAX_STEPS if math.isfinite(float(high - low)) else MAX_STEPS // 4
    if not greatest - least < most:
        found.is_complete = False
        least = max(least, -most / 2)
        greatest = min(greatest, least + most)
    for whole in range(math.ceil(least), math.floor(greatest) + 1):
        level = graph.add((term, graph.const(-whole)))
        zeros = find_zeros(graph, level, variable, low, high, point)
        found.places += zeros.places
        found.is_complete &= zeros.is_complete
    return found


def _range(
    graph: Graph, term: Node, variable: str, low: Any, high: Any, point: Mapping[str, Any]
) -> tuple[float, float]:
    """Return bounds of the values of a formula on a range, from balls on 64 parts."""
    program = BallProgram(graph, [term])
    if not (low.is_finite() and high.is_finite()):
        ends = [program.evaluate({**point, variable: end}, 64)[0] for end in (low, high)]
        values = [float(end) for end in ends if not end.is_nan()]
        if len(values) < 2:
            return -math.inf, math.inf
        return min(values), max(values)
    least, greatest = math.inf, -math.inf
    for part in range(16):
        with working_precision(FINE_BITS):
            left = low + (high - low) * part / 16
            whole = left.union(low + (high - low) * (part + 1) / 16)
        value = program.evaluate({**point, variable: whole}, 64)[0]
        if not value.is_finite():
            continue
        least = min(least, float(value.lower()))
        greatest = max(greatest, float(value.upper()))
    return least, greatest
