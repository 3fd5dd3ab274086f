"""A callable of a vector along its coordinates, and across two of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..outcome import Estimate
from .door import Array, Counted, to_bounds
from .pointwise import adaptive_derivative, mixed_derivative
from .samples import FIRST_STEP, Bounds, Samples
from .single_step import confirmed_complex_step, single_difference

__all__ = ["Line", "Lines"]

#: Rows of steps whose values a vectorized function is asked for at once.
ROWS_AT_ONCE = 24


class Line:
    """A function of one number at a point.

    Parameters
    ----------
    function : callable
    x : float
    bounds : tuple of float
    scale : float, optional
    many : callable, optional
        `many(t)` returns what the function takes for an array of numbers, where it is
        vectorized.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        x: float,
        *,
        bounds: Bounds = (-math.inf, math.inf),
        scale: float | None = None,
        many: Callable[[Array], Array] | None = None,
    ) -> None:
        self.function, self.x = function, x
        self.many = many
        at_once = None if many is None else self._at_once
        self.samples = Samples(self._value, x, scale=scale, bounds=bounds, many=at_once)

    def derivative(
        self,
        order: int,
        method: str = "adaptive",
        *,
        step: float | None = None,
        higher: float | None = None,
    ) -> Estimate:
        """Return the derivative by one of the methods of `numeric_derivative`."""
        if method == "complex":
            return confirmed_complex_step(lambda z: complex(self._value(z)), self.x)
        if method != "adaptive":
            return single_difference(self.samples, method, step=step, higher=higher)
        if self.many is not None:
            self._ask_at_once()
        return adaptive_derivative(self.samples, order)

    def _value(self, t: Any) -> Any:
        if self.many is None:
            return self.function(t)
        value = np.asarray(self.function(self.many(np.array([t]))))
        return value.ravel()[0].item()

    def _at_once(self, places: list[float]) -> list[float]:
        """Return the values at many places; none where the function fails on some of them."""
        assert self.many is not None
        if not isinstance(self.function, Counted):
            return []
        return self.function.many(self.many(np.array(places)), len(places))

    def _ask_at_once(self) -> None:
        """Ask a vectorized function for the values at the first rows of steps in one call."""
        steps = [self.samples.first_step * 2.0**-row for row in range(-2, ROWS_AT_ONCE)]
        close = self.samples.noise_offsets()
        self.samples.ask([0.0, *(sign * o for o in (*steps, *close) for sign in (1.0, -1.0))])


class Lines:
    """The lines through a point along all coordinates.

    Parameters
    ----------
    function : Counted
        Takes a vector, or many where `vectorized`.
    point : array of shape (n,)
    bounds
        As the verbs take them.
    vectorized : bool
    """

    def __init__(self, function: Counted, point: Array, bounds: Any, vectorized: bool) -> None:
        self.function, self.point = function, point
        self.bounds = to_bounds(bounds, point)
        self._lines = [self._line(index, vectorized) for index in range(len(point))]

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index: int) -> Line:
        return self._lines[index]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._lines)

    def _line(self, index: int, vectorized: bool) -> Line:
        x, box = float(self.point[index]), self.bounds[index]
        if vectorized:
            return Line(self.function, x, bounds=box, many=lambda t: self._moved(index, t))
        return Line(lambda t: self.function(self._moved(index, t)), x, bounds=box)

    def _moved(self, index: int, t: Any) -> Any:
        """Return the point with another coordinate; a row for each where `t` is an array."""
        moved = np.tile(self.point.astype(np.result_type(t, float)), (*np.shape(t), 1))
        moved[..., index] = t
        return moved

    def mixed(self, i: int, j: int) -> Estimate:
        """Return the mixed second derivative in two coordinates."""
        scales = {index: self._scale(index) for index in (i, j)}
        known: dict[tuple[float, float], float] = {}

        def corner(step: float, s: int, t: int) -> float:
            place = (
                float(self.point[i]) + s * step * scales[i],
                float(self.point[j]) + t * step * scales[j],
            )
            if place not in known:
                known[place] = self._corner({i: place[0], j: place[1]})
            return known[place]

        noise = max(self._lines[i].samples.noise, self._lines[j].samples.noise)
        found = mixed_derivative(corner, noise, Samples(lambda t: t, 1.0))
        unit = scales[i] * scales[j]
        return replace(found, value=found.value / unit, error=found.error / unit)

    def _corner(self, place: dict[int, float]) -> float:
        """Return the value at a point with two other coordinates; NaN out of bounds."""
        if any(not self.bounds[k][0] <= x <= self.bounds[k][1] for k, x in place.items()):
            return math.nan
        moved = self.point.copy()
        for index, x in place.items():
            moved[index] = x
        return Samples(lambda t: self.function(moved), 0.0)(0.0)

    def _scale(self, index: int) -> float:
        """Return the length of the steps along a coordinate, where values exist that far."""
        samples = self._lines[index].samples
        size = abs(samples.x)
        reach = FIRST_STEP * samples.scale
        if size and not (math.isfinite(samples(reach)) and math.isfinite(samples(-reach))):
            return float(2.0 ** math.floor(math.log2(size)))
        return samples.scale
