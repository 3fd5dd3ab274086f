"""A compiled function over arrays at a vector of variables and ever other rows of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..graph.dimensions import size_of
from ..program import SCALE, SIZE
from .arguments import Bound, in_order
from .array_function import ArrayFunction
from .flat import FlatFunction

__all__ = ["RowFunction"]

Array = NDArray[np.float64]

#: So many numbers of rows are remembered.
MAX_KNOWN = 64


class RowFunction:
    """Value and derivatives at a vector, of rows that change from call to call.

    Rows are arrays of doubles, or SciPy's in compressed rows, in the order of `row_names`; nothing
    of them is checked. The number of all rows over that of the rows given is passed as `SCALE`.

    Parameters
    ----------
    function : ArrayFunction
    fixed : mapping
        All data without rows.
    row_names : sequence of str
        The arguments with rows.
    sizes : mapping of str to int
        Of all dimensions.
    dimension : str
        That of the rows; `sizes` has the number of all of them.
    sparse : collection of str
        Which of the arguments are SciPy's.
    """

    def __init__(
        self, function: ArrayFunction, fixed: Mapping[str, Any], row_names: Sequence[str],
        sizes: Mapping[str, int], dimension: str, sparse: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.n_rows = sizes[dimension]
        self._function, self._dimension, self._all = function, dimension, dict(sizes)
        names = function.names
        given = {**fixed, SIZE: float(self.n_rows), SCALE: 1.0}
        values = [_as_argument(given[name]) if name in given else 0.0 for name in names]
        self._template, self._scale = values, names.index(SCALE) if SCALE in names else None
        self._rows = [names.index(name) for name in row_names]
        self._bound = Bound(tuple(values), False, (), "float64", {}, sparse)
        self._known: dict[int, Bound] = {}
        self._parts: list[tuple[int, int, int, tuple[int, ...]]] = []
        begin = 0
        for name in function.wrt:
            shape = tuple(size_of(d, sizes) for d in function.shape_of(name))
            end = begin + prod(shape)
            self._parts.append((names.index(name), begin, end, shape))
            begin = end
        self._is_one = len(self._parts) == 1 and bool(self._parts[0][3])

    def value(self, x: Array, rows: Sequence[Any], n_rows: int) -> float:
        """Return the value."""
        return self._flat(rows, n_rows).value(x)

    def value_and_gradient(self, x: Array, rows: Sequence[Any], n_rows: int) -> tuple[float, Array]:
        """Return value and gradient."""
        known = self._known.get(n_rows) or self._of_length(n_rows)
        values = list(known.values)
        for place, begin, end, shape in self._parts:
            if len(shape) == 1:
                values[place] = x[begin:end]
            else:
                values[place] = x[begin:end].reshape(shape) if shape else x[begin]
        for place, array in zip(self._rows, rows, strict=True):
            values[place] = array
        bound = Bound(tuple(values), False, (), "float64", known.sizes, known.sparse)
        value, *parts = self._function.run("gradient", bound)
        if self._is_one:
            return value, parts[0].ravel()
        return value, np.concatenate([np.ravel(part) for part in parts])

    def hessian(self, x: Array, rows: Sequence[Any], n_rows: int) -> Array:
        """Return the Hessian as a matrix."""
        return np.asarray(self._flat(rows, n_rows).hessian(x))

    def product(self, x: Array, direction: Array, rows: Sequence[Any], n_rows: int) -> Array:
        """Return Hessian × direction."""
        return self._flat(rows, n_rows).hessian_product(x, direction)

    def _flat(self, rows: Sequence[Any], n_rows: int) -> FlatFunction:
        """Return the function of a vector for these rows."""
        known = self._known.get(n_rows) or self._of_length(n_rows)
        values = list(known.values)
        for place, array in zip(self._rows, rows, strict=True):
            values[place] = array
        return FlatFunction(self._function, replace(known, values=tuple(values)))

    def _of_length(self, n_rows: int) -> Bound:
        """Return the arguments for so many rows: always the same sizes, so that code is found."""
        values = list(self._template)
        if self._scale is not None:
            values[self._scale] = np.float64(self.n_rows / n_rows)
        sizes = in_order({**self._all, self._dimension: n_rows})
        found = replace(self._bound, values=tuple(values), sizes=sizes)
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[n_rows] = found
        return found


def _as_argument(value: Any) -> Any:
    """Return data as compiled code takes them."""
    return value if hasattr(value, "tocsr") else np.asarray(value, dtype=np.float64)
