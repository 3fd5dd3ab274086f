"""Formulas applied to arrays element by element, in one pass, broadcast as in NumPy."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..threads import n_threads, share_out
from .calls import LEAST
from .engine import Code

__all__ = ["ElementwiseCall"]

Array = NDArray[np.float64]

#: Shorter rows are not worth a loop of their own: what they share is copied for each of them.
SHORT = 64

_DOUBLE = np.dtype(np.float64)

_GRID = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 2, *[ctypes.c_void_p] * 5)


class _Operand(NamedTuple):
    """An array in memory: its stride in a row, in numbers, and the step between rows, in bytes."""

    array: Array
    stride: int
    step: int


class ElementwiseCall:
    """Formulas of scalars as a function of arrays; made by `compile_elementwise`.

    Parameters
    ----------
    code : Code
        Of a module made by `grid_module`.
    n_inputs, n_outputs, width : int

    Notes
    -----
    It may be called from several threads at once. Long arrays are shared out among the threads of
    this process, without the global lock.
    """

    def __init__(self, code: Code, n_inputs: int, n_outputs: int, width: int) -> None:
        self._code, self._function = code, _GRID(code.address)
        self._n_outputs, self._width = n_outputs, width
        n = n_inputs + n_outputs
        self._places = ctypes.c_void_p * n
        self._fixed = np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64)
        self._none, self._ones = (array.ctypes.data for array in self._fixed)

    def __call__(
        self, values: Sequence[Any], shape: tuple[int, ...], out: Sequence[Array] | None = None
    ) -> list[Array]:
        """Return the outputs, each of the given shape.

        Parameters
        ----------
        values : sequence of array-likes
            In the order of the names; each is broadcast to `shape`. Numbers, rows `(n,)`, columns
            `(m, 1)` and arrays whose rows lie apart in memory are read where they are.
        shape : tuple of int
        out : sequence of arrays, optional
            Contiguous doubles of that shape to write into, one for each output; they share no
            memory with the values or each other.
        """
        written = self._at_once(values, shape) if out is None else None
        if written is not None:
            return written
        if out is None:
            out = [np.empty(shape) for _ in range(self._n_outputs)]
        n_points = prod(shape)
        if not n_points:
            return list(out)
        arrays = [np.asarray(value, dtype=np.float64) for value in values]
        n = shape[-1] if shape else 1
        if all(array.size == 1 or _is_whole(array, shape) for array in arrays):
            n_rows, n = 1, n_points
        elif n < SHORT:
            arrays = [a if a.size == 1 else _spread(a, shape) for a in arrays]
            n_rows, n = 1, n_points
        else:
            n_rows = n_points // n
        found = [self._operand(array, shape, n_rows) for array in arrays]
        self._run(found, out, n_rows, n)
        return list(out)

    def _at_once(self, values: Sequence[Any], shape: tuple[int, ...]) -> list[Array] | None:
        """Return the outputs for few points that lie as they should; None for all others."""
        n_points = prod(shape)
        if not 0 < n_points < LEAST:
            return None
        for value in values:
            if type(value) is not np.ndarray or value.dtype is not _DOUBLE or value.shape != shape:
                return None
            if not value.flags.c_contiguous:
                return None
        out = [np.empty(shape) for _ in range(self._n_outputs)]
        places = self._places(*[array.ctypes.data for array in (*values, *out)])
        start = ctypes.addressof(places)
        target = start + 8 * len(values)
        self._function(1, n_points, start, self._none, self._ones, target, self._none)
        return out

    def _operand(self, array: Array, shape: tuple[int, ...], n_rows: int) -> _Operand:
        """Return how an array lies in memory, one that cannot be read there copied."""
        if array.size == 1:
            return _Operand(np.full(self._width, array.item()), 0, 0)
        if _is_whole(array, shape):
            return _Operand(array, 1, 8 * shape[-1])
        if array.shape[-1] == 1:
            column = np.broadcast_to(array, (*shape[:-1], 1)).reshape(-1, 1)
            copies = np.ascontiguousarray(np.broadcast_to(column, (n_rows, self._width)))
            return _Operand(copies, 0, 8 * self._width)
        if array.size == shape[-1]:
            return _Operand(np.ascontiguousarray(array), 1, 0)
        if array.shape == shape and array.ndim == 2 and array.strides[1] == 8:
            return _Operand(array, 1, array.strides[0])
        return _Operand(_spread(array, shape), 1, 8 * shape[-1])

    def _run(self, operands: list[_Operand], out: Sequence[Array], n_rows: int, n: int) -> None:
        """Call the code for all rows, or for all points of one row, in threads."""
        steps = np.array([operand.step for operand in operands], dtype=np.int64)
        strides = np.array([operand.stride for operand in operands], dtype=np.int64)
        inputs = np.array([operand.array.ctypes.data for operand in operands], dtype=np.int64)
        outputs = np.array([array.ctypes.data for array in out], dtype=np.int64)
        gaps = np.full(len(out), 8 * n, dtype=np.int64)
        fixed = steps.ctypes.data, strides.ctypes.data

        def run(first: int, last: int) -> None:
            moves, size = (
                (8 * strides, (1, last - first)) if n_rows == 1 else (steps, (last - first, n))
            )
            apart = 8 if n_rows == 1 else 8 * n
            starts, targets = inputs + first * moves, outputs + first * apart
            self._function(*size, starts.ctypes.data, *fixed, targets.ctypes.data, gaps.ctypes.data)

        extent = n if n_rows == 1 else n_rows
        pieces = max(1, min(n_threads(), n_rows * n // LEAST, extent))
        unit = self._width if n_rows == 1 else 1
        share_out(run, [extent * k // pieces // unit * unit for k in range(pieces)] + [extent])


def _is_whole(array: Array, shape: tuple[int, ...]) -> bool:
    return array.shape == shape and array.flags.c_contiguous


def _spread(array: Array, shape: tuple[int, ...]) -> Array:
    return np.ascontiguousarray(np.broadcast_to(array, shape))
