"""Sums of contractions: which ones a contraction opens, and which of them are one contraction."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from ..graph.contractions import Contraction, Factor
from ..graph.graph import Graph, Node

__all__ = ["Frame", "is_structured", "like_terms", "multiplied_out", "opens"]

#: A product of sums is not multiplied out into more terms.
MAX_TERMS = 12


def is_structured(graph: Graph, node: Node) -> bool:
    """Whether a contraction gets shorter inside another: an outer product, or one with eye(n)."""
    kind = graph.kinds[node]
    if kind == "mul":
        arrays = [arg for arg in graph.args[node] if graph.shape(arg)]
        return len(arrays) == 1 and is_structured(graph, arrays[0])
    if kind == "eye":
        return True
    if kind != "ein" or not graph.args[node]:
        return False
    data: Contraction = graph.data[node]
    has_eye = any(graph.kinds[arg] == "eye" for arg in graph.args[node])
    return has_eye or len(data.out) > 2 or (not data.free and _falls_apart(data))


def _falls_apart(data: Contraction) -> bool:
    """Whether two axes of the result have no factors in common, not even through others."""
    if len(data.out) < 2:
        return False
    reached = {data.out[0]}
    groups = [set(labels) for labels in data.factors]
    while True:
        met = [group for group in groups if group & reached]
        grown = reached.union(*met)
        if grown == reached:
            return not reached.issuperset(data.out)
        reached = grown


def opens(graph: Graph, node: Node) -> bool:
    """Whether a contraction around a sum is written as a sum of contractions."""
    if graph.kinds[node] != "add":
        return False
    shape, terms = graph.shape(node), graph.args[node]
    if any(graph.shape(term) != shape for term in terms):
        return False
    if len(shape) > 2:
        return True
    flat = [_array_of(graph, term) for term in terms]
    if any(graph.kinds[term] == "eye" or _has_eye(graph, term) for term in flat):
        return True
    all_products = all(graph.kinds[term] == "ein" for term in flat)
    return all_products and any(is_structured(graph, term) for term in flat)


def _has_eye(graph: Graph, node: Node) -> bool:
    return graph.kinds[node] == "ein" and any(graph.kinds[a] == "eye" for a in graph.args[node])


def _array_of(graph: Graph, term: Node) -> Node:
    """Return the one array in a product with scalars, or the term itself."""
    if graph.kinds[term] != "mul":
        return term
    arrays = [arg for arg in graph.args[term] if graph.shape(arg)]
    return arrays[0] if len(arrays) == 1 else term


def multiplied_out(graph: Graph, factors: Sequence[Factor]) -> list[list[Factor]]:
    """Return the terms of a product of which some factors are sums that it opens."""
    terms = [list(factors)]
    for place, (node, labels) in enumerate(factors):
        if opens(graph, node) and len(terms) * len(graph.args[node]) <= MAX_TERMS:
            terms = [
                [*beside[:place], (term, labels), *beside[place + 1 :]]
                for beside in terms
                for term in graph.args[node]
            ]
    return terms


@dataclass(frozen=True, slots=True)
class Frame:
    """A contraction with scalars in front and without one of its factors, which is its last."""

    scalars: tuple[Node, ...]
    factors: tuple[Node, ...]
    data: Contraction


@dataclass(frozen=True, slots=True)
class LikeTerms:
    """Terms at some places of a sum that have one frame, and what each has in it."""

    frame: Frame
    places: tuple[int, ...]
    nodes: tuple[Node, ...]


def like_terms(graph: Graph, terms: Sequence[Node], apart: Set[Frame]) -> LikeTerms | None:
    """Return the first contractions of a sum that are alike in all factors but one.

    Those with a frame in `apart` stay as they are.
    """
    found: dict[Frame, dict[int, Node]] = {}
    for index, term in enumerate(terms):
        body = _array_of(graph, term)
        if graph.kinds[body] != "ein" or len(graph.args[body]) < 2:
            continue
        for place, arg in enumerate(graph.args[body]):
            if graph.kinds[arg] != "eye":
                found.setdefault(_frame(graph, term, body, place), {}).setdefault(index, arg)
    for frame, group in found.items():
        if len(group) > 1 and frame not in apart:
            return LikeTerms(frame, tuple(group), tuple(group.values()))
    return None


def _frame(graph: Graph, term: Node, body: Node, place: int) -> Frame:
    """Return a term without one factor; labels are numbered in order of appearance."""
    scalars = () if body == term else tuple(sorted(a for a in graph.args[term] if a != body))
    data: Contraction = graph.data[body]
    factors, labels = list(graph.args[body]), list(data.factors)
    del factors[place]
    labels.append(labels.pop(place))
    names: dict[int, int] = {}
    for label in [*data.out, *[x for group in labels for x in group]]:
        names.setdefault(label, len(names))
    renamed = Contraction(
        tuple(tuple(names[x] for x in group) for group in labels),
        tuple(names[x] for x in data.out),
        tuple(data.dims[label] for label in names),
    )
    return Frame(scalars, tuple(factors), renamed)
