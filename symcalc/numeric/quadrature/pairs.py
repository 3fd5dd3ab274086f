"""Pairs of short rules in unrelated variables, with evidence that each has resolved its integrand.

The evidence are coefficients of the integrand near the end of what a rule can see: the last in
Legendre polynomials for a Gauss rule, a frequency near the greatest for equal steps. They are sums
over the same values, and the error of a rule is about their square.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .panels import Array

__all__ = ["ACROSS", "ALONG", "AROUND", "BEYOND", "BOUNDED", "Pair", "Rule", "gauss_rule"]

#: Coefficients that the evidence of a Gauss rule adds up.
N_LAST = 3
#: The frequency that is the evidence of equal steps, as a part of that of the steps.
FREQUENCY = 0.48
#: Rules on infinite ranges reach to this power of e, and that of its inverse.
REACH = 39.0

#: Places beside an end, and what a deviation there counts as evidence.
PROBES, PROBED = 10.0 ** -np.arange(8.5, 3.0, -1.0), 1e-3

Map = Callable[[Array], tuple[Array, Array]]


@dataclass(frozen=True, eq=False)
class Rule:
    """Nodes, and weights whose columns give the integral and the evidence.

    Attributes
    ----------
    distance : array, shape (k,)
        As `Family.values` takes them.
    weights : array, shape (k, 1 + n)
    cut : tuple of int
        The nodes, first or last, beyond which the rule leaves out what should be nothing.
    """

    distance: Array
    weights: Array
    cut: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Pair:
    """Two rules that have to agree."""

    first: Rule
    second: Rule

    @property
    def mirrored(self) -> Pair:
        """The same from the other end."""
        return Pair(*(
            Rule(-one.distance[::-1], one.weights[::-1], tuple(-1 - at for at in one.cut))
            for one in (self.first, self.second)
        ))  # fmt: skip


def gauss_rule(u: Array, weight: Array, distance: Array, cut: tuple[int, ...] = ()) -> Rule:
    """Return the rule of Gauss-Legendre nodes `u`, with its evidence."""
    last = np.polynomial.legendre.legvander(u, u.size - 1)[:, -N_LAST:]
    return Rule(distance, np.column_stack((weight, weight[:, None] * last)), cut)


def _gauss(order: int, variable: Map, cut: tuple[int, ...] = ()) -> Rule:
    """Return a Gauss-Legendre rule in a variable p on [0, 1] that is a function of u there."""
    nodes, w = np.polynomial.legendre.leggauss(order)
    u: Array = np.asarray(nodes, dtype=np.float64)
    distance, slope = variable(0.5 * (1.0 + u))
    return gauss_rule(u, 0.5 * w * slope, distance, cut)


def _probed(order: int, variable: Map, cut: tuple[int, ...]) -> Rule:
    """Return a Gauss rule that compares its polynomial with the integrand beside the left end.

    A step between that end and the first node is seen so.
    """
    rule = _gauss(order, variable, cut)
    nodes, w = np.polynomial.legendre.leggauss(order)
    polynomials = np.polynomial.legendre.legvander(nodes, order - 1) * w[:, None]
    at_probes = np.polynomial.legendre.legvander(2.0 * PROBES - 1.0, order - 1)
    deviation = (at_probes * (np.arange(order) + 0.5)) @ polynomials.T
    n, m = PROBES.size, rule.weights.shape[1]
    weights = np.zeros((n + order, m + n))
    weights[n:, :m] = rule.weights
    weights[n:, m:], weights[:n, m:] = PROBED * deviation.T, -PROBED * np.eye(n)
    return Rule(np.concatenate((variable(PROBES)[0], rule.distance)), weights, cut)


def _equal_steps(low: float, high: float, n: int, variable: Map, cut: tuple[int, ...]) -> Rule:
    """Return the rule of n equal steps in t, from the middle of the first to that of the last."""
    step = (high - low) / n
    number = np.arange(n, dtype=np.float64)
    distance, slope = variable(low + step * (number + 0.5))
    weight = step * slope
    angle = 2.0 * np.pi * round(FREQUENCY * n) / n * number
    columns = (weight, weight * np.cos(angle), weight * np.sin(angle))
    return Rule(distance, np.column_stack(columns), cut)


def _from_ends(place: Array) -> Array:
    """Return distances from the nearer end of [0, 1]; those from the right are negative."""
    return np.where(place <= 0.5, place, place - 1.0)


def _plain(u: Array) -> tuple[Array, Array]:
    return _from_ends(u), np.ones_like(u)


def _exponential(u: Array) -> tuple[Array, Array]:
    return _from_ends(np.expm1(u) / np.expm1(1.0)), np.exp(u) / np.expm1(1.0)


def _cubic(u: Array) -> tuple[Array, Array]:
    return _from_ends(0.5 * u * (1.0 + u * u)), 0.5 + 1.5 * u * u


def _bow(t: Array) -> tuple[Array, Array]:
    """Return nodes that are denser in the middle, by a hyperbolic sine."""
    wide = 2.0 * np.sinh(1.5)
    return _from_ends(0.5 + np.sinh(1.5 * t) / wide), 1.5 * np.cosh(1.5 * t) / wide


def _smooth(u: Array) -> tuple[Array, Array]:
    """Return distances in which roots at the ends are smooth."""
    near = np.minimum(u, 1.0 - u)
    part = near**3 * (10.0 + near * (6.0 * near - 15.0))
    return np.where(u < 0.5, part, -part), 30.0 * (u * (1.0 - u)) ** 2


def _half_wave(q: float) -> Map:
    def variable(t: Array) -> tuple[Array, Array]:
        distance = np.exp(q * np.sinh(t))
        return distance, distance * q * np.cosh(t)

    return variable


def _whole_wave(q: float) -> Map:
    def variable(t: Array) -> tuple[Array, Array]:
        return np.sinh(q * np.sinh(t)), np.cosh(q * np.sinh(t)) * q * np.cosh(t)

    return variable


def _finite_wave(t: Array) -> tuple[Array, Array]:
    """Return distances that keep their digits: from the nearer end."""
    near = 1.0 / (1.0 + np.exp(np.pi * np.sinh(np.abs(t))))
    return np.where(t <= 0.0, near, -near), np.pi * np.cosh(t) * near * (1.0 - near)


def _waves(n: int, wave: Callable[[float], Map]) -> Pair:
    """Return equal steps in two double exponential variables."""
    rules = []
    for q in (1.0, 0.5 * np.pi):
        end = float(np.arcsinh(REACH / q))
        rules.append(_equal_steps(-end, end, n, wave(q), (0, -1)))
    return Pair(*rules)


#: For finite ranges.
BOUNDED = (
    Pair(_gauss(20, _plain), _equal_steps(-3.2, 3.2, 42, _finite_wave, ())),
    Pair(_gauss(52, _smooth), _equal_steps(-3.2, 3.2, 46, _finite_wave, ())),
)
#: For what remains of a half-infinite range, in units of it from its finite end.
ALONG = tuple(
    Pair(_probed(n, _exponential, (-1,)), _gauss(n + 4, _cubic, (-1,))) for n in (32, 60, 112)
)
#: For what remains of the whole line.
ACROSS = tuple(
    Pair(
        _equal_steps(-1.0, 1.0, n, _bow, (0, -1)),
        _equal_steps(0.0, 1.0, n + 8, _plain, (0, -1)),
    )
    for n in (40, 80)
)
#: For half-infinite ranges and for the whole line, in units of where the integrand lives.
BEYOND = tuple(_waves(n, _half_wave) for n in (56, 88))
AROUND = tuple(_waves(n, _whole_wave) for n in (56, 88))
