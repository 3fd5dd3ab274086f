"""Rules of fixed order for many integrals at once: nodes that all sets of parameters share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...errors import UserFunctionError
from .pairs import Rule, gauss_rule
from .panels import Array, Owners

__all__ = [
    "CLIPPED",
    "ENDLESS",
    "FINITE",
    "SUPPORTED",
    "Family",
    "Stage",
    "clip",
    "first_rule",
    "second_rule",
]

#: The second rule reaches to this place in its variable: ends of finite ranges that are smooth,
#: those that may be singular, and infinite ranges.
SMOOTH, SINGULAR, INFINITE = 3.2, 5.5, 4.2
#: Values that are computed at a time: larger arrays do not stay in a processor's cache, and cost
#: memory of their own for each operation.
CHUNK = 15_000
#: Infinite ranges are looked at closely to this place in the variable of the second rule.
SCANNED = 2.0
#: Beyond the last term above this part of the greatest there is nothing.
NOTHING = 1e-17
#: A support that reaches farther than this, in units of where the greatest terms are, is that of
#: an algebraic tail.
FAR = 60.0
#: Geometric means taken of the distances between which an integrand dies away.
N_HALVINGS = 2
#: Where tails begin, in units of the geometric mean of the distances.
BEND = 1.6
#: The logarithm of a distance of zero is that of this.
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Stage:
    """A pair of rules: Gauss-Legendre of an order, and sums with a step of 2**-level.

    `first` is the variable of the first rule: "plain", or the "wave" of the
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
    Stage(112, 3, SINGULAR, "wave", False),
    Stage(224, 4, SINGULAR, "wave", True),
)
CLIPPED = tuple(Stage(20 * 2**k, k + 2, SMOOTH, "plain", k > 2) for k in range(2, 5))
SUPPORTED = tuple(Stage(20 * 2**k, k + 4, SMOOTH, "plain", k > 2, "even") for k in range(2, 5))
ENDLESS = (
    Stage(96, 3, INFINITE, "wave", False),
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
        #: what distances are measured in, on infinite ranges
        self.unit: Array | None = None

    def values(self, rows: Owners, distance: Array) -> Array:
        """Return values at places given by their distances, of shape (k,) or (n_rows, k)."""
        ends = slice(1) if self.is_one_range else rows
        lower, upper = self.lower[ends, None], self.upper[ends, None]
        if self.unit is not None:
            distance = self.unit[rows][:, None] * distance
        if self.kind == (True, True):
            x = _between(lower, upper, distance)
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
        return np.ones(rows.size) if self.unit is None else self.unit[rows]

    def reduced(self, rows: Owners, distance: Array, reduce: Callable[[Array], Array]) -> Array:
        """Return what `reduce` makes of the values of some sets at a time, shape (…, n_rows)."""
        step = max(CHUNK // distance.size, 1)
        with np.errstate(all="ignore"):
            parts = [
                reduce(self.values(rows[start : start + step], distance))
                for start in range(0, rows.size, step)
            ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def moments(self, rows: Owners, rule: Rule) -> tuple[Array, Array, Array, Array]:
        """Return the integrals, their sizes, the evidence against them and what is cut off."""
        n, weight = rule.weights.shape[1], rule.weights[:, 0]

        def reduce(values: Array) -> Array:
            found = np.zeros((n + 2, values.shape[0]))
            found[:n] = (values @ rule.weights).T
            size = np.abs(values)
            found[n] = size @ weight
            for at in rule.cut:
                found[n + 1] += size[:, at] * (weight.size * weight[at])
            return found

        found = self.reduced(rows, rule.distance, reduce) * self.scale(rows)
        return found[0], found[n], np.abs(found[1:n]).sum(axis=0), found[n + 1]

    def in_units(self, unit: Array) -> Family:
        """Return the same integrals, with the nodes of infinite ranges in units."""
        scaled = Family(self.f, self.lower, self.upper, self.params)
        scaled.floor, scaled.unit = self.floor, unit
        return scaled

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


def _between(lower: Array, upper: Array, distance: Array) -> Array:
    """Return places of a finite range; those with distances below zero come last in a rule."""
    if distance.ndim > 1:
        return np.asarray(np.where(distance < 0.0, upper, lower) + (upper - lower) * distance)
    x = (upper - lower) * distance
    n_left = int(np.count_nonzero(distance >= 0.0))
    x[:, :n_left] += lower
    x[:, n_left:] += upper
    return np.asarray(x)


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
def first_rule(stage: Stage, kind: tuple[bool, bool]) -> Rule:
    """Return the first rule of a stage."""
    u, w = np.polynomial.legendre.leggauss(stage.order)
    if stage.first == "plain":
        return gauss_rule(u, 0.5 * w, np.where(u < 0.0, 0.5 * (1.0 + u), 0.5 * (u - 1.0)))
    distance, weight = _waved(stage.reach * u, kind)
    return gauss_rule(u, weight * w * stage.reach, distance, (0, -1))


@lru_cache(maxsize=32)
def second_rule(stage: Stage, kind: tuple[bool, bool]) -> Rule:
    """Return what a level of the second rule adds, without evidence."""
    step = 2.0**-stage.level
    if stage.second == "even":
        places = np.arange(
            1.0 if stage.is_nested else 0.0, 2.0**stage.level, 2 if stage.is_nested else 1
        )
        return Rule(places * step, np.full((places.size, 1), step), (0, -1))
    n = round(stage.reach / step)
    index = np.arange(-n, n + 1)
    steps = np.asarray(index[index % 2 != 0] if stage.is_nested else index, dtype=float)
    distance, weight = _waved(steps * step, kind)
    return Rule(distance, weight[:, None] * step, (0, -1))


def _waved(t: Array, kind: tuple[bool, bool]) -> tuple[Array, Array]:
    """Return distances and weights of the double exponential maps."""
    wave, slope = 0.5 * math.pi * np.sinh(t), 0.5 * math.pi * np.cosh(t)
    if kind == (True, True):
        near = 1.0 / (1.0 + np.exp(2.0 * np.abs(wave)))
        return np.where(t < 0.0, near, -near), 2.0 * slope * near * (1.0 - near)
    if kind == (False, False):
        return np.sinh(wave), np.cosh(wave) * slope
    return np.exp(wave), np.exp(wave) * slope


@lru_cache(maxsize=4)
def _scan_nodes(kind: tuple[bool, bool]) -> tuple[Array, Array]:
    """Return distances and weights of the look at infinite ranges, coarser where they are far."""
    near = np.arange(-SCANNED, SCANNED + 0.1, 0.25)
    far = np.arange(SCANNED + 0.5, INFINITE + 0.1, 0.5)
    t = np.concatenate((-far[::-1], near, far))
    distance, weight = _waved(t, kind)
    return distance, weight * np.gradient(t)


def clip(family: Family) -> tuple[Owners, Array, Array, Array]:
    """Return the sets whose integrand dies away on an infinite range, and where it lives.

    The last array has, for all sets, the usual distance of what they have to integrate.
    """
    rows = np.arange(family.lower.size)
    distance, weight = _scan_nodes(family.kind)
    places, logarithm = np.abs(distance), np.log(np.abs(distance) + TINY)

    def reduce(values: Array) -> Array:
        terms = np.abs(values) * weight
        terms[~np.isfinite(terms)] = 0.0
        top = terms.max(axis=1)
        alive = terms > NOTHING * top[:, None]
        last = alive.shape[1] - np.argmax(alive[:, ::-1], axis=1)
        first = np.argmax(alive, axis=1) - 1
        far = ((terms > 0.1 * top[:, None]) * places).max(axis=1)
        usual = BEND * np.exp((terms @ logarithm) / terms.sum(axis=1))
        return np.stack((top, first, last, far, usual))

    top, first, last, far, usual = family.reduced(rows, distance, reduce)
    usual = np.where(np.isfinite(usual), usual, 1.0)
    first, last, n = first.astype(np.int64), last.astype(np.int64), distance.size
    within = (top > 0.0) & (last < n)
    reach = distance[np.minimum(last, n - 1)]
    if family.kind == (False, False):
        within &= (first >= 0) & (np.maximum(reach, -distance[np.maximum(first, 0)]) < FAR * far)
    else:
        within &= reach < FAR * far
    rows, last, first, nothing = rows[within], last[within], first[within], NOTHING * top[within]
    right = _last_sign(family, rows, distance[last - 1], distance[last], nothing / weight[last])
    if family.kind == (False, False):
        left = _last_sign(
            family, rows, distance[first + 1], distance[first], nothing / weight[first]
        )
        return rows, left, right, usual
    if family.kind[0]:
        return rows, family.lower[rows], family.lower[rows] + right, usual
    return rows, family.upper[rows] - right, family.upper[rows], usual


def _last_sign(family: Family, rows: Owners, alive: Array, dead: Array, nothing: Array) -> Array:
    """Return distances just beyond which an integrand is nothing, between two of a scan."""
    for _ in range(N_HALVINGS):
        middle = np.where(
            alive * dead > 0.0, np.sign(dead) * np.sqrt(np.abs(alive * dead)), 0.5 * (alive + dead)
        )
        is_alive = ~(np.abs(family.values(rows, middle[:, None])[:, 0]) <= nothing)
        alive, dead = np.where(is_alive, middle, alive), np.where(is_alive, dead, middle)
    return dead
