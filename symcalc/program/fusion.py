"""Elementwise nodes over arrays of one shape that can be computed together, in one pass.

The level of a contraction or reduction is how many of them lie on the way to it, that of an
elementwise node the highest at which none comes too late that reads it. What is made of a node of
one level by others than elementwise nodes has a higher one: those of one level and shape can be
computed at once, after all that they read and before all that reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from ..functions import TABLE
from ..graph.graph import REDUCTIONS, Graph, Node
from ..graph.rewrite import cut_off
from ..graph.shapes import Shape
from .primitives import MACHINE_KINDS
from .program import Program

__all__ = ["Fused", "fused_in_order"]

#: Kinds that have no form for one element alone, or none that is computed without branches.
_APART = frozenset({"var", "const", "piecewise", "compare", "and", "or", "not", "integral"})


@dataclass(frozen=True, slots=True)
class Fused:
    """Nodes that are computed together.

    Attributes
    ----------
    shape : tuple
    inputs, outputs : list of Node
        What they read, and those of them that others read.
    nodes : frozenset of Node
    """

    shape: Shape
    inputs: list[Node]
    outputs: list[Node]
    nodes: frozenset[Node]

    def formulas(self, graph: Graph) -> tuple[Graph, list[Node], list[str]]:
        """Return the outputs as formulas of one element of each input, and the names of those."""
        names = [f"x{place}" for place in range(len(self.inputs))]
        scalars, roots = cut_off(graph, self.outputs, dict(zip(self.inputs, names, strict=True)))
        return scalars, roots, names


def fused_in_order(
    program: Program,
    known: Set[Node],
    apart: Set[Node],
    home: Callable[[Node], Any],
    is_worth: Callable[[Fused], bool],
) -> tuple[Program, list[Fused]]:
    """Return the program in an order in which nodes computed together stand together, and those.

    Parameters
    ----------
    program : Program
    known : set of Node
        Nodes that are computed with another one, whatever they are made of.
    apart : set of Node
        Other nodes that are computed by themselves.
    home : callable
        Nodes of one group have one home.
    is_worth : callable
        Whether a group is computed together.
    """
    free = [n for n in program.order if n not in known | apart and _is_elementwise(program, n)]
    level = _levels(program, set(free))
    together: dict[Any, list[Node]] = {}
    for node in free:
        key = level[node], program.graph.shape(node), home(node)
        together.setdefault(key, []).append(node)
    groups = [_group(program, nodes, known) for nodes in together.values()]
    groups = [group for group in groups if group.outputs and is_worth(group)]
    if not groups:
        return program, groups
    inside = {node for group in groups for node in group.nodes}
    order = sorted(program.order, key=lambda node: (level[node], node in inside, node))
    return replace(program, order=order), groups


def _levels(program: Program, free: Set[Node]) -> Mapping[Node, int]:
    """Return the levels of nodes, those of elementwise ones as high as can be."""
    graph, level = program.graph, dict[Node, int]()
    for node in program.order:
        below = max((level[arg] for arg in graph.args[node]), default=0)
        is_number = not graph.shape(node) and graph.kinds[node] not in REDUCTIONS
        level[node] = below if node in free or is_number else below + 1
    latest: dict[Node, int] = {}
    for node in reversed(program.order):
        if node in free:
            level[node] = latest.get(node, level[node])
        bound = level[node] - (node not in free)
        for arg in (*graph.args[node], *program.operands(node)):
            latest[arg] = min(latest.get(arg, bound), bound)
    return level


def _is_elementwise(program: Program, node: Node) -> bool:
    """Whether each element of an array is computed of one element of each operand."""
    graph, kind = program.graph, program.graph.kinds[node]
    if not graph.shape(node) or kind in REDUCTIONS or kind in _APART or node in program.regions:
        return False
    row = TABLE.get(kind)
    return kind in MACHINE_KINDS or (row is not None and bool(row.machine))


def _group(program: Program, nodes: Iterable[Node], known: Set[Node]) -> Fused:
    """Return nodes with what they read and what others than those known read of them."""
    own = frozenset(nodes)
    graph = program.graph
    read = {arg for node in own for arg in graph.args[node]}
    inputs = [arg for arg in sorted(read - own) if graph.kinds[arg] != "const"]
    others = [node for node in program.order if node not in own | known]
    used = {arg for node in others for arg in (*graph.args[node], *program.operands(node))}
    outputs = sorted(own & (used | set(program.outputs)))
    return Fused(graph.shape(min(own)), inputs, outputs, own)
