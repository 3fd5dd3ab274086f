"""The terms that vanish where a function inside a formula is not smooth."""

from __future__ import annotations

from collections.abc import Sequence

from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph, Node
from ..graph.terms import Term, Terms

__all__ = ["kink_terms"]


def kink_terms(graph: Graph, roots: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return an arena with the same nodes and the terms whose zeros are kinks or jumps.

    Where none of them is zero every function of the table is smooth inside its domain. The
    arena given is not changed; it is returned itself when there is nothing to add.
    """
    rough = [
        node
        for node in graph.reachable(roots)
        if graph.kinds[node] in TABLE and TABLE[graph.kinds[node]].kinks
    ]
    if not rough:
        return graph, []
    work = graph.copy()
    m = Terms(work, CONSTANTS)
    found = []
    for node in rough:
        args = [Term(work, arg) for arg in work.args[node]]
        found += [m(kink.where(m, *args)).node for kink in TABLE[work.kinds[node]].kinks]
    return work, list(dict.fromkeys(found))
