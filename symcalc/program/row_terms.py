"""An objective as terms of single rows: what it is worth on some of them, unbiased.

A formula that is affine in totals over rows, `R + c1*sum(t1) + c2*sum(t2)`, has an unbiased
estimate from any batch of b rows out of m: each total over the batch times m/b, every length of the
data that is written out still m. The gradient of the estimate is an estimate of the gradient.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ..graph.dimensions import polynomial
from ..graph.graph import Graph, Node
from ..graph.rewrite import make
from ..graph.shapes import Dimension
from .passes import SIZE
from .program import lower
from .rows import RowSorting

__all__ = ["SCALE", "RowTerms", "row_terms"]

#: The name of m/b among the variables; no text can say it.
SCALE = "#scale"

#: Kinds that are linear in all their arguments together.
_LINEAR = frozenset({"add", "sum", "take", "put", "concat", "reshape"})


@dataclass(frozen=True, slots=True)
class RowTerms:
    """The estimate of a formula from some rows, or why there is none.

    Attributes
    ----------
    graph : Graph
    root : Node
        The estimate: a formula in the variables, the rows of a batch, and the numbers `SIZE`, of
        all rows, and `SCALE`, the number of all rows over that of the batch.
    obstacle : Node or None
        The part of the formula as it was given that is no total over rows and stands in no plain
        multiple of one; the formula itself where it has no total.
    """

    graph: Graph
    root: Node
    obstacle: Node | None = None


def row_terms(graph: Graph, root: Node, dimension: str) -> RowTerms:
    """Return the estimate of a formula from a batch of rows, which lie along `dimension`."""
    program = lower(graph, [root])
    parts = RowSorting(program, dimension)
    obstacle = None
    if not parts.run():
        obstacle = root if parts.obstacle is None else parts.obstacle
    else:
        moving = parts.totals | parts.after
        bent = (node for node in program.order if node in parts.after)
        obstacle = next((node for node in bent if not _is_linear(graph, node, moving)), None)
    if obstacle is not None:
        return RowTerms(graph, root, obstacle)
    return _Estimate(graph, dimension, parts.totals).of(root)


def _is_linear(graph: Graph, node: Node, moving: Collection[Node]) -> bool:
    """Whether what is made of totals is a plain multiple of them, or a sum of such."""
    kind = graph.kinds[node]
    n_moving = sum(arg in moving for arg in graph.args[node])
    return kind in _LINEAR or (kind in ("mul", "ein") and n_moving == 1)


class _Estimate:
    """Rewrites a formula: totals are scaled, numbers of rows are those of all rows."""

    def __init__(self, graph: Graph, dimension: str, totals: Collection[Node]) -> None:
        self.old, self.dimension, self.totals = graph, dimension, totals
        self.graph = Graph()

    def of(self, root: Node) -> RowTerms:
        """Return the estimate of the formula."""
        old, new = self.old, self.graph
        place: dict[Node, Node] = {}
        for node in old.reachable([root]):
            kind, data = old.kinds[node], old.data[node]
            args = tuple([place[arg] for arg in old.args[node]])
            if kind == "const":
                found = new.const(data, old.spellings.get(node))
            elif kind == "var":
                found = new.var(data, old.shape(node))
            elif kind == "size":
                lengths = [self._length(own) for own in old.shape(old.args[node][0])]
                found = new.mul(lengths)
            elif kind == "dim":
                found = self._length(data)
            else:
                found = make(new, kind, args, data)
            place[node] = new.mul((new.var(SCALE), found)) if node in self.totals else found
        return RowTerms(new, place[root])

    def _length(self, dimension: Dimension) -> Node:
        """Return the length of a dimension over all rows."""
        new = self.graph
        terms = []
        for names, number in polynomial(dimension).items():
            known = [
                new.var(SIZE) if name == self.dimension else new.node("dim", (), name)
                for name in names
            ]
            terms.append(new.mul([new.const(number), *known]))
        return new.add(terms)
