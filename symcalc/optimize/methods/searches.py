"""Searches: how far to go along a direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from ..bounds import Vector
from ..evaluator import Evaluator
from ..objective import Point
from ..schedules import CONSTANT, Schedule
from .directions import Proposal

__all__ = ["Backtracking", "FixedRate", "Past", "Search", "Taken", "first_length"]

EPS = float(np.finfo(float).eps)


class Taken(NamedTuple):
    """A step taken: the new point and the multiple of the direction that led to it."""

    point: Point
    length: float


class Past(NamedTuple):
    """What is known of the last step: its length, 0.0 at first, the slope there, and its number."""

    length: float = 0.0
    slope: float = 0.0
    n_steps: int = 0


class Search(Protocol):
    """A rule for the length of a step."""

    @property
    def words(self) -> str:
        """The search in words."""

    def take(
        self, evaluator: Evaluator, point: Point, proposal: Proposal, past: Past
    ) -> Taken | None:
        """Return the step, or None when no length is acceptable."""


@dataclass(frozen=True, slots=True)
class FixedRate:
    """The same multiple of the direction at every step, or one by a schedule, wherever it leads."""

    rate: float
    schedule: Schedule = CONSTANT

    @property
    def words(self) -> str:
        """The search in words."""
        if self.schedule is CONSTANT:
            return f"fixed rate {self.rate:g}"
        return f"rate {self.rate:g} by schedule '{self.schedule}'"

    def take(
        self, evaluator: Evaluator, point: Point, proposal: Proposal, past: Past
    ) -> Taken | None:
        """Return the step of the rate."""
        rate = self.rate * self.schedule.factor(past.n_steps)
        return Taken(evaluator.point(point.x + rate * proposal.vector), rate)


@dataclass(frozen=True, slots=True)
class Backtracking:
    """Shorten the step until the value falls enough (Armijo), by quadratic interpolation.

    Near the minimum, where values differ by rounding only, a step is taken when it makes the
    gradient smaller instead: Hager and Zhang, A new conjugate gradient method with guaranteed
    descent, 2005, section 4 (the approximate Wolfe condition), here with the norm of the gradient.

    Attributes
    ----------
    first : float or None
        The first length tried at the first step; None: one unit in the largest component,
        at most 1. Later steps begin with twice the last length, or with 1 where the direction
        has a length of its own.
    sufficient : float
        The share of the fall promised by the slope that must be had.
    max_trials : int
    """

    first: float | None = None
    sufficient: float = 1e-4
    max_trials: int = 60

    words = "backtracking"

    def take(
        self, evaluator: Evaluator, point: Point, proposal: Proposal, past: Past
    ) -> Taken | None:
        """Return the first acceptable step."""
        vector = proposal.vector
        slope = float(point.gradient @ vector)
        if not slope < 0.0:
            return None
        length = self._first_length(proposal, point, past)
        for trial in range(self.max_trials):
            x = point.x + length * vector
            if np.array_equal(x, point.x):
                return None
            # The first trial is mostly taken: its gradient is not wasted.
            here = evaluator.point(x) if trial == 0 else None
            value = evaluator.value(x) if here is None else here.value
            if value <= point.value + self.sufficient * length * slope:
                if proposal.may_extend and trial == 0:
                    length = self._extend(evaluator, point, vector, length, value)
                    here = None if length != 1.0 else here
                here = evaluator.point(point.x + length * vector) if here is None else here
                if here.is_finite:
                    return Taken(here, length)
                value = np.nan
            elif abs(value - point.value) <= 8.0 * EPS * abs(point.value):
                here = evaluator.point(x) if here is None else here
                if np.linalg.norm(here.gradient) < np.linalg.norm(point.gradient):
                    return Taken(here, length)
            length *= _shrink(point.value, value, slope * length)
        return None

    def _first_length(self, proposal: Proposal, point: Point, past: Past) -> float:
        """Return the length to try first."""
        if not proposal.has_length and past.length > 0.0:
            return 2.0 * past.length
        if not proposal.has_length and self.first is not None:
            return self.first
        return first_length(proposal, point, Past())

    def _extend(
        self, evaluator: Evaluator, point: Point, vector: Vector, length: float, value: float
    ) -> float:
        """Double the length as long as the value keeps falling."""
        for _ in range(self.max_trials):
            further = evaluator.value(point.x + 2.0 * length * vector)
            if not further < value:
                break
            length, value = 2.0 * length, further
        return length


def first_length(proposal: Proposal, point: Point, past: Past) -> float:
    """Return the length to try first: the direction's own, or one that falls as the last did.

    Nocedal and Wright, Numerical Optimization, 2006, eq. before (3.60); at the first step one unit
    in the largest component, at most 1.
    """
    if proposal.has_length:
        return 1.0
    if past.length > 0.0 and past.slope < 0.0:
        slope = float(point.gradient @ proposal.vector)
        length = past.length * past.slope / slope
        if 0.0 < length < np.inf:
            return min(length, 100.0 * past.length)
    return min(1.0, 1.0 / float(np.abs(proposal.vector).max()))


def _shrink(value: float, trial: float, slope: float) -> float:
    """Return the factor for the next length: the minimum of the parabola, within [1/10, 1/2]."""
    if not np.isfinite(trial):
        return 0.25
    bend = trial - value - slope
    return min(0.5, max(0.1, -0.5 * slope / bend)) if bend > 0.0 else 0.5
