"""What is fitted: residuals, their Jacobian, and all that a fit keeps for later questions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from .bounds import Bounds, Mask, Vector, all_free
from .decomposition import Decomposition
from .fit_totals import FEW_ROWS, Totals
from .objective import Objective

__all__ = ["FitProblem", "Predictor", "Residuals"]


Residuals = Callable[[Vector], Vector]


class Predictor(Protocol):
    """A model that can be evaluated at other data than those it was fitted to."""

    def __call__(self, parameters: Mapping[str, float], data: Any) -> Vector:
        """Return the model at the rows of `data`."""

    def slopes(self, parameters: Mapping[str, float], data: Any) -> Vector:
        """Return its derivatives in the parameters, one row a row of `data`."""


@dataclass(frozen=True, eq=False)
class FitProblem:
    """A problem of least squares in named parameters.

    Attributes
    ----------
    residuals : callable
        `residuals(p) -> ndarray (n_rows,)`, target minus model.
    jacobian : callable
        `jacobian(p) -> ndarray (n_rows, n_parameters)`, of the residuals.
    names : tuple of str
    target : ndarray (n_rows,)
    weights : ndarray (n_rows,) or None
    bounds : Bounds or None
    linear : ndarray of bool (n_parameters,)
        Parameters that the model is jointly linear in, as far as it is known.
    exact : callable or None
        `exact(p)` returns the residuals correctly rounded, for any rational `p`, the data taken
        as the decimals that they print as; None where that cannot be done.
    predictor : Predictor or None
    model, target_name : str
        As the user wrote them; empty without a formula.
    columns : dict of str to ndarray
        The columns that the model is evaluated on.
    unit : float
        A power of two: a run sees weighted residuals and their Jacobian divided by it, so that
        no square over- or underflows.
    has_jumps : bool
        Whether the model jumps as parameters move: then its derivatives are no evidence.
    takes_many : bool
        Whether `residuals` and `jacobian` also take points of shape `(n_points, n_parameters)`,
        and return one more axis before all others.
    totals : callable or None
        What the weighted residuals and their derivatives add up to: see `TotalsObjective`.
    part : callable or None
        `part(rows)` returns residuals and Jacobian of some of the rows, as callables.
    both : callable or None
        `both(p)` returns residuals and Jacobian from one evaluation, those of the last point from
        none.
    """

    residuals: Residuals
    jacobian: Residuals
    names: tuple[str, ...]
    target: Vector
    weights: Vector | None
    bounds: Bounds | None
    linear: Mask
    exact: Callable[[Sequence[Fraction]], Vector] | None
    predictor: Predictor | None
    model: str
    target_name: str
    columns: Mapping[str, Vector]
    unit: float = 1.0
    has_jumps: bool = False
    takes_many: bool = False
    totals: Totals | None = None
    part: Callable[[slice], tuple[Residuals, Residuals]] | None = None
    both: Callable[[Vector], tuple[Vector, Vector]] | None = None

    @property
    def has_totals(self) -> bool:
        """Whether a fit runs on totals: of many rows of a smooth model, at ordinary scales."""
        many = self.target.size > FEW_ROWS and self.unit == 1.0 and not self.has_jumps
        return self.totals is not None and many

    def sample(self) -> FitProblem:
        """Return the problem on some of its rows where there are many, unweighted."""
        if self.part is None or self.target.size <= FEW_ROWS:
            return self
        rows = slice(None, None, self.target.size // FEW_ROWS)
        residuals, jacobian = self.part(rows)
        return replace(
            self, residuals=residuals, jacobian=jacobian, target=self.target[rows], weights=None,
            totals=None, part=None, both=None,
        )  # fmt: skip

    @property
    def is_plain(self) -> bool:
        """Whether a run sees values as they are."""
        return self.weights is None and self.unit == 1.0

    @property
    def n_observations(self) -> int:
        """The number of rows that have weight."""
        return self.target.size if self.weights is None else int(self.counted.sum())

    @cached_property
    def root_weights(self) -> Vector | None:
        """The square roots of the weights."""
        return None if self.weights is None else np.sqrt(self.weights)

    @property
    def counted(self) -> Mask:
        """Which rows have weight."""
        if self.weights is None:
            return np.ones(self.target.size, dtype=bool)
        return np.asarray(self.weights > 0.0)

    def weighted(self, values: Vector) -> Vector:
        """Return values, one row a row of data, times the square roots of the weights."""
        return self._times_root(values, axis=0)

    def scaled(self, values: Vector) -> Vector:
        """Return values as a run sees them: weighted, and in the unit."""
        found = values if self.weights is None else self.weighted(values)
        return found if self.unit == 1.0 else found / self.unit

    def residuals_at(self, points: Vector) -> Vector:
        """Return the residuals as a run sees them at many points, `(n_points, n_rows)`."""
        return self._times_root(self._at_each(self.residuals, points), axis=1) / self.unit

    def jacobian_at(self, points: Vector) -> Vector:
        """Return their Jacobians, `(n_points, n_rows, n_parameters)`."""
        return self._times_root(self._at_each(self.jacobian, points), axis=1) / self.unit

    def _times_root(self, values: Vector, axis: int) -> Vector:
        """Return values times the square roots of the weights of the rows along an axis.

        A row of weight 0 does not count, whatever the model is there.
        """
        root = self.root_weights
        if root is None:
            return values
        along = [1] * values.ndim
        along[axis] = root.size
        found = values * root.reshape(along)
        if self.n_observations < root.size:
            np.copyto(found, 0.0, where=(root == 0.0).reshape(along))
        return found

    def _at_each(self, function: Callable[[Vector], Vector], points: Vector) -> Vector:
        if self.takes_many:
            return np.asarray(function(points), dtype=float)
        return np.array([np.asarray(function(x), dtype=float) for x in points])

    @cached_property
    def total(self) -> float:
        """The weighted sum of squares of the target about its mean, in the unit squared."""
        y = self.target if self.unit == 1.0 else self.target / self.unit
        mean = y.sum() / y.size if self.weights is None else np.average(y, weights=self.weights)
        away = self.weighted(y - float(mean))
        return float(away @ away)

    @property
    def length(self) -> float:
        """The length of the target, weighted and in the unit."""
        y = self.target if self.is_plain else self.scaled(self.target)
        return math.sqrt(float(y @ y))

    def residuals_and_jacobian(self, x: Vector) -> tuple[Vector, Vector]:
        """Return residuals and Jacobian, neither weighted nor in the unit."""
        if self.both is not None:
            return self.both(x)
        found = self.residuals(x), self.jacobian(x)
        return np.asarray(found[0], dtype=float), np.asarray(found[1], dtype=float)

    def objective(self) -> Objective:
        """Return the objective whose residuals are weighted and in the unit.

        Where residuals are asked for, their Jacobian is as a rule the next question.
        """
        both, is_plain = self.both, self.is_plain

        def residuals(x: Vector) -> Vector:
            found = np.asarray(self.residuals(x), dtype=float) if both is None else both(x)[0]
            return found if is_plain else self.scaled(found)

        def jacobian(x: Vector) -> Vector:
            found = np.asarray(self.jacobian(x), dtype=float) if both is None else both(x)[1]
            return found if is_plain else self.scaled(found)

        def value_and_gradient(x: Vector) -> tuple[float, Vector]:
            r = residuals(x)
            return float(r @ r), 2.0 * (jacobian(x).T @ r)

        def value(x: Vector) -> float:
            r = residuals(x)
            return float(r @ r)

        return Objective(value, value_and_gradient, residuals=residuals, residual_jacobian=jacobian)

    def free(self, x: Vector, residuals: Vector, jacobian: Vector) -> Mask:
        """Return which parameters do not stand at a bound that holds them."""
        if self.bounds is None:
            return all_free(x.size)
        return self.bounds.free(x, jacobian.T @ residuals)

    def clip(self, x: Vector) -> Vector:
        """Return the nearest point inside the bounds."""
        return x if self.bounds is None else np.clip(x, self.bounds.lower, self.bounds.upper)

    def decompose(self, jacobian: Vector, free: Mask) -> Decomposition:
        """Decompose the weighted Jacobian in the free parameters."""
        return Decomposition(self.weighted(jacobian)[:, free])
