"""Array variables as layers: where the gradient vanishes in one of them, or explodes on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bounds import Vector
from .evidence import Evidence

__all__ = ["describe_exploding", "describe_vanishing", "flat_among", "layers_of"]

#: A layer of the gradient below this share of the largest one is called vanishing; of a single
#: variable, its size counted in, this share.
VANISHING, VANISHING_ALONE = 1e-6, 1e-12

#: What curvature does to a value below this share of it is flat.
FLAT = 1e-6

#: A gradient that grew by this factor since the start is called exploding.
EXPLODING = 1e6

#: Points whose gradient is below this share of the largest one met have arrived: there all of
#: it vanishes. Of the others so many, and this share of them, make a sentence.
ARRIVED, FEWEST, MOST = 1e-6, 3, 0.5

#: So many layers are named.
MAX_NAMED = 6


def layers_of(names: tuple[str, ...]) -> dict[str, list[int]]:
    """Return the places of each array variable's numbers: `W[0,1]` belongs to `W`."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        head, bracket, _ = name.partition("[")
        if bracket:
            found.setdefault(head, []).append(place)
    return found


def flat_among(
    labels: tuple[str, ...], curvatures: Vector, evidence: Evidence, names: tuple[str, ...],
    scale: float,
) -> set[str]:  # fmt: skip
    """Return the variables, and layers, that are too flat to change values of a size `scale`.

    By their curvatures, over distances as large as they were on the way.
    """
    x, _ = evidence.points()
    reach = dict(zip(names, np.maximum(np.abs(x).max(axis=0), 1.0).tolist(), strict=True))
    for layer, places in layers_of(names).items():
        reach[layer] = max(reach[names[place]] for place in places)
    curved = {
        label
        for label, curvature in zip(labels, curvatures.tolist(), strict=True)
        if not abs(curvature) * reach[label] ** 2 <= FLAT * scale
    }
    layers = {label.partition("[")[0] for label in labels}
    return {*labels, *layers} - curved - {label.partition("[")[0] for label in curved}


def describe_vanishing(
    evidence: Evidence, names: tuple[str, ...], find_flat: Callable[[], set[str]]
) -> list[str]:
    """Return in which layers, or variables, the gradient vanishes beside that in others.

    At the start, and at how many of the points on the way that were not yet stationary. On the way
    it vanishes in a layer that has arrived before others, too: only those count that have no
    curvature either, as `find_flat` says of the end.
    """
    x, gradients = evidence.points()
    if not len(x):
        return []
    layers = layers_of(names)
    if len(layers) >= 2:
        labels, limit = list(layers), VANISHING
        sizes = _sizes(gradients, layers)
    elif not layers and len(names) >= 2:
        labels, limit = list(names), VANISHING_ALONE
        sizes = np.abs(gradients) * np.maximum(np.abs(x), 1.0)
    else:
        return []
    largest = sizes.max(axis=1)
    moving = largest > ARRIVED * largest.max()
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = sizes / largest[:, None]
    said = _at_start(labels, shares[0], limit) if layers and largest[0] > 0.0 else []
    return said or _on_the_way(labels, shares[moving], limit, not layers, find_flat)


def _at_start(labels: list[str], shares: Vector, limit: float) -> list[str]:
    """Return which layers vanish where the run begins."""
    small = np.flatnonzero(shares < limit)
    if not small.size:
        return []
    listed = ", ".join(f"{labels[i]} ({shares[i]:.1g})" for i in small[:MAX_NAMED].tolist())
    return [
        f"Vanishing gradient at the start, beside that in {labels[int(shares.argmax())]}: {listed}."
        " These hardly move: start smaller, where nothing saturates, or scale the inputs."
    ]


def _on_the_way(
    labels: list[str], shares: Vector, limit: float, is_single: bool,
    find_flat: Callable[[], set[str]],
) -> list[str]:  # fmt: skip
    """Return which layers vanish at most points of the way."""
    n_small = (shares < limit).sum(axis=0)
    needed = max(FEWEST, len(shares) if is_single else MOST * len(shares))
    found = np.flatnonzero((n_small >= needed) & (shares > 0.0).any(axis=0))
    flat = find_flat() if found.size else set()
    found = np.array([i for i in found if labels[i] in flat], dtype=np.int64)
    if not found.size:
        return []
    listed = ", ".join(
        f"{labels[i]} (at most {shares[shares[:, i] < limit, i].max():.1g}, at {n_small[i]} of "
        f"{len(shares)} points)"
        for i in found[:MAX_NAMED].tolist()
    )
    most = labels[int(np.median(shares, axis=0).argmax())]
    return [f"Vanishing gradient on the way, beside that in {most}: {listed}. These hardly move."]


def describe_exploding(evidence: Evidence, names: tuple[str, ...]) -> list[str]:
    """Return in which layer, or variable, the gradient grew far beyond that of the start."""
    _, gradients = evidence.points()
    if len(gradients) < 2:
        return []
    layers = layers_of(names) or {name: [place] for place, name in enumerate(names)}
    sizes = _sizes(gradients, layers)
    first, grown = float(sizes[0].max()), sizes.max(axis=0)
    name, most = list(layers)[int(grown.argmax())], float(grown.max())
    if not most > EXPLODING * first > 0.0:
        return []
    return [
        f"Exploding gradient: in {name} it grew from {first:.2g} at the start to {most:.2g}; take "
        "smaller steps, or clip it (clip_norm)."
    ]


def _sizes(gradients: Vector, layers: dict[str, list[int]]) -> Vector:
    """Return the root of the mean square in each layer, a row for each gradient."""
    found = np.zeros((len(gradients), len(layers)))
    for column, places in enumerate(layers.values()):
        blocks = np.abs(gradients[:, places])
        largest = np.maximum(blocks.max(axis=1), np.finfo(float).tiny)
        found[:, column] = largest * np.sqrt(np.mean((blocks / largest[:, None]) ** 2, axis=1))
    return found
