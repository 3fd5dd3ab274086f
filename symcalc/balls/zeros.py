"""Zeros of a formula of one variable on a range: isolated by balls, refined to hundreds of bits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..errors import SymcalcError
from ..graph.derive import derivative
from ..graph.graph import Graph, Node
from .precision import working_precision
from .values import BallProgram, NoBall

__all__ = ["Zeros", "find_zeros", "name_of"]

#: Working precision of the isolation, of the refinement, and what a refined zero is known to.
BITS, FINE_BITS, KNOWN_BITS = 64, 320, 250
MAX_EVALUATIONS, MAX_ZEROS = 1500, 64
#: Towards an end of the range the search stops at this share of its width.
NEAREST = 2.0**-40
#: An infinite range is searched up to here.
FARTHEST = 2.0**60


@dataclass
class Zeros:
    """Zeros found, and whether there are no others.

    Attributes
    ----------
    places : list of arb
        Balls of a radius below 2**-240, in no order.
    is_complete : bool
    """

    places: list[Any] = field(default_factory=list)
    is_complete: bool = True


def find_zeros(
    graph: Graph, node: Node, variable: str, lower: Any, upper: Any, point: Mapping[str, Any]
) -> Zeros:
    """Return the zeros strictly inside a range on which the formula is continuous.

    Parameters
    ----------
    graph, node
    variable : str
    lower, upper : arb
        Infinite ones are allowed.
    point : mapping of str to number
        The values of the other variables.

    Notes
    -----
    An interval is cleared when the ball of the formula on it excludes zero, or when that of the
    derivative does and the ends tell whether there is a zero. A zero of even order is accepted
    where the formula vanishes, to 200 bits, at a zero of its derivative: evidence, not proof.
    """
    try:
        return _Search(graph, node, variable, point).run(lower, upper)
    except (NoBall, SymcalcError):
        return Zeros(is_complete=False)


class _Search:
    def __init__(self, graph: Graph, node: Node, variable: str, point: Mapping[str, Any]) -> None:
        self.variable, self.point = variable, point
        x = graph.var(variable)
        first = derivative(graph, node, x)
        self.program = BallProgram(graph, [node])
        self.with_slope = BallProgram(graph, [node, first])
        self.slopes = BallProgram(graph, [first, derivative(graph, first, x)])
        self.found = Zeros()
        self.n_evaluations = 0

    def run(self, lower: Any, upper: Any) -> Zeros:
        """Clear the pieces of the range one after the other."""
        pieces = _pieces(lower, upper)
        while pieces:
            left, right = pieces.pop()
            if self.n_evaluations > MAX_EVALUATIONS or len(self.found.places) > MAX_ZEROS:
                self.found.is_complete = False
                break
            if self._is_clear(left, right):
                continue
            width = right - left
            scale = max(abs(left), abs(right), 1e-300)
            if width < 1e-12 * scale or width < 1e-300:
                if not self._has_double_zero(left, right):
                    self.found.is_complete = False
                continue
            middle = left + width * 0.4871
            pieces += [(middle, right), (left, middle)]
        return self.found

    def _values(self, program: BallProgram, x: Any, bits: int = BITS) -> list[Any]:
        self.n_evaluations += 1
        return program.evaluate({**self.point, self.variable: x}, bits)

    def _is_clear(self, left: float, right: float) -> bool:
        """Whether all zeros in an interval are known: none, or one that is now listed."""
        import flint

        with working_precision(BITS):
            whole = flint.arb(left).union(flint.arb(right))
        (value,) = self._values(self.program, whole)
        if not value.contains(0) and value.is_finite():
            return True
        slope = self._values(self.with_slope, whole)[1]
        if not slope.is_finite() or slope.contains(0):
            return self._is_undefined(left, right)
        (low,) = self._values(self.program, flint.arb(left), FINE_BITS)
        (high,) = self._values(self.program, flint.arb(right), FINE_BITS)
        if low.is_zero() or high.is_zero():
            self._list(flint.arb(left if low.is_zero() else right))
            return True
        if low.contains(0) or high.contains(0) or not (low.is_finite() and high.is_finite()):
            return False
        if (low > 0) != (high > 0):
            self._refine(left, right, self.with_slope)
        return True

    def _is_undefined(self, left: float, right: float) -> bool:
        """Whether the formula has no value at five points of an interval."""
        import flint

        width = right - left
        for share in (0.01, 0.31, 0.5, 0.77, 0.99):
            (value,) = self._values(self.program, flint.arb(left + width * share), FINE_BITS)
            if not value.is_nan():
                return False
        return True

    def _refine(self, left: float, right: float, program: BallProgram) -> Any:
        """List the zero between two points, by Newton's steps kept inside."""
        import flint

        x = flint.arb(left + (right - left) / 2)
        low, high = flint.arb(left), flint.arb(right)
        rising = self._values(program, high, FINE_BITS)[0] > 0
        previous = None
        for _ in range(60):
            value, slope = self._values(program, x, FINE_BITS)
            with working_precision(FINE_BITS):
                if value.is_zero():
                    break
                if (value > 0) == rising:
                    high = x
                else:
                    low = x
                step = value.mid() / slope.mid() if slope.mid() != 0 else flint.arb.nan()
                moved = (x - step).mid()
                inside = moved.is_finite() and low <= moved <= high
                x = moved if inside else ((low + high) / 2).mid()
                scale = max(1.0, abs(float(x)))
                if inside and previous is not None and abs(step) < scale * 2.0**-KNOWN_BITS:
                    break
                previous = step
        return self._list(x)

    def _has_double_zero(self, left: float, right: float) -> bool:
        """List the zero of the derivative in a narrow interval where the formula vanishes too."""
        import flint

        low, high = (
            self._values(self.slopes, flint.arb(end), FINE_BITS)[0] for end in (left, right)
        )
        if not (low.is_finite() and high.is_finite()) or low.contains(0) or high.contains(0):
            return False
        if (low > 0) == (high > 0):
            return True
        x = self._refine(left, right, self.slopes)
        (value,) = self._values(self.program, x, FINE_BITS)
        if not (value.is_finite() and float(abs(value).lower()) < 2.0**-200):
            self.found.places.pop()
        return True

    def _list(self, x: Any) -> Any:
        import flint

        with working_precision(FINE_BITS):
            place = recognized(x)
            if place is None:
                radius = max(1.0, abs(float(x))) * 2.0 ** -(KNOWN_BITS - 10)
                place = flint.arb(x.mid(), radius)
            for known in self.found.places:
                if float(abs(known - place).lower()) < 1e-60:
                    return x
        self.found.places.append(place)
        return x


