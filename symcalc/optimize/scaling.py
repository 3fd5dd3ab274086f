"""Whether variables are of like size: curvatures compared, and a unit that makes them alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bounds import Mask, Vector
from .evaluator import Evaluator
from .layers import layers_of
from .stationary import MAX_VARIABLES

__all__ = ["describe_scaling", "unit_between"]

#: Curvatures that differ by this factor are called badly scaled.
UNEVEN = 1e6

#: Up to this number of variables curvatures are found by a product with the Hessian for each.
MAX_BY_PRODUCTS = 50

#: More array variables than this are not compared by products.
MAX_LAYERS = 8


def describe_scaling(
    evaluator: Evaluator, x: Vector, names: tuple[str, ...], free: Mask
) -> list[str]:
    """Return between which variables the curvature differs too much, and a unit that mends it.

    Curvatures come from the Hessian, from the Jacobian of residuals, or from products with the
    Hessian; of many variables those of whole arrays are compared, by their means.
    """
    found = _of_numbers(evaluator, x, names, free)
    if found is None:
        found = _of_layers(evaluator, x, names, free)
    labels, sizes = found
    curved = np.flatnonzero(np.isfinite(sizes) & (sizes > 0.0))
    if curved.size < 2:
        return []
    most, least = curved[sizes[curved].argmax()], curved[sizes[curved].argmin()]
    ratio = float(sizes[most] / sizes[least])
    if ratio < UNEVEN:
        return []
    name = labels[least]
    return [
        f"Badly scaled: the curvature along {labels[most]} is {ratio:.1e} times that along "
        f"{name}; with {name} = {unit_between(ratio):.0e}*s, varied as s, both are alike."
    ]


def unit_between(ratio: float) -> float:
    """Return the power of ten that makes curvatures of this ratio alike."""
    return float(10.0 ** round(0.5 * float(np.log10(ratio))))


def _of_numbers(
    evaluator: Evaluator, x: Vector, names: tuple[str, ...], free: Mask
) -> tuple[tuple[str, ...], Vector] | None:
    """Return the curvature along each variable that is free, None where there are too many."""
    objective, n = evaluator.objective, x.size
    if n > MAX_VARIABLES:
        return None
    if objective.hessian is not None:
        diagonal = np.asarray(evaluator.hessian(x).diagonal(), dtype=float)
    elif objective.residual_jacobian is not None:
        jacobian = evaluator.residual_jacobian(x)
        diagonal = 2.0 * np.sum(jacobian * jacobian, axis=0)
    elif n <= MAX_BY_PRODUCTS:
        diagonal = np.diag(evaluator.dense_hessian(x)).copy()
    else:
        return None
    return names, np.where(free, diagonal, np.nan)


def _of_layers(
    evaluator: Evaluator, x: Vector, names: tuple[str, ...], free: Mask
) -> tuple[tuple[str, ...], Vector]:
    """Return the mean curvature in each array variable, from a product with random signs each.

    The mean of `v * (H @ v)` over signs v is the trace of the block: Hutchinson, A stochastic
    estimator of the trace of the influence matrix, 1989.
    """
    layers = layers_of(names)
    if not 2 <= len(layers) <= MAX_LAYERS:
        return (), np.zeros(0)
    product = _product(evaluator, x)
    signs = np.random.default_rng(0).choice([-1.0, 1.0], x.size)
    means = []
    for places in layers.values():
        v = np.zeros(x.size)
        v[places] = np.where(free[places], signs[places], 0.0)
        count = max(float(np.abs(v).sum()), 1.0)
        means.append(float(v @ product(v)) / count)
    return tuple(layers), np.array(means)


def _product(evaluator: Evaluator, x: Vector) -> Callable[[Vector], Vector]:
    """Return products with the Hessian at a point; of rows in batches those of the first rows."""
    rows = evaluator.objective.rows
    if rows is None:
        return lambda v: evaluator.product(x, v)
    batch = next(iter(rows.data.pieces()))
    return lambda v: rows.product(x, v, batch.rows, batch.n_rows)
