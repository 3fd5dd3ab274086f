"""The judge of closed forms of integrals, limits and sums: values found without them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from time import thread_time
from typing import Any, Protocol

from ..balls import BallProgram, NoBall, precise_value
from ..expression import Expression
from ..outcome import Outcome, Trust

__all__ = [
    "ClosedFormCheck",
    "ComparedValue",
    "IndependentValue",
    "closed_value",
    "goes_beyond",
    "judge_closed_form",
]

#: Fewer draws of the parameters than this say nothing.
MIN_POINTS = 3
#: A value whose own error is larger, relatively, cannot judge a closed form.
COARSE = 1e-6
#: The absolute error with which a value near zero may judge.
NEAR_ZERO = 1e-9
#: What rounding leaves between two doubles for one number.
ROUNDING = 4e-15
#: An estimate of an error may be too small by this factor.
DOUBT = 10.0
DIGITS, SECONDS = 17, 1.0

Point = Mapping[str, float]


class IndependentValue(Protocol):
    """A value that was not computed from the closed form, with its error and its trust."""

    @property
    def value(self) -> float: ...
    @property
    def error(self) -> float: ...
    @property
    def trust(self) -> Trust: ...
    @property
    def method(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """A closed form and an independent value for the same parameters.

    Attributes
    ----------
    point : dict of str to float
    closed_form, independent : float
    error : float
        Of the independent value.
    method : str
        What computed the independent value.
    """

    point: dict[str, float]
    closed_form: float
    independent: float
    error: float
    method: str

    @property
    def gap(self) -> float:
        """The relative difference; the absolute one where the independent value is 0."""
        if self.closed_form == self.independent:
            return 0.0
        difference = abs(self.closed_form - self.independent)
        return difference / abs(self.independent) if self.independent else difference

    @property
    def agrees(self) -> bool:
        """Whether the two sides differ by no more than error and rounding allow."""
        if math.isinf(self.independent) or math.isinf(self.closed_form):
            return self.independent == self.closed_form
        size = max(abs(self.independent), abs(self.closed_form))
        allowed = DOUBT * self.error + ROUNDING * size
        return abs(self.closed_form - self.independent) <= allowed

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "point": self.point,
            "closed_form": self.closed_form,
            "independent": self.independent,
            "error": self.error,
            "method": self.method,
        }


@dataclass(frozen=True, slots=True)
class ClosedFormCheck:
    """How a closed form compares with independent values of what it stands for.

    Attributes
    ----------
    trust : Trust
        CHECKED (agrees), SUSPECT (disagrees) or UNCHECKED (too few values to compare with).
    outcome : Outcome
        DONE or DISAGREES.
    n_points : int
        Comparisons that counted.
    worst_gap : float
        The greatest relative difference; NaN when none counted.
    message : str
    details : tuple of ComparedValue
    """

    trust: Trust
    outcome: Outcome
    n_points: int
    worst_gap: float
    message: str
    details: tuple[ComparedValue, ...] = field(default=(), repr=False)

    @property
    def is_good(self) -> bool:
        """Whether the closed form may be shown as the answer: nothing disagrees."""
        return self.outcome.is_good

    def _repr_html_(self) -> str:
        return f"<p><b>{self.trust.value}</b>: {escape(self.message)}</p>"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; a gap that is not finite is its name."""
        gap = self.worst_gap
        return {
            "trust": self.trust.value,
            "outcome": self.outcome.name.lower(),
            "n_points": self.n_points,
            "worst_gap": gap if math.isfinite(gap) else str(gap),
            "message": self.message,
            "details": [one.to_dict() for one in self.details],
        }


