"""The derivative at one point, with its status: proven, a limit, a kink, a jump, an edge."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..balls import (
    NoBall,
    PreciseValue,
    Status,
    ball_value,
    correct_decimal,
    distance_bound,
    precise_value,
    to_ball,
    working_precision,
)
from ..errors import ArgumentError
from ..graph.graph import Graph, Node
from ..outcome import Estimate, Outcome, Trust
from .approach import find_differing_limit
from .extension import extended_derivative
from .limits import Limit, LimitKind, find_limit
from .line import Line, Side
from .plain_point import plain_derivative_at

if TYPE_CHECKING:
    from flint import arb

__all__ = ["derivative_at"]

DIGITS = 17
MAX_BITS = 4096
#: Steps of the quick look at both sides, as exponents of 2.
PROBES = (60, 120)
PROBE_BITS = 512
#: Bits at which a start value is evaluated for difference quotients.
START_BITS = 8192


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one derivative: its ball, or why there is none."""

    outcome: Outcome
    trust: Trust
    method: str
    ball: Any = None
    note: str = ""
    #: Whether the closed form itself holds at the point, so that it can be differentiated on.
    is_closed: bool = False


def derivative_at(
    graph: Graph,
    value_root: Node,
    first_root: Node,
    second_root: Node | None,
    names: Sequence[str],
    point: Mapping[str, float | Fraction],
    digits: int = DIGITS,
) -> Estimate:
    """Return a first or second derivative at one point, with its status.

    Parameters
    ----------
    graph : Graph
        Holds the three roots.
    value_root : Node
        The function.
    first_root : Node
        Its derivative in `names[0]`, in closed form.
    second_root : Node or None
        The derivative of that in `names[1]`; None asks for the first derivative.
    names : sequence of str
        One or two variables.
    point : mapping of str to float or Fraction
        Values of all variables; doubles are taken as the exact numbers they are.
    digits : int
        Significant digits wanted in `Estimate.digits`.

    Returns
    -------
    Estimate
        `Outcome.DONE` and `Trust.PROVEN`: ball arithmetic encloses the closed form, and shows
        that all is smooth in a neighborhood. `Outcome.DONE` and `Trust.CHECKED`: both one-sided
        limits exist, are equal and are confirmed by a second method (at removable points the
        note gives the value that continues the function). `Outcome.SUBGRADIENT` (with the value
        that the closed form has by policy) or `Outcome.NOT_DIFFERENTIABLE` at kinks;
        `Outcome.JUMP`; at edges of the domain, poles, and where no limit is seen
        `Outcome.NO_DERIVATIVE` when the function has a value at the point, else
        `Outcome.UNDEFINED`: `note` says what each side does, the value is NaN. A value beyond
        the range of doubles is `inf`, and `digits` has it.

    Raises
    ------
    ArgumentError
        The names do not fit the derivatives given, or the point lacks one of them.

    Notes
    -----
    The derivative along a coordinate line is what is asked for. Other directions are looked at
    only where the function has no value at the point: a removable singularity is one that can
    be removed from all directions. Limits are evidence from steps down to 2**-2048, not proof.
    A second derivative is the derivative of the first one, so where that does not exist at the
    point neither does the second.

    A formula with functions that ball arithmetic lacks is evaluated in doubles and compared
    with one-sided differences; the trust is then at best `Trust.CHECKED`.
    """
    if len(names) != (1 if second_root is None else 2):
        raise ArgumentError(
            f"Received {len(names)} names; a first derivative needs 1, a second one 2."
        )
    place = {
        name: value if isinstance(value, Fraction) else float(value)
        for name, value in point.items()
    }
    for name in names:
        if not math.isfinite(place.get(name, math.nan)):
            raise ArgumentError(f"The point must give a finite value for `{name}`.")
    try:
        found = _find(graph, value_root, first_root, second_root, names, place, digits)
        if found.outcome is Outcome.UNDEFINED and _has_value(graph, value_root, place):
            found = replace(found, outcome=Outcome.NO_DERIVATIVE)
        return _estimate(found, digits)
    except NoBall:
        doubles = {name: float(value) for name, value in place.items()}
        return plain_derivative_at(graph, value_root, first_root, second_root, names, doubles)


