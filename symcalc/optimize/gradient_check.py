"""Whether a gradient is that of the values: at the start and at the end of a run, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..outcome import Outcome
from .bounds import Bounds, Vector
from .evaluator import Evaluator
from .objective import Point
from .plain import count_of, format_number
from .slopes import AGREEMENT, MAX_NAMED, Line, Place, Slope, Wrong, draws, wrong_components

__all__ = ["GradientCheck", "Place", "check_gradient", "verify_gradient"]


#: A slope at the end that is off by this share of the slope at the start is looked at no further.
STILL = 1e-5

#: Ends that a wrong gradient may lead to, besides good ones.
ASTRAY = (
    Outcome.DIVERGED,
    Outcome.INFEASIBLE,
    Outcome.LINE_SEARCH_FAILED,
    Outcome.SADDLE,
    Outcome.SOLVER_FAILED,
)


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """What differences of values say of a gradient.

    Attributes
    ----------
    agrees : bool or None
        None where nothing could be said.
    digits : float
        To how many digits the slope along the line at the start agrees; NaN where it does not.
    slack : float
        By how much, at most, the slope along the line at the end is off; NaN where not looked at.
    sentence : str
    n_evaluations : int
        Values evaluated for it; they are not among those of the run.
    """

    agrees: bool | None
    digits: float
    slack: float
    sentence: str
    n_evaluations: int

    def judge(self, outcome: Outcome) -> Outcome:
        """Return an outcome, or that it is not to be trusted: it rests on a wrong gradient."""
        is_astray = self.agrees is False and (outcome.is_good or outcome in ASTRAY)
        return Outcome.WRONG_GRADIENT if is_astray else outcome

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; a number that was not found is None."""
        return {
            "agrees": self.agrees,
            "digits": None if np.isnan(self.digits) else float(self.digits),
            "slack": None if np.isnan(self.slack) else float(self.slack),
            "sentence": self.sentence,
            "n_evaluations": self.n_evaluations,
        }


def check_gradient(
    value: Callable[[Vector], float], start: Place, end: Place | None, names: Sequence[str], *,
    bounds: Bounds | None = None, seed: int = 0, what: str = "gradient", n_before: int = 0,
) -> GradientCheck:  # fmt: skip
    """Return what differences of values say of a gradient at the start, and at the end.

    Parameters
    ----------
    value : callable
        The values alone; NaN where there is none.
    start : Place
        Where slopes are largest as a rule: there digits can be counted.
    end : Place or None
        There slopes should vanish; None where values are known to bend sharply.
    names : sequence of str
    bounds : Bounds or None
        No value is asked for outside of them.
    seed : int
        Of the line's direction.
    what : str
        The name of the gradient in sentences.
    n_before : int
        Values evaluated for the check before: they count as its own.

    Notes
    -----
    2 values for each place where they agree. A gradient counts as wrong only where single
    variables are found whose adaptive differences, with their errors, exclude what it says.
    """
    counted = _Counted(value, n_before)
    places = [start] if end is None or start.x.tobytes() == end.x.tobytes() else [start, end]
    sizes = _sizes(start.x, places[-1].x)
    slopes: list[Slope | None] = []
    drawn = draws(seed, len(places), sizes.size)
    for place, lengths in zip(places, drawn, strict=True):
        line = Line(counted, place, sizes, bounds, lengths)
        slope = line.settled()
        slopes.append(slope)
        if slope is None or slope.is_beyond_doubt or _is_still(slope, slopes[0]):
            continue
        wrong = wrong_components(line)
        if wrong:
            named = _tell_wrong(wrong, names, place.words, what)
            return GradientCheck(False, np.nan, slope.off, named, counted.n_calls)
    return _tell_right(slopes, places, what, counted.n_calls)


def verify_gradient(
    evaluator: Evaluator, start: Point, best: Point, names: Sequence[str], *,
    bounds: Bounds | None, seed: int, is_smooth: bool,
) -> GradientCheck | None:  # fmt: skip
    """Return the check of a run's gradient, None where no point of it has one.

    Of an objective over rows the values and gradients of the first rows are compared, of one with
    a penalty those of the smooth part. Where the formula has kinks the end is likely to be one.
    """
    value, aside, which = _what_is_compared(evaluator)
    if not start.is_finite:
        start, best = best, start
    if not start.is_finite:
        return None
    places = [Place(*aside(start), f"at the start{which}")]
    if is_smooth and best.is_finite and best.x is not start.x:
        places.append(Place(*aside(best), f"at the end{which}"))
    return check_gradient(value, places[0], places[-1], names, bounds=bounds, seed=seed)


