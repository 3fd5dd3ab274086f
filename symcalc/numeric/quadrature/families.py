"""Rules of fixed order for many integrals at once: nodes that all sets of parameters share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import UserFunctionError
from .panels import Array, Owners

__all__ = [
    "CLIPPED",
    "ENDLESS",
    "FINITE",
    "SUPPORTED",
    "Family",
    "Stage",
    "clip",
    "exponential_nodes",
    "gauss_nodes",
]

#: The second rule reaches to this place in its variable: ends of finite ranges that are smooth,
#: those that may be singular, and infinite ranges.
SMOOTH, SINGULAR, INFINITE = 3.2, 5.5, 4.2
#: Beyond the last term above this part of the greatest there is nothing.
NOTHING = 1e-17
#: A support that reaches farther than this, in units of where the greatest terms are, is that of
#: an algebraic tail.
FAR = 300.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A pair of rules: Gauss-Legendre of an order, and sums with a step of 2**-level.

    `first` is the variable of the first rule: "smooth" ends, "plain", or the "wave" of the
    double exponential map; `second` is that map, or "even" steps across a whole support.
    """

    order: int
    level: int
    reach: float
    first: str
    is_nested: bool
    second: str = "wave"


#: For ranges that are finite; those that infinite ones are clipped to; infinite ones.
FINITE = (
    Stage(20, 2, SMOOTH, "smooth", False),
    Stage(40, 3, SMOOTH, "smooth", True),
    Stage(112, 3, SINGULAR, "wave", False),
    Stage(224, 4, SINGULAR, "wave", True),
)
CLIPPED = tuple(Stage(20 * 2**k, k + 2, SMOOTH, "plain", k > 0) for k in range(5))
SUPPORTED = tuple(Stage(20 * 2**k, k + 4, SMOOTH, "plain", k > 0, second="even") for k in range(5))
ENDLESS = (
    Stage(48, 2, INFINITE, "wave", False),
    Stage(96, 3, INFINITE, "wave", True),
    Stage(192, 4, INFINITE, "wave", True),
)


class Family:
    """The integrand of a block of sets, under changes of variable.

    A map gives the distance from an end (finite or half-infinite ranges) or the place (the whole
    line) for a variable u on (-1, 1) or t on the line, and the weight that goes with it; it
    does not depend on the set. What is below `floor` needs no digits.
    """

    def __init__(
        self, f: Callable[..., Any], lower: Array, upper: Array, params: Sequence[Array]
    ) -> None:
        self.f, self.lower, self.upper, self.params = f, lower, upper, params
        self.kind = (bool(np.isfinite(lower[0])), bool(np.isfinite(upper[0])))
        self.n_evaluations = 0
        self.floor = 0.0
        self.is_one_range = bool((lower == lower[0]).all() and (upper == upper[0]).all())

    def values(self, rows: Owners, distance: Array) -> Array:
        """Return values at places given by their distances, of shape (k,) or (n_rows, k)."""
        lower, upper = self.lower[rows][:, None], self.upper[rows][:, None]
        if self.is_one_range:
            lower, upper = lower[:1], upper[:1]
        if self.kind == (True, True):
            width = upper - lower
            x = np.where(distance < 0.0, upper, lower) + width * distance
        elif self.kind == (False, False):
            x = np.atleast_2d(distance)
        else:
            x = lower + distance if self.kind[0] else upper - distance
        parameters = [p[rows][:, None] for p in self.params]
        with np.errstate(all="ignore"):
            try:
                found = np.asarray(self.f(x, *parameters), dtype=float)
            except Exception as error:
                raise UserFunctionError(
                    f"The integrand raised {type(error).__name__} for arrays of places and "
                    f"parameters: {error}"
                ) from error
        shape = (rows.size, distance.shape[-1])
        self.n_evaluations += rows.size * shape[1]
        return found if found.shape == shape else np.broadcast_to(found, shape)

    def scale(self, rows: Owners) -> Array:
        """Return what the weights have to be multiplied with."""
        if self.kind == (True, True):
            return self.upper[rows] - self.lower[rows]
        return np.ones(rows.size)

    def sum(self, rows: Owners, nodes: tuple[Array, Array]) -> tuple[Array, Array, Array]:
        """Return sums over nodes and weights, those of absolute values, and the outermost terms."""
        distance, weight = nodes
        values = self.values(rows, distance)
        scale = self.scale(rows)
        with np.errstate(all="ignore"):
            total = values @ weight
            size = np.abs(values) @ weight
            edge = np.abs(values[:, [0, -1]] * weight[[0, -1]]).sum(axis=1)
        return total * scale, size * scale, edge * scale

    def narrowed(self, rows: Owners, lower: Array, upper: Array) -> Family:
        """Return some of the sets on other ranges."""
        narrow = Family(self.f, lower, upper, [p[rows] for p in self.params])
        narrow.floor = self.floor
        return narrow

    def sample(self, owner: Owners, u: Array) -> Array:
        """Return the integrand in u on (-1, 1), for adaptive panels."""
        with np.errstate(all="ignore"):
            distance, weight = _mapped(u, self.kind)
            values = self.values(owner, distance)
            return np.asarray(values * weight * self.scale(owner)[:, None])


