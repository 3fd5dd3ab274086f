"""The second-order check at the end: minimum, saddle or flat, from the Hessian's eigenvalues."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .bounds import Mask, Vector
from .evaluator import Evaluator
from .lanczos import extreme_curvatures
from .objective import Point
from .plain import describe_axis

__all__ = ["MAX_VARIABLES", "StationaryPoint", "classify"]

EPS = float(np.finfo(float).eps)

#: No eigenvalues are computed above this number of variables.
MAX_VARIABLES = 200

#: Above this number of variables, where no Hessian is formed, a few products with it are looked at:
#: a third of the run's evaluations, from 4 to this number.
MAX_BY_PRODUCTS, N_PRODUCTS = 50, 10

#: Share of the largest eigenvalue (variables scaled) below which a direction is called flat.
FLAT = 1e-11


@dataclass(frozen=True, slots=True)
class StationaryPoint:
    """What the Hessian says of a point where the gradient vanishes.

    Attributes
    ----------
    kind : str
        "minimum", "saddle", "maximum", "inflection", "flat" or "unknown".
    sentence : str
        The evidence in words.
    axis : ndarray (n,) or None
        The direction along which the objective falls, or is flat; of length one.
    """

    kind: str
    sentence: str
    axis: Vector | None = field(default=None, compare=False, repr=False)

    @property
    def is_excluded(self) -> bool:
        """Whether the objective was found to fall from here, so that this is no minimum."""
        return self.kind in ("saddle", "maximum", "inflection")


def classify(
    evaluator: Evaluator,
    point: Point,
    names: tuple[str, ...],
    free: Mask,
    is_quadratic: bool = False,
    is_convex: bool = False,
) -> StationaryPoint | None:
    """Classify a stationary point, or return None when there is no Hessian to look at.

    A few products with the Hessian can only show negative curvature: where the objective is proven
    to be convex there is none, and they are not formed.

    Eigenvalues alone prove little: rounding makes small negative ones, and where the Hessian
    fades within one Newton step (`x**3`, `x**4`, `exp(-x)`) a positive one says nothing. Then the
    objective itself is asked, along the axis of least curvature.
    """
    objective = evaluator.objective
    n = point.x.size
    is_large = n > MAX_VARIABLES or (n > MAX_BY_PRODUCTS and objective.hessian is None)
    if is_large and objective.hessian_product is not None and free.any():
        if is_convex:
            return None
        return _classify_by_products(evaluator, point, names, free)
    hessian = _free_hessian(evaluator, point.x, free)
    if hessian is None:
        return None
    if not np.isfinite(hessian).all():
        return StationaryPoint("unknown", "The Hessian at the end is not finite.")
    curvature, axes = _scaled_eigenvalues(hessian)
    floor = FLAT * float(np.abs(curvature).max())
    if is_quadratic and curvature[0] >= -floor:
        return _classify_quadratic(hessian, names, free)
    fading: Vector | None = axes[:, 0]
    if curvature[0] > floor:
        fading = _fading(evaluator, point, free, curvature, axes)
    if fading is None:
        eigenvalues = np.linalg.eigvalsh(hessian)
        return StationaryPoint(
            "minimum",
            f"A strict local minimum: the Hessian's smallest eigenvalue is {eigenvalues[0]:.3g}, "
            f"its condition number {eigenvalues[-1] / eigenvalues[0]:.2g}.",
        )
    axis = np.zeros(point.x.size)
    axis[free] = fading / np.abs(fading).max()
    axis /= np.linalg.norm(axis)
    words = describe_axis(axis, names)
    if not _falls(evaluator, point, axis):
        return StationaryPoint(
            "flat",
            f"Flat to second order along {words}: the minimum may not be isolated, or lie far off.",
        )
    if curvature[0] >= -floor:
        kind, why = "inflection", "the Hessian fades"
    else:
        kind = "maximum" if curvature[-1] < 0.0 else "saddle"
        why = "the Hessian has a negative eigenvalue"
    return StationaryPoint(
        kind,
        f"A{'n' if kind == 'inflection' else ''} {kind}, not a minimum: {why} and the objective "
        f"falls along {words}; start a little way along it, on either side, or escape=True.",
        axis,
    )


def _classify_by_products(
    evaluator: Evaluator, point: Point, names: tuple[str, ...], free: Mask
) -> StationaryPoint:
    """Say what a few Hessian-vector products show of a point with many variables."""
    n_products = min(N_PRODUCTS, max(4, evaluator.n_evaluations // 3))
    found = extreme_curvatures(lambda v: evaluator.product(point.x, v), free, n_products)
    if found is None:
        return StationaryPoint("unknown", "The Hessian at the end is not finite.")
    size = max(abs(found.least), abs(found.greatest))
    if found.least < -FLAT * size and _falls(evaluator, point, found.axis):
        words = describe_axis(found.axis, names)
        return StationaryPoint(
            "saddle",
            "A saddle or a maximum, not a minimum: the Hessian has a negative eigenvalue and the "
            f"objective falls along {words}; start a little way along it, on either side.",
        )
    return StationaryPoint(
        "unknown",
        f"No negative curvature showed in {found.n_products} products with the Hessian: curvatures "
        f"from {found.least:.3g} to {found.greatest:.3g} were met.",
    )


def _classify_quadratic(hessian: Vector, names: tuple[str, ...], free: Mask) -> StationaryPoint:
    """Say whether the minimum of a quadratic objective is the only one: its Hessian is constant."""
    sizes = np.sqrt(np.abs(np.diag(hessian)))
    scale = 1.0 / np.where(sizes > 0.0, sizes, 1.0)
    curvature, axes = np.linalg.eigh(scale[:, None] * hessian * scale)
    is_curved = curvature > 8.0 * EPS * len(hessian) * curvature[-1]
    if is_curved.all():
        eigenvalues = np.linalg.eigvalsh(hessian)
        return StationaryPoint(
            "minimum",
            "The only minimum: the objective is quadratic, its Hessian's smallest eigenvalue "
            f"{eigenvalues[0]:.3g}, its condition number {eigenvalues[-1] / eigenvalues[0]:.2g}.",
        )
    axis = np.zeros(len(names))
    axis[free] = scale * axes[:, int(np.argmin(is_curved))]
    n_others = int((~is_curved).sum()) - 1
    more = f" and {n_others} more direction{'s' * (n_others > 1)}" if n_others else ""
    return StationaryPoint(
        "flat",
        "A minimum, but not the only one: the objective is quadratic and, but for rounding, does "
        f"not change along {describe_axis(axis / np.linalg.norm(axis), names)}{more}.",
    )


def _free_hessian(evaluator: Evaluator, x: Vector, free: Mask) -> Vector | None:
    """Return the Hessian over the free variables as an array; from products when need be."""
    if x.size > MAX_VARIABLES or not free.any():
        return None
    return evaluator.dense_hessian(x)[np.ix_(free, free)]


def _scaled_eigenvalues(hessian: Vector) -> tuple[Vector, Vector]:
    """Return eigenvalues and axes with the variables scaled by the diagonal, ascending."""
    if not hessian.any():
        return np.zeros(len(hessian)), np.eye(len(hessian))
    scale = _scale_of(hessian)
    curvature, axes = np.linalg.eigh(scale[:, None] * hessian * scale)
    return np.asarray(curvature, dtype=float), np.asarray(scale[:, None] * axes, dtype=float)


def _scale_of(hessian: Vector) -> Vector:
    """Return the lengths that give each variable curvature one, or at most that."""
    largest = float(np.abs(hessian).max())
    return np.asarray(1.0 / np.sqrt(np.maximum(np.abs(np.diag(hessian)), EPS * largest)))


def _fading(
    evaluator: Evaluator, point: Point, free: Mask, curvature: Vector, axes: Vector
) -> Vector | None:
    """Return the axis whose curvature is gone within one Newton step of the point, if one is."""
    hessian = _free_hessian(evaluator, point.x, free)
    if hessian is None or not point.gradient[free].any():
        return None
    x = point.x.copy()
    # In one scale, so that curvatures of unlike size count, and a Hessian that shrinks as a whole.
    scale = _scale_of(hessian)
    slope = scale * point.gradient[free]
    x[free] -= scale * np.linalg.lstsq(scale[:, None] * hessian * scale, slope, rcond=None)[0]
    after = _free_hessian(evaluator, x, free) if evaluator.is_inside(x) else None
    if after is None or not np.isfinite(after).all():
        return np.asarray(axes[:, 0])
    least, faded = np.linalg.eigh(scale[:, None] * after * scale)
    return np.asarray(scale * faded[:, 0]) if least[0] < 0.8 * curvature[0] else None


def _falls(evaluator: Evaluator, point: Point, axis: Vector) -> bool:
    """Whether the first change along `axis` beyond rounding and slope is a fall, on either side."""
    size = 1.0 + float(np.abs(point.x).max())
    noise = 16.0 * EPS * abs(point.value)
    slope = 10.0 * float(np.linalg.norm(point.gradient))
    for side in (-1.0, 1.0):
        for length in (1e-4 * size, 1e-3 * size, 1e-2 * size, 1e-1 * size):
            x = point.x + side * length * axis
            if not evaluator.is_inside(x):
                break
            change = evaluator.value(x) - point.value
            if abs(change) > noise + slope * length:
                if change < 0.0:
                    return True
                break
    return False
