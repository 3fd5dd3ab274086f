"""Zeros of a formula of one variable on a range: isolated by balls, refined to hundreds of bits."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import SymcalcError
from ..graph.derive import derivative
from ..graph.graph import Graph, Node
from .growth import Approach, UnknownGrowthError, growth_at
from .growth.terms import NotRealError
from .intervals import BoundsProgram
from .naming import recognized
from .precision import to_ball, working_precision
from .values import BallProgram, NoBall

__all__ = ["Zeros", "find_zeros"]

#: Working precision of the isolation, of the refinement, and what a refined zero is known to.
BITS, FINE_BITS, KNOWN_BITS = 64, 320, 250
MAX_EVALUATIONS, MAX_ZEROS = 1200, 32
#: Zeros of a higher order than this are not recognized.
MAX_ORDER = 7
#: Higher derivatives are asked on pieces narrower than this share of their distance from 0 (or of
#: the range), so many times at most.
NARROW, MAX_CHAINS, MAX_CHAIN_NODES = 0.05, 10, 80
#: The search gives up after this time: a function may take milliseconds for each value. Its
#: longest step is not counted: the garbage collector of a large program may take a second.
SECONDS = 0.5
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
    graph: Graph,
    node: Node,
    variable: str,
    lower: Any,
    upper: Any,
    point: Mapping[str, Any],
    max_evaluations: int = MAX_EVALUATIONS,
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
    max_evaluations : int
        The number of intervals after which the search gives up.

    Notes
    -----
    An interval is cleared when the ball of the formula on it excludes zero, or when that of the
    derivative does and the ends tell whether there is a zero. A multiple zero is accepted where
    the formula vanishes, to 200 bits, at a zero of a derivative: evidence, not proof.
    """
    try:
        return _Search(graph, node, variable, point, max_evaluations).run(lower, upper)
    except (NoBall, SymcalcError):
        return Zeros(is_complete=False)


