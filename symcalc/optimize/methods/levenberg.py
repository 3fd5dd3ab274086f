"""Sums of squares: Levenberg-Marquardt as a trust region that also sees how the residuals bend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ..bounds import Vector
from ..decomposition import lengths
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from .region import (
    MAX_TRIALS,
    ModelStep,
    Spectrum,
    SquaresModel,
    curvature_spectrum,
    next_radius,
    unit_scale,
)

__all__ = ["LevenbergMarquardt"]

EPS = float(np.finfo(float).eps)

#: A step that lowers the value by a smaller share than this is slow.
SLOW = 0.2

#: So many slow steps one after the other, and the exact Hessian is asked.
PATIENCE = 3

#: A step counts as along the last one where no larger share of it goes elsewhere.
ASIDE = 0.5

#: A bend may be at most this long, in units of the step: Transtrum and Sethna, 2012, eq. (15).
BEND = 0.75


class _Memory(NamedTuple):
    """What one step leaves to the next, plain data."""

    scale: Vector
    radius: float
    n_slow: int = 0
    patience: int = PATIENCE
    last_step: Vector | None = None
    jacobian_change: Vector | None = None


@dataclass(frozen=True, slots=True)
class LevenbergMarquardt:
    """Steps of the Gauss-Newton model within a radius that follows how well the model foretold.

    Attributes
    ----------
    first_radius : float
        In units of the scaled start.
    uses_hessian : bool
        Whether exact second derivatives are asked where the residuals stay large.

    Notes
    -----
    More, The Levenberg-Marquardt algorithm: implementation and theory, 1978, with three changes.
    The step within the radius is computed from singular values. Steps are bent along the valley
    (geodesic acceleration: Transtrum and Sethna, Improvements to the Levenberg-Marquardt algorithm
    for nonlinear least-squares minimization, 2012), but no evaluation is spent on it: the second
    derivative of the residuals along the step is taken from the change of the Jacobian over the
    step before. And where steps are slow, the exact Hessian joins as a second model (Fletcher and
    Xu, Hybrid methods for nonlinear least squares, 1987) as long as it foretells better.
    """

    first_radius: float = 2.0
    uses_hessian: bool = True

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next point with a lower sum of squares, None where none is found."""
        evaluator.stage = "direction"
        residuals = evaluator.residuals(point.x)
        jacobian = evaluator.residual_jacobian(point.x)
        known = self._begin(point, jacobian) if memory is None else _Memory(*memory)
        scale = unit_scale(lengths(jacobian), known.scale)
        known = known._replace(scale=scale)
        plain = SquaresModel(jacobian, residuals, scale)
        is_slow = known.n_slow >= known.patience
        full = self._full_model(evaluator, point, scale) if is_slow else None
        found = _search(evaluator, point, plain, full, known)
        if found is None:
            # Scales and radius may date from places far off: once more without a past.
            known = self._begin(point, jacobian)
            plain = SquaresModel(jacobian, residuals, known.scale)
            full = self._full_model(evaluator, point, known.scale)
            found = _search(evaluator, point, plain, full, known)
        if found is None:
            return None
        new, tried, radius, vector = found
        fall = point.value - new.value
        n_slow, patience = _judge(known, full, plain.spectrum, tried, fall, point.value)
        change = evaluator.residual_jacobian(new.x) - jacobian
        after = _Memory(known.scale, radius, n_slow, patience, vector, change)
        return Step(new, tuple(after), partial(_promise, evaluator, new, known.scale))

    def _begin(self, point: Point, jacobian: Vector) -> _Memory:
        """Return the first radius, with the variables scaled by the columns of the Jacobian."""
        scale = unit_scale(lengths(jacobian), None)
        size = float(np.linalg.norm(scale * point.x))
        return _Memory(scale, self.first_radius * (size if size > 0.0 else 1.0))

    def _full_model(self, evaluator: Evaluator, point: Point, scale: Vector) -> Spectrum | None:
        """Return the model with all second derivatives."""
        if not self.uses_hessian or evaluator.objective.hessian is None:
            return None
        return curvature_spectrum(evaluator.hessian(point.x), point.gradient, scale)


