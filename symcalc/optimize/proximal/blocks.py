"""Terms of a penalty that tie variables together: norms of groups, the largest entry, sets.

Each is a value with three questions: its value, its proximal map
`prox(v, t) = argmin(|z - v|**2/2 + t*term(z))`, and the element of least norm in
`gradient + subdifferential`. Parikh and Boyd, Proximal algorithms, 2014, chapter 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..bounds import Vector
from .kinks import Indices, Kinks
from .levels import onto_ball, onto_l1_ball, onto_simplex, water_level

__all__ = ["Ball", "Block", "Groups", "Indices", "L1Ball", "Largest", "Simplex"]

#: A sum or a norm is that of the set when it differs by no more than this share.
ON_SET = 1e-9


class Block(Protocol):
    """A term in the variables at `index`; what it is given and returns has their order."""

    @property
    def index(self) -> Indices:
        """The variables."""

    @property
    def words(self) -> str:
        """What the term is, for people."""

    def value(self, x: Vector) -> float:
        """Return the value, infinite outside of a set."""

    def prox(self, v: Vector, length: float) -> Vector:
        """Return the point that the proximal map makes of `v`."""

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """Return the least element of the gradient plus the subdifferential."""

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the same of a term; of a set what its smooth constraints have to hold."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A sum of Euclidean norms: `sum(weights[g] * norm2(x[group == g]))`, and kinks within groups.

    Attributes
    ----------
    index : ndarray of int
    group : ndarray of int
        For each variable the number of its group.
    weights : ndarray
        Of each group; not negative.
    kinks : Kinks or None
        Of the variables as well, all at zero and without bounds: the sparse-group lasso.
    """

    index: Indices
    group: Indices
    weights: Vector
    kinks: Kinks | None = None

    @property
    def words(self) -> str:
        n = self.weights.size
        return f"the norm{'s' * (n > 1)} of {n} group{'s' * (n > 1)}"

    def value(self, x: Vector) -> float:
        """Return the sum of weighted norms."""
        own = 0.0 if self.kinks is None else self.kinks.value(x)
        return float(self.weights @ self.norms(x)) + own

    def prox(self, v: Vector, length: float) -> Vector:
        """Return the groups, each shortened by its weight, to zero at most.

        Kinks at zero come first: shortening a group changes no sign, so that their slopes stay
        subgradients. Simon, Friedman, Hastie and Tibshirani, A sparse-group lasso, 2013; Yu, On
        decomposing the proximal map, 2013.
        """
        v = v if self.kinks is None else self.kinks.prox(v, length)
        norms = self.norms(v)
        kept = np.maximum(norms - length * self.weights, 0.0) / np.where(norms > 0.0, norms, 1.0)
        return np.asarray(v * kept[self.group] + 0.0)

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """Return what a group's own gradient, or its ball of subgradients at zero, leaves.

        Slopes of kinks are taken up first: at zero what they leave is the nearest to the ball.
        """
        norms = self.norms(x)
        away = gradient + (self.weights / np.where(norms > 0.0, norms, 1.0))[self.group] * x
        rest = away if self.kinks is None else self.kinks.least(x, away)
        slopes = self.norms(rest)
        left = np.maximum(slopes - self.weights, 0.0) / np.where(slopes > 0.0, slopes, 1.0)
        return np.where((norms > 0.0)[self.group], rest, left[self.group] * rest)

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the least element."""
        return self.least(x, gradient)

    def norms(self, x: Vector) -> Vector:
        """Return the norm of each group."""
        squares = np.bincount(self.group, weights=x * x, minlength=self.weights.size)
        return np.asarray(np.sqrt(squares), dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class Largest:
    """`weight * max(abs(x))`."""

    index: Indices
    weight: float

    @property
    def words(self) -> str:
        return "the largest absolute value"

    def value(self, x: Vector) -> float:
        """Return the weighted largest absolute value."""
        return self.weight * float(np.abs(x).max())

    def prox(self, v: Vector, length: float) -> Vector:
        """Return `v` cut off at the level that its largest entries sink to together."""
        sizes, share = np.abs(v), length * self.weight
        if sizes.sum() <= share:
            return np.zeros_like(v)
        level = water_level(sizes, share)
        return np.clip(v, -level, level)

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """Share the weight among the largest entries so that the least remains."""
        top = float(np.abs(x).max())
        if top == 0.0:
            return gradient + onto_l1_ball(-gradient, self.weight)
        at_top = np.abs(x) == top
        signs, left = np.sign(x[at_top]), gradient.copy()
        left[at_top] += signs * onto_simplex(-signs * gradient[at_top], self.weight)
        return left

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the least element."""
        return self.least(x, gradient)


