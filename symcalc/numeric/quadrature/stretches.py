"""Parts of a range, each in a variable of its own in which the integrand is tame.

Towards an end the variable is the logarithm of the distance: every power of the distance becomes
an exponential, and scales from 1e-290 to 1e290 are all alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .integrand import Array, Integrand

__all__ = ["FOLDED", "OUTWARD", "PLAIN", "TOWARD", "Stretch", "graining", "sampler", "toward"]

#: x = v; x = end ± length exp(-v); x = end ± length exp(v); both sides of a pole at distance v.
PLAIN, TOWARD, OUTWARD, FOLDED = "plain", "toward", "outward", "folded"
EPSILON = 2.0**-52
#: Distances that floats can hold, with room for products.
LEAST, GREATEST = 1e-290, 1e290
#: Without a shifted integrand, distances below so many units in the last place of the end are
#: rounding.
UNITS = 2.0**17


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the range.

    Attributes
    ----------
    kind : str
    start, stop : float
        The range of its variable v.
    end : float
        The place that distances are measured from.
    sign : float
        1 where x grows with the distance.
    length : float
        The distance at v = 0.
    edges : tuple of float
        Places in v at which panels shall begin.
    power : float
        Towards an end: the exponent of the distance, where it is known or measured.
    tail, tail_error : float
        The integral beyond `stop`.
    """

    kind: str
    start: float
    stop: float
    end: float = 0.0
    sign: float = 1.0
    length: float = 1.0
    edges: tuple[float, ...] = ()
    power: float = 0.0
    tail: float = 0.0
    tail_error: float = 0.0

    def place(self, v: float) -> float:
        """Return the place x of a value of the variable."""
        if self.kind == PLAIN:
            return v
        if self.kind == FOLDED:
            return self.end + v
        with np.errstate(over="ignore"):
            distance = self.length * float(np.exp(-v if self.kind == TOWARD else v))
        return self.end + self.sign * distance

    def variable(self, x: float) -> float:
        """Return the variable at a place inside."""
        if self.kind == PLAIN:
            return x
        distance = abs(x - self.end)
        if self.kind == FOLDED:
            return distance
        ratio = math.log(max(distance, LEAST) / self.length)
        return -ratio if self.kind == TOWARD else ratio

    def values(self, v: Array, integrand: Integrand) -> Array:
        """Return the integrand in the variable of the stretch."""
        if self.kind == PLAIN:
            return integrand(v)
        if self.kind == FOLDED:
            return _folded(integrand, self.end, v)
        with np.errstate(all="ignore"):
            if self.kind == OUTWARD:
                distance = self.length * np.exp(v)
                return integrand(self.end + self.sign * distance) * distance
            distance = self.length * np.exp(-v)
            if self.end == 0.0 or integrand.shifted is not None:
                return integrand.beside(self.end, self.sign * distance) * distance
            # the distance that the rounded place has; the known power makes up for the rest
            places = self.end + self.sign * distance
            actual = self.sign * (places - self.end)
            return integrand(places) * distance * (distance / actual) ** self.power

    @property
    def deepest(self) -> float:
        """The greatest v that floats allow, without a shifted integrand."""
        if self.kind == OUTWARD:
            return math.log(GREATEST / self.length)
        least = LEAST if self.end == 0.0 else UNITS * math.ulp(self.end)
        return math.log(self.length / least)

    def cut(
        self, stop: float, *, power: float = 0.0, tail: float = 0.0, tail_error: float = 0.0
    ) -> Stretch:
        """Return the stretch with an end of its variable, and what lies beyond."""
        power = power or self.power
        return replace(self, stop=stop, power=power, tail=tail, tail_error=tail_error)

    def between(self, start: float, *, tail: float, tail_error: float) -> Stretch:
        """Return the stretch with another begin, and what lies before it."""
        return replace(self, start=start, tail=tail, tail_error=tail_error)


def toward(start: float, end: float) -> Stretch:
    """Return the stretch from a regular place to an end, finite or not."""
    if math.isinf(end):
        # from a place far from 0 on, its own size is the scale
        length = max(abs(start), 1.0) if start * end > 0.0 else 1.0
        origin = start - math.copysign(length, end)
        return Stretch(OUTWARD, 0.0, math.inf, origin, math.copysign(1.0, end), length)
    sign = math.copysign(1.0, start - end)
    return Stretch(TOWARD, 0.0, math.inf, end, sign, abs(start - end))


def _folded(integrand: Integrand, pole: float, distance: Array) -> Array:
    """Return the sum of both sides of a pole, at distances that are the same after rounding."""
    if integrand.shifted is not None or pole == 0.0:
        return integrand.beside(pole, distance) + integrand.beside(pole, -distance)
    exact = (pole + distance) - pole
    return integrand(pole + exact) + integrand(pole - exact)


def sampler(
    stretches: list[Stretch], integrand: Integrand
) -> Callable[[NDArray[np.int64], Array], Array]:
    """Return the function of (owner, v) that panels are measured with."""

    def sample(owner: NDArray[np.int64], v: Array) -> Array:
        found = np.empty(v.shape)
        for index in np.unique(owner).tolist():
            rows = owner == index
            found[rows] = stretches[index].values(v[rows], integrand)
        return found

    return sample


def graining(
    stretches: list[Stretch], integrand: Integrand
) -> Callable[[NDArray[np.int64], Array, Array], Array]:
    """Return the function of (owner, lower, upper): the rounding of places, in the variable."""

    def grain(owner: NDArray[np.int64], lower: Array, upper: Array) -> Array:
        found = EPSILON * np.maximum(np.abs(lower), np.abs(upper))
        for index in np.unique(owner).tolist():
            stretch, rows = stretches[index], owner == index
            if stretch.kind in (TOWARD, OUTWARD) and stretch.end != 0.0:
                if stretch.kind == TOWARD and integrand.shifted is not None:
                    continue
                v = upper[rows] if stretch.kind == TOWARD else -lower[rows]
                with np.errstate(over="ignore"):
                    relative = abs(stretch.end) / stretch.length * np.exp(v)
                found[rows] = np.maximum(found[rows], EPSILON * relative)
        return found

    return grain
