"""The formulas that are measured, as texts."""

from __future__ import annotations

import math

__all__ = ["chain_rosenbrock", "network", "product"]


def chain_rosenbrock(n_variables: int, factor: int = 100) -> str:
    """Return the chain Rosenbrock sum in x0, x1, …; another factor makes another text."""
    terms = (f"{factor}*(x{i + 1} - x{i}**2)**2 + (1 - x{i})**2" for i in range(n_variables - 1))
    return " + ".join(terms)


def product(n_factors: int) -> str:
    """Return x0*x1*x2*…"""
    return "*".join(f"x{i}" for i in range(n_factors))


def network(layers: tuple[int, ...] = (4, 5, 5, 1), n_rows: int = 8) -> str:
    """Return the mean squared error of a tanh network over rows of data, written out as scalars.

    The variables are the weights `w1_2_3` (layer, to, from) and the offsets `b1_2`.
    """
    losses = []
    for row in range(n_rows):
        values = [f"{math.sin(1.7 * row + 0.9 * k):.4f}" for k in range(layers[0])]
        for layer, size in enumerate(layers[1:], start=1):
            sums = [_weighted(layer, to, values) for to in range(size)]
            last = layer == len(layers) - 1
            values = sums if last else [f"tanh({total})" for total in sums]
        losses.append(f"({values[0]} - ({math.cos(0.8 * row):.4f}))**2")
    return f"({' + '.join(losses)})/{n_rows}"


def _weighted(layer: int, to: int, values: list[str]) -> str:
    terms = " + ".join(f"w{layer}_{to}_{k}*({value})" for k, value in enumerate(values))
    return f"{terms} + b{layer}_{to}"
