"""Derivatives with three or four axes as one Kronecker product, where they are one term.

With the entries of a matrix taken row by row, as NumPy's `ravel` takes them, the derivative of an
array by an array is a matrix. Its entry at rows (i, j), columns (k, l) is A[i, k]·B[j, l] just when
it is kron(A, B). A vector has one index in place of two; then A or B has one row or one column.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from ..arrays.products import kronecker
from ..graph.contractions import Contraction, Factor, contract
from ..graph.graph import Graph, Node

__all__ = ["kronecker_form"]

#: The label of an axis of length 1 that a vector is given.
UNIT = -1


def kronecker_form(graph: Graph, node: Node, n_rows: int) -> Node | None:
    """Append the derivative as a matrix and return it, or None where it is no Kronecker product.

    Parameters
    ----------
    graph : Graph
    node : int
        A derivative; its first `n_rows` axes are those of what was differentiated.
    n_rows : int
    """
    front = [arg for arg in graph.args[node] if not graph.shape(arg)]
    arrays = [arg for arg in graph.args[node] if graph.shape(arg)]
    is_multiple = graph.kinds[node] == "mul" and len(arrays) == 1
    (body,) = arrays if is_multiple else (node,)
    if graph.kinds[body] != "ein":
        return None
    data: Contraction = graph.data[body]
    if data.free or not 3 <= len(data.out) <= 4:
        return None
    factors = list(zip(graph.args[body], data.factors, strict=True))
    for left, right in _splits(data.out[:n_rows], data.out[n_rows:]):
        sides = [_connected(factors, side) for side in (left, right)]
        if len(sides[0]) + len(sides[1]) == len(factors) and not set(sides[0]) & set(sides[1]):
            matrices = [
                contract(graph, side, own, {UNIT: 1})
                for side, own in zip(sides, (left, right), strict=True)
            ]
            whole = kronecker(graph, *matrices)
            return graph.mul([*front, whole]) if is_multiple else whole
    return None


def _splits(
    rows: Sequence[int], columns: Sequence[int]
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return which labels may stand on the left and on the right of a Kronecker product."""
    row_pairs, column_pairs = (
        [tuple(labels)] if len(labels) == 2 else [(labels[0], UNIT), (UNIT, labels[0])]
        for labels in (rows, columns)
    )
    return [
        ((row[0], column[0]), (row[1], column[1]))
        for row, column in product(row_pairs, column_pairs)
    ]


def _connected(factors: Sequence[Factor], labels: Sequence[int]) -> list[Factor]:
    """Return the factors that have some of the labels, or are summed with such over others."""
    reached = set(labels) - {UNIT}
    while True:
        met = [factor for factor in factors if reached.intersection(factor[1])]
        grown = reached.union(*[factor[1] for factor in met])
        if grown == reached:
            return met
        reached = grown
