"""Where a claim is right and where it is not: a condition that separates the points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ..graph.graph import Graph, Node
from ..writing import to_text
from .evidence import Evidence
from .kinks import kink_terms

__all__ = ["find_region"]

#: Thresholds for single variables, the plainest first.
THRESHOLDS = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5)


def find_region(evidence: Evidence, inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> str:
    """Return a condition that holds at all points inside and at none outside; "" for none found.

    Tried are variables against plain numbers, the terms whose zeros are kinks, the sides of
    comparisons, and differences of variables.
    """
    question = evidence.question
    graph = question.graph
    for node in _quantities(evidence):
        values = evidence.values([node])[0]
        within, beyond = values[inside], values[outside]
        if not (np.isfinite(within).all() and np.isfinite(beyond).all()):
            continue
        is_variable = graph.kinds[node] == "var"
        for threshold in THRESHOLDS if is_variable else (0.0,):
            sign = _side(within, beyond, threshold)
            if sign:
                return f"{to_text(graph, node)} {sign} {threshold:g}"
    return ""


def _side(within: NDArray[np.float64], beyond: NDArray[np.float64], threshold: float) -> str:
    """Return the relation to the threshold that holds within and not beyond, or ""."""
    if (within > threshold).all() and (beyond < threshold).all():
        return ">"
    if (within < threshold).all() and (beyond > threshold).all():
        return "<"
    return ""


def _quantities(evidence: Evidence) -> Iterator[Node]:
    """Yield scalar nodes whose sign may decide, the simplest first."""
    question = evidence.question
    graph = question.graph
    scalars = [graph.var(v.name) for v in question.variables if not v.shape]
    yield from scalars
    roots = [question.value, *question.truths, *question.claims]
    yield from _compared(graph, roots)
    yield from _arguments(graph, roots)
    if len(scalars) <= 6:
        for k, left in enumerate(scalars):
            for right in scalars[:k]:
                yield graph.sub(left, right)
                yield graph.add((left, right))
                yield graph.mul((left, right))


def _compared(graph: Graph, roots: Sequence[Node]) -> Iterator[Node]:
    for node in graph.reachable(roots):
        if graph.kinds[node] == "compare" and node not in graph.shapes:
            left, right = graph.args[node]
            if not graph.shape(left) and not graph.shape(right):
                yield graph.sub(left, right)


def _arguments(graph: Graph, roots: Sequence[Node]) -> Iterator[Node]:
    """Yield what vanishes at kinks, and what stands in roots, logarithms and denominators."""
    work, terms = kink_terms(graph, roots)
    for term in terms:
        (node,) = graph.absorb(work, [term])
        if not graph.shape(node):
            yield node
    for node in graph.reachable(roots):
        if graph.kinds[node] in ("pow", "log", "abs", "sign", "relu") and not graph.shape(node):
            yield graph.args[node][0]
