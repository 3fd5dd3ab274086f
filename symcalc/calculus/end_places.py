"""What a point stands on: the kinks of a formula, and the edges of its domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..backends.node_values import node_values
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..symbolic.bounds import can_be_zero, find_ranges
from ..symbolic.definedness import kink_terms, requirements
from .first_nan import Setting, place_in_words

__all__ = ["describe_places"]

#: A term this far from zero, in units of 1 + its parts, is told to be near; nothing of others.
NEAR = 1e-6

#: More places than this are not told, and formulas of more steps not looked at.
MAX_PLACES, MAX_STEPS = 4, 1_000


class _Place(NamedTuple):
    """A term that vanishes at a place, and what the place is called."""

    term: Node
    words: str


def describe_places(setting: Setting, point: Mapping[str, Any]) -> list[str]:
    """Return the kinks and the edges of the domain that a point stands on, in sentences.

    Near ones are told with the distance; steps that no variable moves, and terms that are seen
    never to vanish, are left out.
    """
    graph, root = setting.expression.graph.copy(), setting.expression.root
    places = dict.fromkeys(_places(graph, root, setting.wrt))
    if not places:
        return []
    values = {**setting.data, **point}
    parts = [part for place in places for part in graph.args[place.term]]
    found = node_values(graph, [*(place.term for place in places), *parts], values, setting.sizes)
    if found is None:
        return []
    said: dict[str, None] = {}
    for place in places:
        numbers = found[place.term]
        scale = np.ones(numbers.shape)
        if graph.kinds[place.term] == "add":
            scale = 1.0 + sum(np.abs(found[part]) for part in graph.args[place.term])
        near = np.abs(numbers) <= NEAR * scale
        if near.any():
            said.setdefault(_sentence(graph, place, numbers, near, setting.begins))
    return list(said)[:MAX_PLACES]


def _sentence(
    graph: Graph, place: _Place, numbers: Any, near: Any, begins: Mapping[str, int]
) -> str:
    """Return where a place is, how far, and in which rows or entries."""
    near = numbers == 0.0 if (numbers == 0.0).any() else near
    entries = np.argwhere(near)
    index = tuple(int(i) for i in entries[0])
    distance = float(np.abs(numbers[near]).max())
    how = "At" if distance == 0.0 else f"Within {distance:.2g} of"
    more = f" and {len(entries) - 1} more" if len(entries) > 1 else ""
    return f"{how} {place.words}{place_in_words(graph, place.term, index, begins)}{more}."


def _places(graph: Graph, root: Node, wrt: tuple[str, ...]) -> Iterator[_Place]:
    """Yield the places of all steps that the variables move."""
    steps = graph.reachable([root])
    if len(steps) > MAX_STEPS:
        return
    moving = {node for node in graph.variables([root]) if graph.data[node] in wrt}
    for step in steps:
        if moving.isdisjoint(graph.args[step]):
            continue
        moving.add(step)
        yield from _of_step(graph, step)


def _of_step(graph: Graph, step: Node) -> Iterator[_Place]:
    """Yield the kinks of one step, and the edges of its domain."""
    for term, kind in kink_terms(graph, step):
        if can_be_zero(graph, term, {}):
            what = (
                "a join of branches" if kind == "join" else f"the {kind} of `{graph.kinds[step]}`"
            )
            yield _Place(term, f"{what} where {_text(graph, term)} = 0")
    if _is_length(graph, step):
        yield _Place(step, f"the kink of `{_text(graph, step)}` where it is 0")
    for need in requirements(graph, step):
        for node in graph.reachable([need.condition]) if need.condition is not None else ():
            if graph.kinds[node] != "compare" or graph.data[node] in ("==", "!="):
                continue
            left, right = graph.args[node]
            term = graph.sub(left, right)
            if _changes_sign(graph, term):
                edge = f"{_text(graph, left)} = {_text(graph, right)}"
                yield _Place(term, f"the edge of the domain of `{_text(graph, step)}`, {edge}")


def _is_length(graph: Graph, step: Node) -> bool:
    """Whether a step is a root of what is seen never to be negative, and may be zero: `norm2(w)`.

    Of roots up to the square root: `(x**2)**(3/4)` has a derivative at 0.
    """
    if graph.kinds[step] != "pow":
        return False
    base, exponent = graph.args[step]
    power = graph.value(exponent)
    if power is None or not 0 < power <= Fraction(1, 2) or not graph.variables([base]):
        return False
    return not _changes_sign(graph, base) and can_be_zero(graph, base, {})


def _changes_sign(graph: Graph, term: Node) -> bool:
    """Whether a term may be of either sign: the edge of `sqrt(x**2)` is none."""
    bound = find_ranges(graph, term, {})[term]
    args = graph.args[term]
    is_square = graph.kinds[term] == "ein" and len(set(args)) < len(args)
    return bound.has_zero() and not (bound.is_nonnegative or bound.is_nonpositive or is_square)


def _text(graph: Graph, node: Node) -> str:
    text = Expression(graph, node).text
    return text if len(text) <= 60 else text[:59] + "…"
