"""All other spellings of a formula that are one rewriting away."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from .atoms import stabilize
from .expansion import expansions
from .rearranged import rearranged
from .rewrites import REWRITES

__all__ = ["alternatives"]

#: In larger formulas only the steps pointed at are rewritten.
MAX_NODES = 150


def alternatives(
    g: Graph, root: Node, focus: Collection[Node] = (), *, widely: bool = True
) -> Iterator[tuple[str, Node]]:
    """Yield (name of the rewriting, new root); the graph grows.

    Parameters
    ----------
    g : Graph
    root : Node
    focus : collection of Node
        Steps that are known to lose digits; series and SymPy's arrangements are made of these
        and of the whole.
    widely : bool
        Whether to make series and ask SymPy at all.
    """
    (stable,) = g.absorb(*stabilize(*g.extract([root])))
    yield "stable functions", stable
    inside = g.reachable([root])
    chosen = inside if len(inside) <= MAX_NODES else [n for n in focus if n in set(inside)]
    for node in chosen:
        for rewrite in REWRITES:
            for other in rewrite.rule(g, node):
                if other != node:
                    yield rewrite.name, substitute(g, root, {node: other})
    if widely:
        for node in dict.fromkeys([root, *(n for n in focus if n in set(inside))]):
            for name, other in (*expansions(g, node), *rearranged(g, node)):
                yield name, substitute(g, root, {node: other})
