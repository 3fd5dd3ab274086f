"""Which part of a program runs over rows block by block: data are read once, while in the cache.

A dimension is one of rows when every array that has it can be computed for some rows at a time, and
only sums over it leave the rows: losses that add up rows, their gradients `X.T @ r`, their Hessians
`X.T @ (d*X)`. Four parts are left: what is computed before the loop, for the rows, as totals over
them, and of those totals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import prod
from typing import Any

from ..graph.dimensions import polynomial, size_of
from ..graph.graph import REDUCTIONS, Node
from ..graph.shapes import Dimension, Shape
from .program import Program

__all__ = ["RowBlocks", "RowSorting", "row_blocks"]

#: What the arrays of one block may fill, in bytes of doubles.
BLOCK_BYTES = 2**21

#: With fewer blocks a loop costs more than it saves: all data are near the processor anyway.
MIN_BLOCKS = 6

#: Totals may fill such a share of a block: every block adds to them.
TOTALS_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class RowBlocks:
    """A loop over blocks of rows.

    Attributes
    ----------
    dimension : str
        The dimension of the rows.
    axis : dict
        The nodes with rows, variables among them, and which of their axes that is.
    totals : set of Node
        Sums over the rows.
    after : set of Node
        What is made of totals.
    length : int
        The number of rows in a block.
    """

    dimension: str
    axis: Mapping[Node, int]
    totals: Set[Node]
    after: Set[Node]
    length: int


def row_blocks(program: Program, sizes: Mapping[str, int]) -> RowBlocks | None:
    """Return the loop over the longest dimension that can be one of rows.

    None where there is no such dimension, or the data are so few that blocks do not pay.
    """
    graph = program.graph
    named = {
        d
        for node in program.order
        if graph.kinds[node] == "var"
        for d in graph.shape(node)
        if isinstance(d, str) and d in sizes
    }
    for dimension in sorted(named, key=lambda name: (-sizes[name], name)):
        parts = RowSorting(program, dimension)
        if parts.run():
            length = _length(parts, sizes)
            return (
                RowBlocks(dimension, parts.axis, parts.totals, parts.after, length)
                if length
                else None
            )
    return None


def _length(parts: RowSorting, sizes: Mapping[str, int]) -> int:
    """Return the number of rows in a block, 0 where blocks do not pay."""

    def entries(nodes: Iterable[Node]) -> int:
        """Return the number of entries of arrays, those with rows for one row."""
        shapes = [parts.graph.shape(node) for node in nodes if _is_stored(parts.program, node)]
        return sum(
            prod(size_of(d, sizes) for d in shape if d != parts.dimension) for shape in shapes
        )

    n_rows = sizes[parts.dimension]
    n_blocks = 8 * n_rows * entries(parts.axis) // BLOCK_BYTES
    is_worth_it = n_blocks >= MIN_BLOCKS and 8 * entries(parts.totals) <= TOTALS_SHARE * BLOCK_BYTES
    return -(-n_rows // n_blocks) if is_worth_it else 0


def _is_stored(program: Program, node: Node) -> bool:
    """Whether a node is an array of its own: no transpose, nothing stretched."""
    data = program.graph.data[node]
    return program.graph.kinds[node] != "ein" or (len(data.factors) == 2 and not data.free)


class RowSorting:
    """Sorts the nodes of a program into the four parts, for one dimension.

    Attributes
    ----------
    axis, totals, after
        As in `RowBlocks`.
    obstacle : Node or None
        The first node that has no part.
    """

    def __init__(self, program: Program, dimension: str) -> None:
        self.program, self.graph = program, program.graph
        self.dimension = dimension
        self.axis: dict[Node, int] = {}
        self.totals: set[Node] = set()
        self.after: set[Node] = set()
        self.obstacle: Node | None = None

    def run(self) -> bool:
        """Say whether every node has a part: none needs several rows at once but for sums."""
        self.obstacle = next((n for n in self.program.order if not self._sort(n)), None)
        return self.obstacle is None and bool(self.totals) and self._chooses()

    def _chooses(self) -> bool:
        """Whether choices by the same condition, whose branches are one, are in one part."""
        part: dict[Node, tuple[bool, bool]] = {}
        for node in self.program.order:
            if self.graph.kinds[node] == "piecewise":
                own = node in self.axis, node in self.after
                if part.setdefault(self.graph.args[node][1], own) != own:
                    return False
        return True

    def _sort(self, node: Node) -> bool:
        """Put a node into its part; say whether it has one."""
        graph = self.graph
        operands = self.program.operands(node)
        axes = [at for at, d in enumerate(graph.shape(node)) if self._has_rows(d)]
        whole = [at for at in axes if graph.shape(node)[at] == self.dimension]
        if len(axes) > 1 or whole != axes:
            return False
        rows = [arg for arg in operands if arg in self.axis]
        if any(arg in self.totals or arg in self.after for arg in operands):
            self.after.add(node)
            return not rows and not axes
        if graph.kinds[node] == "size":
            return True
        is_own = not rows and (graph.kinds[node] != "ein" or not axes)
        if is_own and graph.kinds[node] != "var":
            return not axes
        if axes and self._keeps_rows(node):
            self.axis[node] = axes[0]
            return True
        if not axes and rows and self._adds_rows(node):
            self.totals.add(node)
            return node not in self.program.regions
        return not axes and not rows

    def _has_rows(self, dimension: Dimension) -> bool:
        return any(self.dimension in names for names in polynomial(dimension))

    def _keeps_rows(self, node: Node) -> bool:
        """Whether each row of a node is made of the same row of its arguments."""
        kind = self.graph.kinds[node]
        rule = _KEEPS.get(kind)
        if rule is None:
            return kind not in REDUCTIONS
        shapes = [self.graph.shape(arg) for arg in self.program.operands(node)]
        return rule(self, shapes, self.graph.shape(node), self.graph.data[node])

    def _adds_rows(self, node: Node) -> bool:
        kind = self.graph.kinds[node]
        return kind == "sum" or (kind == "ein" and self._one_label(node))

    def _one_label(self, node: Node) -> bool:
        """Whether the axes of rows in a contraction are one."""
        return sum(map(self._has_rows, self.graph.data[node].dims)) == 1

    # -- rules of `_KEEPS` --------------------------------------------------------------------

    def _contraction(self, shapes: Sequence[Shape], own: Shape, data: Any) -> bool:
        return sum(map(self._has_rows, data.dims)) == 1

    def _reduction(self, shapes: Sequence[Shape], own: Shape, data: Any) -> bool:
        return data is not None and shapes[0][data] != self.dimension

    def _part(self, shapes: Sequence[Shape], own: Shape, data: Any) -> bool:
        at = shapes[0].index(self.dimension)
        return self._is_everything(data[1][at])

    def _among_zeros(self, shapes: Sequence[Shape], own: Shape, data: Any) -> bool:
        return self._is_everything(data[1][own.index(self.dimension)])

    def _is_everything(self, index: Any) -> bool:
        return bool(index == (0, None, 1))

    def _joined(self, shapes: Sequence[Shape], own: Shape, data: Any) -> bool:
        return bool(own[data[1]] != self.dimension)

    def _reshaped(self, shapes: Sequence[Shape], own: Shape, data: Any) -> bool:
        before = [shape[: shape.index(self.dimension)] for shape in (shapes[0], own)]
        first, second = ([d for d in dims if d != 1] for dims in before)
        return first == second


_KEEPS: Mapping[str, Callable[[RowSorting, Sequence[Shape], Shape, Any], bool]] = {
    "var": lambda *_: True,
    "ein": RowSorting._contraction,
    "amax": RowSorting._reduction,
    "amin": RowSorting._reduction,
    "prod": RowSorting._reduction,
    "exactprod": RowSorting._reduction,
    "lse": RowSorting._reduction,
    "take": RowSorting._part,
    "put": RowSorting._among_zeros,
    "concat": RowSorting._joined,
    "reshape": RowSorting._reshaped,
}