def _pieces(lower: Any, upper: Any) -> list[tuple[float, float]]:
    """Return intervals that shrink towards the ends of a range, and grow towards infinity."""
    low, high = float(lower), float(upper)
    if math.isinf(low) and math.isinf(high):
        right = _outward(1.0)
        return [*right, (-1.0, 1.0), *[(-b, -a) for a, b in right]]
    if math.isinf(high):
        step = max(1.0, abs(low) * 2.0**-8)
        return [*[(low + a, low + b) for a, b in _outward(step)], *_inward(low, low + step, True)]
    if math.isinf(low):
        return [(-b, -a) for a, b in _pieces(-upper, -lower)]
    middle = low + (high - low) * 0.4871
    return [*_inward(low, middle, True), *_inward(middle, high, False)]


def _outward(step: float) -> list[tuple[float, float]]:
    pieces = []
    while step < FARTHEST:
        pieces.append((step, 4 * step))
        step *= 4
    return pieces[::-1]


def _inward(low: float, high: float, towards_low: bool) -> list[tuple[float, float]]:
    """Return intervals from the far end inwards, each an eighth as wide as the one before."""
    pieces = []
    width, share = high - low, 1.0
    while share > NEAREST:
        near = share / 8
        if towards_low:
            pieces.append((low + near * width, low + share * width))
        else:
            pieces.append((high - share * width, high - near * width))
        share = near
    return [piece for piece in pieces if piece[0] < piece[1]]


# -- exact names ------------------------------------------------------------------------------


def recognized(x: Any) -> Any | None:
    """Return the exact ball of a number that `name_of` knows, else None."""
    found = _named(x)
    return None if found is None else found[1]


def name_of(x: Any) -> str:
    """Return a number in the language where it is a simple one: "2/3", "pi/2", "sqrt(2)"."""
    with working_precision(FINE_BITS):
        found = _named(x)
    return "" if found is None else found[0]


def _named(x: Any) -> tuple[str, Any] | None:
    import flint

    if float(x.rad()) > 2.0**-200 * max(1.0, abs(float(x))):
        return None
    whole = _simple(x, 10**6)
    if whole is not None:
        return str(whole), _exact(whole)
    pi = flint.arb.pi()
    turns = _simple(x / pi, 10**3)
    if turns is not None:
        return _multiple(turns, "pi"), _exact(turns) * pi
    square = _simple(x * x, 10**4)
    if square is not None and square.denominator < 10**4:
        sign = "-" if x < 0 else ""
        root = _exact(square).sqrt()
        return f"{sign}sqrt({square})", -root if x < 0 else root
    if x > 0:
        power = _simple(x.log(), 10**3)
        if power is not None:
            return f"exp({power})", _exact(power).exp()
    if abs(x) < 100:
        inner = _simple(x.exp(), 10**3)
        if inner is not None and inner > 0:
            return f"log({inner})", _exact(inner).log()
    return None


def _simple(x: Any, largest: int) -> Fraction | None:
    """Return the simple fraction that a number is to 200 bits."""
    if not x.is_finite():
        return None
    mantissa, exponent = x.mid().man_exp()
    if int(exponent) > 200:
        return None
    number = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    simple = number.limit_denominator(largest)
    if not simple and number:
        return None
    error = abs(simple - number)
    return simple if error < max(Fraction(1), abs(simple)) / 2**200 else None


def _exact(number: Fraction) -> Any:
    import flint

    return flint.arb(flint.fmpq(number.numerator, number.denominator))


def _multiple(number: Fraction, unit: str) -> str:
    top, bottom = number.numerator, number.denominator
    text = {1: unit, -1: f"-{unit}"}.get(top, f"{top}*{unit}")
    return text if bottom == 1 else f"{text}/{bottom}"
