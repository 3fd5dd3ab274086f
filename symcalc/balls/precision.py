"""The working precision of ball arithmetic, and the way numbers become balls."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from flint import arb

    #: A coordinate of a point; a float is taken as the exact binary number it is.
    Coordinate: TypeAlias = "float | int | Fraction | arb | PiMultiple"
    Point: TypeAlias = Mapping[str, Coordinate]

__all__ = ["PiMultiple", "to_ball", "working_precision"]

#: The precision at which two numbers are told apart.
COMPARED_BITS = 256
#: The precision of python-flint is one setting for the whole process, not for each thread.
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Run the block in ball arithmetic of `bits` bits; other threads wait until it has ended."""
    import flint

    with _ONE_AT_A_TIME, flint.ctx.workprec(bits):
        yield


@dataclass(frozen=True, slots=True)
class PiMultiple:
    """The exact number `rational + turns*pi`."""

    rational: Fraction
    turns: Fraction

    def __lt__(self, other: Coordinate) -> bool:
        with working_precision(COMPARED_BITS):
            return bool(to_ball(self) < to_ball(other))

    def __gt__(self, other: Coordinate) -> bool:
        with working_precision(COMPARED_BITS):
            return bool(to_ball(self) > to_ball(other))


def to_ball(number: Coordinate) -> arb:
    """Return the ball of a number: exact, or as narrow as the working precision for a fraction."""
    import flint

    if isinstance(number, PiMultiple):
        return to_ball(number.rational) + to_ball(number.turns) * flint.arb.pi()
    if isinstance(number, Fraction):
        return flint.arb(flint.fmpq(number.numerator, number.denominator))
    return flint.arb(number)
