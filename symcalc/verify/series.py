"""The coefficients of a series from ball arithmetic, and the judge of closed forms of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..balls import NoBall, laurent, working_precision
from ..balls.growth import BITS, LENGTHS, Approach, UnknownGrowthError, growth_at
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from ..outcome import Outcome, Trust
from ..symbolic.asymptotics.terms import SeriesTerm
from .closed_forms import ClosedFormCheck, ComparedValue, closed_value

__all__ = ["KnownSeries", "judge_series", "known_series"]

Key = tuple[Fraction, int]
#: An absolute difference of coefficients that is no difference.
NOTHING = 1e-30


@dataclass(frozen=True)
class KnownSeries:
    """Coefficients in ball arithmetic of the terms t**power * log(t)**log_power below an order.

    Attributes
    ----------
    balls : dict of (Fraction, int) to arb
        Terms that are not among them are zero.
    is_analytic : bool
        Whether it is a Laurent series, the same on both sides.
    rest : (Fraction, int)
        The order of what is left out.
    """

    balls: Mapping[Key, Any]
    is_analytic: bool
    rest: Key


def known_series(
    graph: Graph, root: Node, name: str, place: Any, node: Node | None, side: int, order: int
) -> KnownSeries | None:
    """Return the terms of a formula below an order, None where they are not known.

    Parameters
    ----------
    graph, root, name
    place : arb or None
        None is infinity.
    node : Node or None
        The place in the graph; None is infinity.
    side : int
    order : int
    """
    moved = graph.copy()
    t = moved.var(name)
    there = moved.scale(side, moved.pow(t, moved.const(-1)))
    if node is not None:
        there = moved.add([node, moved.scale(side, t)])
    try:
        found = laurent(moved, substitute(moved, root, {t: there}), name, 0, order + 1, BITS)
        if found is not None and found[0] < 0:
            found = laurent(
                moved, substitute(moved, root, {t: there}), name, 0, order + 1 - found[0], BITS
            )
    except NoBall:
        found = None
    if found is not None:
        low, coefficients = found
        balls = {(Fraction(low + k), 0): ball for k, ball in enumerate(coefficients)}
        below = {key: ball for key, ball in balls.items() if key[0] < order}
        return KnownSeries(below, True, (Fraction(order), 0))
    return _grown(graph, root, name, Approach(place, side), order)


def _grown(
    graph: Graph, root: Node, name: str, approach: Approach, order: int
) -> KnownSeries | None:
    """Return the terms with broken powers and logarithms, from the leading terms."""
    for length in LENGTHS:
        try:
            growth = growth_at(graph, root, name, approach, {}, length)
        except (UnknownGrowthError, NoBall):
            return None
        terms = [(c.real, scale.powers) for c, scale in growth.terms]
        if any(scale.exponent or any(scale.powers[2:]) for _, scale in growth.terms):
            return None
        last = growth.error
        if last is not None and (last.exponent or -last.powers[0] < order):
            continue
        balls, rest = {}, (Fraction(order), 0)
        for coefficient, powers in terms:
            logs = powers[1]
            if logs.denominator != 1 or logs < 0:
                return None
            key = (-powers[0], int(logs))
            if key[0] < order:
                with working_precision(BITS):
                    balls[key] = coefficient * (-1) ** int(logs)
        left = [p for _, p in terms if -p[0] >= order] + ([last.powers] if last is not None else [])
        if left:
            rest = (-left[0][0], max(0, math.ceil(left[0][1])))
        return KnownSeries(balls, False, rest)
    return None


def judge_series(
    terms: Sequence[SeriesTerm],
    draws: Iterable[tuple[dict[str, float], KnownSeries]],
    needed: int,
) -> ClosedFormCheck:
    """Compare the coefficients of a series, those left out being zero, at draws of parameters."""
    forms = {term.key: term.coefficient for term in terms}
    details: list[ComparedValue] = []
    n_draws = 0
    for point, known in draws:
        n_draws += 1
        for key in sorted({*forms, *known.balls}):
            ball = known.balls.get(key)
            independent = 0.0 if ball is None else float(ball.mid())
            error = 0.0 if ball is None else float(ball.rad().upper())
            closed = closed_value(forms[key], point) if key in forms else 0.0
            if abs(independent) < NOTHING and abs(closed) < NOTHING:
                independent = closed = 0.0
            power = f"t^{key[0]}" + (f"*log(t)^{key[1]}" if key[1] else "")
            one = ComparedValue(point, closed, independent, error, f"coefficient of {power}")
            details.append(one)
            if not one.agrees:
                message = (
                    f"closed form rejected: {closed:.10g} against {independent:+.10g} as the "
                    f"coefficient of {power}"
                )
                return ClosedFormCheck(
                    Trust.SUSPECT, Outcome.DISAGREES, n_draws, one.gap, message, tuple(details)
                )
    if n_draws < needed:
        message = f"only {n_draws} values of the parameters to compare at"
        return ClosedFormCheck(Trust.UNCHECKED, Outcome.DONE, n_draws, math.nan, message)
    worst = max((one.gap for one in details), default=0.0)
    where = f" at {n_draws} values of the parameters" if needed > 1 else ""
    message = f"every coefficient agrees with ball arithmetic{where}, worst gap {worst:.1g}"
    return ClosedFormCheck(Trust.CHECKED, Outcome.DONE, n_draws, worst, message, tuple(details))
