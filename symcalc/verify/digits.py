"""How many digits doubles lose: computed values beside rigorous ones, point by point."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balls import BallProgram, PreciseValue, Status, precise_value, to_ball, working_precision
from ..graph.graph import Graph, Node

__all__ = ["ALL_DIGITS", "Losses", "Truth", "compare_digits", "lost_digits", "true_values"]

#: The decimal digits of a double.
ALL_DIGITS = 53 * math.log10(2)
#: Half a unit in the last place of 1, and the least double.
ROUNDING, TINIEST = 2.0**-53, 2.0**-1074
PRECISION = 160
DIGITS = 22
MAX_BITS = 4096
MAX_SECONDS = 0.5

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Truth:
    """The exact value at a point: a ball, or why there is none.

    Attributes
    ----------
    ball : arb or None
        Accurate to 22 digits; None where the value is undefined or not known that well.
    is_undefined : bool
        Whether it is proven that there is no real value.
    digits : str
    """

    ball: Any
    is_undefined: bool
    digits: str

    @property
    def is_known(self) -> bool:
        """Whether there is a value to compare with."""
        return self.ball is not None


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """Lost digits over all points where the exact value is known.

    Attributes
    ----------
    lost : array of float, shape (n_points,)
        Decimal digits lost to rounding, between 0 and 15.95; NaN where nothing can be compared.
    values : array of float, shape (n_points,)
        What was computed.
    n_phantom : int
        Points where a number was computed and no real value exists.
    """

    lost: Column
    values: Column
    n_phantom: int

    @property
    def counted(self) -> Column:
        """The losses that were measured."""
        return self.lost[~np.isnan(self.lost)]

    @property
    def worst(self) -> float:
        """The greatest loss."""
        return float(np.max(self.counted, initial=0.0))

    @property
    def median(self) -> float:
        """The loss that half of the points stay below."""
        return float(np.median(self.counted)) if self.counted.size else 0.0

    @property
    def mean(self) -> float:
        """The average loss."""
        return float(np.mean(self.counted)) if self.counted.size else 0.0

    @property
    def histogram(self) -> tuple[int, ...]:
        """How many points lose less than 1 digit, 1 to 2, …, 15 or more."""
        places = np.minimum(self.counted.astype(int), 15)
        return tuple(np.bincount(places, minlength=16).tolist())


def true_values(
    graph: Graph,
    root: Node,
    points: Sequence[Mapping[str, float]],
    within: Callable[[], bool] = lambda: True,
) -> list[Truth]:
    """Return the exact values at points; unknown ones from where `within` says that time is up.

    Raises
    ------
    NoBall
        A function of the formula has no rigorous evaluation.
    """
    program = BallProgram(graph, [root])
    found = []
    for point in points:
        if not within():
            found.append(Truth(None, False, ""))
            continue
        value = precise_value(
            graph,
            root,
            point,
            digits=DIGITS,
            max_precision=MAX_BITS,
            seconds=MAX_SECONDS,
            program=program,
        )
        found.append(_truth(value))
    return found


def _truth(value: PreciseValue) -> Truth:
    if value.status is Status.PROVEN and value.ball.is_finite():
        return Truth(value.ball, False, value.digits)
    if value.status is Status.NEAR_ZERO:
        return Truth(value.ball * 0, False, "0")
    return Truth(None, value.status is Status.UNDEFINED, value.digits)


def compare_digits(values: Any, truths: Sequence[Truth]) -> Losses:
    """Measure computed values against exact ones."""
    computed = np.broadcast_to(np.asarray(values, dtype=np.float64), (len(truths),)).copy()
    lost = np.full(len(truths), math.nan)
    n_phantom = 0
    for index, (value, truth) in enumerate(zip(computed.tolist(), truths, strict=True)):
        if truth.is_known:
            lost[index] = lost_digits(value, truth.ball)
        elif truth.is_undefined and math.isfinite(value):
            n_phantom += 1
    return Losses(lost, computed, n_phantom)


def lost_digits(value: float, exact: Any) -> float:
    """Return how many decimal digits of a double are wrong, 0 for a value rounded correctly.

    Where the exact value is beyond the range of doubles, an infinity (or 0) is right.
    """
    with working_precision(PRECISION):
        size = abs(exact)
        if math.isnan(value):
            return ALL_DIGITS
        if math.isinf(value):
            is_right = float(exact.mid()) == value
            return 0.0 if is_right else ALL_DIGITS
        gap = abs(to_ball(value) - exact) - TINIEST
        if not gap.mid() > 0:
            return 0.0
        if size.contains(0):
            return ALL_DIGITS
        relative = gap / size
        if relative.mid() >= 1:
            return ALL_DIGITS
        error = max(float(relative.mid()), ROUNDING)
    return min(ALL_DIGITS, math.log10(error / ROUNDING))
