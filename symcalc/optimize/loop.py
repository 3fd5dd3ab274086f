"""The one loop: from point to point by a stepper, until a rule stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..outcome import Outcome
from .objective import Evaluator, Point, StopRun
from .trace import Journal

__all__ = ["Step", "Stepper", "run_loop"]

#: A value this far above the best one, in units of the start's, is divergence.
GROWTH = 1e10


class Step(NamedTuple):
    """Where a step led, and what to remember for the next.

    Attributes
    ----------
    point : Point
    memory : object
        Plain data: None, numbers, strings, arrays, and tuples, lists and dictionaries of them.
        Together with the point it is the whole state of a method, so that a run can be resumed.
    promise : callable or None
        Returns the fall that the method's own model promises from the new point. Where it is not
        negligible a small gradient does not end the run.
    """

    point: Point
    memory: Any = None
    promise: Callable[[], float] | None = None


class Stepper(Protocol):
    """A method as the loop sees it: a value without state of its own."""

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step, None when none is acceptable; `memory` is None at the start."""


def run_loop(evaluator: Evaluator, start: Point, stepper: Stepper, journal: Journal) -> Outcome:
    """Take steps from `start` until a rule stops them, and return how it ended.

    The points themselves are in the evaluator (the best one) and in the journal (all of them).
    """
    point, memory = start, None
    rule = journal.rule
    ceiling = start.value + GROWTH * (1.0 + abs(start.value))
    try:
        while True:
            step = stepper.step(evaluator, point, memory)
            if step is None:
                return Outcome.LINE_SEARCH_FAILED
            new, memory, promise = step
            if not new.is_finite or new.value > ceiling:
                return _bad_end(new, ceiling)
            norm, move = rule.norm(new.x, new.gradient), new.x - point.x
            point = new
            journal.record(new.x, new.value, norm, float(move @ move) ** 0.5)
            journal.check(new.value, norm, promise)
    except StopRun as stop:
        return stop.outcome


def _bad_end(point: Point, ceiling: float) -> Outcome:
    """Tell divergence from a point where there is no value."""
    if point.value > ceiling or not np.isfinite(point.x).all():
        return Outcome.DIVERGED
    return Outcome.NOT_FINITE
