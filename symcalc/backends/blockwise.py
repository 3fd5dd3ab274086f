"""Long arrays in blocks, in threads: what is computed on the way stays in the cache."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Bound
from .lambdified import Generated
from .threads import n_threads, share_out

__all__ = ["LongArrays", "is_long"]

#: Points in a block, and how many blocks make it worth while.
BLOCK, LEAST = 32768, 2

#: So many numbers a block has in all arrays together, if that leaves so many points in it.
MOST_AT_ONCE, LEAST_BLOCK = 2**20, 1024

#: With more numbers in all parts together, arrays of more points than a few are cut into blocks.
FEW, MOST_KEPT = 1000, 2**24

#: `generate(scalars)` returns code for arguments of which those at these places are single numbers,
#: how many arrays it works in, and how many others it may have at a time.
Generate = Callable[[frozenset[int]], tuple[Generated, int, int]]


class LongArrays:
    """Outputs for long arrays, in blocks, by code that works in place.

    Parameters
    ----------
    generate : callable
    n_outputs : int
    """

    def __init__(self, generate: Generate, n_outputs: int) -> None:
        self._generate, self._n_outputs = generate, n_outputs
        self._known: dict[frozenset[int], tuple[Generated, int, int]] = {}

    def __call__(self, bound: Bound) -> NDArray[Any]:
        """Return the outputs in one array of shape `(n_outputs, *batch)`.

        Where the first of them, the value, is NaN, so are the others: its derivatives.
        """
        columns = [
            value if np.ndim(value) == 0 else np.broadcast_to(value, bound.batch).reshape(-1)
            for value in bound.arrays()
        ]
        single = frozenset(place for place, column in enumerate(columns) if np.ndim(column) == 0)
        if single not in self._known:
            self._known[single] = self._generate(single)
        code, n_work, n_others = self._known[single]
        block = min(BLOCK, max(LEAST_BLOCK, MOST_AT_ONCE // (n_work + n_others + 1)))
        n = prod(bound.batch)
        outputs = np.empty((self._n_outputs, n), dtype=bound.dtype)

        def run(start: int, end: int) -> None:
            work = np.empty((n_work, block), dtype=bound.dtype)
            for at in range(start, end, block):
                rows = slice(at, min(at + block, end))
                given = [c if np.ndim(c) == 0 else c[rows] for c in columns]
                found = outputs[:, rows]
                code.function((given, list(found), list(work[:, : found.shape[1]])))
                _spread_nan(found)

        share = max(1, min(n_threads(), n // (LEAST * BLOCK)))
        share_out(run, [n * k // share // block * block for k in range(share)] + [n])
        return outputs.reshape(-1, *bound.batch)


def is_long(bound: Bound, n_nodes: int) -> bool:
    """Whether arguments are so many real points that blocks are worth while.

    Of a long formula they are few: code without blocks keeps an array for every named part.
    """
    n = prod(bound.batch)
    is_worth = n >= LEAST * BLOCK or (n > FEW and n * n_nodes > MOST_KEPT)
    return is_worth and bound.dtype != "complex128"


def _spread_nan(outputs: NDArray[Any]) -> None:
    """Make derivatives NaN where the value is."""
    undefined = np.isnan(outputs[0])
    if len(outputs) > 1 and undefined.any():
        outputs[1:, undefined] = np.nan
