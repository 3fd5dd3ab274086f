"""The derivatives that a text asks for, `diff(f, x)`: whether they exist at a point.

A closed form does not tell: that of |x| is sign(x), which has a value at 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..balls import BallProgram, NoBall
from ..graph.graph import Graph, Node
from ..outcome import Estimate, Outcome, Trust
from ..verify import derivative_at
from ..verify.kinks import kink_terms

__all__ = ["Derivation", "examine_derivations"]

#: Bits at which the conditions are decided that select the branches of a formula.
BRANCH_BITS = 512


@dataclass(frozen=True, slots=True)
class Derivation:
    """One derivative inside a formula, and what is known of it at a point.

    Attributes
    ----------
    result : Node
        The closed form.
    names : tuple of str
        The variables it was differentiated in last, one or two.
    estimate : Estimate
        Without a value where it could not be examined along a variable: a defined function
        was called with a formula in the place of the variable.
    """

    result: Node
    names: tuple[str, ...]
    estimate: Estimate


def examine_derivations(
    graph: Graph, root: Node, point: Mapping[str, float | Fraction], digits: int
) -> list[Derivation]:
    """Look at the derivatives that the formula needs at a point, the inner ones first.

    A derivative in a branch that the point does not select is left out.
    """
    listed = graph.derivations
    if not listed:
        return []
    needed = _needed(graph, root, point)
    found = []
    for index, (function, variable, result) in enumerate(listed):
        if not needed[index]:
            continue
        if graph.kinds[variable] != "var":
            found.append(Derivation(result, (), _called(graph, function, result, point)))
            continue
        name = graph.data[variable]
        before = _before(graph, index)
        if before is None:
            estimate = derivative_at(graph, function, result, None, (name,), point, digits)
            found.append(Derivation(result, (name,), estimate))
        else:
            first, first_name = before
            names = (first_name, name)
            estimate = derivative_at(graph, first, function, result, names, point, digits)
            found.append(Derivation(result, names, estimate))
    return found


def _called(
    graph: Graph, function: Node, result: Node, point: Mapping[str, float | Fraction]
) -> Estimate:
    """Return whether a derivative in something that is no variable may be at a kink."""
    work, kinks = kink_terms(graph, [function, result])
    method = "closed form, not examined from both sides"
    try:
        values = BallProgram(work, kinks).evaluate(point, BRANCH_BITS) if kinks else []
        is_near = any(value.contains(0) for value in values)
    except NoBall:
        is_near = True
    if not is_near:
        return Estimate(math.nan, math.nan, method, Trust.ESTIMATED)
    note = "a function in it may have a kink there"
    return Estimate(math.nan, math.nan, method, Trust.UNCHECKED, Outcome.UNDECIDED, note)


def _before(graph: Graph, index: int) -> tuple[Node, str] | None:
    """Return the function whose derivative is differentiated here, and the variable then."""
    function = graph.derivations[index][0]
    for source, variable, result in reversed(graph.derivations[:index]):
        if result == function and graph.kinds[variable] == "var":
            return source, graph.data[variable]
    return None


def _needed(graph: Graph, root: Node, point: Mapping[str, Any]) -> list[bool]:
    """Say of each derivative whether the value at the point rests on it.

    One that the formula no longer shows (its form was a number and was added to others) counts,
    unless it is part of a derivative that does not.
    """
    shown = set(graph.reachable([root]))
    chosen = _chosen(graph, root, point)
    needed: dict[int, bool] = {}
    for index in reversed(range(len(graph.derivations))):
        result = graph.derivations[index][2]
        if result in shown:
            needed[index] = result in chosen
            continue
        owners = [
            outer
            for outer in range(index + 1, len(graph.derivations))
            if result in graph.reachable([graph.derivations[outer][0]])
        ]
        needed[index] = not owners or any(needed[outer] for outer in owners)
    return [needed[index] for index in range(len(graph.derivations))]


def _chosen(graph: Graph, root: Node, point: Mapping[str, Any]) -> set[Node]:
    """Return the nodes that the value at the point is made of; all where that is undecided."""
    try:
        values = BallProgram(graph, [root]).evaluate_all(point, BRANCH_BITS)
    except NoBall:
        return set(graph.reachable([root]))
    stack, chosen = [root], set[Node]()
    while stack:
        node = stack.pop()
        if node in chosen:
            continue
        chosen.add(node)
        args = graph.args[node]
        if graph.kinds[node] != "piecewise":
            stack += args
            continue
        for place in range(0, len(args) - 1, 2):
            value, condition = args[place], args[place + 1]
            stack.append(condition)
            if values[condition] is not False:
                stack.append(value)
            if values[condition]:
                break
        else:
            stack.append(args[-1])
    return chosen
