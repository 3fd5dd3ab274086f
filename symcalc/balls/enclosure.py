"""Rigorous enclosures of definite integrals over finite and infinite ranges."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..graph.graph import Graph, Node
from .precision import PiMultiple, to_ball, working_precision
from .ranges import Budget, EndOfRange, is_turning_at, plain_integral, ray_integral
from .shift import with_values
from .values import NoBall

if TYPE_CHECKING:
    from flint import arb

    from .precision import Coordinate

__all__ = ["Enclosure", "enclose_integral"]

#: Attempts, each with this many more bits than the digits asked for.
EXTRA_BITS = (20, 60, 180)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What was proven about an integral.

    Attributes
    ----------
    ball : arb or None
        Contains the integral; None where nothing was proven.
    method : str
        How the range was treated.
    evaluations : int
        Evaluations of the integrand, over points and ranges, real and complex.
    reason : str
        Why there is no proof, or why the ball is wider than asked for; empty else.
    """

    ball: Any
    method: str
    evaluations: int
    reason: str = ""


def enclose_integral(
    graph: Graph,
    root: Node,
    variable: str,
    lower: Coordinate,
    upper: Coordinate,
    point: Mapping[str, Coordinate] | None = None,
    *,
    splits: Sequence[float | Fraction] = (),
    digits: int = 16,
    seconds: float = 1.0,
) -> Enclosure:
    """Enclose the integral of a formula over a range.

    Parameters
    ----------
    graph, root
    variable : str
        The variable of integration.
    lower, upper : int, Fraction, float, PiMultiple or arb
        Floats are exact numbers; infinities are `float("inf")`. `lower` may be the greater one.
        `exact_number` turns a formula like `pi/2` into what is best.
    point : mapping of str to number
        Values of all other variables.
    splits : sequence of float or Fraction
        Places inside the range at which to split: kinks, jumps, singular points. Where the
        formula has no bounded value, the place must be exact.
    digits : int
        Significant digits wanted.
    seconds : float
        No further attempt is made after this time of the processor; one that has begun ends
        after twice as long.

    Returns
    -------
    Enclosure

    Notes
    -----
    On finite pieces: `acb.integral` of python-flint, that is adaptive Gauss-Legendre
    quadrature with the error bounded on ellipses around the path. The integrand is evaluated
    on complex rectangles through the continuations of the function table, and over real
    ranges in real arithmetic, so that a value where the real formula has none is never used.

    Towards infinity, and beside an end where the formula has no bounded value, the tail is cut
    off and bounded by `bound_at_end`; the rest is integrated in the logarithm of the distance.

    An end given by an inexact ball must be a place where the formula is bounded; at a multiple
    of pi, given as such, it need not be.

    References
    ----------
    F. Johansson, "Numerical integration in arbitrary-precision ball arithmetic", ICMS 2018.

    Examples
    --------
    >>> from symcalc.balls import enclose_integral
    >>> from symcalc.language import read
    >>> formula = read("exp(-x^2)")
    >>> found = enclose_integral(formula.graph, formula.root, "x", 0, float("inf"))
    >>> found.ball.str(15, radius=False)
    '0.886226925452758'
    """
    exact = {k: _exact(v) for k, v in (point or {}).items()}
    numbers = {k: v for k, v in exact.items() if isinstance(v, int | Fraction)}
    others = {k: v for k, v in exact.items() if k not in numbers}
    graph, root = with_values(graph, root, numbers)
    ends, sign = _ordered(_exact(lower), _exact(upper))
    started = time.thread_time()
    budget = Budget(started + seconds, limit=started + 2 * seconds)
    try:
        pieces = _pieces(ends, [_exact(split) for split in splits])
        found = _attempts(graph, root, variable, others, pieces, digits, budget)
    except NoBall as lack:
        return Enclosure(None, "", budget.evaluations, str(lack))
    if found is None:
        return Enclosure(None, "", budget.evaluations, budget.reason or "No proof was found.")
    method = "acb.integral" + (", tails bounded" if budget.n_tails else "")
    accurate = _is_accurate(found, digits)
    reason = "" if accurate else "The enclosure is wider than the digits asked for."
    if sign < 0:
        with working_precision(math.ceil(digits * math.log2(10)) + EXTRA_BITS[-1]):
            found = -found  # which rounds to the precision at work
    return Enclosure(found, method, budget.evaluations, reason)


