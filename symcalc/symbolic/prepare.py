"""What happens to a formula before it is differentiated and compiled."""

from __future__ import annotations

from ..graph.graph import Graph, Node
from .array_edges import with_edges
from .atoms import stabilize
from .lengths import with_scaled_lengths
from .patch import patch_removable

__all__ = ["prepare"]


def prepare(graph: Graph, root: Node, *, scaled: bool = False) -> tuple[Graph, Node]:
    """Return the same real function in a form that floating point evaluates well.

    Unstable patterns become stable atoms, edges of arrays get values and derivatives, removable
    singularities a Taylor polynomial near the point. For compiled code only: what people read is
    derived from the formula as typed. With `scaled`, lengths are those of scaled squares.
    """
    stable, (root,) = stabilize(graph, [root])
    if scaled:
        stable, root = with_scaled_lengths(stable, root)
    return patch_removable(*with_edges(stable, root))
