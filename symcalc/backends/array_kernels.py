"""Kernels of what is not elementwise: factorizations, logsumexp over an axis, parts among zeros."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any

import numpy as np

from .cofactors import cofactors, cofactors_along

__all__ = [
    "Factorization",
    "greatest",
    "is_symmetric_up_to_rounding",
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

#: Pivots that differ by less than this are far from a singular matrix; with determinants in this
#: range, cofactors are the determinant times the inverse.
FAR, SMALLEST, LARGEST = 1e-6, 1e-200, 1e200

#: Rows of up to so many numbers are compared, or multiplied, column by column.
SHORT_ROW = 32

#: Rows of more numbers are added up in pairs.
LONG_ROW = 1000


class Factorization:
    """A square matrix factorized once, for solving, its determinant and its inverse.

    Cholesky's factors where the matrix is symmetric and positive definite, else those with pivots.
    One that was declared positive definite and is not has no value: NaN. Its asymmetry counts only
    beyond rounding.
    """

    def __init__(self, matrix: Array, *, is_definite: bool = False) -> None:
        from scipy.linalg import LinAlgWarning, lu_factor

        self._matrix, self._size = matrix, len(matrix)
        self._cholesky: Array | None = None
        if not np.isfinite(matrix).all():
            self._lu = self._nothing()
            return
        if matrix.dtype.kind == "f" and self._size and self._has_cholesky(matrix, is_definite):
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LinAlgWarning)  # what is singular shows in the result
            self._lu = lu_factor(matrix, check_finite=False) if self._size else (matrix, [])

    def _nothing(self) -> tuple[Array, Array]:
        return np.full((self._size, self._size), np.nan), np.arange(self._size)

    def _has_cholesky(self, matrix: Array, is_definite: bool) -> bool:
        """Factorize by Cholesky, or say that nothing is there to factorize, where that is due."""
        from scipy.linalg import LinAlgError, cholesky

        is_symmetric = bool((matrix == matrix.T).all())
        if not is_symmetric and not is_definite:
            return False
        half = matrix if is_symmetric else (matrix + matrix.T) / 2
        try:
            factor = cholesky(half, lower=True, check_finite=False)
        except LinAlgError:
            if is_definite:
                if np.geterr()["invalid"] != "ignore":
                    message = "A matrix declared spd is not positive definite."
                    warnings.warn(message, RuntimeWarning, stacklevel=4)
                self._lu = self._nothing()
            return is_definite
        if not is_symmetric and not is_symmetric_up_to_rounding(matrix):
            return False
        self._cholesky = factor
        return True

    def solve(self, right: Array, *, transposed: bool = False) -> Array:
        """Return inv(matrix) @ right, or inv(matrix).T @ right; infinite or NaN where singular."""
        from scipy.linalg import cho_solve, lu_solve

        if not self._size or not right.size:
            return np.zeros(right.shape)
        if self._cholesky is not None:
            return cho_solve((self._cholesky, True), right, check_finite=False)
        if not np.diagonal(self._lu[0]).all():
            if np.geterr()["divide"] != "ignore":  # optimizers judge by the values alone
                warnings.warn("A singular matrix has no inverse.", RuntimeWarning, stacklevel=2)
            return np.full(right.shape, np.nan)
        return lu_solve(self._lu, right, trans=int(transposed), check_finite=False)

    @cached_property
    def inverse(self) -> Array:
        """The inverse matrix."""
        return self.solve(np.eye(self._size))

    @cached_property
    def cofactors(self) -> Array:
        """The derivatives of the determinant, of a singular matrix too."""
        if self._divides():
            return self.det * self.inverse.T
        return self._by_values(cofactors)

    def cofactors_along(self, direction: Array) -> Array:
        """Return the derivative of the cofactors along directions, which are the last two axes."""
        if not self._divides():
            return self._by_values(cofactors_along, direction)
        inverse = self.inverse
        turned = inverse @ direction
        traces = np.trace(turned, axis1=-2, axis2=-1)[..., None, None]
        return self.det * (traces * inverse - turned @ inverse).swapaxes(-1, -2)

    def _divides(self) -> bool:
        """Whether the determinant and the inverse are numbers within range and far from zero."""
        factors = self._lu[0] if self._cholesky is None else self._cholesky
        sizes = np.abs(np.diagonal(factors))
        is_regular = bool(sizes.min(initial=1.0) > FAR * sizes.max(initial=0.0))
        return is_regular and SMALLEST < abs(self.det) < LARGEST

    def _by_values(self, find: Any, *more: Array) -> Array:
        """Return what is found by singular values, NaN for a matrix that has none."""
        if np.isnan(self._lu[0]).any() if self._cholesky is None else False:
            return np.full((more or (self._matrix,))[0].shape, np.nan)
        return find(np, products_of_others, self._matrix, *more)

    @property
    def logdet(self) -> Any:
        """The logarithm of the absolute value of the determinant; -inf where singular."""
        if self._cholesky is not None:
            return 2.0 * np.log(np.diagonal(self._cholesky)).sum()
        return np.log(np.abs(np.diagonal(self._lu[0]))).sum()

    @property
    def signdet(self) -> Any:
        """The sign of the determinant, 0 where singular."""
        if self._cholesky is not None:
            return 1.0
        factors, pivots = self._lu
        n_swaps = np.count_nonzero(np.asarray(pivots) != np.arange(self._size))
        return (-1.0) ** n_swaps * np.sign(np.diagonal(factors)).prod()

    @property
    def det(self) -> Any:
        """The determinant."""
        if self._cholesky is not None:
            return np.square(np.diagonal(self._cholesky)).prod()
        factors, pivots = self._lu
        n_swaps = np.count_nonzero(np.asarray(pivots) != np.arange(self._size))
        return (-1.0) ** n_swaps * np.diagonal(factors).prod()


def is_symmetric_up_to_rounding(matrix: Array) -> bool:
    """Whether a square matrix differs from its transpose by rounding at most."""
    allowed = len(matrix) * np.finfo(matrix.dtype).eps * np.abs(matrix).max(initial=0.0)
    return bool(np.abs(matrix - matrix.T).max(initial=0.0) <= allowed)


def sums(x: Array, axis: int) -> Array:
    """Return sum(x, axis=axis) of a matrix: a product with ones is NumPy's fastest sum.

    Long rows are added up in pairs, which rounds less; columns are added row by row either way.
    """
    if axis == 1 and x.shape[1] > LONG_ROW:
        return np.sum(x, axis=1)
    ones = np.ones(x.shape[axis], dtype=x.dtype)
    return x @ ones if axis == 1 else ones @ x


def greatest(x: Array, axis: int | None = None) -> Array:
    """Return the greatest numbers along an axis, or of all."""
    return _by_columns(np.maximum.reduce, x, axis)


def least(x: Array, axis: int | None = None) -> Array:
    """Return the least numbers along an axis, or of all."""
    return _by_columns(np.minimum.reduce, x, axis)


def product(x: Array, axis: int | None = None) -> Array:
    """Return the products along an axis, or of all."""
    return _by_columns(np.multiply.reduce, x, axis)


def _by_columns(reduce: Any, x: Array, axis: int | None, **options: Any) -> Array:
    """Reduce along an axis; short rows column by column, six times as fast for ten columns."""
    if axis is not None and 1 < x.ndim == axis + 1 and x.shape[axis] <= SHORT_ROW:
        turned = x.T if x.ndim == 2 else np.moveaxis(x, axis, 0)
        x, axis = np.ascontiguousarray(turned), 0
    return reduce(x, axis=axis, **options)


def products_of_others(x: Array, axis: int = 0) -> Array:
    """Return for each element the product of the others along an axis; zeros do not disturb it."""
    x = np.moveaxis(np.asarray(x), axis, 0)
    one = np.ones_like(x[:1])
    before = np.cumprod(np.concatenate([one, x[:-1]]), axis=0)
    behind = np.cumprod(np.concatenate([one, x[:0:-1]]), axis=0)[::-1]
    return np.moveaxis(before * behind if len(x) else x, 0, axis)


def length(x: Array, axis: int | None = None) -> Array:
    """Return sqrt(sum(x**2)) over an axis, or all, the squares scaled into range."""
    scaled, exponent = _in_range(x, axis)
    size = np.sqrt(np.square(scaled).sum(axis=axis))
    return np.ldexp(size, exponent if axis is None else np.squeeze(exponent, axis))


def unit(x: Array, axis: int | None = None) -> Array:
    """Return x over its length along an axis, or of all; zero where x is zero."""
    scaled, _ = _in_range(x, axis)
    size = np.sqrt(np.square(scaled).sum(axis=axis, keepdims=True))
    return scaled / np.where(size == 0, 1.0, size)


def _in_range(x: Array, axis: int | None) -> tuple[Array, Array]:
    """Return numbers with the largest near one, along an axis or of all, and its binary exponent.

    Where the largest is infinite, nothing is scaled.
    """
    largest = np.max(np.abs(x), axis=axis, keepdims=axis is not None, initial=0.0)
    exponent = np.where(np.isfinite(largest), np.frexp(largest)[1], 0)
    return np.ldexp(x, -exponent), exponent


def log_sum_exp(x: Array, axis: int | None = None) -> Array:
    """Return log(sum(exp(x))) over an axis, or all; relative to the greatest, without overflow."""
    found, _, _ = _with_powers(x, axis)
    return found


def log_sum_exp_and_shares(x: Array, axis: int | None = None) -> tuple[Array, Array]:
    """Return log(sum(exp(x))) and its derivative, exp(x) over the sum."""
    found, powers, total = _with_powers(x, axis)
    powers /= total
    return found, powers


def _with_powers(x: Array, axis: int | None) -> tuple[Array, Array, Array]:
    """Return log(sum(exp(x))), exp(x) relative to the greatest, and the sum of that.

    The sum keeps the axis, of length 1. Where the greatest is infinite, nothing is relative to it.
    """
    top = _by_columns(np.maximum.reduce, x, axis, initial=-np.inf)
    is_finite = bool(np.logical_and.reduce(np.isfinite(top), axis=None))
    base = top if is_finite else np.where(np.isfinite(top), top, 0.0)
    powers = np.asarray(x - _beside(base, axis))
    np.exp(powers, out=powers)
    total = sums(powers, 1) if np.ndim(x) == 2 and axis == 1 else np.add.reduce(powers, axis=axis)
    if is_finite:
        return np.log(total) + base, powers, _beside(total, axis)
    with np.errstate(divide="ignore"):  # all -inf: the sum is 0, its logarithm -inf
        return np.log(total) + base, powers, _beside(total, axis)


def _beside(reduced: Array, axis: int | None) -> Array:
    """Return what is left of an array with the axis that it lacks, of length 1."""
    if axis is None or reduced.ndim > 1:
        return reduced if axis is None else np.expand_dims(reduced, axis)
    return reduced[:, None] if axis == 1 else reduced[None]


def softplus_and_sigmoid(x: Array) -> tuple[Array, Array]:
    """Return log(1 + exp(x)) and its derivative 1/(1 + exp(-x)), the exponential taken once."""
    t = np.exp(-np.abs(x))
    share = np.where(np.less(x, 0), t, 1.0)
    share /= 1.0 + t
    return np.maximum(x, 0.0) + np.log1p(t), share


def placed(part: Array, shape: tuple[int, ...], index: tuple[Any, ...]) -> Array:
    """Return zeros with a part of them replaced."""
    result = np.zeros(shape, dtype=_kind(part))
    result[index] = part
    return result


def spread(part: Array, diagonals: str, shape: tuple[int, ...]) -> Array:
    """Return zeros with an array on diagonals: those that `einsum(diagonals, result)` reads."""
    result = np.zeros(shape, dtype=_kind(part))
    np.einsum(diagonals, result)[...] = part
    return result


def _kind(part: Array) -> Any:
    """Return the number type that holds an array, or a plain number at its own precision."""
    return np.result_type(np.asarray(part).dtype, np.float32)
