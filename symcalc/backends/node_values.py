"""The value of every step of a formula at one point: for those who explain a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SymcalcError
from ..graph.dimensions import size_of
from ..graph.graph import Graph, Node
from ..program import in_steps, lower
from .lambdified import generate_for_sizes

__all__ = ["node_values"]

#: More steps, or more numbers in all of them together, are not looked at.
MAX_NODES, MAX_NUMBERS = 5_000, 20_000_000


def node_values(
    graph: Graph, roots: Sequence[Node], values: Mapping[str, Any], sizes: Mapping[str, int]
) -> dict[Node, NDArray[Any]] | None:
    """Return what each node below the roots is; None where that is too much, or raises.

    Branches of a piecewise that are not chosen are computed too.

    Parameters
    ----------
    graph : Graph
    roots : sequence of Node
    values : mapping
        The variables by name.
    sizes : mapping of str to int
        Of the dimensions.
    """
    nodes = graph.reachable(roots)
    shapes = [tuple(size_of(d, sizes) for d in graph.shape(node)) for node in nodes]
    if len(nodes) > MAX_NODES or sum(map(prod, shapes)) > MAX_NUMBERS:
        return None
    used = [str(graph.data[node]) for node in graph.variables(roots)]
    # NumPy's numbers go on after a division by zero, where Python's raise.
    given = [_plain(values[name]) for name in used]
    try:
        stepped, outputs = in_steps(graph, nodes, sizes)
        code = generate_for_sizes(
            lower(stepped, outputs), used, list(sizes),
            returns=lambda texts: f"[{', '.join(texts)}]",
        )  # fmt: skip
        with np.errstate(all="ignore"):
            found = code.function((*given, *sizes.values()))
    except (ArithmeticError, SymcalcError, np.linalg.LinAlgError):
        return None
    return {
        node: np.broadcast_to(np.asarray(entry), shape)
        for node, entry, shape in zip(nodes, found, shapes, strict=True)
    }


def _plain(value: Any) -> Any:
    """Return a number or an array of NumPy, sparse matrices written out."""
    dense = value.toarray() if hasattr(value, "tocsr") else value
    return np.asarray(dense, dtype=np.float64)[()]
