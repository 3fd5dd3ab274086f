"""Native code as Python calls it: for many points in threads, for one point through buffers."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..threads import n_threads, share_out
from .engine import Code

__all__ = ["BatchCall", "PointCall", "SumsCall"]

Array = NDArray[np.float64]

#: A thread is not worth its start for fewer points than this.
LEAST = 16384

#: So many points are added up by one call; the totals of the pieces are added by NumPy, in pairs.
PIECE = 32768

_BATCH = ctypes.CFUNCTYPE(None, ctypes.c_int64, *[ctypes.c_void_p] * 3)
_POINT = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2)


class BatchCall:
    """The outputs of a program at many points.

    Parameters
    ----------
    code : Code
        Of a module made by `batch_module`.
    n_outputs, width : int
    """

    def __init__(self, code: Code, n_outputs: int, width: int) -> None:
        self._code, self._function = code, _BATCH(code.address)
        self._n_outputs, self._width = n_outputs, width

    def __call__(self, values: Sequence[Any], batch: tuple[int, ...]) -> Array:
        """Return the outputs, of shape `(n_outputs, *batch)`; the global lock is not held."""
        n = prod(batch)
        inputs = _Inputs(values, batch, self._width)
        outputs = np.empty((self._n_outputs, n))
        targets = outputs.ctypes.data + np.arange(self._n_outputs, dtype=np.uintp) * np.uintp(8 * n)

        def run(first: int, last: int) -> None:
            places = targets + np.uintp(8 * first)
            inputs.pass_to(self._function, first, last, places.ctypes.data)

        pieces = max(1, min(n_threads(), n // LEAST))
        edges = [n * k // pieces // self._width * self._width for k in range(pieces)] + [n]
        share_out(run, edges)
        return outputs.reshape(self._n_outputs, *batch)


class SumsCall:
    """What the outputs of a program add up to over many points.

    Parameters
    ----------
    code : Code
        Of a module made by `sums_module`.
    n_sums, width : int
    """

    def __init__(self, code: Code, n_sums: int, width: int) -> None:
        self._code, self._function = code, _BATCH(code.address)
        self._n_sums, self._width = n_sums, width

    def __call__(self, values: Sequence[Any], n: int) -> Array:
        """Return the totals, of shape `(n_sums,)`.

        The points are added up in pieces of one size, whatever the number of threads: it does not
        change the bits.
        """
        inputs = _Inputs(values, (n,), self._width)
        edges = [*range(0, n, PIECE), n]
        totals = np.empty((len(edges) - 1, self._n_sums))

        def run(first: int, last: int) -> None:
            for piece in range(first // PIECE, -(-last // PIECE)):
                ends = edges[piece], edges[piece + 1]
                inputs.pass_to(self._function, *ends, totals[piece].ctypes.data)

        shares = max(1, min(n_threads(), n // (2 * LEAST)))
        share_out(run, [len(totals) * k // shares * PIECE for k in range(shares)] + [n])
        return np.asarray(totals.sum(axis=0))


class _Inputs:
    """Arguments laid out one after the other in memory, or as copies of their one number."""

    def __init__(self, values: Sequence[Any], batch: tuple[int, ...], width: int) -> None:
        arrays, strides = [], []
        for value in values:
            array = np.asarray(value, dtype=np.float64)
            is_single = array.size == 1
            if is_single:
                array = np.full(width, array.item())
            elif array.shape != batch:
                array = np.broadcast_to(array, batch)
            arrays.append(np.ascontiguousarray(array))
            strides.append(0 if is_single else 1)
        self._arrays = arrays
        self._starts = np.array([array.ctypes.data for array in arrays], dtype=np.uintp)
        self._strides = np.array(strides, dtype=np.int64)
        self._bytes = (8 * self._strides).astype(np.uintp)

    def pass_to(self, function: Any, first: int, last: int, target: int) -> None:
        """Call native code for the points from `first` to `last`."""
        inputs = self._starts + np.uintp(first) * self._bytes
        function(last - first, inputs.ctypes.data, self._strides.ctypes.data, target)


class _Buffers(NamedTuple):
    """Memory for one call: numbers in, numbers out, and where both start."""

    inputs: Array
    outputs: Array
    source: int
    target: int


class PointCall:
    """The outputs of a program at one point.

    Buffers are taken from a list and put back: calls from several threads do not meet.

    Parameters
    ----------
    code : Code
        Of a module made by `point_module`.
    n_inputs, n_outputs : int
    """

    def __init__(self, code: Code, n_inputs: int, n_outputs: int) -> None:
        self._code, self._function = code, _POINT(code.address)
        self._n_inputs, self._n_outputs = n_inputs, n_outputs
        self._free: list[_Buffers] = []

    def __call__(self, values: Any) -> Array:
        """Return the outputs at the point that the numbers `values` are, in order."""
        try:
            buffers = self._free.pop()
        except IndexError:
            inputs, outputs = np.empty(self._n_inputs), np.empty(self._n_outputs)
            buffers = _Buffers(inputs, outputs, inputs.ctypes.data, outputs.ctypes.data)
        buffers.inputs[:] = values
        self._function(buffers.source, buffers.target)
        result = buffers.outputs.copy()
        self._free.append(buffers)
        return result
