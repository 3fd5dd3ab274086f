"""The limit of a function of several variables at a point where it has no value.

A coordinate line says nothing of other ways in: `x**2/(x**2 + y**2)` tends to 1 along x and to 0
along y. Looked at are lines, curves with several orders of contact, and curves that close in on
the zeros of a divisor.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain

import numpy as np

from ..balls import BallProgram
from ..graph.graph import Graph, Node
from .limits import Limit, find_limit

__all__ = ["find_differing_limit"]

#: Steps FACTOR / 2**e along a curve: dyadic, and off the zeros of periodic functions of 1/step.
EXPONENTS = (16, 32, 64, 128, 256, 512)
FACTOR = Fraction(77453, 2**16)
SPARE_BITS = 256
#: Straight lines tried, and how often each pair of powers is dealt out to the variables.
N_LINES, N_DEALS = 8, 2
#: Powers of the step that two groups of variables move by: y = c*x**2, y**2 = c*x**3, ...
CONTACTS = ((1, 2), (1, 3), (1, 4), (2, 3), (3, 4))
#: Directions of a plane between which zeros of a divisor are looked for, and planes.
N_DIRECTIONS, N_PLANES = 12, 2
#: How near to such a zero: the angle to it is the step to this power; and the steps, fewer.
NEARNESS = (1, 2, 3)
BESIDE_EXPONENTS = (8, 16, 32, 64, 128)
#: Bits of that angle that must hold for the values to be smooth.
ANGLE_BITS = 160
#: Sizes of coefficients, in sixteenths.
SIZES = range(5, 16, 2)
#: Time after which no further curve is begun.
SECONDS = 1.0

Place = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class _Curve:
    """A curve into the point: each coordinate moves by coefficient * step**power."""

    center: Place
    moves: Mapping[str, tuple[Fraction, int]]

    def places(self, unit: Fraction) -> Iterator[tuple[Place, int]]:
        """Yield the places at steps that shrink, and the bits to evaluate at."""
        most = max(power for _, power in self.moves.values())
        for exponent in EXPONENTS:
            step = FACTOR / 2**exponent
            moves = self.moves.items()
            place = {n: self.center[n] + unit * c * step**power for n, (c, power) in moves}
            yield place, 4 * most * exponent + SPARE_BITS

    def __str__(self) -> str:
        return ", ".join(
            f"{name} = " + (f"{float(self.center[name]):g} + " if self.center[name] else "") + term
            for name, (c, power) in self.moves.items()
            for term in [f"{float(c):g}*t" + (f"**{power}" if power > 1 else "")]
        )


@dataclass(frozen=True, slots=True)
class _Beside:
    """A curve into the point beside the zeros of a divisor.

    `zeros` says for each step where between two directions the divisor vanishes; the curve keeps
    an angle of step**nearness to it.
    """

    sector: _Sector
    zeros: tuple[Fraction, ...]
    nearness: int

    def places(self, unit: Fraction) -> Iterator[tuple[Place, int]]:
        """Yield the places at steps that shrink, and the bits to evaluate at."""
        for exponent, zero in zip(BESIDE_EXPONENTS, self.zeros, strict=True):
            step = FACTOR / 2**exponent
            yield self.sector.place(unit * step, zero + step**self.nearness), _bits(exponent)

    def __str__(self) -> str:
        return "a curve beside the zeros of a divisor"


@dataclass(frozen=True, slots=True)
class _Sector:
    """What lies between two directions from the point."""

    center: Place
    first: Place
    second: Place

    def place(self, step: Fraction, part: Fraction) -> Place:
        """Return the place at a distance, some part of the way from direction to direction."""
        return {
            name: start + step * (self.first[name] * (1 - part) + self.second[name] * part)
            for name, start in self.center.items()
        }

    def zero(self, divisor: BallProgram, unit: Fraction, exponent: int) -> Fraction:
        """Return the part of the way where the divisor vanishes, by bisection."""
        step, bits = unit * FACTOR / 2**exponent, _bits(exponent)
        lower, upper = Fraction(0), Fraction(1)
        start = _sign(divisor, self.place(step, lower), bits)
        for _ in range(max(NEARNESS) * exponent + ANGLE_BITS):
            middle = (lower + upper) / 2
            if _sign(divisor, self.place(step, middle), bits) == start:
                lower = middle
            else:
                upper = middle
        return upper


def _bits(exponent: int) -> int:
    """Return the bits to evaluate at so near to the zeros of a divisor."""
    return (2 * max(NEARNESS) + 4) * exponent + 2 * ANGLE_BITS


def find_differing_limit(
    graph: Graph,
    root: Node,
    point: Mapping[str, float | Fraction],
    limit: Limit,
    unit: Fraction,
) -> tuple[str, Limit] | None:
    """Return a curve into the point along which the function tends elsewhere, and where to.

    Parameters
    ----------
    graph, root
        The function.
    point : mapping of str to float
    limit : Limit
        The finite limit that is seen along a coordinate line.
    unit : Fraction
        The unit of the steps.

    Returns
    -------
    (str, Limit) or None
        The curve in words; None when the function depends on one variable only, or when it
        tends to `limit` along every curve tried on which it has values.

    Notes
    -----
    That all curves agree is evidence, not proof. Same function, same curves.
    """
    names = [graph.data[node] for node in graph.variables([root])]
    if len(names) < 2 or not all(math.isfinite(point[name]) for name in names):
        return None
    coordinates = tuple((name, Fraction(point[name])) for name in names)
    for curve, found in _limits(graph, root, coordinates, unit):
        if not (found.is_finite and limit.agrees(found.ball)):
            return curve, found
    return None


@lru_cache(maxsize=2)  # the derivatives in all variables ask for the same limits
def _limits(
    graph: Graph, root: Node, coordinates: tuple[tuple[str, Fraction], ...], unit: Fraction
) -> tuple[tuple[str, Limit], ...]:
    """Return the limits along curves in the domain, up to the first that differs from another."""
    center = dict(coordinates)
    program = BallProgram(graph, [root])
    limits: list[tuple[str, Limit]] = []
    curves: Iterable[_Curve | _Beside] = chain(_curves(center), _besides(graph, root, center, unit))
    started = time.thread_time()
    for curve in curves:
        found = find_limit([program.evaluate(*place)[0] for place in curve.places(unit)])
        if not found.is_outside:
            limits.append((str(curve), found))
            if not (found.is_finite and limits[0][1].agrees(found.ball)):
                break
        if time.thread_time() - started > SECONDS:
            break
    return tuple(limits)


def _curves(center: Place) -> Iterator[_Curve]:
    """Yield lines, then curves on which groups of variables move by different powers."""
    random = np.random.default_rng(0)
    names = list(center)
    deals = [np.ones(len(names), dtype=int)] * N_LINES
    for contact in CONTACTS:
        for turn in range(N_DEALS):
            # Both powers occur: the first two variables have one each, in turn.
            powers = random.choice(contact, len(names))
            powers[:2] = contact[turn % 2], contact[1 - turn % 2]
            deals.append(powers)
    for powers in deals:
        sizes = random.choice(SIZES, len(names)) * random.choice((-1, 1), len(names))
        yield _Curve(
            center,
            {
                name: (Fraction(int(size), 16), int(power))
                for name, size, power in zip(names, sizes, powers, strict=True)
            },
        )


def _besides(graph: Graph, root: Node, center: Place, unit: Fraction) -> Iterator[_Beside]:
    """Yield curves beside the zeros of the divisors that vanish at the point."""
    random = np.random.default_rng(1)
    for node in _divisors(graph, root):
        divisor = BallProgram(graph, [node])
        if not divisor.evaluate(center, SPARE_BITS)[0].contains(0):
            continue
        for _ in range(1 if len(center) == 2 else N_PLANES):
            directions = _directions(center, random)
            for k, direction in enumerate(directions):
                sector = _Sector(center, directions[k - 1], direction)
                ends = (sector.place(unit / 2**16, Fraction(part)) for part in (0, 1))
                if math.prod(_sign(divisor, end, SPARE_BITS) for end in ends) >= 0:
                    continue
                zeros = tuple(sector.zero(divisor, unit, e) for e in BESIDE_EXPONENTS)
                yield from (_Beside(sector, zeros, nearness) for nearness in NEARNESS)


def _directions(center: Place, random: np.random.Generator) -> list[Place]:
    """Return directions all around, in a random plane, in sixteenths."""
    first, second = (random.normal(size=len(center)) for _ in range(2))
    angles = [2 * math.pi * k / N_DIRECTIONS for k in range(N_DIRECTIONS)]
    return [
        {
            name: Fraction(round(16 * (math.cos(a) * float(u) + math.sin(a) * float(v))), 16)
            for name, u, v in zip(center, first, second, strict=True)
        }
        for a in angles
    ]


def _divisors(graph: Graph, root: Node) -> list[Node]:
    """Return what the formula divides by."""
    return [
        graph.args[node][0]
        for node in graph.reachable([root])
        if graph.kinds[node] == "pow" and (graph.value(graph.args[node][1]) or 0) < 0
    ]


def _sign(program: BallProgram, place: Place, bits: int) -> int:
    """Return the sign of a function at a place, 0 where it cannot be told."""
    ball = program.evaluate(place, bits)[0]
    return int(ball > 0) - int(ball < 0)
