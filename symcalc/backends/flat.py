"""A compiled function over arrays as one of a single vector, as optimizers want it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from .arguments import Bound, in_order
from .array_sparsity import is_short
from .sizes import known_size, sizes_of_flat

if TYPE_CHECKING:
    from .array_function import ArrayFunction

__all__ = ["FlatFunction"]

Array = NDArray[np.float64]


class FlatFunction:
    """Value and derivatives at a vector of all variables, the data fixed and checked once.

    Parameters
    ----------
    function : ArrayFunction
    bound : Bound
        The data, with anything in the places of the variables.
    """

    def __init__(self, function: ArrayFunction, bound: Bound) -> None:
        self._function, self._bound = function, bound
        self._shapes = [function.shape_of(name) for name in function.wrt]
        self._places = [function.names.index(name) for name in function.wrt]
        self._sizes: list[tuple[int, ...]] = []
        self._length = -1

    def value(self, x: Any) -> float:
        """Return the value at a vector."""
        return float(self._function.run("value", self._at(x))[0])

    def value_and_gradient(self, x: Any) -> tuple[float, Array]:
        """Return the value and the gradient as a vector."""
        value, parts = self._function.value_and_parts(self._at(x))
        return float(value), self.join(parts)

    def values(self, x: Any) -> Array:
        """Return the value of an array as a vector, row after row."""
        return np.ravel(self._function.run("value", self._at(x))[0])

    def jacobian(self, x: Any) -> Array:
        """Return the derivatives of an array as a matrix: one row a value, one column a number."""
        value, parts = self._function.value_and_parts(self._at(x))
        rows = np.size(value)
        blocks = [np.reshape(parts[name], (rows, -1)) for name in self._function.wrt]
        return np.hstack(blocks) if len(blocks) > 1 else blocks[0]

    def hessian(self, x: Any) -> Any:
        """Return the Hessian as a matrix, sparse where the function was compiled so."""
        if self._function.sparse:
            return self.sparse_hessian(x)
        names = self._function.wrt
        blocks = self._function.hessian_blocks(self._at(x))
        lengths = [prod(size) for size in self._sizes]
        rows = [
            np.hstack(
                [np.reshape(blocks[a, b], (m, n)) for b, n in zip(names, lengths, strict=True)]
            )
            for a, m in zip(names, lengths, strict=True)
        ]
        return np.vstack(rows)

    def sparse_hessian(self, x: Any) -> Any:
        """Return the Hessian as a matrix in compressed rows."""
        return self._function.sparse_hessian(self._at(x))

    def has_sparse_hessian(self, sizes: Mapping[str, int]) -> bool:
        """Whether most second derivatives are known to vanish; quick to say no to most formulas."""
        function = self._function
        if not is_short(function.expression, function.wrt, sizes):
            return False
        return function.compressed_hessian(sizes) is not None

    def hessian_product(self, x: Any, direction: Any) -> Array:
        """Return Hessian × direction as a vector."""
        bound = self._at(x)
        return self.join(self._function.product(self.split(direction), bound))

    def unpack(self, x: Any) -> dict[str, Any]:
        """Return a vector as `{name: array}`; numbers for scalars."""
        parts = self.split(x)
        return {name: part.copy() if part.ndim else part.item() for name, part in parts.items()}

    def scipy(self, *, hessp: bool = False) -> dict[str, Callable[..., Any]]:
        """Return SciPy's arguments `fun`, `jac`, `hess`; on request `hessp` instead of `hess`."""
        words: dict[str, Callable[..., Any]] = {"fun": self.value}
        if self._function.order >= 1:
            words["jac"] = lambda x: self.value_and_gradient(x)[1]
        if self._function.order >= 2 and not hessp:
            words["hess"] = self.hessian
        return words | ({"hessp": self.hessian_product} if hessp else {})

    def split(self, x: Any) -> dict[str, Array]:
        """Return the parts of a vector by name, views of it."""
        vector = np.asarray(x, dtype=np.float64)
        if vector.ndim != 1:
            raise ArgumentError(f"A vector of all variables has one axis, not {vector.ndim}.")
        if len(vector) != self._length:
            self._measure(len(vector))
        found: dict[str, Array] = {}
        begin = 0
        for name, size in zip(self._function.wrt, self._sizes, strict=True):
            end = begin + prod(size)
            found[name] = vector[begin:end].reshape(size)
            begin = end
        return found

    def join(self, parts: Mapping[str, Any]) -> Array:
        """Return arrays by name as one vector."""
        if len(self._function.wrt) == 1:
            return np.ravel(parts[self._function.wrt[0]])
        return np.concatenate([np.ravel(parts[name]) for name in self._function.wrt])

    # -- inside -----------------------------------------------------------------------------

    def _measure(self, length: int) -> None:
        """Find the shapes that a vector of this length holds."""
        sizes = sizes_of_flat(self._shapes, self._bound.sizes, length)
        self._sizes = [
            tuple(known_size(dimension, sizes) for dimension in shape) for shape in self._shapes
        ]
        self._length = length
        self._bound = replace(self._bound, sizes=in_order(sizes))

    def _at(self, x: Any) -> Bound:
        """Return the arguments with the variables taken from a vector."""
        parts = self.split(x)
        values = list(self._bound.values)
        for place, part in zip(self._places, parts.values(), strict=True):
            values[place] = part
        known = self._bound
        return Bound(
            tuple(values), known.is_plain, known.batch, known.dtype, known.sizes, known.sparse,
            known.symmetric,
        )  # fmt: skip
