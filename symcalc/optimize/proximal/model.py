"""The minimum of a quadratic model plus kinks of single variables: coordinates, then Newton.

Sweeps of coordinate descent find which variables are zero; once they stand still, a Newton step on
the others ends it. So the minimum has exact zeros and the accuracy of a linear solve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..bounds import Mask, Vector
from .kinks import Indices, Kinks

__all__ = ["Curvature", "minimize_model"]

EPS = float(np.finfo(float).eps)

#: More variables than this that want to move are not let go at once.
MAX_ADDED = 100

#: Rounds of letting variables go; rounds of sweep and Newton step within one.
MAX_ROUNDS, MAX_INNER = 100, 200


class Curvature(Protocol):
    """The Hessian of the model, whole or by blocks."""

    def block(self, index: Indices) -> Vector:
        """Return rows and columns of some variables."""

    def times(self, index: Indices, move: Vector) -> Vector:
        """Return the Hessian times a vector that vanishes but at `index`."""


@dataclass(slots=True)
class _Face:
    """A model over some of the variables, and where the search stands in it."""

    hessian: Vector
    kinks: Kinks
    x: Vector
    gradient: Vector

    @property
    def least(self) -> Vector:
        """The least subgradient."""
        return self.kinks.least(self.x, self.gradient)

    def move(self, to: Vector) -> None:
        """Go to another point."""
        change = to - self.x
        moved = np.flatnonzero(change)
        self.gradient = self.gradient + self.hessian[:, moved] @ change[moved]
        self.x = to

    def rise(self, to: Vector) -> float:
        """Return the change of the model on the way to a point."""
        change = to - self.x
        smooth = float(self.gradient @ change + 0.5 * (change @ (self.hessian @ change)))
        return smooth + self.kinks.value(to) - self.kinks.value(self.x)


def minimize_model(
    curvature: Curvature, gradient: Vector, x: Vector, kinks: Kinks, tolerance: float
) -> Vector:
    """Return the minimum of `gradient@d + d@H@d/2 + kinks(x + d)` as `x + d`.

    Ends where the least subgradient is at most `tolerance`, or rounding allows no more.
    """
    point, slope = x.copy(), gradient.copy()
    before = np.inf
    for _ in range(MAX_ROUNDS):
        least = kinks.least(point, slope)
        worst = float(np.abs(least).max())
        if worst <= tolerance:
            break
        index = _let_go(least, kinks.is_held(point))
        if worst >= 0.5 * before and worst <= 1e3 * tolerance:
            break
        before = worst
        face = _Face(curvature.block(index), kinks.at(index), point[index], slope[index])
        _descend(face, 0.1 * tolerance)
        point[index] = face.x
        moved = np.flatnonzero(point - x)
        slope = gradient + curvature.times(moved, (point - x)[moved])
    return point


def _let_go(least: Vector, held: Mask) -> Indices:
    """Return the variables to work on: those not held, and those held that want to move most."""
    wants = np.flatnonzero(held & (least != 0.0))
    limit = max(MAX_ADDED, int((~held).sum()))
    if wants.size > limit:
        wants = wants[np.argsort(-np.abs(least[wants]), kind="stable")[:limit]]
    chosen = ~held
    chosen[wants] = True
    return np.flatnonzero(chosen)


def _descend(face: _Face, tolerance: float) -> None:
    """Find the minimum over the face: a sweep, then a Newton step where nothing is held."""
    before, stalls = np.inf, 0
    for _ in range(MAX_INNER):
        _sweep(face)
        _newton(face)
        worst = float(np.abs(face.least).max())
        stalls = stalls + 1 if worst >= 0.9 * before else 0
        before = min(before, worst)
        if worst <= tolerance or stalls >= 10:
            return


def _sweep(face: _Face) -> None:
    """Minimize along one coordinate after the other, those that want to move only.

    Friedman, Hastie and Tibshirani, Regularization paths for generalized linear models via
    coordinate descent, 2010, section 2.
    """
    diagonal = np.diag(face.hessian)
    floor = EPS * float(diagonal.max()) or 1e-12
    lengths = (1.0 / np.maximum(diagonal, floor)).tolist()
    kinks, hessian, gradient, x = face.kinks, face.hessian, face.gradient.copy(), face.x.copy()
    rows = zip(*(getattr(kinks, name).tolist() for name in Kinks.__slots__), strict=True)
    terms = list(rows)
    for i in np.flatnonzero(face.least).tolist():
        up, down, center, lower, upper = terms[i]
        here, length = float(x[i]), lengths[i]
        free = here - length * float(gradient[i])
        if free - length * up > center:
            to = free - length * up
        elif free + length * down < center:
            to = free + length * down
        else:
            to = center
        to = min(max(to, lower), upper)
        if to != here:
            gradient += (to - here) * hessian[i]
            x[i] = to
    face.x, face.gradient = x, gradient


def _newton(face: _Face) -> None:
    """Solve for the variables not held; cut the step off where one meets its kink or bound."""
    free = np.flatnonzero(~face.kinks.is_held(face.x))
    if not free.size:
        return
    least = face.least[free]
    move = _solve(face.hessian[np.ix_(free, free)], -least)
    if not np.isfinite(move).all():
        return
    kinks, here = face.kinks.at(free), face.x[free]
    inside = _stops(kinks, here)
    whole = np.clip(here + move, *inside)
    first = here
    hits = whole != here + move
    if hits.any():
        shares = (whole - here)[hits] / move[hits]
        share = float(shares.min())
        first = np.clip(here + share * move, *inside)
        at = np.flatnonzero(hits)[shares <= share]
        first[at] = whole[at]
    tries = [face.x.copy() for _ in range(2)]
    tries[0][free], tries[1][free] = whole, first
    rises = [face.rise(to) for to in tries]
    best = int(np.argmin(rises))
    if rises[best] < 0.0 or not hits.any():
        face.move(tries[best])


def _stops(kinks: Kinks, x: Vector) -> tuple[Vector, Vector]:
    """Return how far each variable may go down and up before its slope changes."""
    low = np.where(kinks.bends & (x > kinks.center), kinks.center, -np.inf)
    high = np.where(kinks.bends & (x < kinks.center), kinks.center, np.inf)
    return np.maximum(low, kinks.lower), np.minimum(high, kinks.upper)


def _solve(hessian: Vector, right: Vector) -> Vector:
    """Solve with a positive semidefinite matrix; along flat axes a step is long."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    sizes = np.sqrt(np.maximum(np.diag(hessian), 0.0))
    scale = 1.0 / np.where(sizes > 0.0, sizes, 1.0)
    scaled = scale[:, None] * hessian * scale
    lift = 0.0
    while lift < 1.0:
        try:
            factor = cho_factor(scaled + lift * np.eye(len(scaled)), check_finite=False)
        except LinAlgError:
            lift = max(10.0 * lift, 4.0 * EPS * len(scaled))
            continue
        move = scale * cho_solve(factor, scale * right, check_finite=False)
        if np.isfinite(move).all():
            return np.asarray(move)
        lift = max(10.0 * lift, 4.0 * EPS * len(scaled))
    return right * scale * scale
