"""Steps along a line: a direction and a search make a stepper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from .directions import Direction, GradientDescent
from .searches import Past, Search

__all__ = ["LineSteps"]


@dataclass(frozen=True, slots=True)
class LineSteps:
    """A direction, and how far to go along it.

    Where no length is acceptable the memory of the direction is dropped and straight down is
    tried once. What is remembered: the memory of the direction, the last length and slope, and the
    number of steps.
    """

    direction: Direction
    search: Search

    @property
    def words(self) -> str:
        """Direction and search in words."""
        return f"{self.direction.words}, {self.search.words}"

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step, None when the search finds no acceptable length."""
        known, length, slope, count = (None, 0.0, 0.0, 0) if memory is None else memory
        past = Past(length, slope, count)
        evaluator.stage = "direction"
        proposal = self.direction.propose(evaluator, point, known)
        evaluator.stage = "search"
        taken = self.search.take(evaluator, point, proposal, past)
        if taken is None:
            down = GradientDescent().propose(evaluator, point, None)
            if np.array_equal(down.vector, proposal.vector):
                return None
            proposal, taken = down, self.search.take(evaluator, point, down, Past(n_steps=count))
        if taken is None:
            return None
        slope = float(point.gradient @ proposal.vector)
        return Step(taken.point, (proposal.memory, taken.length, slope, count + 1))
