"""The least and the greatest curvature that a few Hessian-vector products show."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .bounds import Mask, Vector

__all__ = ["Curvatures", "extreme_curvatures"]


class Curvatures(NamedTuple):
    """Bounds from inside: the Hessian has curvatures as low as `least`, along `axis`, or lower."""

    least: float
    greatest: float
    axis: Vector
    n_products: int


def extreme_curvatures(
    product: Callable[[Vector], Vector], free: Mask, n_products: int, seed: int = 0
) -> Curvatures | None:
    """Return what the Lanczos iteration finds over the free variables, None where it is not finite.

    Golub and Van Loan, Matrix Computations, 2013, section 10.1, with full orthogonalization. The
    start is random, so that no axis is missed for its symmetry; the ends of the spectrum come out
    first, and never beyond the true ones.
    """
    vector = np.where(free, np.random.default_rng(seed).standard_normal(free.size), 0.0)
    basis: list[Vector] = []
    diagonal: list[float] = []
    beside: list[float] = []
    norm = float(np.linalg.norm(vector))
    while len(basis) < min(n_products, int(free.sum())) and norm > 0.0:
        basis.append(vector / norm)
        image = np.where(free, product(basis[-1]), 0.0)
        if not np.isfinite(image).all():
            return None
        diagonal.append(float(basis[-1] @ image))
        vector = image
        for _ in range(2):
            for other in basis:
                vector = vector - float(other @ vector) * other
        size, norm = float(np.linalg.norm(image)), float(np.linalg.norm(vector))
        if norm <= 1e-10 * size:
            break
        beside.append(norm)
    if not basis:
        return None
    count = len(basis)
    inner = np.diag(diagonal) + np.diag(beside[: count - 1], 1) + np.diag(beside[: count - 1], -1)
    curvature, axes = np.linalg.eigh(inner)
    axis = np.column_stack(basis) @ axes[:, 0]
    return Curvatures(float(curvature[0]), float(curvature[-1]), axis, count)