def _find(
    graph: Graph,
    value_root: Node,
    first_root: Node,
    second_root: Node | None,
    names: Sequence[str],
    point: Mapping[str, float | Fraction],
    digits: int,
) -> Finding:
    """Return the first derivative, or the second one where the first one exists."""
    first = _examine(Line(graph, value_root, first_root, names[0], point, digits=digits))
    if second_root is None:
        return first
    if not first.outcome.is_good:
        return _without_first(first, "first derivative")
    start = None if first.is_closed else first.ball
    line = Line(graph, first_root, second_root, names[1], point, start=start, digits=digits)
    second = _examine(line) if names[0] == names[1] else _mixed(line, value_root, names)
    if second.outcome.is_good and first.note:
        second = replace(second, note=first.note)
    return second


def _examine(line: Line) -> Finding:
    """Return the derivative of a line's function at its point."""
    slope = precise_value(
        line.graph, line.slope_root, line.point, digits=line.digits, max_precision=MAX_BITS
    )
    if _is_settled(slope):
        note = "cannot be told from zero" if slope.status is Status.NEAR_ZERO else ""
        if line.start is None and line.is_smooth_near():
            return Finding(Outcome.DONE, Trust.PROVEN, "ball arithmetic", slope.ball, note, True)
        start = _start(line, PROBE_BITS)
        if start.is_finite() and _probe(line, start, slope.ball):
            method = "closed form and difference quotients"
            return Finding(Outcome.DONE, Trust.CHECKED, method, slope.ball, note, True)
    found = _from_both_sides(line, _start(line, START_BITS), slope)
    if found.outcome is Outcome.UNDEFINED and _is_blind(line):
        note = "the precision does not tell the values beside the point"
        return Finding(Outcome.UNDECIDED, Trust.UNCHECKED, found.method, None, note)
    return found


def _is_blind(line: Line) -> bool:
    """Say whether the balls know neither a value beside the point nor that there is none."""
    steps = [sign * line.unit * Fraction(9, 7) / 2 ** PROBES[0] for sign in (1, -1)]
    beside = [{**line.point, line.name: line.center + step} for step in steps]
    found = [precise_value(line.graph, line.value_root, place, digits=4) for place in beside]
    return any(value.status is Status.UNDECIDED for value in found)


def _has_value(graph: Graph, root: Node, point: Mapping[str, float | Fraction]) -> bool:
    """Say whether the function has a real value at the point itself."""
    return bool(ball_value(graph, root, point, START_BITS).is_finite())


def _start(line: Line, bits: int) -> Any:
    """Return the value of the function at the point, NaN when it has none."""
    return line.at(Fraction(0), bits)[0] if line.start is None else line.start


def _is_settled(value: PreciseValue) -> bool:
    return value.status in (Status.PROVEN, Status.NEAR_ZERO)


def _probe(line: Line, start: arb, slope: arb) -> bool:
    """Say whether difference quotients on both sides approach the slope of the closed form."""
    for sign in (1, -1):
        gaps = []
        for exponent in PROBES:
            step = sign * line.unit * Fraction(9, 7) / 2**exponent
            value, _ = line.at(step, PROBE_BITS)
            with working_precision(PROBE_BITS):
                quotient = (value - start) / to_ball(step)
                gap, size = abs(quotient - slope), abs(slope)
                if not gap.is_finite():
                    return False
                gaps.append((gap.mid(), gap.rad() + size.upper() * to_ball(2) ** -50))
        (coarse, _), (fine, noise) = gaps
        if not (fine <= noise or fine <= coarse * to_ball(2) ** -20):
            return False
    return True