def _attempts(
    graph: Graph,
    root: Node,
    variable: str,
    others: Mapping[str, Coordinate],
    pieces: Sequence[tuple[Any, Any]],
    digits: int,
    budget: Budget,
) -> arb | None:
    """Return the narrowest enclosure that rising precision finds."""
    best: arb | None = None
    goal = math.ceil(digits * math.log2(10)) + 2
    for extra in EXTRA_BITS:
        with working_precision(goal + extra):
            total: Any = to_ball(0)
            for low, high in pieces:
                found = _piece(graph, root, variable, others, (low, high), goal, budget)
                if found is None:
                    total = None
                    break
                total = total + found
        if total is not None and not total.rad() < abs(total.mid()).max(to_ball(10) ** -digits):
            total, budget.reason = None, "The rigorous quadrature did not converge."
        if total is not None and (best is None or total.rad() < best.rad()):
            best = total
        if best is not None and _is_accurate(best, digits):
            return best
        if budget.is_spent() or (total is None and budget.is_hopeless):
            return best
    return best


def _piece(
    graph: Graph,
    root: Node,
    variable: str,
    others: Mapping[str, Coordinate],
    ends: tuple[Any, Any],
    goal: int,
    budget: Budget,
) -> arb | None:
    """Enclose the integral over one piece: plainly, else from the middle to each end."""
    low, high = ends
    side = EndOfRange(graph, root, variable, others, goal, budget)
    if high != math.inf and low != -math.inf:
        is_turning = is_turning_at(side, low, 1) or is_turning_at(side, high, -1)
        found = None if is_turning else plain_integral(side, low, high)
        if found is not None or budget.is_spent():
            return found
        middle = _between(low, high)
        left = _half(side, low, middle, 1)
        right = None if left is None else _half(side, high, middle, -1)
        return None if left is None or right is None else left + right
    if low == -math.inf:
        return ray_integral(side, low, 1, None, high)
    return ray_integral(side, high, 1, None, low)


def _half(side: EndOfRange, end: Any, middle: Any, direction: int) -> arb | None:
    """Enclose the integral between an end and the middle."""
    ends = (end, middle) if direction > 0 else (middle, end)
    found = None if is_turning_at(side, end, direction) else plain_integral(side, *ends)
    if found is not None or _is_ball(end):
        return found
    if isinstance(end, PiMultiple):
        width: Any = PiMultiple(
            direction * (middle - end.rational), Fraction(-direction * end.turns)
        )
    else:
        width = abs(middle - end)
    return ray_integral(side, end, direction, width)


def _between(low: Any, high: Any) -> Any:
    """Return an exact number near the middle."""
    if isinstance(low, int | Fraction) and isinstance(high, int | Fraction):
        return (Fraction(low) + Fraction(high)) / 2
    return Fraction(float(((to_ball(low) + to_ball(high)) / 2).mid()))


def _pieces(ends: tuple[Any, Any], splits: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return the pieces of a range; the whole line is split at zero when nowhere else."""
    low, high = ends
    inside = sorted({s for s in splits if not _is_ball(s) and _is_between(low, s, high)})
    if low == -math.inf and high == math.inf and not inside:
        inside = [0]
    places = [low, *inside, high]
    return list(zip(places[:-1], places[1:], strict=True))


def _is_between(low: Any, place: Any, high: Any) -> bool:
    """Whether an exact place is proven to lie inside of a range."""
    above = low == -math.inf or to_ball(low) < to_ball(place)
    return bool(above and (high == math.inf or to_ball(place) < to_ball(high)))


def _ordered(lower: Any, upper: Any) -> tuple[tuple[Any, Any], int]:
    is_turned = upper == -math.inf or lower == math.inf
    if not any(isinstance(end, float) for end in (lower, upper)):  # both are finite
        is_turned = bool(to_ball(upper) < to_ball(lower))
    return ((upper, lower), -1) if is_turned else ((lower, upper), 1)


def _exact(number: Any) -> Any:
    """Return an int or Fraction for what is one exactly, infinities and other balls as they are."""
    if _is_ball(number) and number.is_exact():
        if not number.is_finite():
            return math.copysign(math.inf, float(number))
        mantissa, exponent = number.man_exp()
        number = int(mantissa) * Fraction(2) ** int(exponent)
    if isinstance(number, float) and math.isfinite(number):
        number = Fraction(number)
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    return number


def _is_ball(number: Any) -> bool:
    return not isinstance(number, int | float | Fraction | PiMultiple)


def _is_accurate(ball: arb, digits: int) -> bool:
    if ball.rad() <= abs(ball.mid()) * to_ball(10) ** -digits:
        return True
    return bool(ball.contains(0) and ball.rad() < to_ball(10) ** -digits)
