"""Kernels for arrays that JAX can trace: those of `array_kernels` under the same names."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import jax.numpy as jnp
from jax.nn import softmax
from jax.scipy.linalg import cho_solve, lu_factor, lu_solve
from jax.scipy.special import logsumexp

from ..cofactors import cofactors, cofactors_along
from .elementwise import log1p

__all__ = [
    "Factorization",
    "greatest",
    "least",
    "length",
    "log_sum_exp",
    "log_sum_exp_and_shares",
    "placed",
    "product",
    "products_of_others",
    "softplus_and_sigmoid",
    "spread",
    "sums",
    "unit",
]

Array = Any

greatest, least, product, sums = jnp.max, jnp.min, jnp.prod, jnp.sum


class Factorization:
    """A square matrix factorized once: by Cholesky where it was declared positive definite.

    A matrix with an entry that is no finite number has no value, nor has one that was declared
    positive definite and is not: NaN.
    """

    def __init__(self, matrix: Array, *, is_definite: bool = False) -> None:
        self._size, self._dtype = len(matrix), matrix.dtype
        self._matrix = matrix = jnp.where(jnp.isfinite(matrix).all(), matrix, jnp.nan)
        self._cholesky: Array | None = None
        if is_definite and self._size:
            self._cholesky = jnp.linalg.cholesky((matrix + matrix.T) / 2)
        else:
            self._lu = lu_factor(matrix) if self._size else (matrix, jnp.zeros(0, int))

    def solve(self, right: Array, *, transposed: bool = False) -> Array:
        """Return inv(matrix) @ right, or inv(matrix).T @ right; NaN where singular."""
        if not self._size or not right.size:
            return jnp.zeros(right.shape, self._dtype)
        if self._cholesky is not None:
            return cho_solve((self._cholesky, True), right)
        is_regular = jnp.diagonal(self._lu[0]).all()
        found = lu_solve(self._lu, right, trans=int(transposed))
        return jnp.where(is_regular, found, jnp.nan)

    @cached_property
    def inverse(self) -> Array:
        """The inverse matrix."""
        return self.solve(jnp.eye(self._size, dtype=self._dtype))

    @cached_property
    def cofactors(self) -> Array:
        """The derivatives of the determinant, of a singular matrix too."""
        return cofactors(jnp, products_of_others, self._matrix)

    def cofactors_along(self, direction: Array) -> Array:
        """Return the derivative of the cofactors along directions, which are the last two axes."""
        return cofactors_along(jnp, products_of_others, self._matrix, direction)

    @property
    def logdet(self) -> Any:
        """The logarithm of the absolute value of the determinant; -inf where singular."""
        if self._cholesky is not None:
            return 2.0 * jnp.log(jnp.diagonal(self._cholesky)).sum()
        return jnp.log(jnp.abs(jnp.diagonal(self._lu[0]))).sum()

    @property
    def signdet(self) -> Any:
        """The sign of the determinant, 0 where singular."""
        if self._cholesky is not None:
            return jnp.where(jnp.isnan(self._cholesky).any(), jnp.nan, 1.0)
        return self._swaps() * jnp.sign(jnp.diagonal(self._lu[0])).prod()

    @property
    def det(self) -> Any:
        """The determinant."""
        if self._cholesky is not None:
            return jnp.square(jnp.diagonal(self._cholesky)).prod()
        return self._swaps() * jnp.diagonal(self._lu[0]).prod()

    def _swaps(self) -> Array:
        """Return -1 for an odd number of exchanged rows, else 1."""
        n_swaps = jnp.count_nonzero(self._lu[1] != jnp.arange(self._size))
        return jnp.where(n_swaps % 2, -1.0, 1.0)


def products_of_others(x: Array, axis: int = 0) -> Array:
    """Return for each element the product of the others along an axis; zeros do not disturb it."""
    x = jnp.moveaxis(x, axis, 0)
    one = jnp.ones_like(x[:1])
    before = jnp.cumprod(jnp.concatenate([one, x[:-1]]), axis=0)
    behind = jnp.cumprod(jnp.concatenate([one, x[:0:-1]]), axis=0)[::-1]
    return jnp.moveaxis(before * behind if len(x) else x, 0, axis)


def length(x: Array, axis: int | None = None) -> Array:
    """Return sqrt(sum(x**2)) over an axis, or all, the squares scaled into range."""
    scaled, largest = _in_range(x, axis)
    size = jnp.sqrt(jnp.square(scaled).sum(axis=axis, keepdims=True)) * largest
    return jnp.squeeze(size) if axis is None else jnp.squeeze(size, axis)


def unit(x: Array, axis: int | None = None) -> Array:
    """Return x over its length along an axis, or of all; zero where x is zero."""
    scaled, _ = _in_range(x, axis)
    size = jnp.sqrt(jnp.square(scaled).sum(axis=axis, keepdims=True))
    return scaled / jnp.where(size == 0, 1.0, size)


def _in_range(x: Array, axis: int | None) -> tuple[Array, Array]:
    """Return numbers over the largest, along an axis or of all, and it; 1 where it is no divisor.

    XLA takes numbers below the normal ones for zero.
    """
    largest = jnp.max(jnp.abs(x), axis=axis, keepdims=True)
    largest = jnp.where(jnp.isfinite(largest) & (largest > 0), largest, 1.0)
    return x / largest, largest


def log_sum_exp(x: Array, axis: int | None = None) -> Array:
    """Return log(sum(exp(x))) over an axis, or all; relative to the greatest, without overflow."""
    return logsumexp(x, axis=axis)


def log_sum_exp_and_shares(x: Array, axis: int | None = None) -> tuple[Array, Array]:
    """Return log(sum(exp(x))) and its derivative, exp(x) over the sum."""
    return logsumexp(x, axis=axis), softmax(x, axis=axis)


def softplus_and_sigmoid(x: Array) -> tuple[Array, Array]:
    """Return log(1 + exp(x)) and its derivative 1/(1 + exp(-x)), the exponential taken once."""
    t = jnp.exp(-jnp.abs(x))
    share = jnp.where(jnp.less(x, 0), t, 1.0) / (1.0 + t)
    return jnp.maximum(x, 0.0) + log1p(t), share


def placed(part: Array, shape: tuple[int, ...], index: tuple[Any, ...]) -> Array:
    """Return zeros with a part of them replaced."""
    part = jnp.asarray(part, jnp.result_type(part, float))
    return jnp.zeros(shape, part.dtype).at[index].set(part)


def spread(part: Array, diagonals: str, shape: tuple[int, ...]) -> Array:
    """Return zeros with an array on diagonals: those that `einsum(diagonals, result)` reads."""
    axes, kept = diagonals.split("->")
    part = jnp.asarray(part, jnp.result_type(part, float))
    sizes = dict(zip(axes, shape, strict=True))
    grids = jnp.meshgrid(*[jnp.arange(sizes[axis]) for axis in kept], indexing="ij")
    place = dict(zip(kept, grids, strict=True))
    return jnp.zeros(shape, part.dtype).at[tuple(place[axis] for axis in axes)].set(part)
