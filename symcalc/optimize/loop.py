"""The one loop: a direction, a search, and what was evaluated."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..outcome import Outcome
from .directions import Direction, GradientDescent, Proposal
from .objective import Evaluator, Point, StopRun
from .searches import Search, Taken
from .trace import Journal

__all__ = ["run_loop"]

#: A value this far above the best one, in units of the start's, is divergence.
GROWTH = 1e10


def run_loop(
    evaluator: Evaluator, start: Point, direction: Direction, search: Search, journal: Journal
) -> Outcome:
    """Take steps from `start` until a rule stops them, and return how it ended.

    The points themselves are in the evaluator (the best one) and in the journal (all of them).
    """
    point, memory, length = start, None, 0.0
    ceiling = start.value + GROWTH * (1.0 + abs(start.value))
    try:
        while True:
            evaluator.stage = "direction"
            proposal = direction.propose(evaluator, point, memory)
            evaluator.stage = "search"
            taken = search.take(evaluator, point, proposal, length)
            if taken is None:
                proposal, taken = _fall_back(evaluator, point, proposal, search)
            if taken is None:
                return Outcome.LINE_SEARCH_FAILED
            if not taken.point.is_finite or taken.point.value > ceiling:
                return _bad_end(taken.point, ceiling)
            point, memory, length = _advance(journal, point, proposal, taken)
    except StopRun as stop:
        return stop.outcome


def _advance(
    journal: Journal, point: Point, proposal: Proposal, taken: Taken
) -> tuple[Point, Any, float]:
    """Record the step and return what the next one starts from."""
    new, rule = taken.point, journal.rule
    norm = rule.norm(new.x, new.gradient)
    move = new.x - point.x
    journal.record(new.x, new.value, norm, float(move @ move) ** 0.5)
    journal.check(new.value, norm)
    return new, proposal.memory, taken.length


def _fall_back(
    evaluator: Evaluator, point: Point, proposal: Proposal, search: Search
) -> tuple[Proposal, Taken | None]:
    """Forget the memory and try straight down once, where the direction was another."""
    down = GradientDescent().propose(evaluator, point, None)
    if np.array_equal(down.vector, proposal.vector):
        return down, None
    return down, search.take(evaluator, point, down, 0.0)


def _bad_end(point: Point, ceiling: float) -> Outcome:
    """Tell divergence from a point where there is no value."""
    if point.value > ceiling or not np.isfinite(point.x).all():
        return Outcome.DIVERGED
    return Outcome.NOT_FINITE
