"""A function and its closed-form derivative along one coordinate, looked at from both sides."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..balls import BallProgram, laurent, to_ball, working_precision
from ..graph.graph import Graph, Node

if TYPE_CHECKING:
    from flint import arb

__all__ = ["Line", "Side"]

#: Steps 2**-e from the point. Odd factors keep them off the zeros of periodic functions of 1/x.
EXPONENTS = (16, 32, 64, 128, 256, 512, 1024, 2048)
FACTORS = tuple(Fraction(*f) for f in ((7, 5), (9, 7), (13, 11), (16, 13), (21, 17), (23, 19)))
#: Steps always taken; later ones only while there is time.
N_SURE = 6
SECONDS = 0.4
SPARE_BITS = 256
MIN_BITS = 60
SERIES_BITS = 1536


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
    point : mapping of str to float
    start : arb or None
        The value of the function at the point where it is known from elsewhere (a limit).
    """

    graph: Graph
    value_root: Node
    slope_root: Node
    name: str
    point: Mapping[str, float]
    start: Any = None
    program: BallProgram = field(init=False)

    def __post_init__(self) -> None:
        self.program = BallProgram(self.graph, [self.value_root, self.slope_root])
        coordinates = [abs(Fraction(value)) for value in self.point.values() if value]
        #: The unit of the steps: nothing is known of features narrower than the coordinates.
        self.unit = min([Fraction(1), *coordinates])
        self.center = Fraction(self.point[self.name])

    def at(self, offset: Fraction, bits: int) -> tuple[arb, arb]:
        """Return the balls of the function and of its derivative beside the point."""
        value, slope = self.program.evaluate({**self.point, self.name: self.center + offset}, bits)
        return value, slope

    def side(self, sign: int, n_steps: int = len(EXPONENTS)) -> Side:
        """Return what is seen on the right (sign 1) or left (-1)."""
        steps: list[Fraction] = []
        seen: list[tuple[arb, arb]] = []
        started = time.monotonic()
        for index, exponent in enumerate(EXPONENTS[:n_steps]):
            if index >= N_SURE and time.monotonic() - started > SECONDS:
                break
            step = sign * self.unit * FACTORS[index % len(FACTORS)] / 2**exponent
            steps.append(step)
            seen.append(self._accurate(step, exponent))
        return Side(steps, [value for value, _ in seen], [slope for _, slope in seen])

    def _accurate(self, step: Fraction, exponent: int) -> tuple[arb, arb]:
        """Evaluate with as many bits as differences over the step, and cancellation, need."""
        pair = self.at(step, 3 * exponent + SPARE_BITS)
        if all(ball.rel_accuracy_bits() > exponent + MIN_BITS for ball in pair):
            return pair
        return self.at(step, 8 * exponent + SPARE_BITS)

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
