"""Formulas run as the compiled NumPy code that they are, at many points at once."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..backends.lambdified import generate
from ..graph.graph import Graph, Node

__all__ = ["columns_of", "run_plain"]

Column = NDArray[np.float64]


def columns_of(points: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, Column]:
    """Return the coordinates of points as one column for each name."""
    return {name: np.array([point[name] for point in points]) for name in names}


def run_plain(graph: Graph, root: Node, columns: Mapping[str, Column], n_points: int) -> Column:
    """Return the values that the formula has in doubles, compiled exactly as it stands.

    Raises
    ------
    CompileError
        The backend cannot run a node of the formula.
    """
    inside = {graph.data[node] for node in graph.variables([root])}
    names = [name for name in columns if name in inside]
    code = generate(graph, [root], names, scalar=False, returns=lambda texts: texts[0])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = code.function([columns[name] for name in names])
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (n_points,)).copy()
