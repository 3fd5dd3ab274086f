"""Proximal Newton steps: a quadratic model of the smooth part, minimized with the penalty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from .evaluator import SplitEvaluator, split_of
from .kinks import Indices
from .model import Curvature, minimize_model

__all__ = ["ProximalNewton"]

EPS = float(np.finfo(float).eps)

#: Up to this number of variables the Hessian of a sum of squares is formed whole.
MAX_WHOLE = 500

#: The share of the promised fall that a step must bring, and the trials for its length.
SUFFICIENT, MAX_TRIALS = 1e-4, 50


@dataclass(frozen=True, slots=True)
class ProximalNewton:
    """The minimum of model and penalty, then a line search on the objective.

    Needs a penalty over single variables. Where the smooth part is quadratic one step is enough.
    Lee, Sun and Saunders, Proximal Newton-type methods for minimizing composite functions, 2014;
    the model is minimized by `minimize_model`. No memory.
    """

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step, None when no length lowers the objective."""
        split = split_of(evaluator)
        split.stage = "model"
        gradient, kinks = split.slope(point.x), split.penalty.kinks
        norm = float(np.abs(point.gradient).max())
        tolerance = 1e-13 * max(1.0, float(np.abs(gradient).max()), norm)
        curvature = _curvature(split, point.x)
        target = minimize_model(curvature, gradient, point.x, kinks, min(tolerance, 1e-2 * norm))
        move = target - point.x
        if not move.any() or not np.isfinite(move).all():
            return None
        split.stage = "search"
        promised = float(gradient @ move) + kinks.value(target) - kinks.value(point.x)
        return _search(split, point, target, min(promised, 0.0))


def _search(split: SplitEvaluator, point: Point, target: Vector, promised: float) -> Step | None:
    """Return the first step, from the whole one down, that brings a share of what is promised."""
    length, rounding = 1.0, 8.0 * EPS * abs(point.value)
    for _ in range(MAX_TRIALS):
        x = target if length == 1.0 else point.x + length * (target - point.x)
        new = split.point(x)
        if new.is_finite:
            if -length * promised <= rounding:
                # Values say nothing here: the subgradient decides.
                shrinks = np.abs(new.gradient).max() < np.abs(point.gradient).max()
                if shrinks and new.value <= point.value + rounding:
                    return Step(new)
            elif new.value <= point.value + SUFFICIENT * length * promised:
                return Step(new)
        length *= 0.5
    return None


def _curvature(split: SplitEvaluator, x: Vector) -> Curvature:
    """Return the Hessian at a point in the form that the objective has."""
    if split.objective.residual_jacobian is not None and split.facts.is_quadratic:
        jacobian = split.residual_jacobian(x)
        if x.size > MAX_WHOLE:
            return _Squares(jacobian)
        return _Whole(2.0 * (jacobian.T @ jacobian))
    if split.objective.hessian is not None:
        hessian = split.hessian(x)
        dense = np.asarray(hessian.toarray() if hasattr(hessian, "toarray") else hessian)
        return _Whole(_lifted(dense))
    return _Products(split, x)


def _lifted(hessian: Vector) -> Vector:
    """Return a matrix whose negative eigenvalues, if any, are made positive."""
    rounding = EPS * len(hessian) * max(float(np.abs(np.diag(hessian)).max()), 1e-300)
    try:
        np.linalg.cholesky(hessian + rounding * np.eye(len(hessian)))
        return hessian
    except np.linalg.LinAlgError:
        values, axes = np.linalg.eigh(hessian)
        sizes = np.maximum(np.abs(values), 1e-8 * np.abs(values).max(initial=1e-300))
        return np.asarray((axes * sizes) @ axes.T)


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """A Hessian as a matrix."""

    matrix: Vector

    def block(self, index: Indices) -> Vector:
        """Return rows and columns of some variables."""
        return np.asarray(self.matrix[np.ix_(index, index)])

    def times(self, index: Indices, move: Vector) -> Vector:
        """Return the Hessian times a vector that vanishes but at `index`."""
        return np.asarray(self.matrix[:, index] @ move)


class _Squares:
    """The Hessian of a sum of squares of linear residuals, by the columns of their Jacobian.

    Columns asked for before are kept with their products.
    """

    def __init__(self, jacobian: Vector) -> None:
        self._jacobian = jacobian
        self._order: Indices = np.zeros(0, dtype=np.int64)
        self._place = np.full(jacobian.shape[1], -1)
        self._columns = np.zeros((0, jacobian.shape[0]))
        self._products = np.zeros((0, 0))

    def block(self, index: Indices) -> Vector:
        """Return rows and columns of some variables."""
        new = index[self._place[index] < 0]
        if new.size:
            self._add(new)
        places = self._place[index]
        return np.asarray(self._products[np.ix_(places, places)])

    def times(self, index: Indices, move: Vector) -> Vector:
        """Return the Hessian times a vector that vanishes but at `index`."""
        image = move @ self._columns[self._place[index]]
        return np.asarray(2.0 * (image @ self._jacobian))

    def _add(self, index: Indices) -> None:
        """Keep further columns, and their products with all."""
        columns = np.ascontiguousarray(self._jacobian[:, index].T)
        across = 2.0 * (columns @ self._columns.T)
        within = 2.0 * (columns @ columns.T)
        self._products = np.block([[self._products, across.T], [across, within]])
        self._place[index] = np.arange(self._order.size, self._order.size + index.size)
        self._order = np.concatenate([self._order, index])
        self._columns = np.concatenate([self._columns, columns])


@dataclass(frozen=True, slots=True, eq=False)
class _Products:
    """A Hessian known by its products with vectors."""

    split: SplitEvaluator
    x: Vector

    def block(self, index: Indices) -> Vector:
        """Return rows and columns of some variables."""
        rows = [self._product(index[k : k + 1], np.ones(1))[index] for k in range(index.size)]
        both = np.array(rows)
        return _lifted(0.5 * (both + both.T))

    def times(self, index: Indices, move: Vector) -> Vector:
        """Return the Hessian times a vector that vanishes but at `index`."""
        return self._product(index, move)

    def _product(self, index: Indices, move: Vector) -> Vector:
        whole = np.zeros_like(self.x)
        whole[index] = move
        return self.split.product(self.x, whole)