class _Found(NamedTuple):
    """A lower point, the step of the model that led there, the next radius, and the move."""

    point: Point
    tried: ModelStep
    radius: float
    vector: Vector


def _search(
    evaluator: Evaluator, point: Point, plain: SquaresModel, full: Spectrum | None, known: _Memory
) -> _Found | None:
    """Shorten the radius until a step of the model leads to a lower point."""
    evaluator.stage, radius = "search", known.radius
    for _ in range(MAX_TRIALS):
        tried = (full or plain.spectrum).step(radius)
        vector, promised = tried.vector, tried.fall
        if full is None:
            vector, promised = _bent(plain, tried, known)
        x = point.x + vector
        if not promised > 0.0 or np.array_equal(x, point.x):
            return None
        residuals = evaluator.residuals(x)
        before = plain.residuals
        # Nothing of a large constant residual is left to cancel.
        fall = float((before - residuals) @ (before + residuals))
        new = evaluator.point(x) if fall > 1e-4 * promised else None
        if new is not None and not new.is_finite:
            new, fall = None, -np.inf
        radius = next_radius(radius, tried, fall, promised, float(point.gradient @ vector))
        if new is not None:
            return _Found(new, tried, radius, vector)
        if promised <= 4.0 * EPS * point.value:
            return None
    return None


def _bent(plain: SquaresModel, tried: ModelStep, known: _Memory) -> tuple[Vector, float]:
    """Return the step bent by the second derivative of the residuals, and the fall promised then.

    With `p` the step, `q` the last one and `D` the change of the Jacobian over it, `D @ v` is the
    second derivative along `q` and `v`; so with `p = c*q + rest` that along `p` twice is
    `2*c*(D @ p) - c**2*(D @ q)`, but for the part of `rest` twice, which nobody knows.
    """
    last, change = known.last_step, known.jacobian_change
    if last is None or change is None:
        return tried.vector, tried.fall
    scaled = plain.scale * last
    going = plain.scale * tried.vector
    share = float(scaled @ going) / float(scaled @ scaled)
    if not np.linalg.norm(going - share * scaled) <= ASIDE * tried.length:
        return tried.vector, tried.fall
    second = 2.0 * share * (change @ tried.vector) - share * share * (change @ last)
    bend = plain.answer(second, tried.shift)
    size = float(np.linalg.norm(plain.scale * bend))
    if not size <= BEND * tried.length:
        return tried.vector, tried.fall
    foretold = (
        plain.residuals + plain.jacobian @ (tried.vector + 0.5 * bend) + 0.5 * second
    )  # fmt: skip
    fall = float(plain.residuals @ plain.residuals - foretold @ foretold)
    if not fall > 0.0:
        return tried.vector, tried.fall
    return tried.vector + 0.5 * bend, fall


def _judge(
    known: _Memory, full: Spectrum | None, plain: Spectrum, tried: ModelStep, fall: float,
    value: float,
) -> tuple[int, int]:  # fmt: skip
    """Return the count of slow steps, and how many are borne before the Hessian is asked."""
    if full is None:
        return (known.n_slow + 1 if fall < SLOW * value else 0), known.patience
    plain_is_better = abs(fall - plain.fall_of(tried.vector)) < abs(fall - tried.fall)
    return (0, known.patience + 1) if plain_is_better else (PATIENCE, PATIENCE)


def _promise(evaluator: Evaluator, point: Point, scale: Vector) -> float:
    """Return the fall that the Gauss-Newton model at a point still promises."""
    jacobian, residuals = evaluator.residual_jacobian(point.x), evaluator.residuals(point.x)
    return SquaresModel(jacobian, residuals, scale).spectrum.promised()
