"""Constraints as callables: all through one function of point and weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .bounds import Bounds, Mask, Vector

__all__ = ["Constraints", "Label", "Share", "bound_labels", "no_constraints"]


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """What the entries of a constraint have of the bounds that they became.

    Attributes
    ----------
    slopes : ndarray
        How fast the gap that was written grows with the distance from its bound.
    room : ndarray
        How far the bound that was written lies behind a stricter one in its place.
    holds : ndarray of bool
        Whether it is the one in its place that has the multiplier: the strictest, and the first.
    """

    slopes: Vector
    room: Vector
    holds: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """A constraint as it was written, and where its entries stand.

    Attributes
    ----------
    text : str
    shape : tuple of int
        Of the constraint; `()` for one relation between numbers.
    places : ndarray of int
        For each entry its place in the stack: the rows of `Constraints`, then the lower bounds of
        all variables, then the upper ones; -1 for an entry that holds whatever the variables are.
    is_equality : bool
    is_piece : bool
        Whether it keeps what stands for a kink beyond a piece of it, and nobody wrote it.
    share : Share or None
        Of constraints that became bounds.
    """

    text: str
    shape: tuple[int, ...]
    places: np.ndarray[Any, np.dtype[np.int64]]
    is_equality: bool
    is_piece: bool = False
    share: Share | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Constraints:
    """Functions `c_i(x)` that vanish (equations) or are not negative (inequalities).

    All come from one function of point and weights, `L(x, w) = sum(w_i * c_i(x))`: its gradient
    in `w` is `c`, that in `x` is `J.T @ w`; its Hessian holds `J` and the weighted sum of the
    constraints' Hessians; its products with vectors need neither matrix.

    Attributes
    ----------
    n_variables : int
    is_equality, is_linear : ndarray of bool, (m,)
    value_and_gradient : callable
        Of `z = (x, w)`, the gradient in both.
    hessian : callable
        Of `z`; a matrix, dense or sparse, over both.
    hessian_product : callable
        Of `z` and a direction over both.
    is_convex : bool
        Whether the points that satisfy them are proven to be a convex set.
    """

    n_variables: int
    is_equality: Mask
    is_linear: Mask
    value_and_gradient: Callable[[Vector], tuple[float, Vector]]
    hessian: Callable[[Vector], Any]
    hessian_product: Callable[[Vector, Vector], Vector]
    is_convex: bool = False

    def __len__(self) -> int:
        return self.is_equality.size

    def values(self, x: Vector) -> Vector:
        """Return `c(x)`, shape (m,); NaN where there is no value."""
        gradient = self.value_and_gradient(self._joined(x, 1.0))[1]
        return np.asarray(gradient[self.n_variables :])

    def jacobian(self, x: Vector) -> Vector:
        """Return the derivatives, shape (m, n)."""
        matrix = self._matrix(x, 0.0)
        return matrix[self.n_variables :, : self.n_variables]

    def curvature(self, x: Vector, weights: Vector) -> Vector:
        """Return the weighted sum of the Hessians, shape (n, n)."""
        return self._matrix(x, weights)[: self.n_variables, : self.n_variables]

    def jacobian_and_curvature(self, x: Vector, weights: Vector) -> tuple[Any, Any]:
        """Return the derivatives and the weighted sum of the Hessians; sparse where both are."""
        matrix, n = self.hessian(self._joined(x, weights)), self.n_variables
        return matrix[n:, :n], matrix[:n, :n]

    def pulled(self, x: Vector, weights: Vector) -> Vector:
        """Return `J.T @ weights`, without the matrix."""
        gradient = self.value_and_gradient(self._joined(x, weights))[1]
        return np.asarray(gradient[: self.n_variables])

    def pushed(self, x: Vector, direction: Vector) -> Vector:
        """Return `J @ direction`, without the matrix."""
        product = self.hessian_product(self._joined(x, 0.0), self._joined(direction, 0.0))
        return np.asarray(product)[self.n_variables :]

    def curved(self, x: Vector, weights: Vector, direction: Vector) -> Vector:
        """Return the weighted sum of the Hessians times a direction, without the matrix."""
        product = self.hessian_product(self._joined(x, weights), self._joined(direction, 0.0))
        return np.asarray(product)[: self.n_variables]

    def _matrix(self, x: Vector, weights: Vector | float) -> Vector:
        matrix = self.hessian(self._joined(x, weights))
        dense = matrix.toarray() if hasattr(matrix, "toarray") else matrix
        return np.asarray(dense, dtype=float)

    def _joined(self, x: Vector, weights: Vector | float) -> Vector:
        """Return point and weights as one vector."""
        joined = np.empty(self.n_variables + len(self))
        joined[: self.n_variables], joined[self.n_variables :] = x, weights
        return joined


def no_constraints(n_variables: int) -> Constraints:
    """Return the constraints of a problem that has bounds only."""
    nothing = np.zeros(0, dtype=np.bool_)

    def value_and_gradient(z: Vector) -> tuple[float, Vector]:
        return 0.0, np.zeros(n_variables)

    return Constraints(
        n_variables, nothing, nothing, value_and_gradient,
        lambda z: np.zeros((n_variables, n_variables)), lambda z, v: np.zeros(n_variables),
        is_convex=True,
    )  # fmt: skip


def bound_labels(bounds: Bounds, names: Sequence[str], n_rows: int = 0) -> tuple[Label, ...]:
    """Return a label for every finite bound, below `n_rows` constraints in the stack."""
    labels = []
    n = len(names)
    for first, sign, limits in ((n_rows, ">=", bounds.lower), (n_rows + n, "<=", bounds.upper)):
        for index in np.flatnonzero(np.isfinite(limits)):
            text = f"{names[int(index)]} {sign} {limits[index]:.15g}"
            labels.append(Label(text, (), np.array([first + index]), is_equality=False))
    return tuple(labels)
