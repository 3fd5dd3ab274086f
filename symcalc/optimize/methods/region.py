"""Steps that minimize a quadratic model within a radius, exactly: from the model's spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..bounds import Vector

__all__ = ["MAX_TRIALS", "ModelStep", "Spectrum", "SquaresModel", "curvature_spectrum",
           "next_radius", "unit_scale"]  # fmt: skip

EPS = float(np.finfo(float).eps)

#: A radius is shortened at most so many times in one step.
MAX_TRIALS = 200


class ModelStep(NamedTuple):
    """A step, the fall that the model promises, its scaled length, and the shift that held it.

    The shift raises all curvatures until the step is no longer than the radius; 0 within it.
    """

    vector: Vector
    fall: float
    length: float
    shift: float

    @property
    def is_held(self) -> bool:
        """Whether the radius held the step back."""
        return self.shift > 0.0


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The model `slope @ z + z @ diag(curvature) @ z / 2` along `axes`, variables scaled.

    A step is `p = (axes @ z) / scale`; its length is that of `z`.

    Attributes
    ----------
    axes : ndarray (n, k)
        Orthonormal columns; directions beyond them are flat.
    curvature, slope : ndarray (k,)
    scale : ndarray (n,)
    """

    axes: Vector
    curvature: Vector
    slope: Vector
    scale: Vector

    def step(self, radius: float) -> ModelStep:
        """Return the least point of the model within `radius`.

        Conn, Gould and Toint, Trust-region methods, 2000, section 7.3: `z = -slope / (curvature +
        shift)` with the least shift that makes all curvatures positive and the length the radius.
        """
        if not self.curvature.size or radius == 0.0:
            return ModelStep(np.zeros(self.scale.size), 0.0, 0.0, 0.0)
        lowest = float(self.curvature.min())
        shift, along = 0.0, None
        if lowest > 0.0:
            along = -self.slope / self.curvature
        if along is None or not np.linalg.norm(along) <= radius:
            shift = self._shift(radius, max(0.0, -lowest))
            along = self._at(shift, radius)
        fall = -float(self.slope @ along + 0.5 * along @ (self.curvature * along))
        length = float(np.linalg.norm(along))
        return ModelStep((self.axes @ along) / self.scale, fall, length, shift)

    def firm_step(self) -> Vector:
        """Return the step to the least point along the axes that are firmly curved."""
        firm = self.curvature > EPS**0.5 * np.abs(self.curvature).max(initial=0.0)
        along = np.where(firm, -self.slope / np.where(firm, self.curvature, 1.0), 0.0)
        return np.asarray((self.axes @ along) / self.scale)

    def fall_of(self, vector: Vector) -> float:
        """Return the fall that the model promises for a step."""
        along = self.axes.T @ (self.scale * vector)
        return -float(self.slope @ along + 0.5 * along @ (self.curvature * along))

    def promised(self) -> float:
        """Return the fall that the model promises in all; infinite where it has no least point."""
        moving = np.abs(self.slope) > 0.0
        if not moving.any():
            return 0.0
        if not (self.curvature[moving] > 0.0).all():
            return float("inf")
        return float(0.5 * np.sum(self.slope[moving] ** 2 / self.curvature[moving]))

    def _at(self, shift: float, radius: float) -> Vector:
        """Return the step for a shift; out to the radius along the lowest axis where it is short.

        Short is the hard case: the slope has nothing along the axes of the lowest curvature.
        """
        raised = self.curvature + shift
        safe = np.where(raised > 0.0, raised, np.inf)
        along = -self.slope / safe
        missing = radius * radius - float(along @ along)
        if shift > 0.0 and missing > 1e-3 * radius * radius:
            lowest = int(np.argmin(self.curvature))
            side = -1.0 if self.slope[lowest] > 0.0 else 1.0
            along[lowest] += side * missing**0.5
        return along

    def _shift(self, radius: float, least: float) -> float:
        """Return the shift at which the step is as long as the radius, to a percent.

        Newton's method on `1/|z| - 1/radius`, which is nearly linear and concave in the shift,
        kept inside a bracket (More and Sorensen, Computing a trust region step, 1983).
        """
        size = float(np.linalg.norm(self.slope))
        low, high = least, least + size / radius + EPS * float(np.abs(self.curvature).max())
        shift = max(least + 1e-3 * (high - least), np.nextafter(least, np.inf))
        for _ in range(60):
            raised = self.curvature + shift
            if not raised.min() > 0.0:
                shift = np.nextafter(shift, np.inf) + EPS * abs(least)
                low = max(low, shift)
                continue
            along = self.slope / raised
            length = float(np.linalg.norm(along))
            if abs(length - radius) <= 1e-2 * radius or high - low <= 4.0 * EPS * high:
                break
            low, high = (shift, high) if length > radius else (low, shift)
            bend = float(np.sum(along**2 / raised))
            trial = shift + (length - radius) / radius * (length**2 / bend) if bend else low
            shift = trial if low < trial < high else 0.5 * (low + high)
        return float(shift)


