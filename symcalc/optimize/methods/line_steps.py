"""Steps along a line: a direction and a search make a stepper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..loop import Step
from ..objective import Evaluator, Point
from .directions import Direction, GradientDescent
from .searches import Search

__all__ = ["LineSteps"]


@dataclass(frozen=True, slots=True)
class LineSteps:
    """A direction, and how far to go along it.

    Where no length is acceptable the memory of the direction is dropped and straight down is
    tried once. What is remembered: the memory of the direction, and the last length.
    """

    direction: Direction
    search: Search

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step, None when the search finds no acceptable length."""
        known, length = (None, 0.0) if memory is None else memory
        evaluator.stage = "direction"
        proposal = self.direction.propose(evaluator, point, known)
        evaluator.stage = "search"
        taken = self.search.take(evaluator, point, proposal, length)
        if taken is None:
            down = GradientDescent().propose(evaluator, point, None)
            if np.array_equal(down.vector, proposal.vector):
                return None
            proposal, taken = down, self.search.take(evaluator, point, down, 0.0)
        return None if taken is None else Step(taken.point, (proposal.memory, taken.length))
