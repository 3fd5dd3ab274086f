"""Which nodes are needed only inside one branch of a piecewise.

Such nodes must be evaluated, and differentiated, behind the branch's condition: `log(x)` in
`log(x) if x > 0 else 0` has no value to offer, and no warning to give, where x is negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .graph import REDUCTIONS, Graph, Node

__all__ = ["Region", "branches", "find_regions"]


@dataclass(frozen=True, slots=True)
class Region:
    """A branch of a piecewise; branches of others with the same conditions are the same region.

    Attributes
    ----------
    key : tuple
        The key of the parent, the number of the conditions up to that of the branch, whether it is
        the last.
    piecewise : Node
        One that has the branch.
    index : int
        Which argument of it is the value of the branch.
    parent : Region or None
        The region that the piecewise itself stands in.
    depth : int
    """

    key: tuple[Any, int, bool]
    piecewise: Node = field(compare=False)
    index: int = field(compare=False)
    parent: Region | None = field(compare=False)
    depth: int = field(compare=False)

    @classmethod
    def of_branch(cls, graph: Graph, outer: Region | None, piecewise: Node, index: int) -> Region:
        """Return the region of the branch whose value is the argument number `index`."""
        number = _numbers(graph, piecewise)[index]
        key = (outer.key if outer else None, number, index == len(graph.args[piecewise]) - 1)
        return cls(key, piecewise, index, outer, 1 if outer is None else outer.depth + 1)

    def choice(self, graph: Graph) -> tuple[tuple[Node, ...], bool]:
        """Return the conditions up to that of the branch, and whether the branch is the last."""
        args = graph.args[self.piecewise]
        return args[1 : self.index + 2 : 2], self.index == len(args) - 1

    def is_per_row(self, graph: Graph) -> bool:
        """Whether each row of data chooses for itself to be in the region."""
        if not graph.shapes:
            return False
        region: Region | None = self
        while region is not None:
            if any(c in graph.shapes for c in graph.args[region.piecewise][1::2]):
                return True
            region = region.parent
        return False


def _numbers(graph: Graph, piecewise: Node) -> dict[int, int]:
    """Return for each branch a number of the conditions up to its own, in order.

    Those that begin with the same conditions share it: a tuple of them for each of m branches
    would take memory and time like m squared.
    """
    known, number = graph.choices, -1
    found: dict[int, int] | None = known.get(piecewise)
    if found is None:
        found, args = {}, graph.args[piecewise]
        for index, condition in enumerate(args[1::2]):
            number = known.setdefault((number, condition), len(known))
            found[2 * index] = number
        found[len(args) - 1] = number
        known[piecewise] = found
    return found


def branches(n_args: int) -> list[int]:
    """Return the indices of the values among the arguments of a piecewise."""
    return [*range(0, n_args - 1, 2), n_args - 1]


def find_regions(
    graph: Graph,
    roots: Sequence[Node],
    order: Sequence[Node],
    *,
    operands: Mapping[Node, tuple[Node, ...]] | None = None,
) -> dict[Node, Region]:
    """Return the innermost region of each node that is not always needed; leaves have none.

    A total over rows is taken of all of them: it stays outside of branches that rows choose.

    Parameters
    ----------
    graph, roots
    order : sequence of Node
        `graph.reachable(roots)`.
    operands : mapping, optional
        What some nodes read in place of their arguments.
    """
    found: dict[Node, Region] = {}
    kinds, args = graph.kinds, graph.args
    operands = operands or {}
    if "piecewise" not in kinds or not any(kinds[node] == "piecewise" for node in order):
        return found
    inside: dict[Node, Region | None] = dict.fromkeys(roots)
    for node in reversed(order):
        region = inside[node]
        while region is not None and kinds[node] in REDUCTIONS and region.is_per_row(graph):
            region = region.parent
        if region is not None and args[node]:
            found[node] = region
        last = len(args[node]) - 1
        for index, arg in enumerate(operands.get(node, args[node])):
            edge = region
            if kinds[node] == "piecewise" and (index % 2 == 0 or index == last):
                edge = Region.of_branch(graph, region, node, index)
            inside[arg] = _meet(inside[arg], edge) if arg in inside else edge
    return found


def _meet(left: Region | None, right: Region | None) -> Region | None:
    """Return the innermost region that contains both."""
    while left is not None and right is not None:
        if left == right:
            return left
        if left.depth >= right.depth:
            left = left.parent
        else:
            right = right.parent
    return None
