"""Whether an objective is convex in its variables, with what its data and bounds are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ..expression import Expression
from ..language import Range
from ..symbolic.convexity import find_curvature
from .remembered import remembered

__all__ = ["is_convex_in", "known_ranges"]

#: Names and values of data, and pairs of bounds by name.
Values = Mapping[str, Any]


def is_convex_in(
    expression: Expression,
    names: Collection[str],
    data: Values,
    bounds: Sequence[Any] | None = None,
) -> bool:
    """Whether a formula is proven to be convex in `names` where bounds, in their order, allow."""
    known = {name: _range_of(value) for name, value in data.items() if not np.ndim(value)}
    for name, pair in zip(names, bounds or (), strict=bounds is not None):
        known[name] = _between(pair)
    ordered = tuple(names)
    if _is_convex(expression, ordered, tuple(known.items())):
        return True
    # Only now the arrays are gone through: of most formulas they have no say in it.
    known |= {name: _range_of(values) for name, values in data.items() if np.ndim(values)}
    return _is_convex(expression, ordered, tuple(known.items()))


@remembered
def _is_convex(
    expression: Expression, names: tuple[str, ...], known: tuple[tuple[str, Range], ...]
) -> bool:
    return find_curvature(expression, names, dict(known)).is_convex


def known_ranges(data: Values, bounds: Values | None = None) -> dict[str, Range]:
    """Return the ranges of data, and those of variables within pairs of bounds, by name."""
    known = {name: _range_of(values) for name, values in data.items()}
    return known | {name: _between(pair) for name, pair in (bounds or {}).items()}


def _range_of(values: Any) -> Range:
    """Return the range that holds all entries of an array; of a sparse one the zeros as well."""
    is_sparse = hasattr(values, "toarray")
    array = np.asarray(values.data if is_sparse else values)
    ends = [float(array.min()), float(array.max())] if array.size else [0.0]
    ends += [0.0] if is_sparse else []
    low, high = min(ends), max(ends)
    return Range(low, high, True, True) if np.isfinite([low, high]).all() else Range()


def _between(pair: Any) -> Range:
    """Return the range between bounds, arrays of them by their extremes; all for what is none."""
    try:
        lower, upper = (None, None) if pair is None else pair
        low = -np.inf if lower is None else float(np.min(lower))
        high = np.inf if upper is None else float(np.max(upper))
    except (TypeError, ValueError, OverflowError):
        return Range()  # refused at the door of the run
    return Range(low, high, bool(np.isfinite(low)), bool(np.isfinite(high)))
