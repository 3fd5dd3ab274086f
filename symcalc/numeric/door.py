"""What the numeric verbs accept: callables, points, bounds, methods."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ArgumentError, UserFunctionError
from .samples import Bounds

__all__ = ["Counted", "check_function", "check_positive", "to_array", "to_bounds", "to_vector"]

Array = NDArray[np.float64]


class Counted:
    """A callable that counts its calls, and says where it failed.

    Attributes
    ----------
    n_calls : int
        A call with many points counts once.
    """

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.n_calls = 0

    def __call__(self, place: Any) -> Any:
        self.n_calls += 1
        with np.errstate(all="ignore"):
            return self.function(place)

    def many(self, places: Array, n_points: int) -> list[float]:
        """Return the values at many places; none where the function fails on some of them."""
        try:
            values = np.asarray(self(places))
        except (ValueError, ArithmeticError):
            return []
        except Exception as error:
            raise UserFunctionError(
                f"The function raised {type(error).__name__} on an array of shape "
                f"{places.shape}: {error}. Without vectorized=True it gets single points."
            ) from error
        if values.shape != (n_points,):
            raise ArgumentError(
                f"The function returned the shape {values.shape} for {n_points} points; a "
                f"vectorized one returns ({n_points},). Leave vectorized=True out for others."
            )
        if np.iscomplexobj(values):
            return []
        found: list[float] = values.astype(float).tolist()
        return found


def check_function(function: object) -> None:
    """Raise an error for what is no callable; a formula belongs to other verbs."""
    if not callable(function):
        raise ArgumentError(
            f"`function` must be callable, not {type(function).__name__}. A formula is "
            "differentiated by sc.gradient, and compared with differences by sc.compare."
        )


def check_positive(**values: float | None) -> None:
    """Raise an error for a number that is neither positive and finite nor left out."""
    for name, value in values.items():
        if value is not None and not (isinstance(value, int | float) and 0.0 < value < math.inf):
            raise ArgumentError(f"`{name}` must be a positive number, not {value!r}.")


def to_array(x: ArrayLike) -> Array:
    """Return points as an array of floats."""
    try:
        return np.asarray(x, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(f"The point must be made of numbers, not {x!r:.60}.") from None


def to_vector(x: ArrayLike) -> Array:
    """Return a point as a vector of finite numbers."""
    point = np.atleast_1d(to_array(x))
    if point.ndim != 1 or not point.size:
        raise ArgumentError(f"The point must be a vector; its shape is {point.shape}.")
    for index, coordinate in enumerate(point.tolist()):
        if not math.isfinite(coordinate):
            raise ArgumentError(f"Coordinate {index} is {coordinate}; a point must be finite.")
    return point


def to_bounds(bounds: Any, point: Array) -> list[Bounds]:
    """Return one pair for each coordinate, from one pair or as many as coordinates.

    Raises
    ------
    ArgumentError
        They are no pairs, or the point lies outside.
    """
    if bounds is None:
        return [(-math.inf, math.inf)] * len(point)
    try:
        pairs = list(bounds)
    except TypeError:
        raise ArgumentError(f"Bounds are pairs (lower, upper), not {bounds!r:.60}.") from None
    if len(pairs) == 2 and all(p is None or isinstance(p, int | float) for p in pairs):
        pairs = [tuple(pairs)] * len(point)
    if len(pairs) != len(point):
        raise ArgumentError(f"`bounds` has {len(pairs)} pairs for {len(point)} coordinates.")
    return [_pair(pair, x) for pair, x in zip(pairs, point.tolist(), strict=True)]


def _pair(pair: Any, x: float) -> Bounds:
    try:
        lower, upper = pair
        lower = -math.inf if lower is None else float(lower)
        upper = math.inf if upper is None else float(upper)
    except (TypeError, ValueError):
        raise ArgumentError(f"Bounds are pairs (lower, upper), not {pair!r:.60}.") from None
    if not (lower <= x <= upper and lower < upper):
        raise ArgumentError(f"The point {x!r} does not lie between {lower!r} and {upper!r}.")
    return lower, upper
