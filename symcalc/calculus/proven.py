"""The value of a formula at a point from balls, with the digits that they prove."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from ..balls import (
    BallProgram,
    NoBall,
    PreciseValue,
    Status,
    correct_decimal,
    distance_bound,
    precise_value,
    working_precision,
)
from ..graph.graph import Graph, Node
from ..outcome import Estimate, Outcome, Trust
from ..verify.plain import PlainProgram
from .refusals import why_undecided, why_undefined

__all__ = ["proven_value"]

#: Bits at which the balls give up, beyond four times what the digits need.
MAX_BITS = 16384
BITS_A_DIGIT = 14
SECONDS = 5.0
#: Digits beyond those asked for, one attempt after the other, until the rounding is certain.
SPARE_DIGITS = (1, 20, 200)
#: A ball around zero that is narrower counts as zero; a wider one shows nothing.
NEGLIGIBLE = 1e-300
METHOD = "ball arithmetic"

Coordinates = Mapping[str, float | Fraction]


def proven_value(graph: Graph, root: Node, point: Coordinates, digits: int) -> Estimate:
    """Return a value whose digits are proven, or why it has none.

    Parameters
    ----------
    graph, root
    point : mapping of str to float or Fraction
        Values of all variables, taken exactly.
    digits : int
        Significant decimal digits.
    """
    try:
        program = BallProgram(graph, [root])
    except NoBall as lack:
        return _plain_value(graph, root, point, str(lack))
    found = None
    for spare in SPARE_DIGITS:
        found = precise_value(
            graph,
            root,
            point,
            digits=digits + spare,
            max_precision=MAX_BITS + BITS_A_DIGIT * digits,
            seconds=SECONDS,
            program=program,
        )
        if not found.is_proven:
            break
        if text := correct_decimal(found.ball, digits):
            return _proven(found, text)
    assert found is not None
    if found.is_proven:
        return _tie(found, digits)
    return _refused(graph, root, point, found, digits)


def _proven(found: PreciseValue, text: str) -> Estimate:
    """Return a value with its digits."""
    with working_precision(found.precision):
        error = distance_bound(found.ball, found.value)
    note = "" if math.isfinite(found.value) else "beyond the range of doubles"
    method = f"{METHOD}, {found.precision} bits"
    return Estimate(found.value, error, method, Trust.PROVEN, note=note, digits=text)


def _tie(found: PreciseValue, digits: int) -> Estimate:
    """Return a value that seems to lie halfway between two decimals: with a few digits more."""
    for more in range(1, 20):
        if text := correct_decimal(found.ball, digits + more):
            return _proven(found, text)
    if not found.ball.is_finite():
        note = f"the value is {found.ball.str(5, radius=False)}"
        method = f"{METHOD}, {found.precision} bits"
        return Estimate(math.nan, math.nan, method, Trust.PROVEN, Outcome.UNDEFINED, note)
    return _proven(found, found.ball.str(digits, radius=False))  # not reached below 10**(10**15)


def _refused(
    graph: Graph, root: Node, point: Coordinates, found: PreciseValue, digits: int
) -> Estimate:
    """Return what is known of a value whose digits are not proven, and why they are not."""
    method = f"{METHOD}, {found.precision} bits"
    if found.status is Status.UNDEFINED:
        note = why_undefined(graph, root, found.culprit, point)
        return Estimate(math.nan, math.nan, method, Trust.PROVEN, Outcome.UNDEFINED, note)
    if found.status is Status.NEAR_ZERO and found.radius < NEGLIGIBLE:
        with working_precision(found.precision):
            bound = found.ball.abs_upper().str(2, radius=False)
        note = f"cannot be told from zero: its size is at most {bound}"
        return Estimate(0.0, found.radius, method, Trust.PROVEN, note=note)
    if found.culprit is not None and graph.kinds[found.culprit] == "integral":
        return _plain_value(graph, root, point, "no rigorous enclosure of the integral was found")
    note = why_undecided(graph, root, found, point)
    if not math.isfinite(found.radius):
        return Estimate(math.nan, math.nan, method, Trust.UNCHECKED, Outcome.UNDECIDED, note)
    with working_precision(found.precision):
        error = distance_bound(found.ball, found.value)
    held = next((n for n in range(digits, 0, -1) if correct_decimal(found.ball, n)), 0)
    text = correct_decimal(found.ball, held) or "" if held else ""
    note = f"{held} of {digits} digits are proven; {note}"
    return Estimate(found.value, error, method, Trust.PROVEN, Outcome.UNDECIDED, note, text)


def _plain_value(graph: Graph, root: Node, point: Coordinates, lack: str) -> Estimate:
    """Return the value in doubles of a formula that ball arithmetic cannot evaluate."""
    doubles = {name: float(value) for name, value in point.items()}
    value = float(PlainProgram(graph, root)(doubles))
    has_integral = "integral" in {graph.kinds[node] for node in graph.reachable([root])}
    lacking = Outcome.UNDECIDED if has_integral else Outcome.UNDEFINED
    outcome = Outcome.DONE if math.isfinite(value) else lacking
    return Estimate(value, math.nan, "double arithmetic", Trust.UNCHECKED, outcome, lack)