def _what_is_compared(
    evaluator: Evaluator,
) -> tuple[Callable[[Vector], float], Callable[[Point], Point], str]:
    """Return values, the point with the gradient of these values, and what they are of."""
    rows = evaluator.objective.rows
    if rows is None:
        return evaluator.value_aside, evaluator.aside, ""
    batch = next(iter(rows.data.pieces()))

    def aside(point: Point) -> Point:
        return Point(point.x, *rows.value_and_gradient(point.x, batch.rows, batch.n_rows))

    is_part = batch.n_rows < rows.data.n_rows
    which = f", over the first {count_of(batch.n_rows, 'row')}" if is_part else ""
    return lambda x: rows.value(x, batch.rows, batch.n_rows), aside, which


class _Counted:
    """Values with a count; one that raises an `ArithmeticError` is a NaN."""

    def __init__(self, value: Callable[[Vector], float], n_calls: int) -> None:
        self._value, self.n_calls = value, n_calls

    def __call__(self, x: Vector) -> float:
        self.n_calls += 1
        return self._value(x)


def _sizes(start: Vector, end: Vector) -> Vector:
    """Return how large each variable is in this run; 1 where nothing is known."""
    sizes = np.maximum(np.abs(start), np.abs(end))
    return sizes if sizes.all() else np.where(sizes > 0.0, sizes, 1.0)


def _is_still(slope: Slope, first: Slope | None) -> bool:
    """Whether a slope is off by what values bend, or at the end by nothing beside the start's."""
    return slope.is_explained or (slope is not first and slope.off <= STILL * _steepness(first))


def _steepness(slope: Slope | None) -> float:
    """Return how steep the values are along a line of length one."""
    return 0.0 if slope is None else abs(slope.measured) / slope.length


def _tell_wrong(wrong: list[Wrong], names: Sequence[str], where: str, what: str) -> str:
    """Return the sentence on components that are wrong."""
    told = []
    for place, said, found, error in wrong[:MAX_NAMED]:
        times = _factor(said, found)
        told.append(f"by {names[place]} it is {format_number(said, 6)} {where}, where values give "
                    f"{format_number(found, 6)} ± {error:.1g}{times}")  # fmt: skip
    more = ", and others are wrong too" if len(wrong) > MAX_NAMED else ""
    return f"The {what} is wrong: {'; '.join(told)}{more}."


def _factor(said: float, found: float) -> str:
    """Return which simple factor a wrong component is off by, in words."""
    if not said or not found:
        return ""
    ratio = said / found
    if abs(ratio + 1.0) < AGREEMENT:
        return " (the sign)"
    for times in (2.0, 0.5):
        if abs(ratio / times - 1.0) < AGREEMENT:
            return f" (a factor {times:g})"
    return ""


def _tell_right(
    slopes: Sequence[Slope | None], places: Sequence[Place], what: str, n_calls: int
) -> GradientCheck:
    """Return the check of a gradient that nothing was found against."""
    first = slopes[0]
    told = [
        f"{text} {place.words}"
        for slope, place in zip(slopes, places, strict=True)
        if (text := _tell_slope(slope, first))
    ]
    has_digits = first is not None and first.agrees and first.promised != 0.0
    digits = first.digits if first is not None and has_digits else np.nan
    last = slopes[-1] if len(slopes) > 1 else None
    slack = np.nan if last is None else last.off
    if not told:
        text = f"The {what} was not verified: {_why_not(slopes)}."
        return GradientCheck(None, digits, slack, text, n_calls)
    listed = " and ".join(told)
    text = f"{what[0].upper()}{what[1:]} verified by values along a line: {listed}."
    return GradientCheck(True, digits, slack, text, n_calls)


def _tell_slope(slope: Slope | None, first: Slope | None) -> str:
    """Return how well a slope agrees, "" where that says nothing."""
    if slope is None:
        return ""
    if slope.agrees and slope.promised:
        return f"to {count_of(int(slope.digits), 'digit')}"
    is_nothing = slope.is_null or slope.off <= STILL * _steepness(first)
    return f"to within {slope.off:.1g}" if is_nothing else ""


def _why_not(slopes: Sequence[Slope | None]) -> str:
    """Return why values said nothing of a gradient."""
    if all(slope is None for slope in slopes):
        return "there is no room, or no finite value, beside the points looked at"
    return "values bend too sharply beside the points looked at"
