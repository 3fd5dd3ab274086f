"""The largest eigenvalue of a Hessian, from its products with vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bounds import Vector

__all__ = ["largest_eigenvalue"]


def largest_eigenvalue(
    product: Callable[[Vector], Vector], n_variables: int, seed: int, n_products: int = 20
) -> float:
    """Return the eigenvalue that is largest in size, without its sign, by power iteration.

    Iteration ends when the value settles to a hundredth; it may be too small, never too large.
    """
    vector = np.random.default_rng(seed).standard_normal(n_variables)
    size = 0.0
    for _ in range(n_products):
        vector = product(vector / _length(vector))
        size, previous = _length(vector), size
        if size == 0.0 or not np.isfinite(size) or abs(size - previous) <= 0.01 * size:
            break
    return size


def _length(vector: Vector) -> float:
    """Return the Euclidean length, where squares would overflow or vanish as well."""
    largest = float(np.abs(vector).max(initial=0.0))
    if not 0.0 < largest < np.inf:
        return largest
    return largest * float(np.linalg.norm(vector / largest))
