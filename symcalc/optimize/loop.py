"""The one loop: from point to point by a stepper, until a rule stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..outcome import Outcome
from .evaluator import Evaluator
from .objective import Point, StopRun
from .trace import Journal
from .ways_out import look_ahead

__all__ = ["Step", "Stepper", "run_loop"]

#: After so many steps, and whenever they have doubled, one looks ahead for a fall without end.
FIRST_LOOK = 64

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


def run_loop(
    evaluator: Evaluator, start: Point, stepper: Stepper, journal: Journal,
    has_gradients: bool = True,
) -> Outcome:  # fmt: skip
    """Take steps from `start` until a rule stops them, and return how it ended.

    The points themselves are in the evaluator (the best one) and in the journal (all of them).
    Where the journal has the state of an earlier run it goes on from there.
    """
    rule = journal.rule
    ceiling = start.value + GROWTH * (1.0 + abs(start.value))
    try:
        point, memory = journal.resume(start)
        while True:
            step = stepper.step(evaluator, point, memory)
            if step is None:
                return Outcome.LINE_SEARCH_FAILED
            new, memory, promise = step
            is_finite = new.is_finite if has_gradients else bool(np.isfinite(new.value))
            if not is_finite or new.value > ceiling:
                return _bad_end(new, ceiling)
            norm = rule.norm(new.x, new.gradient) if has_gradients else np.nan
            move = new.x - point.x
            point = new
            journal.take(new, norm, float(move @ move) ** 0.5, memory, promise)
            if journal.n_steps >= FIRST_LOOK and journal.n_steps.bit_count() == 1:
                look_ahead(evaluator, start, new)
    except StopRun as stop:
        return stop.outcome


def _bad_end(point: Point, ceiling: float) -> Outcome:
    """Tell divergence from a point where there is no value."""
    if point.value > ceiling or not np.isfinite(point.x).all():
        return Outcome.DIVERGED
    return Outcome.NOT_FINITE
