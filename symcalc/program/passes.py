"""Totals over rows as passes: what each pass adds up, and the numbers computed between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..graph.graph import Graph, Node
from ..graph.interactions import LOGIC
from ..graph.rewrite import cut_off

__all__ = ["SIZE", "Formulas", "RowPasses", "row_passes"]

#: The name of the number of rows among the numbers; no text can say it.
SIZE = "#rows"


@dataclass(frozen=True, slots=True)
class Formulas:
    """Formulas of scalars, and the names under which what they compute is known.

    Attributes
    ----------
    graph : Graph
    roots : list of Node
    names : list of str
    """

    graph: Graph
    roots: list[Node]
    names: list[str]


@dataclass(frozen=True, slots=True)
class RowPasses:
    """Formulas over columns of data in the order of their computation.

    Attributes
    ----------
    passes : list of (Formulas, Formulas)
        Numbers computed before a pass over the rows, and what is added up in it: formulas for one
        row, of its columns and of numbers.
    outputs : Formulas
        What is made of the totals.
    columns : frozenset of str
    """

    passes: list[tuple[Formulas, Formulas]]
    outputs: Formulas
    columns: frozenset[str]


def row_passes(graph: Graph, outputs: Sequence[Node]) -> RowPasses | None:
    """Return the passes over rows that outputs need; None where they are no numbers made of totals.

    Most losses and their derivatives need one pass. A total inside of what is added up, a mean that
    rows are compared with, needs one more.
    """
    order, shapes = graph.reachable(outputs), graph.shapes
    dims = {shapes[node] for node in order if node in shapes}
    is_made_of_totals = len(dims) == 1 and all(len(shape) == 1 for shape in dims)
    if not is_made_of_totals or any(output in shapes for output in outputs):
        return None
    level: dict[Node, int] = {}
    leaves: dict[Node, str] = {}
    for node in order:
        kind, args = graph.kinds[node], graph.args[node]
        level[node] = max((level[arg] for arg in args), default=0)
        if kind == "sum":
            level[node] += 1
            leaves[node] = f"#{node}"
        elif kind == "size":
            level[node] = 0
            leaves[node] = SIZE
    sums = [node for node in order if graph.kinds[node] == "sum"]
    passes = []
    for depth in sorted({level[node] for node in sums}):
        totals = [node for node in sums if level[node] == depth]
        rows = [graph.args[node][0] for node in totals]
        numbers = _numbers_read(graph, rows, leaves)
        before = Formulas(*cut_off(graph, numbers, leaves), [f"#{node}" for node in numbers])
        known = leaves | {node: f"#{node}" for node in numbers}
        inside = Formulas(*cut_off(graph, rows, known), [f"#{node}" for node in totals])
        passes.append((before, inside))
    columns = frozenset(
        graph.data[node] for node in order if node in shapes and graph.kinds[node] == "var"
    )
    final = Formulas(*cut_off(graph, outputs, leaves), [])
    return RowPasses(passes, final, columns)


def _numbers_read(graph: Graph, rows: Sequence[Node], leaves: dict[Node, str]) -> list[Node]:
    """Return the numbers that formulas for one row read and that are not numbers as they stand.

    Conditions are no numbers: what they compare is read, and each row compares it.
    """
    shapes, kinds = graph.shapes, graph.kinds
    found: set[Node] = set()
    seen, waiting = set(rows), list(rows)
    while waiting:
        node = waiting.pop()
        is_open = node in shapes or node in rows or kinds[node] in LOGIC
        for arg in graph.args[node] if is_open else ():
            if arg in seen:
                continue
            seen.add(arg)
            if arg in shapes or kinds[arg] in LOGIC:
                waiting.append(arg)
            elif arg not in leaves and kinds[arg] not in ("const", "var"):
                found.add(arg)
    return sorted(found)