class SquaresModel:
    """The Gauss-Newton model of `residuals @ residuals`, its variables scaled.

    The slope along an axis is `2*s*(u @ residuals)`, its curvature `2*s**2`, with the singular
    values of the scaled Jacobian: nothing is squared before it is decomposed. Singular values lost
    in rounding count as zero, and their axes as flat.
    """

    def __init__(self, jacobian: Vector, residuals: Vector, scale: Vector) -> None:
        self.jacobian, self.residuals, self.scale = jacobian, residuals, scale
        left, singular, axes = np.linalg.svd(jacobian / scale, full_matrices=False)
        kept = singular > EPS * max(jacobian.shape) * singular.max(initial=0.0)
        self._left, self._singular, self._axes = left[:, kept], singular[kept], axes[kept]
        slope = 2.0 * self._singular * (self._left.T @ residuals)
        self.spectrum = Spectrum(self._axes.T, 2.0 * self._singular**2, slope, scale)

    def answer(self, change: Vector, shift: float) -> Vector:
        """Return the step that makes up for a change of the residuals, under the same shift."""
        raised = self._singular**2 + 0.5 * shift
        along = -self._singular * (self._left.T @ change) / raised
        return np.asarray((self._axes.T @ along) / self.scale)


def curvature_spectrum(hessian: Any, gradient: Vector, scale: Vector) -> Spectrum | None:
    """Return the model of a gradient and a Hessian, None where they are not finite.

    Axes along which nothing changes, but for rounding, are left out: no step goes along them.
    """
    dense = np.asarray(hessian.toarray() if hasattr(hessian, "toarray") else hessian, dtype=float)
    scaled = dense / np.outer(scale, scale)
    if not np.isfinite(scaled).all():
        return None
    curvature, axes = np.linalg.eigh(scaled)
    slope = axes.T @ (gradient / scale)
    floor = 8.0 * EPS * len(slope)
    is_flat = np.abs(curvature) <= floor * np.abs(curvature).max(initial=0.0)
    kept = ~(is_flat & (np.abs(slope) <= floor * np.abs(slope).max(initial=0.0)))
    return Spectrum(axes[:, kept], curvature[kept], slope[kept], scale)


def unit_scale(sizes: Vector, before: Vector | None) -> Vector:
    """Return scales of variables that never shrink: the largest size each has had; 1 for zeros."""
    sizes = np.where(np.isfinite(sizes), sizes, 0.0)
    if before is None:
        return np.where(sizes > 0.0, sizes, 1.0)
    return np.maximum(sizes, before)


def next_radius(
    radius: float, tried: ModelStep, fall: float, promised: float, slope: float
) -> float:
    """Return the radius after a step that fell by `fall` where `promised` was foretold.

    More, 1978: below a quarter of the promise the radius shrinks to the least point of the
    parabola through both values and the slope, within [1/10, 1/2]; above three quarters, or where
    it did not hold the step back, it becomes twice the step's length. Ours: four times where the
    promise was kept to a tenth.
    """
    if not fall >= 0.25 * promised:
        bend = -fall - slope
        share = 0.1
        if np.isfinite(fall):
            share = min(0.5, max(0.1, -0.5 * slope / bend)) if bend > 0.0 else 0.5
        return min(radius, 10.0 * tried.length) * share
    if fall >= 0.75 * promised or not tried.is_held:
        is_kept = tried.is_held and fall >= 0.9 * promised
        return (4.0 if is_kept else 2.0) * tried.length
    return radius
