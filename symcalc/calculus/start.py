"""The start of a minimization or fit, and bounds by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..language import read_assignments

__all__ = ["to_bounds", "to_start"]


def to_start(start: Any, role: str) -> dict[str, float]:
    """Return `{"x": -1.2}` or "x=-1.2, y=1" as names with floats.

    Raises
    ------
    ArgumentError
        When it is neither, is empty, or holds something that is not a real number.
    """
    if isinstance(start, str):
        start = read_assignments(start)
    if not isinstance(start, Mapping) or not start:
        raise ArgumentError(
            f'`start` gives each {role} a number: {{"a": 1.0, "b": 0.5}} or "a=1, b=0.5".'
        )
    found: dict[str, float] = {}
    for name, value in start.items():
        if np.ndim(value):
            raise ArgumentError(
                f"The start of `{name}` is an array; each {role} is a single number."
            )
        try:
            found[str(name)] = float(value)
        except (TypeError, ValueError, OverflowError):
            raise ArgumentError(f"The start of `{name}` is {value!r:.60}, not a number.") from None
    return found


def to_bounds(bounds: Any, names: tuple[str, ...]) -> list[Any] | None:
    """Return bounds, given by name or in order, as one pair for each name."""
    if bounds is None:
        return None
    if isinstance(bounds, Mapping):
        unknown = [str(name) for name in bounds if name not in names]
        if unknown:
            raise ArgumentError(
                f"`bounds` names `{unknown[0]}`, which has no start; there are {', '.join(names)}."
            )
        return [bounds.get(name) for name in names]
    if isinstance(bounds, str) or not np.iterable(bounds):
        raise ArgumentError('`bounds` is a dict: {"a": (0, None)}, with None for no limit.')
    return list(bounds)
