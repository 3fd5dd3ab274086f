"""The shapes of arrays that nobody declared, from the arrays themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..graph.shapes import Shape, written

__all__ = ["name_shapes", "sizes_of"]

#: Names for dimensions that nobody named, in the order in which sizes appear.
DIMENSIONS = ("m", "n", "k", "p", "q")


def sizes_of(declared: Mapping[str, Shape], values: Mapping[str, Any]) -> dict[str, int]:
    """Return the sizes of the dimensions that declarations name.

    Raises
    ------
    ArgumentError
        An array has another shape than declared, or two disagree.
    """
    sizes: dict[str, int] = {}
    for name, shape in declared.items():
        array = np.shape(values[name]) if name in values else ()
        if isinstance(values.get(name), str):
            continue
        if len(array) != len(shape) and name in values:
            raise ArgumentError(f"`{name}` has shape {array}; it was declared {written(shape)}.")
        for dimension, size in zip(shape, array, strict=False):
            expected = dimension
            if isinstance(dimension, str):
                expected = sizes.setdefault(dimension, size)
            if size != expected:
                whose = "other arrays" if isinstance(dimension, str) else "its shape says"
                raise ArgumentError(
                    f"`{name}` has {size} entries along `{dimension}`, {whose} {expected}."
                )
    return sizes


def name_shapes(
    declared: Mapping[str, Shape], values: Mapping[str, Any], sizes: dict[str, int],
    taken: Collection[str] = (),
) -> dict[str, Shape]:  # fmt: skip
    """Return shapes for all arrays: dimensions of one size have one name; sizes are added.

    Words such as "zeros" among the values have no shape yet; names `taken` are no dimensions.
    """
    found = dict(declared)
    for name in sorted(values, key=lambda name: -np.ndim(values[name])):
        if name in found or isinstance(values[name], str):
            continue
        shape = []
        for size in np.shape(values[name]):
            dimension = next((d for d, known in sizes.items() if known == size), None)
            if dimension is None:
                free = [
                    d for d in DIMENSIONS if not any(d in names for names in (sizes, values, taken))
                ]
                dimension = free[0] if free else None
                if dimension is not None:
                    sizes[dimension] = size
            shape.append(size if dimension is None else dimension)
        if shape:
            found[name] = tuple(shape)
    return found
