"""What happens to a formula before it is differentiated and compiled."""

from __future__ import annotations

from ..graph.graph import Graph, Node
from .array_edges import with_edges
from .atoms import stabilize
from .patch import patch_removable

__all__ = ["prepare"]


def prepare(graph: Graph, root: Node) -> tuple[Graph, Node]:
    """Return the same real function in a form that floating point evaluates well.

    Unstable patterns become stable atoms, edges of arrays get values and derivatives, removable
    singularities a Taylor polynomial near the point. For compiled code only: what people read is
    derived from the formula as typed.
    """
    stable, (root,) = stabilize(graph, [root])
    return patch_removable(*with_edges(stable, root))