def _from_both_sides(line: Line, start: arb, slope: PreciseValue) -> Finding:
    """Return the derivative from what is seen on both sides of the point."""
    left, right = line.side(-1), line.side(1)
    values = find_limit(left.values), find_limit(right.values)
    if values[0].is_outside or values[1].is_outside:
        return _at_edge(line, start, values, (left, right))
    note = ""
    if not start.is_finite():
        if not _meet(*values):
            return _no_value(values)
        elsewhere = _differs_elsewhere(line, values[0])
        if elsewhere is not None:
            return elsewhere
        start = line.limit_value(left, right)
        note = f"removable: the value there is the limit {values[0]}"
    elif not _is_continuous(start, (left, right)):
        return _broken(values)
    limits = tuple(find_limit(line.quotients(side, start)) for side in (left, right))
    if _meet(*limits):
        return _smooth(line, limits, (left, right), slope, note)
    return _kinked(limits, slope, note)


def _is_continuous(start: arb, sides: Sequence[Side]) -> bool:
    """Say whether the function tends to its value at the point from both sides."""
    for side in sides:
        with working_precision(START_BITS):
            gap = find_limit([value - start for value in side.values])
        if not (gap.is_finite and gap.ball.contains(0)):
            return False
    return True


def _meet(left: Limit, right: Limit) -> bool:
    """Say whether both limits are the same number."""
    return left.is_finite and right.is_finite and left.agrees(right.ball)


def _smooth(
    line: Line,
    limits: tuple[Limit, ...],
    sides: tuple[Side, Side],
    slope: PreciseValue,
    note: str,
) -> Finding:
    """Return the common limit of the quotients, confirmed by a second method where one can."""
    limit = limits[0] if limits[0].ball.rad() <= limits[1].ball.rad() else limits[1]
    method = "limit from both sides"
    if line.series is not None and limit.agrees(line.series[1]):
        return Finding(Outcome.DONE, Trust.CHECKED, f"{method} and series", line.series[1], note)
    if _is_settled(slope) and limit.agrees(slope.ball):
        method = f"closed form and {method}"
        return Finding(Outcome.DONE, Trust.CHECKED, method, slope.ball, note, not note)
    confirmed = all(limit.agrees(slope_limit.ball) for slope_limit in _slope_limits(sides))
    trust = Trust.CHECKED if confirmed else Trust.ESTIMATED
    return Finding(Outcome.DONE, trust, method, limit.ball, note)


def _slope_limits(sides: tuple[Side, Side]) -> list[Limit]:
    """Return the limits of the closed derivative from both sides; a NaN where there is none."""
    limits = [find_limit(side.slopes) for side in sides]
    return [
        limit if limit.is_finite else Limit(LimitKind.NONE, to_ball(math.nan)) for limit in limits
    ]


def _kinked(limits: tuple[Limit, ...], slope: PreciseValue, note: str) -> Finding:
    """Return why the one-sided derivatives make no derivative, and the policy's value if any."""
    sides = f"left {limits[0]}, right {limits[1]}"
    note = f"{sides}; {note}" if note else sides
    if all(limit.is_finite for limit in limits):
        if _is_settled(slope):
            return Finding(Outcome.SUBGRADIENT, Trust.CHECKED, "one-sided limits", slope.ball, note)
        return Finding(Outcome.NOT_DIFFERENTIABLE, Trust.CHECKED, "one-sided limits", None, note)
    if any(limit.kind is LimitKind.NONE for limit in limits):
        return Finding(Outcome.UNDEFINED, Trust.ESTIMATED, "one-sided limits", None, note)
    return Finding(Outcome.NOT_DIFFERENTIABLE, Trust.ESTIMATED, "one-sided limits", None, note)


