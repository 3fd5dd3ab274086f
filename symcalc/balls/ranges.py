"""Integrals over one piece of a range: plainly, or along a ray whose tail is cut off."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..graph.graph import Graph, Node
from .continued import ContinuedProgram
from .ends import bound_at_end, end_bounds
from .precision import to_ball
from .shift import seen_from

if TYPE_CHECKING:
    from flint import acb, arb

    from .precision import Coordinate

__all__ = ["Budget", "EndOfRange", "plain_integral", "ray_integral"]

#: Evaluations after which one piece is given up.
MAX_EVALUATIONS = 60_000
#: The tolerance of a piece is smaller than the goal by so many bits: errors of pieces add up.
SPARE_BITS = 6
#: A range this much narrower than the piece without a bounded value: an end needs care.
NARROW = 2.0**-40
#: The farthest cut, as a power of two of a power of two.
MAX_LADDER = 60
#: Up to this cut (a power of two) an exponentially falling integrand is taken in x itself.
MAX_PLAIN_CUT = 24


@dataclass
class Budget:
    """The time that is left, and what was done and learned on the way."""

    deadline: float
    evaluations: int = 0
    n_tails: int = 0
    reason: str = ""
    is_hopeless: bool = False

    def is_spent(self) -> bool:
        """Say whether the time is over; the reason says so then."""
        if time.monotonic() < self.deadline:
            return False
        self.reason = self.reason or "The time given was spent."
        return True


@dataclass(frozen=True, slots=True)
class EndOfRange:
    """A formula, the variable of integration, and how hard to try."""

    graph: Graph
    root: Node
    variable: str
    others: Mapping[str, Coordinate]
    goal: int
    budget: Budget


def plain_integral(job: EndOfRange, low: Any, high: Any) -> arb | None:
    """Enclose the integral between finite ends; None where the formula is not bounded."""
    program = ContinuedProgram(job.graph, job.root, job.variable, job.others)
    program.prepare()
    return _quadrature(job, program, to_ball(low), to_ball(high), _itself)


def _itself(x: Any) -> tuple[Any, Any]:
    """Return the coordinate and the factor of the differential: none."""
    return x, None


def ray_integral(
    job: EndOfRange, place: Any, side: int, width: Any, near: Any = None
) -> arb | None:
    """Enclose the integral beside a point, or from a point to infinity.

    Parameters
    ----------
    job : EndOfRange
    place : number
        Where the formula may be singular; infinite: the range goes there from `near`.
    side : int
        1: the range lies to the right of a finite place.
    width : Fraction or None
        The width of the range beside a finite place.
    near : number
        The finite end of an infinite range.
    """
    if width is None:
        return _to_infinity(job, 1 if place > 0 else -1, near)
    graph, root = seen_from(job.graph, job.root, job.variable, place, side)
    local = EndOfRange(graph, root, job.variable, job.others, job.goal, job.budget)
    first = to_ball(width)
    return _with_tail(local, first, outward=False)


def _to_infinity(job: EndOfRange, direction: int, near: Any) -> arb | None:
    """Enclose the integral from `near` to plus or minus infinity."""
    if not isinstance(near, int | Fraction):
        job.budget.reason = "The finite end of an infinite range is not an exact number."
        return None
    graph, root = seen_from(job.graph, job.root, job.variable, 0, direction)
    local = EndOfRange(graph, root, job.variable, job.others, job.goal, job.budget)
    begin = near * direction
    first = 1 << max(0, int(begin)).bit_length()
    inner = plain_integral(local, begin, first)
    if inner is None and not job.budget.is_spent():
        inner = _beside(local, begin, Fraction(first) - Fraction(begin))
    if inner is None:
        return None
    outer = _with_tail(local, to_ball(first), outward=True)
    return None if outer is None else inner + outer


def _beside(job: EndOfRange, begin: Any, width: Fraction) -> arb | None:
    """Enclose the integral right of a singular finite end of an infinite range."""
    half = width / 2
    left = ray_integral(job, begin, 1, half)
    right = None if left is None else plain_integral(job, begin + half, begin + width)
    return None if left is None or right is None else left + right


def _with_tail(job: EndOfRange, first: arb, *, outward: bool) -> arb | None:
    """Enclose the integral over (first, oo) outward, or over (0, first) inward."""
    cut = _find_cut(job, first, outward)
    if cut is None:
        job.budget.is_hopeless = True
        job.budget.reason = job.budget.reason or "The tail could not be bounded."
        return None
    steps, tail, is_fast = cut
    job.budget.n_tails += 1
    bits = _more_bits(steps)
    import flint

    with flint.ctx.workprec(flint.ctx.prec + bits):
        program = ContinuedProgram(job.graph, job.root, job.variable, job.others)
        program.prepare()
        if outward and is_fast and steps <= MAX_PLAIN_CUT:
            found = _quadrature(job, program, first, first * 2**steps, _itself)
        else:
            found = _quadrature(
                job, program, to_ball(0), to_ball(steps), _logarithmic(first, outward)
            )
    return None if found is None else found + flint.arb(0, tail.abs_upper())


def _more_bits(steps: int) -> int:
    return max(0, steps.bit_length() - 8)


def _logarithmic(first: arb, outward: bool) -> Callable[[Any], tuple[Any, Any]]:
    """Return v -> first*2**v (or 2**-v) and its derivative, in size."""
    rate = first.const_log2() * (1 if outward else -1)

    def coordinate(v: Any) -> tuple[Any, Any]:
        x = first * (v * rate).exp()
        return x, abs(rate) * x

    return coordinate


def _find_cut(job: EndOfRange, first: arb, outward: bool) -> tuple[int, arb, bool] | None:
    """Return the doublings after which the tail is small, its bound, and if it falls fast."""
    target = to_ball(2) ** -(job.goal + 8)
    lowest, ladder = 0, [2**k for k in range(2, MAX_LADDER)]
    found: tuple[int, arb, bool] | None = None
    for steps in ladder:
        bounded = _tail(job, first, steps, outward)
        if bounded is not None and bounded[0] < target:
            found = (steps, *bounded)
            break
        if job.budget.is_spent() or (bounded is None and steps > 2**12):
            return None
        lowest = steps
    if found is None:
        return None
    for _ in range(5):
        middle = (lowest + found[0]) // 2
        if middle in (lowest, found[0]):
            break
        bounded = _tail(job, first, middle, outward)
        if bounded is not None and bounded[0] < target:
            found = (middle, *bounded)
        else:
            lowest = middle
    return found


def _tail(job: EndOfRange, first: arb, steps: int, outward: bool) -> tuple[arb, bool] | None:
    """Bound the integral beyond so many doublings (halvings inward)."""
    import flint

    unit = first if outward else 1 / first
    start = (unit * to_ball(2) ** steps).abs_lower()
    if not start >= 16:
        return None
    range_ = (start * 0).union(1 / start)
    coordinate = end_bounds(range_, -1 if outward else 1, 1)
    bound = bound_at_end(job.graph, job.root, job.variable, coordinate, start, job.others)
    if bound is None:
        return None
    scale = bound.high.scale
    if not outward:  # dw = dt/t**2
        scale = scale * type(scale)(power=flint.fmpq(-2))
    tail = scale.tail(start)
    if tail is None or not tail.is_finite():
        return None
    return abs(bound.high.factor * tail), bool(scale.rates)


def _quadrature(
    job: EndOfRange,
    program: ContinuedProgram,
    low: arb,
    high: arb,
    coordinate: Callable[[Any], tuple[Any, Any]],
) -> arb | None:
    """Enclose the integral between two ends; inexact ends are taken at their middles."""
    import flint

    begin, end = low.mid(), high.mid()
    narrow = abs(end - begin) * NARROW
    nothing, is_given_up = flint.acb("nan"), False
    budget, started = job.budget, program.n_evaluations

    def integrand(z: acb, analytic: bool) -> acb:
        nonlocal is_given_up  # an exception would not pass through python-flint
        if is_given_up or not (analytic or z.imag.is_zero()):
            return nothing
        if analytic:
            x, factor = coordinate(z)
            value = program.over_rectangle(x)
            if value is None:
                return nothing
            return value if factor is None else value * factor
        x, factor = coordinate(z.real)
        real = program.over_range(x)
        if real is None:
            is_given_up = bool(z.real.rad() < narrow) or budget.is_spent()
            return nothing
        return flint.acb(real if factor is None else real * factor)

    tolerance = flint.arb(2) ** -(job.goal + SPARE_BITS)
    found = flint.acb.integral(
        integrand,
        begin,
        end,
        rel_tol=tolerance,
        abs_tol=tolerance * tolerance,
        eval_limit=MAX_EVALUATIONS,
    )
    budget.evaluations += program.n_evaluations - started
    if is_given_up:
        budget.reason = "The integrand has no bounded value near some point of the range."
        return None
    if not found.is_finite():
        budget.reason = "The rigorous quadrature did not converge."
        return None
    return _with_edges(program, found.real, (low, high), coordinate)


def _with_edges(
    program: ContinuedProgram,
    value: arb,
    ends: tuple[arb, arb],
    coordinate: Callable[[Any], tuple[Any, Any]],
) -> arb | None:
    """Add what lies between the middles of inexact ends and the ends themselves."""
    for end, sign in zip(ends, (-1, 1), strict=True):
        if end.is_exact():
            continue
        x, factor = coordinate(end)
        edge = program.over_range(x)
        if edge is None:
            return None
        value = value + sign * (end - end.mid()) * (edge if factor is None else edge * factor)
    return value
