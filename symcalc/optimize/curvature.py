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
        vector = product(vector / np.linalg.norm(vector))
        size, previous = float(np.linalg.norm(vector)), size
        if size == 0.0 or not np.isfinite(size) or abs(size - previous) <= 0.01 * size:
            break
    return size
