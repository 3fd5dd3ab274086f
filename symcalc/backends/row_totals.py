"""What residuals over many rows and their derivatives add up to, in one pass over the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..graph.graph import Graph, Node
from .threads import n_threads, share_out

if TYPE_CHECKING:
    from .at_rows import AtRows

__all__ = ["TARGET", "WEIGHT", "RowTotals", "products_of_rows"]

Array = NDArray[np.float64]

#: The names of the target and its weights among the columns; no text can say them.
TARGET, WEIGHT = "#target", "#weight"

#: The totals at so many points are remembered.
MAX_KNOWN = 8

#: Rows computed at a time where there is no native code: what is made of them stays in the cache.
BLOCK = 8192

#: Up to so many rows of a Gram matrix, products one by one are faster than BLAS's of matrices.
FEW = 10


class RowTotals:
    """The products of residuals and their derivatives, added up over all rows.

    Parameters
    ----------
    model : AtRows
    target, weights : ndarray (n_rows,)
        `weights` may be None.
    """

    def __init__(self, model: AtRows, target: Array, weights: Array | None) -> None:
        self._model, self._target, self._weights = model, target, weights
        self._root = None if weights is None else np.sqrt(weights)
        self._known: dict[bytes, Array] = {}

    def __call__(self, x: Array) -> Array:
        """Return the Gram matrix of the weighted residuals' derivatives and the residuals.

        Shape `(n + 1, n + 1)`; the residuals, target minus model, are the last column.
        """
        key = x.tobytes()
        if key not in self._known:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[key] = self._made(x)
        return self._known[key]

    def _made(self, x: Array) -> Array:
        """Make one pass over the rows."""
        native = self._model.products
        if native is None:
            return self._in_blocks(x)
        one = np.ones(()) if self._weights is None else self._weights
        found = native((*self._model.arguments(x), self._target, one), self._target.size)
        size = x.size + 1
        gram = np.empty((size, size))
        places = np.tril_indices(size)
        gram[places] = found
        gram.T[places] = found
        return gram

    def _in_blocks(self, x: Array) -> Array:
        """Return the Gram matrix from blocks of rows, each by generated NumPy code."""
        n_rows, size = self._target.size, x.size + 1
        edges = [*range(0, n_rows, BLOCK), n_rows]
        grams = np.empty((len(edges) - 1, size, size))

        def run(first: int, last: int) -> None:
            for block in range(first, last):
                rows = slice(edges[block], edges[block + 1])
                value, slopes = self._model.part(rows).value_and_derivatives(x)
                columns = [*slopes, value - self._target[rows]]  # the signs cancel
                if self._root is not None:
                    columns = [column * self._root[rows] for column in columns]
                grams[block] = _gram(columns)

        count = len(grams)
        shares = max(1, min(n_threads(), count // 2))
        share_out(run, [count * share // shares for share in range(shares)] + [count])
        return np.asarray(grams.sum(axis=0))

    def __reduce__(self) -> tuple[Any, ...]:
        return RowTotals, (self._model, self._target, self._weights)


def _gram(columns: Sequence[Any]) -> Array:
    """Return the products of columns with each other, added up; the last one is an array."""
    size, n_rows = len(columns), columns[-1].size
    if size > FEW:
        matrix = np.empty((size, n_rows))
        for place, column in enumerate(columns):
            matrix[place] = column
        return np.asarray(matrix @ matrix.T)
    whole = [c if np.ndim(c) else np.full(n_rows, c) for c in columns]
    gram = np.empty((size, size))
    for i, left in enumerate(whole):
        for j, right in enumerate(whole[: i + 1]):
            gram[i, j] = gram[j, i] = left.dot(right)
    return gram


def products_of_rows(graph: Graph, outputs: Sequence[Node]) -> tuple[Graph, list[Node]]:
    """Return the products that the Gram matrix adds up, its lower triangle row by row.

    `outputs` are a model and its derivatives; target and weight are two more variables.
    """
    whole = graph.copy()
    target, weight = whole.var(TARGET), whole.var(WEIGHT)
    model, *slopes = outputs
    minus = whole.const(-1)
    columns = [whole.mul((minus, slope)) for slope in slopes]
    columns.append(whole.add((target, whole.mul((minus, model)))))
    products = []
    for row, left in enumerate(columns):
        weighted = whole.mul((weight, left))
        products += [whole.mul((weighted, right)) for right in columns[: row + 1]]
    return whole, products