def judge_closed_form(
    form: Expression,
    points: Iterable[Point],
    independent: Callable[[Point], IndependentValue | None],
    *,
    conditions: Sequence[Expression] = (),
    n_points: int = 5,
    seconds: float = math.inf,
) -> ClosedFormCheck:
    """Compare a closed form with independent values at draws of its parameters.

    Parameters
    ----------
    form : Expression
    points : iterable of mapping of str to float
        Draws of the parameters; one empty mapping when there are none.
    independent : callable
        Returns the value at a point, or None where there is none; an infinite limit is infinite.
    conditions : sequence of Expression
        Relations that the closed form needs; draws at which one does not hold do not count.
    n_points : int
        Comparisons to make; one is enough without parameters, three with them.
    seconds : float
        After this time no more comparisons are made than are enough.

    Returns
    -------
    ClosedFormCheck

    Notes
    -----
    The closed form is evaluated in ball arithmetic, so that what cancels in it costs no digits.
    A draw counts when the independent value is known to 1e-6 of itself, or infinite without an
    error. A closed form without a real value where there is one disagrees.
    """
    details: list[ComparedValue] = []
    needed = MIN_POINTS if form.names else 1
    end = thread_time() + seconds
    for point in points:
        if len(details) >= (n_points if thread_time() < end else min(needed, n_points)):
            break
        if not all(_holds(one, point) for one in conditions):
            continue
        value = independent(point)
        if value is None or not _is_sharp(value):
            continue
        closed = closed_value(form, point)
        details.append(ComparedValue(dict(point), closed, value.value, value.error, value.method))
        if not details[-1].agrees:
            return _refuted(details)
    return _agreed(details, needed)


def goes_beyond(check: ClosedFormCheck, conditions: Sequence[Expression]) -> bool:
    """Whether a form held at a point where a condition does not: it is not needed."""
    return any(not _holds(one, each.point) for each in check.details for one in conditions)


def closed_value(form: Expression, point: Point) -> float:
    """Return the closed form at a point, correctly rounded; NaN where it has no real value."""
    from .plain import PlainProgram

    try:
        program = BallProgram(form.graph, [form.root])
    except NoBall:
        return float(PlainProgram(form.graph, form.root)(dict(point)))
    found = precise_value(
        form.graph, form.root, point, digits=DIGITS, seconds=SECONDS, program=program
    )
    return found.value


def _is_sharp(value: IndependentValue) -> bool:
    """Whether an independent value is known well enough to judge by."""
    if math.isnan(value.value) or value.trust in (Trust.SUSPECT, Trust.UNCHECKED):
        return False
    if math.isinf(value.value):
        return value.error == 0.0
    return value.error <= max(COARSE * abs(value.value), NEAR_ZERO)


def _holds(condition: Expression, point: Point) -> bool:
    """Whether a relation is proven at a point."""
    try:
        return BallProgram(condition.graph, [condition.root]).evaluate(point, 128)[0] is True
    except NoBall:
        return False


def _refuted(details: Sequence[ComparedValue]) -> ClosedFormCheck:
    last = details[-1]
    place = ", ".join(f"{name} = {value:.6g}" for name, value in last.point.items())
    where = f" at {place}" if place else ""
    message = (
        f"closed form rejected: {last.closed_form:.10g} against {last.independent:+.10g}{where}"
    )
    return ClosedFormCheck(
        Trust.SUSPECT, Outcome.DISAGREES, len(details), last.gap, message, tuple(details)
    )


def _agreed(details: Sequence[ComparedValue], needed: int) -> ClosedFormCheck:
    worst = max((one.gap for one in details), default=math.nan)
    if len(details) < needed or (needed > 1 and not any(one.independent for one in details)):
        message = f"only {len(details)} values to compare with"
        return ClosedFormCheck(
            Trust.UNCHECKED, Outcome.DONE, len(details), worst, message, tuple(details)
        )
    methods = ", ".join(dict.fromkeys(one.method for one in details))
    names = ", ".join(details[0].point)
    where = f"at {len(details)} values of {names}" if names else "with an independent value"
    message = f"agrees {where} ({methods}), worst relative gap {worst:.1g}"
    return ClosedFormCheck(
        Trust.CHECKED, Outcome.DONE, len(details), worst, message, tuple(details)
    )