class _Search:
    def __init__(
        self, graph: Graph, node: Node, variable: str, point: Mapping[str, Any], limit: int
    ) -> None:
        self.limit = limit
        self.graph, self.node = graph, node
        self.variable, self.point = variable, point
        self.bounds = BoundsProgram(graph, node, variable, point)
        self.found = Zeros()
        self.n_evaluations = self.n_chains = 0
        self.clock, self.spent, self.longest = time.thread_time(), 0.0, 0.0
        self.chains: dict[int, BallProgram] = {}
        self.ends = (-math.inf, math.inf)

    def run(self, lower: Any, upper: Any) -> Zeros:
        """Clear the pieces of the range one after the other."""
        self.ends = float(lower), float(upper)
        if self._excludes_zero(*self.ends):
            return self.found
        self._derive()
        pieces = [self.ends]
        while pieces:
            left, right = pieces.pop()
            if self._is_over():
                self.found.is_complete = False
                break
            if self._is_clear(left, right):
                continue
            side = self._side_reached(left, right)
            if side:
                self.found.is_complete &= self._is_settled(lower, upper, side)
            elif self._is_decided(left, right):
                continue
            elif right - left < 1e-9 * self._scale(left, right):
                self.found.is_complete = False
            else:
                middle = self._middle(left, right)
                pieces += [(middle, right), (left, middle)]
        return self.found

    def _is_over(self) -> bool:
        """Whether the search gives up."""
        before, self.clock = self.clock, time.thread_time()
        self.spent += self.clock - before
        self.longest = max(self.longest, self.clock - before)
        is_late = self.spent - self.longest > SECONDS
        return is_late or self.n_evaluations > self.limit or len(self.found.places) > MAX_ZEROS

    def _is_decided(self, left: float, right: float) -> bool:
        """Whether higher derivatives settle a narrow piece."""
        is_wide = right - left > NARROW * self._scale(left, right)
        if is_wide or self.n_chains >= min(MAX_CHAINS, self.limit // 100):
            return False
        self.n_chains += 1
        return self._has_all_multiple(left, right)

    def _derive(self) -> None:
        graph, node = self.graph, self.node
        x = graph.var(self.variable)
        first = derivative(graph, node, x)
        self.program = BallProgram(graph, [node])
        self.with_slope = BallProgram(graph, [node, first])
        self.slope_bounds = BoundsProgram(graph, first, self.variable, self.point)
        self.derivatives = [node, first]

    def _scale(self, left: float, right: float) -> float:
        low, high = self.ends
        width = high - low if math.isfinite(high - low) else 0.0
        return max(abs(left), abs(right), width * 0.5, 1e-3 if not width else 0.0)

    def _middle(self, left: float, right: float) -> float:
        """Return where to cut: near an end of the range close to it, towards infinity farther."""
        low, high = self.ends
        if math.isinf(left) and math.isinf(right):
            return 0.0123
        if math.isinf(right):
            return max(4 * left, left + max(1.0, abs(left) / 4))
        if math.isinf(left):
            return min(4 * right, right - max(1.0, abs(right) / 4))
        if left == low and right != high:
            return left + (right - left) / 8
        if right == high and left != low:
            return right - (right - left) / 8
        return left + (right - left) * 0.4871

    def _side_reached(self, left: float, right: float) -> int:
        """Return -1 or 1 where a piece is as near to that end of the range as the search goes."""
        low, high = self.ends
        if math.isinf(right):
            return int(left > FARTHEST)
        if math.isinf(left):
            return -int(right < -FARTHEST)
        width = min(high - low, max(abs(left), abs(right), 1.0))
        if right - left > NEAREST * width:
            return 0
        return -1 if left == low else int(right == high)

    def _is_settled(self, lower: Any, upper: Any, side: int) -> bool:
        """Whether the leading terms of the formula have a sign towards an end of the range."""
        end = lower if side < 0 else upper
        approach = Approach(end, -side) if end.is_finite() else Approach(None, side)
        try:
            growth = growth_at(self.graph, self.node, self.variable, approach, self.point)
            return growth.is_zero or growth.sign() != 0
        except NotRealError:
            return True
        except UnknownGrowthError:
            return False

    def _values(self, program: BallProgram, x: Any, bits: int = BITS) -> list[Any]:
        self.n_evaluations += 1
        return program.evaluate({**self.point, self.variable: x}, bits)

    def _excludes_zero(self, left: float, right: float) -> bool:
        return _without_zero(self.bounds.evaluate(to_ball(left), to_ball(right)))

    def _is_clear(self, left: float, right: float) -> bool:
        """Whether all zeros in an interval are known: none, or one that is now listed."""
        import flint

        self.n_evaluations += 1
        if self._excludes_zero(left, right):
            return True
        if not math.isfinite(right - left):
            return False
        with working_precision(BITS):
            whole = flint.arb(left).union(flint.arb(right))
        value, slope = self._values(self.with_slope, whole)
        if not value.contains(0) and value.is_finite():
            return True
        if not slope.is_finite() or slope.contains(0):
            bounds = self.slope_bounds.evaluate(to_ball(left), to_ball(right))
            if not _without_zero(bounds):
                return self._is_undefined(left, right)
        (low,) = self._values(self.program, flint.arb(left), FINE_BITS)
        (high,) = self._values(self.program, flint.arb(right), FINE_BITS)
        if low.is_zero() or high.is_zero():
            self._list(flint.arb(left if low.is_zero() else right))
            return True
        if low.contains(0) or high.contains(0) or not (low.is_finite() and high.is_finite()):
            return False
        if (low > 0) != (high > 0):
            self._list(self._newton(left, right, self.with_slope))
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

    def _newton(self, left: float, right: float, program: BallProgram) -> Any | None:
        """Return the zero between two points by Newton's steps kept inside; None if they stall."""
        import flint

        x: Any = flint.arb(left + (right - left) / 2)
        low, high = flint.arb(left), flint.arb(right)
        rising = self._values(program, high, FINE_BITS)[0] > 0
        for _ in range(80):
            value, slope = self._values(program, x, FINE_BITS)
            with working_precision(FINE_BITS):
                if value.is_zero():
                    return x
                moved = (x - value.mid() / slope.mid()).mid() if slope.mid() != 0 else None
                scale = max(2.0**-20, abs(float(x)))
                if moved is not None and abs(moved - x) < scale * flint.arb(2) ** -KNOWN_BITS:
                    return moved
                if (value > 0) == rising:
                    high = x
                else:
                    low = x
                inside = moved is not None and low <= moved <= high
                x = moved if inside else ((low + high) / 2).mid()
        return None

    def _has_all_multiple(self, left: float, right: float) -> bool:
        """Decide on a narrow interval that holds a zero of higher order, or nearly one.

        From a derivative without zeros downwards, each is monotone between the zeros of the next.
        One that changes sign has one zero; where the formula and all derivatives below vanish
        there to 200 bits, that is a multiple zero; else the next below has an extremum there.
        """
        import flint

        with working_precision(FINE_BITS):
            whole = flint.arb(left).union(flint.arb(right))
        for top in range(2, MAX_ORDER):
            if len(self._chain(top).nodes) > MAX_CHAIN_NODES:
                return False
            if not self._values(self._chain(top), whole, FINE_BITS)[top].contains(0):
                break
        else:
            return False
        chain = self._chain(top)
        stops = [flint.arb(left), flint.arb(right)]
        for order in range(top - 1, -1, -1):
            values = [self._values(chain, stop, FINE_BITS)[order] for stop in stops]
            # one that vanishes at an end of the range has no zero beside it, as it is monotone
            if values[0].contains(0) and left == self.ends[0]:
                values[0] = values[1]
            if values[-1].contains(0) and right == self.ends[1]:
                values[-1] = values[-2]
            if not all(value.is_finite() and not value.contains(0) for value in values):
                return False
            signs = [bool(value > 0) for value in values]
            changes = [k for k in range(len(stops) - 1) if signs[k] != signs[k + 1]]
            if not changes:
                stops = [stops[0], stops[-1]]
                continue
            if len(changes) > 1:
                return False
            ends = float(stops[changes[0]]), float(stops[changes[0] + 1])
            place = self._newton(
                *ends, BallProgram(self.graph, self.derivatives[order : order + 2])
            )
            if place is None:
                return False
            lower = self._values(chain, place, FINE_BITS)[:order]
            if all(value.contains(0) or abs(value) < flint.arb(2) ** -200 for value in lower):
                self._list(place)
                return True
            stops = [stops[0], place, stops[-1]]
        return True

    def _chain(self, order: int) -> BallProgram:
        """Return the program of the formula and its derivatives up to an order."""
        x = self.graph.var(self.variable)
        while len(self.derivatives) < order + 1:
            self.derivatives.append(derivative(self.graph, self.derivatives[-1], x))
        if order not in self.chains:
            self.chains[order] = BallProgram(self.graph, self.derivatives[: order + 1])
        return self.chains[order]

    def _list(self, x: Any | None) -> None:
        import flint

        if x is None:
            self.found.is_complete = False
            return
        with working_precision(FINE_BITS):
            place = recognized(x)
            if place is None:
                radius = max(1.0, abs(float(x))) * 2.0 ** -(KNOWN_BITS - 10)
                place = flint.arb(x.mid(), radius)
            for known in self.found.places:
                if float(abs(known - place).lower()) < 1e-60:
                    return
        self.found.places.append(place)


def _without_zero(bounds: Any) -> bool:
    return bounds is not None and bool(bounds[0] > 0 or bounds[1] < 0)