@dataclass(frozen=True, slots=True, eq=False)
class Simplex:
    """The set `x >= 0, sum(x) == total`."""

    index: Indices
    total: float

    @property
    def words(self) -> str:
        return f"the simplex with the sum {self.total:g}"

    def value(self, x: Vector) -> float:
        """Return 0 on the simplex."""
        off = abs(float(x.sum()) - self.total)
        return 0.0 if off <= ON_SET * self.total and (x >= 0.0).all() else np.inf

    def prox(self, v: Vector, length: float) -> Vector:
        """Return the nearest point of the simplex."""
        return onto_simplex(v, self.total)

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """Return minus the steepest way down that stays in the simplex."""
        down, at_edge = -gradient, x == 0.0
        level = water_level(down[at_edge], 0.0, down[~at_edge])
        return np.where(at_edge, -np.maximum(down - level, 0.0), level - down)

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the gradient: the constraints are smooth."""
        return gradient


@dataclass(frozen=True, slots=True, eq=False)
class Ball:
    """The set `norm2(x) <= radius`."""

    index: Indices
    radius: float

    @property
    def words(self) -> str:
        return f"the ball of radius {self.radius:g}"

    def value(self, x: Vector) -> float:
        """Return 0 in the ball."""
        return 0.0 if float(np.linalg.norm(x)) <= self.radius * (1.0 + ON_SET) else np.inf

    def prox(self, v: Vector, length: float) -> Vector:
        """Return the nearest point of the ball."""
        return onto_ball(v, self.radius)

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """On the sphere, return the gradient without its part that points inwards."""
        norm = float(np.linalg.norm(x))
        if norm < self.radius * (1.0 - ON_SET):
            return gradient
        outward = x / norm
        return np.asarray(gradient - min(float(gradient @ outward), 0.0) * outward)

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the gradient: the constraints are smooth."""
        return gradient


@dataclass(frozen=True, slots=True, eq=False)
class L1Ball:
    """The set `norm1(x) <= radius`."""

    index: Indices
    radius: float

    @property
    def words(self) -> str:
        return f"the L1 ball of radius {self.radius:g}"

    def value(self, x: Vector) -> float:
        """Return 0 in the ball."""
        return 0.0 if float(np.abs(x).sum()) <= self.radius * (1.0 + ON_SET) else np.inf

    def prox(self, v: Vector, length: float) -> Vector:
        """Return the nearest point of the ball."""
        return onto_l1_ball(v, self.radius)

    def least(self, x: Vector, gradient: Vector) -> Vector:
        """On the edge, return what the best multiplier of the norm leaves of the gradient."""
        return self.balanced(x, gradient) + self._level(x, gradient) * np.sign(x)

    def balanced(self, x: Vector, gradient: Vector) -> Vector:
        """Return the gradient, at zeros without what slopes of the norm there can hold."""
        level = self._level(x, gradient)
        left = np.sign(gradient) * np.maximum(np.abs(gradient) - level, 0.0)
        return np.where(x == 0.0, left, gradient)

    def _level(self, x: Vector, gradient: Vector) -> float:
        """Return the best multiplier of the norm, 0 inside of the ball."""
        if float(np.abs(x).sum()) < self.radius * (1.0 - ON_SET):
            return 0.0
        is_zero = x == 0.0
        inward = -np.sign(x) * gradient
        return max(water_level(np.abs(gradient)[is_zero], 0.0, inward[~is_zero]), 0.0)
