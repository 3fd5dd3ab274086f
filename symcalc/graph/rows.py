"""Formulas over data columns, written out for a few rows of scalars."""

from __future__ import annotations

from collections.abc import Sequence

from .graph import Graph, Node
from .rewrite import make

__all__ = ["unroll_rows"]


def unroll_rows(
    graph: Graph, roots: Sequence[Node], n_rows: int
) -> tuple[Graph, list[Node], list[str]]:
    """Return the formulas with each data column made `n_rows` scalar variables.

    Totals become sums of as many terms. Also returned are the names of the new variables. A root
    with one value per row is not allowed.
    """
    new = Graph()
    place: dict[Node, list[Node]] = {}
    names: list[str] = []
    taken = {graph.data[node] for node in graph.variables(roots)}
    for node in graph.reachable(roots):
        kind, data = graph.kinds[node], graph.data[node]
        parts = [place[arg] for arg in graph.args[node]]
        if kind == "const":
            place[node] = [new.const(data)]
        elif kind == "var" and graph.shape(node):
            rows = _row_names(data, n_rows, taken)
            names += rows
            place[node] = [new.var(row) for row in rows]
        elif kind == "var":
            place[node] = [new.var(data)]
        elif kind == "sum":
            place[node] = [new.add(parts[0])]
        elif kind == "size":
            place[node] = [new.const(len(parts[0]))]
        else:
            width = max((len(part) for part in parts), default=1)
            place[node] = [
                make(new, kind, tuple([part[row % len(part)] for part in parts]), data)
                for row in range(width)
            ]
    return new, [place[root][0] for root in roots], names


def _row_names(name: str, n_rows: int, taken: set[str]) -> list[str]:
    """Return a name for each row, none of which is taken."""
    rows = []
    for row in range(n_rows):
        candidate = f"{name}_row{row}"
        while candidate in taken:
            candidate += "_"
        rows.append(candidate)
    return rows
