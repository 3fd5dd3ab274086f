"""Integrals over one piece of a range: plainly, or along a ray whose tail is cut off."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..graph.graph import Graph, Node
from .continued import ContinuedProgram
from .ends import bound_at_end, end_bounds
from .monomials import in_logarithm, in_power, turning_powers
from .oscillation import STILL, Frequency, boundary_terms, derivatives_of, split_in_waves
from .precision import to_ball
from .scales import Bound, Scale
from .shift import seen_from

if TYPE_CHECKING:
    from flint import acb, arb

    from .precision import Coordinate

__all__ = ["Budget", "EndOfRange", "is_turning_at", "plain_integral", "ray_integral"]

#: Evaluations after which one piece is given up.
MAX_EVALUATIONS = 60_000
#: The tolerance of a piece is smaller than the goal by so many bits: errors of pieces add up.
SPARE_BITS = 6
#: A range this much narrower than the piece without a bounded value: an end needs care.
NARROW = 2.0**-40
#: The farthest cut is exp(2**MAX_LADDER).
MAX_LADDER = 80
#: Up to exp of this cut an exponentially falling integrand is taken in x itself.
MAX_PLAIN_CUT = 16
#: How often an oscillating integral is integrated by parts, and at 2**MAX_BY_PARTS at the latest.
N_PARTS, MAX_BY_PARTS = 7, 14


@dataclass
class Budget:
    """The time that is left, and what was done and learned on the way.

    No attempt begins after `deadline`; one that has begun may go on until `limit`.
    """

    deadline: float
    limit: float = math.inf
    evaluations: int = 0
    n_tails: int = 0
    reason: str = ""
    is_hopeless: bool = False

    def is_spent(self) -> bool:
        """Say whether the time is over; the reason says so then."""
        if time.thread_time() < self.deadline:
            return False
        self.reason = self.reason or "The time given was spent."
        return True

    def is_over(self) -> bool:
        """Say whether even an attempt that has begun is to end."""
        return time.thread_time() > self.limit and self.is_spent()


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
    return _over(job, to_ball(low), to_ball(high))


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
    local = replace(job, graph=graph, root=root)
    if is_turning_at(job, place, side):
        graph, root = in_power(graph, root, job.variable, Fraction(-1))
        return _to_infinity(replace(local, graph=graph, root=root), 1, 1 / Fraction(width))
    return _with_tail(local, width, outward=False)


def is_turning_at(job: EndOfRange, place: Any, side: int) -> bool:
    """Say whether the formula has sin or cos of something like 1/x beside a place."""
    if not isinstance(place, int | Fraction):
        return False
    graph, root = seen_from(job.graph, job.root, job.variable, place, side)
    return min(turning_powers(graph, root, job.variable), default=Fraction(1)) < 0


def _to_infinity(job: EndOfRange, direction: int, near: Any) -> arb | None:
    """Enclose the integral from `near` to plus or minus infinity."""
    if not isinstance(near, int | Fraction):
        job.budget.reason = "The finite end of an infinite range is not an exact number."
        return None
    graph, root = seen_from(job.graph, job.root, job.variable, 0, direction)
    local = replace(job, graph=graph, root=root)
    begin = near * direction
    cut = _find_cut(local, outward=True)
    if cut is None or not cut[2]:
        found = _oscillating(local, begin) or _straightened(local, begin)
        if found is not None or job.budget.is_spent():
            return found
    first = 1 << max(0, int(begin)).bit_length()
    inner = _inner(local, begin, first)
    if inner is None:
        return None
    outer = _with_tail(local, first, outward=True)
    return None if outer is None else inner + outer


def _inner(job: EndOfRange, begin: Any, end: Any) -> arb | None:
    """Enclose the integral from an end that may be singular to a place where all is smooth."""
    found = plain_integral(job, begin, end)
    if found is not None or job.budget.is_spent():
        return found
    width = min(Fraction(1), Fraction(end - begin) / 2)
    left = ray_integral(job, begin, 1, width)
    right = None if left is None else plain_integral(job, begin + width, end)
    return None if left is None or right is None else left + right


def _oscillating(job: EndOfRange, begin: Any) -> arb | None:
    """Enclose a sum of waves from `begin` to infinity, by parts behind some place."""
    waves = split_in_waves(job.graph, job.root, job.variable)
    if waves is None or set(waves) <= {STILL}:
        return None
    still = waves.pop(STILL, None)
    parts = [
        (frequency, kind, orders)
        for frequency, wave in waves.items()
        for kind, node in (("cos", wave.cosine), ("sin", wave.sine))
        if node is not None
        and (orders := derivatives_of(job.graph, node, job.variable, N_PARTS)) is not None
    ]
    if len(parts) != sum((w.cosine is not None) + (w.sine is not None) for w in waves.values()):
        return None
    for step in range(5, MAX_BY_PARTS):
        place = max(1, math.ceil(begin)) << step
        total = _by_parts(job, parts, place)
        if total is not None:
            break
    else:
        return None
    if still is not None and still.cosine is not None:
        steady = replace(job, root=still.cosine)
        outer = _with_tail(steady, place, outward=True)
        if outer is None:
            return None
        total = total + outer
    job.budget.n_tails += 1
    inner = _inner(job, begin, place)
    return None if inner is None else inner + total


def _straightened(job: EndOfRange, begin: Any) -> arb | None:
    """Enclose an integral with sin or cos of a power of x from `begin` to infinity."""
    if not begin < 1:
        return None
    for power in turning_powers(job.graph, job.root, job.variable):
        if power > 0:
            there = in_power(job.graph, job.root, job.variable, 1 / power)
            outer = _oscillating(replace(job, graph=there[0], root=there[1]), 1)
            inner = None if outer is None else _inner(job, begin, 1)
            return None if inner is None or outer is None else inner + outer
    return None


def _by_parts(
    job: EndOfRange, parts: Sequence[tuple[Frequency, str, list[Node]]], place: int
) -> arb | None:
    """Enclose the waves from a place to infinity; None where what is left is not small."""
    import flint

    target = to_ball(2) ** -(job.goal + 4)
    total, start = to_ball(0), to_ball(place)
    for frequency, kind, orders in parts:
        turn = to_ball(frequency[0]) + to_ball(frequency[1]) * start.pi()
        for order, node in reversed(list(enumerate(orders))):  # the last decides mostly
            there = replace(job, root=node)
            bound = bound_beyond(there, start, outward=True)
            if bound is None:
                return None
            if order < N_PARTS:  # what stands at infinity is zero
                if not bound.high.scale.decay(start) > 0:
                    return None
                continue
            tail = bound.high.scale.tail(start)
            rest = None if tail is None else abs(bound.high.factor * tail / turn**N_PARTS)
            if rest is None or not rest < target:
                return None
            total = total + flint.arb(0, rest.abs_upper())
        point = {**job.others, job.variable: place}
        terms = boundary_terms(job.graph, orders[:-1], kind, frequency, point, job.variable)
        if terms is None:
            return None
        total = total + terms
    return total


def _with_tail(job: EndOfRange, first: Any, *, outward: bool) -> arb | None:
    """Enclose the integral over (first, oo) outward, or over (0, first) inward."""
    import flint

    cut = _find_cut(job, outward)
    if cut is None:
        job.budget.is_hopeless = True
        job.budget.reason = job.budget.reason or "The tail could not be bounded."
        return None
    place, tail, is_fast = cut
    job.budget.n_tails += 1
    with flint.ctx.workprec(flint.ctx.prec + max(0, place.bit_length() - 8)):
        begin, far = to_ball(first), to_ball(place)
        if outward and is_fast and place <= MAX_PLAIN_CUT:
            found = _over(job, begin, far.exp().lower())
        else:
            graph, root = in_logarithm(job.graph, job.root, job.variable, outward=outward)
            there = replace(job, graph=graph, root=root)
            ends = (begin.log(), far) if outward else (-far, begin.log())
            found = _over(there, *ends)
    return None if found is None else found + flint.arb(0, tail.abs_upper())


def _find_cut(job: EndOfRange, outward: bool) -> tuple[int, arb, bool] | None:
    """Return c, what lies beyond the distance exp(c) (exp(-c) inward), whether that falls fast."""
    target = to_ball(2) ** -(job.goal + 8)
    lowest = 0
    for step in range(2, MAX_LADDER):
        place = 2**step
        bounded = _tail(job, place, outward)
        if bounded is not None and bounded[0] < target:
            return _nearer(job, outward, target, lowest, (place, *bounded))
        if job.budget.is_spent() or (bounded is None and place > 2**12):
            return None
        lowest = place
    return None


def _nearer(
    job: EndOfRange, outward: bool, target: arb, lowest: int, found: tuple[int, arb, bool]
) -> tuple[int, arb, bool]:
    """Return a cut between one that is too near and one that is far enough."""
    for _ in range(5):
        middle = (lowest + found[0]) // 2
        if middle in (lowest, found[0]):
            break
        bounded = _tail(job, middle, outward)
        if bounded is not None and bounded[0] < target:
            found = (middle, *bounded)
        else:
            lowest = middle
    return found


def _tail(job: EndOfRange, place: int, outward: bool) -> tuple[arb, bool] | None:
    """Bound the integral beyond the distance exp(place), or exp(-place) inward."""
    import flint

    bound = bound_beyond(job, to_ball(place).exp().lower(), outward=outward)
    if bound is None:
        return None
    start, scale = to_ball(place).exp().lower(), bound.high.scale
    if not outward:  # dw = dt/t**2
        scale = scale * Scale(power=flint.fmpq(-2))
    tail = scale.tail(start)
    if tail is None or not tail.is_finite():
        return None
    return abs(bound.high.factor * tail), bool(scale.rates)


def bound_beyond(job: EndOfRange, start: arb, *, outward: bool) -> Bound | None:
    """Bound the formula at distances beyond `start` outward, within 1/start inward."""
    if not start >= 16:
        return None
    coordinate = end_bounds((start * 0).union(1 / start), -1 if outward else 1, 1)
    return bound_at_end(job.graph, job.root, job.variable, coordinate, start, job.others)


def _over(job: EndOfRange, low: arb, high: arb) -> arb | None:
    """Enclose the integral between two ends; inexact ends are taken at their middles."""
    import flint

    program = ContinuedProgram(job.graph, job.root, job.variable, job.others)
    program.prepare()
    begin, end = low.mid(), high.mid()
    narrow = abs(end - begin).min(to_ball(1)) * NARROW
    nothing, is_given_up = flint.acb("nan"), False
    budget = job.budget

    def integrand(z: acb, analytic: bool) -> acb:
        nonlocal is_given_up  # an exception would not pass through python-flint
        if is_given_up or not (analytic or z.imag.is_zero()):
            return nothing
        if budget.is_over():
            is_given_up = True
            return nothing
        if analytic:
            value = program.over_rectangle(z)
            return nothing if value is None else value
        real = program.over_range(z.real)
        if real is None:
            is_given_up = bool(z.real.rad() < narrow) or budget.is_spent()
            return nothing
        return flint.acb(real)

    tolerance = flint.arb(2) ** -(job.goal + SPARE_BITS)
    found = flint.acb.integral(
        integrand,
        begin,
        end,
        rel_tol=tolerance,
        abs_tol=tolerance * tolerance,
        eval_limit=MAX_EVALUATIONS,
    )
    budget.evaluations += program.n_evaluations
    if is_given_up and not budget.is_over():
        budget.reason = "The integrand has no bounded value near some point of the range."
    if is_given_up:
        return None
    if not found.is_finite():
        budget.reason = "The rigorous quadrature did not converge."
        return None
    return _with_edges(program, found.real, (low, high))


def _with_edges(program: ContinuedProgram, value: arb, ends: tuple[arb, arb]) -> arb | None:
    """Add what lies between the middles of inexact ends and the ends themselves."""
    for end, sign in zip(ends, (-1, 1), strict=True):
        if not end.is_exact():
            edge = program.over_range(end)
            if edge is None:
                return None
            value = value + sign * (end - end.mid()) * edge
    return value
