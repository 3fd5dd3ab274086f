"""Whether variables are of like size and layers learn alike: scales and gradients compared."""

from __future__ import annotations

import numpy as np

from .bounds import Mask, Vector
from .evaluator import Evaluator
from .objective import Point
from .stationary import MAX_VARIABLES

__all__ = ["describe_gradients", "describe_scaling"]

#: Curvatures that differ by this factor are called badly scaled.
UNEVEN = 1e6

#: A block of the gradient below this share of the largest one is called vanishing.
VANISHING = 1e-6


def describe_scaling(
    evaluator: Evaluator, point: Point, names: tuple[str, ...], free: Mask
) -> list[str]:
    """Return between which variables the curvature differs too much, and a unit that mends it."""
    if evaluator.objective.hessian is None or not 2 <= point.x.size <= MAX_VARIABLES:
        return []
    matrix = evaluator.hessian(point.x)
    diagonal = np.where(free, np.asarray(matrix.diagonal(), dtype=float), np.nan)
    curved = np.flatnonzero(np.isfinite(diagonal) & (diagonal > 0.0))
    if curved.size < 2:
        return []
    most, least = curved[diagonal[curved].argmax()], curved[diagonal[curved].argmin()]
    ratio = float(diagonal[most] / diagonal[least])
    if ratio < UNEVEN:
        return []
    unit = 10.0 ** round(0.5 * float(np.log10(ratio)))
    return [
        f"Badly scaled: the curvature along {names[most]} is {ratio:.1e} times that along "
        f"{names[least]}; with {names[least]} = {unit:.0e}*s, varied as s, both are alike."
    ]


def describe_gradients(point: Point, names: tuple[str, ...], where: str) -> list[str]:
    """Return in which array variables the gradient vanishes beside that in another."""
    blocks = _blocks(names)
    if len(blocks) < 2 or not point.is_finite:
        return []
    sizes = {name: _size(point.gradient[places]) for name, places in blocks.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    small = [name for name in sizes if sizes[name] < VANISHING * sizes[largest]]
    if not small:
        return []
    shares = ", ".join(f"{name} ({sizes[name] / sizes[largest]:.1g})" for name in small[:6])
    return [
        f"Vanishing gradient {where}, beside that in {largest}: {shares}. These hardly move: "
        "start smaller, where nothing saturates, or scale the inputs."
    ]


def _blocks(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Return the places of each array variable's numbers: `W[0,1]` belongs to `W`."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        head, bracket, _ = name.partition("[")
        if bracket:
            found.setdefault(head, []).append(place)
    return found


def _size(block: Vector) -> float:
    """Return the root of the mean square."""
    largest = float(np.abs(block).max())
    return largest * float(np.sqrt(np.mean((block / largest) ** 2))) if largest else 0.0
