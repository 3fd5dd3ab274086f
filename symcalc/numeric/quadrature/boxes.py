"""Ranges of several variables, limits that depend on outer ones, as maps of the unit cube."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import ArgumentError, UserFunctionError
from .deadline import check_time
from .panels import Array

__all__ = ["Box", "Limit", "Range"]

Limit = float | Callable[..., Any]
Range = tuple[Limit, Limit]

#: How far the double exponential maps reach: finite ranges, infinite ones.
FINITE, INFINITE = 3.15, 4.0
#: Beyond places where all terms are below this part of the greatest there is nothing.
NOTHING = 1e-18


class Box:
    """An integrand over iterated ranges, the innermost first.

    Parameters
    ----------
    f : callable
        `f(x1, …, xd)` with arrays of one shape; `x1` belongs to the innermost range.
    ranges : sequence of (lower, upper)
        A limit is a number or a callable of the outer variables, in their order.
    deadline : float
        From that time on, of `time.monotonic`, no value is asked for: TimeIsOver.

    Attributes
    ----------
    n_evaluations : int
    is_infinite : tuple of bool
        For each variable.
    """

    def __init__(
        self, f: Callable[..., Any], ranges: Sequence[Range], *, deadline: float = math.inf
    ) -> None:
        if not ranges:
            raise ArgumentError("At least one range is needed.")
        self.f, self.ranges, self.n_evaluations = f, tuple(ranges), 0
        self.deadline = deadline
        self.is_infinite = tuple(
            any(isinstance(end, float | int) and math.isinf(end) for end in pair)
            for pair in self.ranges
        )

        reaches = [INFINITE if is_infinite else FINITE for is_infinite in self.is_infinite]
        self._reach = [(-reach, reach) for reach in reaches]

    def narrow(self, order: int) -> None:
        """Leave out what the maps reach beyond the places where the integrand lives."""
        d = self.n_variables
        index = np.unravel_index(np.arange(order**d), (order,) * d)
        t = np.linspace(-1.0, 1.0, order)
        size = np.abs(self.waved(np.column_stack([t[i] for i in index])))
        size = np.where(np.isfinite(size), size, np.inf).reshape((order,) * d)
        for k in range(d):
            if self.is_infinite[k]:
                top = size.max(axis=tuple(j for j in range(d) if j != k))
                alive = np.flatnonzero(top > NOTHING * top.max())
                if alive.size:
                    low, high = self._reach[k]
                    edges = low + (high - low) * 0.5 * (1.0 + t)
                    first, last = max(alive[0] - 1, 0), min(alive[-1] + 1, order - 1)
                    self._reach[k] = (float(edges[first]), float(edges[last]))

    @property
    def n_variables(self) -> int:
        """How many variables there are."""
        return len(self.ranges)

    def waved(self, t: Array) -> Array:
        """Return values at t on (-1, 1)**d under double exponential maps, of shape (n,)."""
        return self._values([self._wave(t[:, k], k) for k in range(self.n_variables)])

    def smoothed(self, u: Array) -> Array:
        """Return values at u in (0, 1)**d; finite ranges are smoothed at their ends."""
        return self._values([self._smooth(u[:, k], k) for k in range(self.n_variables)])

    def _wave(self, t: Array, k: int) -> tuple[Array, Array]:
        low, high = self._reach[k]
        t, reach = 0.5 * (low + high) + 0.5 * (high - low) * t, 0.5 * (high - low)
        wave, slope = 0.5 * math.pi * np.sinh(t), 0.5 * math.pi * np.cosh(t) * reach
        if not self.is_infinite[k]:
            near = 1.0 / (1.0 + np.exp(2.0 * np.abs(wave)))
            return np.where(t < 0.0, near, -near), 2.0 * slope * near * (1.0 - near)
        if all(isinstance(e, float | int) and math.isinf(e) for e in self.ranges[k]):
            return np.sinh(wave), np.cosh(wave) * slope
        return np.exp(wave), np.exp(wave) * slope

    def _smooth(self, u: Array, k: int) -> tuple[Array, Array]:
        p = np.minimum(u, 1.0 - u)
        if not self.is_infinite[k]:
            part = p * p * p * (10.0 + p * (6.0 * p - 15.0))
            return np.where(u < 0.5, part, -part), 30.0 * (u * (1.0 - u)) ** 2
        if all(isinstance(e, float | int) and math.isinf(e) for e in self.ranges[k]):
            v = 2.0 * u - 1.0
            w = (1.0 - v) * (1.0 + v)
            return v / w, 2.0 * (1.0 + v * v) / (w * w)
        return u / (1.0 - u), 1.0 / (1.0 - u) ** 2

    def _values(self, mapped: list[tuple[Array, Array]]) -> Array:
        """Take distances to places, from the outermost variable inwards."""
        check_time(self.deadline)
        n = mapped[0][0].size
        places: list[Array] = []
        jacobian = np.ones(n)
        with np.errstate(all="ignore"):
            for k in range(self.n_variables - 1, -1, -1):
                distance, weight = mapped[k]
                lower, upper = (_limit(end, places, n) for end in self.ranges[k])
                jacobian = jacobian * weight
                if not self.is_infinite[k]:
                    width = upper - lower
                    x = np.where(distance < 0.0, upper, lower) + width * distance
                    jacobian = jacobian * width
                elif np.isinf(lower).all() and np.isinf(upper).all():
                    x = distance
                else:
                    x = np.where(np.isinf(upper), lower + distance, upper - distance)
                places.insert(0, x)
            self.n_evaluations += n
            try:
                values = np.asarray(self.f(*places), dtype=float)
            except Exception as error:
                raise UserFunctionError(
                    f"The integrand raised {type(error).__name__} for arrays of {n} places: {error}"
                ) from error
            found = np.broadcast_to(values, (n,)) * jacobian
        # where the weight has died away, a value may be missing
        return np.where(np.isfinite(found) | (jacobian > 1e-12), found, 0.0)


def _limit(end: Limit, outer: list[Array], n: int) -> Array:
    """Return a limit at the places of the outer variables."""
    value = end(*outer) if callable(end) else end
    return np.broadcast_to(np.asarray(value, dtype=float), (n,))
