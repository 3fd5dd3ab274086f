"""A formula in what machines compute: arithmetic, choices and the functions of C's mathematics."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from ..functions import CONSTANTS, TABLE, FunctionRow
from ..graph.graph import Graph, Node
from ..graph.rewrite import rebuild
from ..graph.terms import Term, Terms

__all__ = ["MACHINE_KINDS", "missing_primitives", "to_primitives"]

_OPERATIONS = frozenset("const var add mul pow piecewise compare and or not".split())

#: Kinds of nodes that machines compute: operations, constants, and rows with a function of C.
MACHINE_KINDS = (
    _OPERATIONS
    | {name for name in CONSTANTS if TABLE[name].constant is not None}
    | {name for name, row in TABLE.items() if isinstance(row.machine, str) and row.machine}
)


def missing_primitives(
    graph: Graph, roots: Sequence[Node], *, library: bool = False, also: Collection[str] = ()
) -> str:
    """Return a kind of node in the formulas that has no such form, "" where all have one.

    With `library`, compiled functions of SciPy may be called; kinds among `also` count as well.
    """
    for node in graph.reachable(roots):
        kind = graph.kinds[node]
        row = TABLE.get(kind)
        if node in graph.shapes:
            return "array"
        if kind not in MACHINE_KINDS and kind not in also and _form(row, library) is None:
            return kind
    return ""


def to_primitives(
    graph: Graph, roots: Sequence[Node], *, library: bool = False
) -> tuple[Graph, list[Node]]:
    """Return the formulas in `MACHINE_KINDS` alone; none of their functions lacks such a form.

    With `library`, there are also kinds that begin with `functions.LIBRARY`: functions of SciPy.
    """
    terms: Terms | None = None

    def rule(new: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node | None:
        nonlocal terms
        form = _form(TABLE.get(kind), library)
        if form is None:
            return None
        if terms is None:
            terms = Terms(new, CONSTANTS)
        found: Term = form(terms, *[Term(new, arg) for arg in args])
        return found.node

    return rebuild(graph, roots, rule)


def _form(row: FunctionRow | None, library: bool) -> Callable[..., Any] | None:
    """Return the form of a row in other functions, if it has one."""
    if row is None or (isinstance(row.machine, str) and row.machine):
        return None
    if callable(row.machine):
        return row.machine
    return row.library if library else None
