"""Derivatives most of which are zero, as SciPy's sparse arrays in compressed rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import scipy.sparse

__all__ = ["Pattern"]

Array = NDArray[Any]


class Pattern:
    """Where the entries of a matrix stand; the rest are zero whatever the point is.

    Parameters
    ----------
    places : sequence of (int, int)
        Row and column of each entry that is computed.
    shape : (int, int)
    is_symmetric : bool
        Whether each entry off the diagonal stands in the mirrored place too.
    """

    def __init__(
        self, places: Sequence[tuple[int, int]], shape: tuple[int, int], *,
        is_symmetric: bool = False,
    ) -> None:  # fmt: skip
        rows, columns = np.array(places, dtype=np.int64).reshape(-1, 2).T
        source = np.arange(len(places))
        if is_symmetric:
            off = rows != columns
            rows, columns = (
                np.concatenate([rows, columns[off]]), np.concatenate([columns, rows[off]])
            )  # fmt: skip
            source = np.concatenate([source, source[off]])
        order = np.lexsort((columns, rows))
        self.shape, self._rows = shape, rows[order]
        self._source, self._columns = source[order], columns[order].astype(np.int32)
        starts = np.searchsorted(self._rows, np.arange(shape[0] + 1))
        self._starts = starts.astype(np.int32)

    def filled(self, entries: Sequence[Any] | Array, dtype: str) -> scipy.sparse.csr_array:
        """Return the matrix with these entries; it shares no memory with others."""
        from scipy.sparse import csr_array

        data = np.asarray(entries, dtype=dtype).reshape(-1)[self._source]
        parts = (data, self._columns.copy(), self._starts.copy())
        found = csr_array(parts, shape=self.shape)
        found.has_sorted_indices = found.has_canonical_format = True
        return found
