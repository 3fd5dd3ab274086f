"""A compiled function of numbers at columns that stay the same, as fits evaluate it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Arguments, Bound
from .running import Runner

if TYPE_CHECKING:
    from .compiled import CompiledFunction
    from .native import SumsCall

__all__ = ["AtRows"]

Array = NDArray[np.float64]

#: Up to so many rows there are neither blocks nor native code, unless it is asked for.
FEW_ROWS = 10_000


class AtRows:
    """Value and derivatives, one row a row of the columns, as functions of a vector.

    Parameters
    ----------
    function : CompiledFunction
        Its derivatives are taken in its first arguments. `runner` runs it, with `arguments`.
    columns : sequence of ndarray, shape (n_rows,) or ()
        The last arguments; they are checked here, and not again.
    n_rows : int
    """

    def __init__(
        self, function: CompiledFunction, runner: Runner, arguments: Arguments,
        columns: Sequence[Any], n_rows: int,
    ) -> None:  # fmt: skip
        self._n_free = len(arguments.names) - len(columns)
        self._function, self._runner, self.n_rows = function, runner, n_rows
        self._columns, self._dtype = tuple(columns), arguments.dtype
        if not all(map(self._is_ready, columns)):
            numbers = (np.zeros(()),) * self._n_free  # arrays, so that nothing is taken for plain
            bound = arguments.bind((*numbers, *columns), {})
            self._columns, self._dtype = bound.values[self._n_free :], bound.dtype
        self._ready: dict[str, Callable[[Sequence[Any]], Any]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._function, self._columns, self.n_rows)

    def _is_ready(self, column: Any) -> bool:
        """Whether a column is what code takes, without a look at its cells."""
        is_plain = type(column) is np.ndarray and column.dtype == self._dtype
        return is_plain and column.shape in ((self.n_rows,), ())

    def values(self, x: Array) -> Array:
        """Return the value at every row, not to be written to; of many points one row each."""
        found = self._run("value", x)
        batch = (self.n_rows,) if x.ndim == 1 else (len(x), self.n_rows)
        return found if np.shape(found) == batch else np.broadcast_to(found, batch)

    def derivatives(self, x: Array) -> Array:
        """Return the derivatives along a last axis: NaN where the value is, column by column."""
        value, entries = self.value_and_derivatives(x)
        if isinstance(entries, np.ndarray):
            return _last(entries)
        batch = (self.n_rows,) if x.ndim == 1 else (len(x), self.n_rows)
        found = np.empty((self._n_free, *batch))
        for row, entry in zip(found, entries, strict=True):
            row[...] = entry
        undefined = np.isnan(value)
        if undefined.any():
            found[:, np.broadcast_to(undefined, batch)] = np.nan
        return _last(found)

    def value_and_derivatives(self, x: Array) -> Any:
        """Return value and derivatives as code returns them: each an array or one number."""
        return self._run("gradient", x)

    def part(self, rows: slice | NDArray[np.bool_]) -> AtRows:
        """Return the same at some of the rows."""
        part = object.__new__(AtRows)
        part.__dict__.update(self.__dict__)
        part._columns = tuple([c[rows] if c.ndim else c for c in self._columns])
        if isinstance(rows, slice):
            part.n_rows = len(range(*rows.indices(self.n_rows)))
        else:
            part.n_rows = int(np.count_nonzero(rows))
        return part

    def arguments(self, x: Array) -> tuple[Any, ...]:
        """Return all arguments at a point."""
        return self._at(x).values

    @property
    def products(self) -> SumsCall | None:
        """The native code of `RowTotals`, None where there is none."""
        return self._runner.native.products if self._dtype == "float64" else None

    def _run(self, what: str, x: Array) -> Any:
        """Run code at all rows; that for few rows without anything around it."""
        if x.ndim > 1 or self.n_rows > FEW_ROWS:
            return self._runner.run(what, self._at(x))
        if what not in self._ready:
            if self._runner.native.is_forced:
                return self._runner.run(what, self._at(x))
            self._ready[what] = self._runner.code(what, scalar=False).function
        return self._ready[what]((*map(np.asarray, x.tolist()), *self._columns))

    def _at(self, x: Array) -> Bound:
        """Return the arguments at a point, or at points of shape `(n_points, n)`."""
        if x.ndim == 1:
            values = (*map(np.asarray, x.tolist()), *self._columns)
            return Bound(values, False, (self.n_rows,), self._dtype)
        values = (*x.T[:, :, None], *self._columns)
        return Bound(values, False, (len(x), self.n_rows), self._dtype)


def _last(entries: Array) -> Array:
    """Return an array with its first axis as the last one."""
    return entries.T if entries.ndim == 2 else np.moveaxis(entries, 0, -1)


def _rebuild(function: CompiledFunction, columns: Sequence[Any], n_rows: int) -> AtRows:
    """Make a pickled one again."""
    return function.at_rows(columns, n_rows)
