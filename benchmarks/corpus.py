"""The corpus of derivatives at ordinary and nasty points, and how answers are judged by it.

Each reference has 40 digits and is the value at the double nearest to the decimal that stands
there. A reference beyond the range of doubles is met by its nearest double: 0, or an infinity.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "Entry",
    "Proven",
    "at_entries",
    "compiled_entries",
    "evaluated_entries",
    "load",
    "relative_error",
]

PRECISION = 200
REFERENCE_DIGITS = 38
#: The least double: a reference below it may stand as 0.
LEAST = 2.0**-1074


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the corpus beside what symcalc answers.

    Attributes
    ----------
    item : str
        Which item of the corpus.
    expression : str
    at : dict
        The point.
    what : str
        "value", "x" for a first derivative, "x,y" for a second one.
    expected : str or None
        The reference; None where there is no value or derivative.
    answers : tuple of float
        What was computed, in one way or several.
    outcome : str
        The name of the outcome, where the answer has one.
    is_removable : bool
        Whether a clear "undefined" is right too.
    """

    item: str
    expression: str
    at: dict[str, float]
    what: str
    expected: str | None
    answers: tuple[float, ...]
    outcome: str = ""
    is_removable: bool = False

    @property
    def error(self) -> float:
        """The worst relative error of the answers."""
        if self.expected is None:
            return math.nan
        return max(relative_error(answer, self.expected) for answer in self.answers)

    def __str__(self) -> str:
        place = ", ".join(f"{name}={value!r}" for name, value in self.at.items())
        got = " and ".join(sorted({repr(answer) for answer in self.answers}))
        wanted = "undefined" if self.expected is None else self.expected[:24]
        return f"{self.item} {self.expression[:48]} at {place}: {self.what} is {got}, not {wanted}"


@dataclass(frozen=True, slots=True)
class Proven:
    """One number of the corpus beside what `evaluate` says of it.

    Attributes
    ----------
    question : str
        The text evaluated, and where.
    expected : str or None
        The reference; None where there is no value or derivative.
    n_digits : int
        How many were asked for.
    digits : str
        Empty where the answer is a refusal.
    error : float
        How far the nearest double may be from the true value, says the answer.
    value : float
    outcome : str
    is_removable : bool
        Whether a clear "undefined" is right too.
    """

    question: str
    expected: str | None
    n_digits: int
    digits: str
    error: float
    value: float
    outcome: str
    is_removable: bool

    @property
    def is_given(self) -> bool:
        """Whether there is a number."""
        return self.outcome == "DONE"

    @property
    def is_missed(self) -> bool:
        """Whether there is a number, and it or its interval is not the truth."""
        from mpmath import mpf, workprec

        if not self.is_given or self.expected is None:
            return self.is_given
        with workprec(PRECISION):
            exact, shown = mpf(self.expected), mpf(self.digits or "0")
            size = abs(exact)
            rounds = abs(shown - exact) <= max(size * mpf(10) ** (1 - self.n_digits), LEAST)
            if not math.isfinite(self.value) or size < LEAST:
                return not rounds
            slack = size * mpf(10) ** -REFERENCE_DIGITS
            return not (rounds and abs(mpf(self.value) - exact) <= mpf(self.error) + slack)


def relative_error(answer: float, reference: str) -> float:
    """Return |answer - reference| / |reference|; 0 for the double nearest to the reference.

    For a reference of 0 it is the absolute error; for an answer that is not finite, infinity.
    """
    from mpmath import mpf, workprec

    with workprec(PRECISION):
        exact = mpf(reference)
        if answer == float(exact):
            return 0.0
        if not math.isfinite(answer):
            return math.inf
        gap = abs(mpf(answer) - exact)
        return float(gap / abs(exact)) if exact else float(gap)


def load(path: Path) -> list[dict[str, Any]]:
    """Return the items of a file of cases."""
    items: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["items"]
    return items


def compiled_entries(item: dict[str, Any]) -> Iterator[Entry]:
    """Compile an item and answer all its questions, on plain floats and on arrays."""
    import numpy as np

    import symcalc as sc

    names = item["variables"]
    function = sc.compile(item["expr"], names, order=2)
    with np.errstate(all="ignore"):
        for point in item["points"]:
            place = [float(point["at"][name]) for name in names]
            columns = [np.array([x, x]) for x in place]
            values = function(*place), function(*columns)[1]
            gradients = function.gradient(*place), function.gradient(*columns)[1]
            hessians = function.hessian(*place), function.hessian(*columns)[1]
            for what, expected in _questions(point):
                index = tuple(names.index(name) for name in what.split(",") if what != "value")
                found = (values, gradients, hessians)[len(index)]
                answers = tuple(float(part[index] if index else part) for part in found)
                yield _entry(item, point, what, expected, answers)


def at_entries(item: dict[str, Any]) -> Iterator[Entry]:
    """Answer all questions for derivatives of an item with `.at`, with the outcome."""
    import symcalc as sc

    names = item["variables"]
    gradient, hessian = sc.gradient(item["expr"], names), sc.hessian(item["expr"], names)
    for point in item["points"]:
        place = {name: float(point["at"][name]) for name in names}
        first, second = gradient.at(place), hessian.at(place)
        for what, expected in _questions(point):
            if what == "value":
                continue
            row, comma, column = what.partition(",")
            if comma:
                found = second[(row, column) if (row, column) in second else (column, row)]
            else:
                found = first[row]
            yield _entry(item, point, what, expected, (found.value,), found.outcome.name)


def evaluated_entries(item: dict[str, Any], digits: int) -> Iterator[Proven]:
    """Ask `evaluate` all questions of an item; derivatives are `diff(...)` in the text."""
    import symcalc as sc

    for point in item["points"]:
        place = {name: float(point["at"][name]) for name in item["variables"]}
        spelled = ", ".join(f"{name}={value!r}" for name, value in place.items())
        for what, expected in _questions(point):
            text = item["expr"] if what == "value" else f"diff({item['expr']}, {what})"
            found = sc.evaluate(text, at=place, digits=digits)
            yield Proven(
                f"{item['id']} {text} at {spelled}",
                expected,
                digits,
                found.digits,
                found.error,
                found.value,
                found.outcome.name,
                bool(point.get("removable")),
            )


def _questions(point: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Return what is asked at a point with the reference, None where there is none."""
    yield "value", point["value"]
    for entries in (point["grad"], point["hess"]):
        for what, answer in entries.items():
            yield what, answer["value"] if answer["status"] == "ok" else None


def _entry(
    item: dict[str, Any],
    point: dict[str, Any],
    what: str,
    expected: str | None,
    answers: tuple[float, ...],
    outcome: str = "",
) -> Entry:
    at = {name: float(value) for name, value in point["at"].items()}
    removable = bool(point.get("removable"))
    return Entry(item["id"], item["expr"], at, what, expected, answers, outcome, removable)
