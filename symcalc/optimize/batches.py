"""Rows of data in batches: which rows, in which order, and the whole objective piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .bounds import Vector
from .objective import Objective

__all__ = ["Batch", "Batches", "RowData", "RowObjective"]

#: The whole objective is evaluated in pieces of so many bytes: they stay near the processor.
PIECE_BYTES = 2**18

#: Data on disk are shuffled in windows of so many bytes, made of blocks of so many.
WINDOW_BYTES, BLOCK_BYTES = 2**23, 2**17

Rows = list[Any]


class Batch(NamedTuple):
    """Some rows of every array, how many, and the number of the batch among all."""

    rows: Rows
    n_rows: int
    number: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class RowData:
    """The arrays that have rows.

    Attributes
    ----------
    arrays : tuple
        Arrays of numbers, on disk perhaps, or SciPy's sparse ones in compressed rows.
    axes : tuple of int
        Which axis of each is that of the rows.
    n_rows : int
    is_on_disk : bool
        Whether rows that lie together are read together.
    """

    arrays: tuple[Any, ...]
    axes: tuple[int, ...]
    n_rows: int
    is_on_disk: bool = False

    @property
    def row_bytes(self) -> int:
        """The bytes of one row of all arrays, as doubles."""
        return max(8 * sum(_n_entries(array) // self.n_rows for array in self.arrays), 1)

    def between(self, begin: int, end: int) -> Rows:
        """Return consecutive rows; of doubles no copy is made."""
        return [
            _as_doubles(_slice(a, axis, begin, end))
            for a, axis in zip(self.arrays, self.axes, strict=True)
        ]

    def taken(self, places: np.ndarray[Any, Any]) -> Rows:
        """Return the rows at these places, as arrays of their own."""
        return [
            a[places] if hasattr(a, "tocsr") else _as_doubles(a.take(places, axis=axis))
            for a, axis in zip(self.arrays, self.axes, strict=True)
        ]

    def pieces(self, n_bytes: int = PIECE_BYTES) -> Iterator[Batch]:
        """Yield all rows, in order."""
        length = max(n_bytes // self.row_bytes, 1)
        for begin in range(0, self.n_rows, length):
            end = min(begin + length, self.n_rows)
            yield Batch(self.between(begin, end), end - begin)


@dataclass(frozen=True, slots=True, eq=False)
class Batches:
    """All rows in batches, each row once in a pass; the last batch has what is left.

    Attributes
    ----------
    data : RowData
    size : int
        Of a batch.
    seed : int
        Together with the number of the pass it says the order.
    order : str
        "rows": any order of all rows is as likely as any other. "blocks": blocks of consecutive
        rows are shuffled, and then rows within windows of many blocks. "none": as they lie.
    """

    data: RowData
    size: int
    seed: int
    order: str

    def __len__(self) -> int:
        return -(-self.data.n_rows // self.size)

    def run(self, number: int, first: int = 0) -> Iterator[Batch]:
        """Yield the batches of a pass from the one with the number `first` on."""
        if self.order == "none":
            for begin in range(first * self.size, self.data.n_rows, self.size):
                end = min(begin + self.size, self.data.n_rows)
                yield Batch(self.data.between(begin, end), end - begin)
            return
        size = self.size
        window = size * max(WINDOW_BYTES // (self.data.row_bytes * size), 1)
        at = first * size
        places = self._places(number, window)
        for begin in range(at // window * window, self.data.n_rows, window):
            shuffled = self.data.taken(places(begin))
            n_here = min(window, self.data.n_rows - begin)
            for lower in range(max(at - begin, 0), n_here, size):
                upper = min(lower + size, n_here)
                yield Batch(self._cut(shuffled, lower, upper), upper - lower)

    def fixed(self, number: int, first: int = 0) -> Iterator[Batch]:
        """Yield batches whose rows are the same in every pass, in an order of this pass.

        Rows are dealt out once, at random; with "blocks" and "none" they are consecutive.
        """
        n_rows, size = self.data.n_rows, self.size
        dealt = None
        if self.order == "rows":
            dealt = np.random.default_rng([self.seed]).permutation(n_rows)
        turns = np.random.default_rng([self.seed, number]).permutation(len(self))
        for turn in (turns if self.order != "none" else np.sort(turns))[first:].tolist():
            begin, end = turn * size, min((turn + 1) * size, n_rows)
            rows = (
                self.data.between(begin, end)
                if dealt is None
                else self.data.taken(dealt[begin:end])
            )
            yield Batch(rows, end - begin, turn)

    def _cut(self, rows: Rows, begin: int, end: int) -> Rows:
        axes = self.data.axes
        return [_slice(a, axis, begin, end) for a, axis in zip(rows, axes, strict=True)]

    def _places(self, number: int, window: int) -> Callable[[int], np.ndarray[Any, Any]]:
        """Return the function from the beginning of a window to the places of its rows."""
        n_rows = self.data.n_rows
        rng = np.random.default_rng([self.seed, number])
        if self.order == "rows":
            whole = rng.permutation(n_rows)
            return lambda begin: whole[begin : begin + window]
        length = max(BLOCK_BYTES // self.data.row_bytes, 1)
        starts = rng.permutation(-(-n_rows // length)) * length
        lengths = np.minimum(length, n_rows - starts)
        ends = np.cumsum(lengths)

        def places(begin: int) -> np.ndarray[Any, Any]:
            """Return the rows of the blocks that lie in the window, shuffled."""
            end = min(begin + window, n_rows)
            order = np.random.default_rng([self.seed, number, begin + 1])
            low, high = np.searchsorted(ends, (begin, end - 1), side="right")
            blocks = slice(low, high + 1)
            last = np.minimum(ends[blocks], end)
            first = np.maximum(ends[blocks] - lengths[blocks], begin)
            shift = starts[blocks] - (ends[blocks] - lengths[blocks])
            here: np.ndarray[Any, Any] = np.arange(begin, end) + np.repeat(shift, last - first)
            order.shuffle(here)
            return here

        return places


@dataclass(frozen=True, slots=True, eq=False)
class RowObjective:
    """An objective that is known from any of its rows: estimates without bias.

    Attributes
    ----------
    data : RowData
    value, value_and_gradient, hessian : callable
        Of a vector, rows as `RowData` gives them, and their number.
    product : callable
        Of a vector, a direction, rows, and their number.
    seed : int
        Of the order of the rows.
    """

    data: RowData
    value: Callable[[Vector, Rows, int], float]
    value_and_gradient: Callable[[Vector, Rows, int], tuple[float, Vector]]
    hessian: Callable[[Vector, Rows, int], Vector]
    product: Callable[[Vector, Vector, Rows, int], Vector]
    seed: int = 0

    def whole(self, *, forms_hessian: bool) -> Objective:
        """Return the objective over all rows, which are read piece by piece."""

        def value_and_gradient(x: Vector) -> tuple[float, Vector]:
            value, gradient = 0.0, np.zeros(x.size)
            for share, batch in self._shares():
                part, slope = self.value_and_gradient(x, batch.rows, batch.n_rows)
                value += share * part
                gradient += share * slope
            return value, gradient

        return Objective(
            lambda x: sum(s * self.value(x, b.rows, b.n_rows) for s, b in self._shares()),
            value_and_gradient,
            self._whole_hessian if forms_hessian else None,
            self._whole_product,
            rows=self,
        )

    def _shares(self) -> Iterator[tuple[float, Batch]]:
        """Yield the pieces, each with the share of all rows that it has."""
        for batch in self.data.pieces():
            yield batch.n_rows / self.data.n_rows, batch

    def _whole_hessian(self, x: Vector) -> Vector:
        parts = (s * self.hessian(x, b.rows, b.n_rows) for s, b in self._shares())
        return np.asarray(sum(parts))

    def _whole_product(self, x: Vector, v: Vector) -> Vector:
        parts = (s * self.product(x, v, b.rows, b.n_rows) for s, b in self._shares())
        return np.asarray(sum(parts))


def _n_entries(array: Any) -> int:
    """Return how many numbers an array holds."""
    return int(array.nnz if hasattr(array, "tocsr") else array.size)


def _slice(array: Any, axis: int, begin: int, end: int) -> Any:
    """Return a part of an array along an axis."""
    return array[begin:end] if axis == 0 else array[(slice(None),) * axis + (slice(begin, end),)]


def _as_doubles(array: Any) -> Any:
    return array if hasattr(array, "tocsr") else np.asarray(array, dtype=np.float64)