def _at_edge(
    line: Line, start: arb, values: tuple[Limit, Limit], sides: tuple[Side, Side]
) -> Finding:
    """Return what is known at the edge of the real domain, or outside of it."""
    method = "one-sided limits"
    if values[0].is_outside and values[1].is_outside:
        note = "not real on either side"
        nowhere = Finding(Outcome.UNDEFINED, Trust.ESTIMATED, method, None, note)
        return _continue(line, nowhere) if len(line.point) > 1 else nowhere
    inner = 1 if values[0].is_outside else 0
    if start.is_finite():
        limit = find_limit(line.quotients(sides[inner], start))
    else:
        limit = find_limit(sides[inner].slopes)
    where = ("left", "right")[inner]
    note = f"edge of the real domain; from the {where}: {limit}"
    return Finding(Outcome.UNDEFINED, Trust.ESTIMATED, method, None, note)


def _no_value(values: tuple[Limit, Limit]) -> Finding:
    """Return why the function cannot be continued into the point."""
    note = f"value: left {values[0]}, right {values[1]}"
    if values[0].is_finite and values[1].is_finite:
        return Finding(Outcome.JUMP, Trust.ESTIMATED, "one-sided limits", None, note)
    note = f"no finite limit; {note}"
    return Finding(Outcome.UNDEFINED, Trust.ESTIMATED, "one-sided limits", None, note)


def _differs_elsewhere(line: Line, limit: Limit) -> Finding | None:
    """Return why the function cannot be continued into the point though it can along the line."""
    found = find_differing_limit(line.graph, line.value_root, line.point, limit, line.unit)
    if found is None:
        return None
    curve, other = found
    note = f"the value has no limit: {limit} along {line.name}, {other} along {curve}"
    method = "limits along several curves"
    return Finding(Outcome.UNDEFINED, Trust.ESTIMATED, method, None, note)


def _broken(values: tuple[Limit, Limit]) -> Finding:
    """Return why a function that has a value at the point is not continuous there."""
    found = _no_value(values)
    if values[0].is_finite and values[1].is_finite:
        return found
    return Finding(Outcome.UNDEFINED, found.trust, found.method, None, found.note)


def _mixed(line: Line, value_root: Node, names: Sequence[str]) -> Finding:
    """Return a mixed second derivative; the first one must exist beside the point as well."""
    for sign in (1, -1):
        step = float(line.unit) * 2.0**-20 * sign
        beside = {**line.point, names[1]: line.point[names[1]] + step}
        first = _examine(Line(line.graph, value_root, line.value_root, names[0], beside))
        if not first.outcome.is_good:
            return _without_first(first, "first derivative beside the point")
        if not first.is_closed:
            return _continue(line, _examine(line))
    return _examine(line)


def _continue(line: Line, found: Finding) -> Finding:
    """Return the derivative of the analytic continuation where the line has no real values."""
    extended = extended_derivative(
        line.graph, line.value_root, line.slope_root, line.name, line.point
    )
    if extended is None:
        return found
    value, slope = extended
    limit = Limit(LimitKind.FINITE, value)
    elsewhere = _differs_elsewhere(line, limit)
    if elsewhere is not None:
        return elsewhere
    note = f"removable: the value there is the limit {limit}"
    method = "series across the line and difference quotients"
    return Finding(Outcome.DONE, Trust.CHECKED, method, slope, note)


def _without_first(first: Finding, where: str) -> Finding:
    """Return why there is no second derivative: the first one does not exist."""
    outcome = first.outcome
    if outcome is Outcome.SUBGRADIENT:
        outcome = Outcome.NOT_DIFFERENTIABLE
    return Finding(outcome, first.trust, first.method, None, f"{where}: {first.note}")


def _estimate(found: Finding, n_digits: int) -> Estimate:
    """Return the finding as a number for people."""
    ball, note = found.ball, found.note
    if ball is None:
        return Estimate(math.nan, math.nan, found.method, found.trust, found.outcome, note)
    with working_precision(START_BITS):
        middle = ball.mid() if ball.is_exact() or not ball.contains(0) else ball.mid() * 0
        value = float(middle)
        radius = distance_bound(ball, value)
        digits = correct_decimal(ball, n_digits) or middle.str(DIGITS, radius=False)
    if math.isinf(value) and not note:
        note = "beyond the range of doubles"
    return Estimate(value, radius, found.method, found.trust, found.outcome, note, digits)
