"""A function and its closed-form derivative along one coordinate, looked at from both sides."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..balls import BallProgram, laurent, to_ball, working_precision
from ..graph.graph import Graph, Node
from .kinks import kink_terms

if TYPE_CHECKING:
    from flint import arb

__all__ = ["Line", "Side"]

#: Steps 2**-e from the point. Odd factors keep them off the zeros of periodic functions of 1/x;
#: they are dyadic, so that differences that vanish do so exactly.
EXPONENTS = (16, 32, 64, 128, 256, 512, 1024, 2048)
FACTORS = tuple(Fraction(odd, 2**16) for odd in (91751, 84265, 77453, 80659, 80955, 79333))
#: Steps always taken; later ones only while there is time.
N_SURE = 6
SECONDS = 0.4
SPARE_BITS = 256
MIN_BITS = 60
SERIES_BITS = 1536
#: Half widths 2**-e of neighborhoods over which the closed form is enclosed, in pairs.
NEIGHBORHOODS = ((300, 450), (1400, 1600))
#: By how many bits the enclosures must narrow from the first to the second of a pair.
NARROWING = 60


@dataclass(frozen=True, slots=True)
class Side:
    """What is seen on one side of the point, at steps that shrink.

    Attributes
    ----------
    steps : list of Fraction
        Signed distances from the point.
    values, slopes : list of arb
        The function and its closed-form derivative there.
    """

    steps: list[Fraction]
    values: list[Any]
    slopes: list[Any]


@dataclass
class Line:
    """A function of one coordinate: `t -> f(point with name = t)`, and its closed derivative.

    Attributes
    ----------
    graph : Graph
    value_root, slope_root : Node
        The function and its derivative in closed form.
    name : str
    point : mapping of str to float or Fraction
    start : arb or None
        The value of the function at the point where it is known from elsewhere (a limit).
    digits : int
        Significant digits that the slope is wanted to.
    """

    graph: Graph
    value_root: Node
    slope_root: Node
    name: str
    point: Mapping[str, float | Fraction]
    start: Any = None
    digits: int = 17

    def __post_init__(self) -> None:
        coordinates = [abs(Fraction(v)) for v in self.point.values() if v and math.isfinite(v)]
        #: The unit of the steps: nothing is known of features narrower than the coordinates.
        self.unit = min([Fraction(1), *coordinates])
        self.center = Fraction(self.point[self.name])
        #: Bits beyond: 1 - cos(x) loses twice those by which x is below 1.
        self.spare_bits = SPARE_BITS - 2 * min(0, math.frexp(self.unit)[1])

    @cached_property
    def program(self) -> BallProgram:
        """What evaluates the function and its derivative."""
        return BallProgram(self.graph, [self.value_root, self.slope_root])

    @cached_property
    def watched(self) -> BallProgram:
        """What evaluates the function, its derivative and the terms that vanish at kinks."""
        roots = [self.value_root, self.slope_root]
        graph, kinks = kink_terms(self.graph, roots)
        return BallProgram(graph, [*roots, *kinks])

    def at(self, offset: Fraction, bits: int) -> tuple[arb, arb]:
        """Return the balls of the function and of its derivative beside the point."""
        value, slope = self.program.evaluate({**self.point, self.name: self.center + offset}, bits)
        return value, slope

    def is_smooth_near(self) -> bool:
        """Say whether enclosures over whole neighborhoods of the point prove that all is smooth.

        They are finite only where no domain ends and every condition is decided, and no term
        that vanishes at a kink may touch zero. As a guard against rows that do not tell their
        kinks, the enclosures must also narrow with the neighborhood.
        """
        return any(self._narrows(*pair) for pair in NEIGHBORHOODS)

    def _narrows(self, wide: int, narrow: int) -> bool:
        before, _ = self._over(wide)
        after, kinks = self._over(narrow)
        if not all(ball.is_finite() for ball in (*before, *after)):
            return False
        if any(kink.contains(0) for kink in kinks):
            return False
        with working_precision(2 * narrow):
            return all(
                bool(b.rad() <= a.rad() * to_ball(2) ** -NARROWING)
                for a, b in zip(before, after, strict=True)
            )

    def _over(self, exponent: int) -> tuple[list[Any], list[Any]]:
        """Return enclosures of function and slope over a neighborhood, and the kink terms."""
        bits = exponent + self.spare_bits
        half = self.unit / 2**exponent
        with working_precision(2 * bits):
            around = to_ball(self.center - half).union(to_ball(self.center + half))
        balls = self.watched.evaluate({**self.point, self.name: around}, bits)
        return balls[:2], balls[2:]

    def side(self, sign: int, n_steps: int = len(EXPONENTS)) -> Side:
        """Return what is seen on the right (sign 1) or left (-1)."""
        steps: list[Fraction] = []
        seen: list[tuple[arb, arb]] = []
        started = time.thread_time()
        for index, exponent in enumerate(EXPONENTS[:n_steps]):
            if index >= N_SURE and time.thread_time() - started > SECONDS:
                break
            step = sign * self.unit * FACTORS[index % len(FACTORS)] / 2**exponent
            steps.append(step)
            seen.append(self._accurate(step, exponent))
        return Side(steps, [value for value, _ in seen], [slope for _, slope in seen])

    def _accurate(self, step: Fraction, exponent: int) -> tuple[arb, arb]:
        """Evaluate with as many bits as differences over the step, and cancellation, need."""
        pair = self.at(step, 3 * exponent + self.spare_bits)
        if all(ball.rel_accuracy_bits() > exponent + MIN_BITS for ball in pair):
            return pair
        return self.at(step, 8 * exponent + self.spare_bits)

    def quotients(self, side: Side, start: arb) -> list[arb]:
        """Return the difference quotients (f(x + h) - f(x))/h of a side."""
        found = []
        for step, value in zip(side.steps, side.values, strict=True):
            with working_precision(8 * EXPONENTS[-1]):
                found.append((value - start) / to_ball(step))
        return found

    @cached_property
    def series(self) -> list[Any] | None:
        """The value and slope that the Laurent series gives at the point, where it has no pole."""
        others = {name: value for name, value in self.point.items() if name != self.name}
        found = laurent(self.graph, self.value_root, self.name, self.center, 3, SERIES_BITS, others)
        if found is None or found[0] < 0:
            return None
        valuation, coefficients = found
        zero = coefficients[0] * 0
        return ([zero] * valuation + coefficients)[:2]

    def limit_value(self, left: Side, right: Side) -> Any:
        """Return the value that continues the function into the point, as a ball."""
        if self.series is not None:
            return self.series[0]
        with working_precision(8 * EXPONENTS[-1]):
            near = [side.values[k] for side in (left, right) for k in (-1, -2)]
            return near[0].union(near[1]).union(near[2]).union(near[3])