def _mapped(u: Array, kind: tuple[bool, bool]) -> tuple[Array, Array]:
    """Return distances and weights for u on (-1, 1).

    Finite ranges: the ends are smoothed by p**3 (10 - 15 p + 6 p**2), so that roots at them keep
    digits; negative distances are from the right end. Infinite ones: algebraic maps.
    """
    near, far = 0.5 * (1.0 + u), 0.5 * (1.0 - u)
    if kind == (True, True):
        p = np.minimum(near, far)
        part = p * p * p * (10.0 + p * (6.0 * p - 15.0))
        return np.where(u < 0.0, part, -part), 15.0 * (near * far) ** 2
    if kind == (False, False):
        v = (1.0 - u) * (1.0 + u)
        return u / v, (1.0 + u * u) / (v * v)
    return near / far, 0.5 / (far * far)


@lru_cache(maxsize=32)
def gauss_nodes(stage: Stage, kind: tuple[bool, bool]) -> tuple[Array, Array]:
    """Return distances and weights of the first rule."""
    u, w = np.polynomial.legendre.leggauss(stage.order)
    if stage.first == "plain":
        return np.where(u < 0.0, 0.5 * (1.0 + u), 0.5 * (u - 1.0)), 0.5 * w
    if stage.first == "wave":
        distance, weight = _waved(stage.reach * u, kind)
        return distance, weight * w * stage.reach
    distance, weight = _mapped(u, kind)
    return distance, weight * w


@lru_cache(maxsize=32)
def exponential_nodes(stage: Stage, kind: tuple[bool, bool]) -> tuple[Array, Array]:
    """Return distances and weights that a level of the second rule adds."""
    step = 2.0**-stage.level
    if stage.second == "even":
        places = np.arange(
            1.0 if stage.is_nested else 0.0, 2.0**stage.level, 2 if stage.is_nested else 1
        )
        return places * step, np.full(places.size, step)
    n = round(stage.reach / step)
    index = np.arange(-n, n + 1)
    steps = np.asarray(index[index % 2 != 0] if stage.is_nested else index, dtype=float)
    distance, weight = _waved(steps * step, kind)
    return distance, weight * step


def _waved(t: Array, kind: tuple[bool, bool]) -> tuple[Array, Array]:
    """Return distances and weights of the double exponential maps."""
    wave, slope = 0.5 * math.pi * np.sinh(t), 0.5 * math.pi * np.cosh(t)
    if kind == (True, True):
        near = 1.0 / (1.0 + np.exp(2.0 * np.abs(wave)))
        return np.where(t < 0.0, near, -near), 2.0 * slope * near * (1.0 - near)
    if kind == (False, False):
        return np.sinh(wave), np.cosh(wave) * slope
    return np.exp(wave), np.exp(wave) * slope


def clip(family: Family) -> tuple[Owners, Array, Array]:
    """Return the sets whose integrand dies away on an infinite range, and where it lives."""
    rows = np.arange(family.lower.size)
    distance, weight = exponential_nodes(Stage(0, 3, INFINITE, "wave", False), family.kind)
    with np.errstate(all="ignore"):
        terms = np.abs(family.values(rows, distance) * weight)
    terms = np.where(np.isfinite(terms), terms, 0.0)
    top = terms.max(axis=1, keepdims=True)
    alive = terms > NOTHING * top
    last = alive.shape[1] - 1 - np.argmax(alive[:, ::-1], axis=1) + 1
    first = np.argmax(alive, axis=1) - 1
    far = np.abs(np.where(terms > 0.1 * top, distance, 0.0)).max(axis=1)
    within = (top[:, 0] > 0.0) & (last < alive.shape[1])
    right = distance[np.minimum(last, alive.shape[1] - 1)]
    left = distance[np.maximum(first, 0)]
    if family.kind == (False, False):
        within &= (first >= 0) & (np.maximum(right, -left) < FAR * far)
        return rows[within], left[within], right[within]
    within &= right < FAR * far
    rows, right = rows[within], right[within]
    if family.kind[0]:
        return rows, family.lower[rows], family.lower[rows] + right
    return rows, family.upper[rows] - right, family.upper[rows]
