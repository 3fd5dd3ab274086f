"""Places at which integrals are split, found for many sets of parameters at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .panels import EPSILON, Array, Owners

__all__ = ["Landmark", "find_landmarks"]

#: Cells of a finite range; their number is odd, so that its middle lies inside of a cell.
N_CELLS = 17
SHARES = np.linspace(0.0, 1.0, N_CELLS + 1)
SHARES[0], SHARES[-1] = 1e-9, 1.0 - 1e-9
#: Peaks and steps are found to this part of a cell.
ROUGH = 1e-3
#: Distances at which an infinite range is looked at.
DISTANCES = np.exp(np.linspace(-14.0, 14.0, 29))
#: So many sets at a time: their values fit into a processor's cache.
BLOCK = 1024
#: Steps of the search for a zero.
MAX_STEPS = 80


@dataclass(frozen=True, slots=True)
class Landmark:
    """A function `f(x, *params)` whose zeros may be places to split at.

    Attributes
    ----------
    function : callable
    kind : str
        "place": always; "step": where the function changes by 1 or more across a cell of the
        first look; "peak": where it is the slope of a logarithm that changes by 1 across a cell.
    """

    function: Callable[..., Any]
    kind: str

    def at(self, x: Array, parameters: Sequence[Array]) -> Array:
        """Return the values at places; no value is NaN."""
        with np.errstate(all="ignore"):
            found = np.asarray(self.function(x, *parameters), dtype=float)
        return np.broadcast_to(found, np.broadcast_shapes(x.shape, parameters_shape(parameters)))


def parameters_shape(parameters: Sequence[Array]) -> tuple[int, ...]:
    """Return the shape that parameters have together."""
    return np.broadcast_shapes(*(p.shape for p in parameters)) if parameters else ()


def find_landmarks(
    landmarks: Sequence[Landmark], lower: Array, upper: Array, parameters: Sequence[Array]
) -> tuple[Owners, Array]:
    """Return sets and places, in order of both, strictly inside of `lower < upper`."""
    owners: list[Owners] = [np.empty(0, dtype=np.int64)]
    places: list[Array] = [np.empty(0)]
    edges = _edges(lower, upper)
    for landmark in landmarks:
        owner, cell = _crossed(landmark, edges, lower.size, parameters)
        if owner.size:
            row = owner if edges.shape[0] > 1 else np.zeros_like(owner)
            own = [p[owner] for p in parameters]
            found = _zeros(landmark, edges[row, cell], edges[row, cell + 1], own)
            inside = (found > lower[owner]) & (found < upper[owner])
            owners.append(owner[inside])
            places.append(found[inside])
    owner, place = np.concatenate(owners), np.concatenate(places)
    order = np.lexsort((place, owner))
    owner, place = owner[order], place[order]
    is_new = np.ones(owner.size, dtype=bool)
    is_new[1:] = (np.diff(owner) > 0) | (np.diff(place) > 8.0 * EPSILON * np.abs(place[1:]))
    return owner[is_new], place[is_new]


def _edges(lower: Array, upper: Array) -> Array:
    """Return the edges of cells, shape (n_sets or 1, n_edges), the ends of the range left out."""
    if (lower == lower[0]).all() and (upper == upper[0]).all():
        lower, upper = lower[:1], upper[:1]
    low, high = lower[:, None], upper[:, None]
    has_low, has_high = np.isfinite(low), np.isfinite(high)
    if bool((has_low & has_high).all()):
        return low + (high - low) * SHARES
    n = DISTANCES.size
    shares = np.pad(SHARES, (0, 2 * n - SHARES.size), mode="edge")
    one_side = np.pad(DISTANCES, (0, n), mode="edge")
    both = np.concatenate((-DISTANCES[::-1], DISTANCES))
    with np.errstate(invalid="ignore"):
        bounded = low + (high - low) * shares
        half = np.where(has_low, low + one_side, high - one_side[::-1])
    return np.where(has_low & has_high, bounded, np.where(has_low | has_high, half, both))


def _crossed(
    landmark: Landmark, edges: Array, n: int, parameters: Sequence[Array]
) -> tuple[Owners, Owners]:
    """Return the sets and the cells in which a landmark lies."""
    rows, cells = [], []
    for start in range(0, n, BLOCK):
        block = slice(start, start + BLOCK)
        places = edges if edges.shape[0] == 1 else edges[block]
        values = landmark.at(places, [p[block, None] for p in parameters])
        negative = values < 0.0
        crossed = negative[:, 1:] != negative[:, :-1]
        if not crossed.any():
            continue
        m = min(BLOCK, n - start)
        row, cell = np.nonzero(np.broadcast_to(crossed, (m, crossed.shape[1])))
        values = np.broadcast_to(values, (m, values.shape[1]))
        is_one = _is_landmark(landmark.kind, places, values, row, cell)
        rows.append(row[is_one] + start)
        cells.append(cell[is_one])
    if not rows:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    return np.concatenate(rows), np.concatenate(cells)


def _is_landmark(kind: str, edges: Array, values: Array, row: Owners, cell: Owners) -> Any:
    """Return which changes of sign have values on both sides, and are large enough."""
    left, right = values[row, cell], values[row, cell + 1]
    is_known = np.isfinite(left) & np.isfinite(right)
    if kind == "place":
        return is_known
    with np.errstate(all="ignore"):
        change = np.abs(right - left)
        if kind == "peak":
            row = row if edges.shape[0] > 1 else np.zeros_like(row)
            change = change * (edges[row, cell + 1] - edges[row, cell])
    return is_known & (change > 1.0)


def _zeros(landmark: Landmark, low: Array, high: Array, parameters: Sequence[Array]) -> Array:
    """Return a zero, or a change of sign, in each cell, by Chandrupatla's method.

    T. R. Chandrupatla, Advances in Engineering Software 28 (1997) 145-149.
    """
    rough = 0.0 if landmark.kind == "place" else ROUGH
    width = high - low
    a, b, at_a, at_b = low, high, landmark.at(low, parameters), landmark.at(high, parameters)
    share = np.full(low.size, 0.5)
    for _ in range(MAX_STEPS):
        place = a + share * (b - a)
        value = landmark.at(place, parameters)
        is_same = (value < 0.0) == (at_a < 0.0)
        c, at_c = np.where(is_same, a, b), np.where(is_same, at_a, at_b)
        b, at_b = np.where(is_same, b, a), np.where(is_same, at_b, at_a)
        a, at_a = place, value
        with np.errstate(all="ignore"):
            least = (2.0 * EPSILON * np.abs(a) + rough * width) / np.abs(b - a)
            if bool(((least > 0.5) | (value == 0.0)).all()):
                break
            xi, phi = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
            fits = (phi**2 < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
            inverse = at_a / (at_b - at_a) * at_c / (at_b - at_c) + (c - a) / (b - a) * at_a / (
                at_c - at_a
            ) * at_b / (at_c - at_b)
            share = np.where(fits & np.isfinite(inverse), inverse, 0.5)
            share = np.clip(share, np.minimum(least, 0.5), np.maximum(1.0 - least, 0.5))
            share = np.where(value == 0.0, 0.0, share)
    return np.where(np.abs(at_b) < np.abs(at_a), b, a)
