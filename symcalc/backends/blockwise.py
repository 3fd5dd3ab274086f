"""Long arrays in blocks, in threads: what is computed on the way stays in the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arguments import Bound
from .outputs import split_outputs
from .threads import n_threads, share_out

__all__ = ["run_on_arrays"]

#: Points in a block, and how many blocks make it worth while.
BLOCK, LEAST = 16384, 4


def run_on_arrays(function: Callable[[Sequence[Any]], Any], what: str, bound: Bound) -> Any:
    """Return what generated code returns for arrays: of a value, or of a value and derivatives."""
    arrays = bound.arrays()
    if prod(bound.batch) < LEAST * BLOCK:
        return function(arrays)
    return split_outputs(what, _in_blocks(function, arrays, bound.batch, bound.dtype))


def _in_blocks(
    function: Callable[[Sequence[Any]], Any],
    arguments: Sequence[Any],
    batch: tuple[int, ...],
    dtype: str,
) -> NDArray[Any]:
    """Return the outputs in one array of shape `(n_outputs, *batch)`.

    Where the first of them, the value, is NaN, so are the others: its derivatives.
    """
    n = prod(batch)
    columns = [
        value if np.ndim(value) == 0 else np.broadcast_to(value, batch).reshape(-1)
        for value in arguments
    ]
    first = [c if np.ndim(c) == 0 else c[:BLOCK] for c in columns]
    outputs = np.empty((len(_values(function(first))), n), dtype=dtype)

    def run(start: int, end: int) -> None:
        for at in range(start, end, BLOCK):
            rows = slice(at, min(at + BLOCK, end))
            values = _values(function([c if np.ndim(c) == 0 else c[rows] for c in columns]))
            for row, value in zip(outputs, values, strict=True):
                row[rows] = value
            undefined = np.isnan(outputs[0, rows])
            if len(values) > 1 and undefined.any():
                outputs[1:, rows][:, undefined] = np.nan

    share = min(n_threads(), n // (LEAST * BLOCK))
    share_out(run, [n * k // share // BLOCK * BLOCK for k in range(share)] + [n])
    return outputs.reshape(-1, *batch)


def _values(found: Any) -> list[Any]:
    """Return the value, and derivatives, that code has returned."""
    return [found[0], *found[1]] if isinstance(found, tuple) else [found]
