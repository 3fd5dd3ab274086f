"""Symmetric matrices as variables: one number for each pair of entries that mirror each other.

Derivatives are taken in a general matrix; here they are added up over the pairs. So a run stays
among symmetric matrices, where alone the objective is meant: off them a likelihood may fall on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from ..optimize import Objective
from ..verify.sampling import is_symmetric
from .array_reading import ArrayFormula

__all__ = ["Ties", "find_ties"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ties:
    """Which numbers of a vector are one and the same.

    Attributes
    ----------
    place : ndarray of int, shape (n_all,)
        For each number of all its place among those that are free of each other.
    first : ndarray of int, shape (n_free,)
        For each of these its first place among all.
    """

    place: NDArray[np.intp]
    first: NDArray[np.intp]

    def free(self, items: Any) -> Any:
        """Return the first of the items that belong to one number."""
        return (
            items[self.first] if isinstance(items, np.ndarray) else [items[k] for k in self.first]
        )

    def all(self, x: Array) -> Array:
        """Return a vector of the free numbers with each in all its places."""
        return x[self.place]

    def summed(self, gradient: Array) -> Array:
        """Return a derivative in all numbers as one in those that are free."""
        return np.bincount(self.place, gradient, self.first.size).astype(float)

    def objective(self, whole: Objective) -> Objective:
        """Return an objective of all numbers as one of those that are free."""
        value_and_gradient, product = whole.value_and_gradient, whole.hessian_product
        hessian, jacobian, residuals = whole.hessian, whole.residual_jacobian, whole.residuals
        explain, places, saturation = whole.explain, whole.places, whole.saturation
        kinked = whole.kinked

        def both(x: Array) -> tuple[float, Array]:
            value, gradient = value_and_gradient(self.all(x))
            return value, self.summed(gradient)

        return replace(
            whole,
            value=lambda x: whole.value(self.all(x)),
            value_and_gradient=both,
            hessian=hessian and (lambda x: self._columns(self._columns(hessian(self.all(x))).T)),
            hessian_product=product
            and (lambda x, v: self.summed(product(self.all(x), self.all(v)))),
            residuals=residuals and (lambda x: residuals(self.all(x))),
            residual_jacobian=jacobian and (lambda x: self._columns(jacobian(self.all(x)))),
            kinked=kinked and kinked.among(self.first.size, self.all, self.summed),
            explain=explain and (lambda x: explain(self.all(x))),
            places=places and (lambda x: places(self.all(x))),
            saturation=saturation and (lambda x: saturation(self.all(x))),
        )

    def _columns(self, matrix: Any) -> Array:
        """Return a matrix with the columns of one number added up."""
        found = np.zeros((np.shape(matrix)[0], self.first.size))
        np.add.at(found.T, self.place, np.asarray(matrix).T)
        return found


def find_ties(formula: ArrayFormula) -> Ties | None:
    """Return what symmetric matrices among the variables tie together; None without any.

    Raises
    ------
    ArgumentError
        The start of such a matrix is not symmetric.
    """
    symmetric = {v.name for v in formula.expression.variables if is_symmetric(v)}
    if symmetric.isdisjoint(formula.start):
        return None
    parts, begin = [], 0
    for name, value in formula.start.items():
        numbers = np.arange(begin, begin + np.size(value)).reshape(np.shape(value))
        if name in symmetric:
            if not np.array_equal(value, np.transpose(value)):
                raise ArgumentError(f"`{name}` was declared symmetric; its start is not.")
            numbers = np.minimum(numbers, numbers.T)
        parts.append(numbers.ravel())
        begin += np.size(value)
    first, place = np.unique(np.concatenate(parts), return_inverse=True)
    return Ties(place, first)
