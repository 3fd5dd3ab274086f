"""Whether variables are of like size: curvatures compared, and a unit that makes them alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bounds import Mask, Vector
from .evaluator import Evaluator
from .layers import layers_of
from .stationary import MAX_VARIABLES

__all__ = ["curvatures", "curvatures_by_name", "describe_scaling"]

#: Curvatures that differ by this factor are called badly scaled.
UNEVEN = 1e6

#: Up to this number of variables curvatures are found by a product with the Hessian for each.
MAX_BY_PRODUCTS = 50

#: A Jacobian of more numbers is not formed for it.
MAX_JACOBIAN = 100_000

#: More array variables than this are not compared by products.
MAX_LAYERS = 8


def describe_scaling(
    evaluator: Evaluator, x: Vector, names: tuple[str, ...], free: Mask, n_residuals: int = 0
) -> list[str]:
    """Return between which variables the curvature differs too much, and a unit that mends it.

    Of many variables, where no Hessian is formed, the means over whole arrays are compared.
    """
    labels, sizes = curvatures_by_name(evaluator, x, names, free, n_residuals)
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
        f"{name}; with {name} = {_unit_between(ratio):.0e}*s, varied as s, both are alike."
    ]


def curvatures_by_name(
    evaluator: Evaluator, x: Vector, names: tuple[str, ...], free: Mask, n_residuals: int = 0
) -> tuple[tuple[str, ...], Vector]:
    """Return the curvatures of single variables, NaN for held ones, or else those of layers."""
    diagonal = curvatures(evaluator, x, n_residuals)
    if diagonal is None:
        return _of_layers(evaluator, x, names, free)
    return names, np.where(free, diagonal, np.nan)


def _unit_between(ratio: float) -> float:
    """Return the power of ten that makes curvatures of this ratio alike."""
    return float(10.0 ** round(0.5 * float(np.log10(ratio))))


def curvatures(evaluator: Evaluator, x: Vector, n_residuals: int = 0) -> Vector | None:
    """Return the curvature along each variable, None where that is too much to find.

    From the Hessian, over rows in batches that of the first rows; from the Jacobian of the
    residuals; or from a product with the Hessian for each variable.
    """
    objective, n = evaluator.objective, x.size
    if n > MAX_VARIABLES:
        return None
    rows = objective.rows
    if rows is not None and objective.hessian is not None:
        batch = next(iter(rows.data.pieces()))
        return np.asarray(rows.hessian(x, batch.rows, batch.n_rows).diagonal(), dtype=float)
    is_formed = objective.hessian is not None and evaluator.has_hessian(x)
    is_small = objective.hessian is not None or n_residuals * n <= MAX_JACOBIAN
    if objective.residual_jacobian is not None and is_small and not is_formed:
        jacobian = evaluator.residual_jacobian(x)  # of far less cost than the Hessian
        return np.asarray(2.0 * np.einsum("ij,ij->j", jacobian, jacobian))
    if objective.hessian is not None:
        return np.asarray(evaluator.hessian(x).diagonal(), dtype=float)
    if n <= MAX_BY_PRODUCTS:
        return np.diag(evaluator.dense_hessian(x))
    return None


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
