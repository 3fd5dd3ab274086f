"""The strong Wolfe conditions: a step bracketed, then narrowed by cubic interpolation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..evaluator import Evaluator
from ..objective import Point
from .directions import Proposal
from .searches import Past, Taken, first_length

__all__ = ["StrongWolfe"]

EPS = float(np.finfo(float).eps)


class _Trial(NamedTuple):
    """A length with the point there and the slope along the direction."""

    length: float
    point: Point
    slope: float

    @property
    def value(self) -> float:
        """The value there, infinite where there is none."""
        return self.point.value if self.point.is_finite else np.inf


@dataclass(frozen=True, slots=True)
class StrongWolfe:
    """A step that lowers the value enough and flattens the slope along the direction.

    Nocedal and Wright, Numerical Optimization, 2006, algorithms 3.5 and 3.6, with cubic
    interpolation, eq. (3.59), kept away from the ends. Near the minimum, where values differ by
    rounding, slopes decide: Hager and Zhang, 2005, eq. (4.1). A step that falls enough is taken
    even where the slope condition is not reached within the trials.

    Attributes
    ----------
    sufficient : float
        The share of the fall promised by the slope that must be had.
    flatness : float
        The share of the slope that may be left.
    max_trials : int
    """

    sufficient: float = 1e-4
    flatness: float = 0.9
    max_trials: int = 30

    words = "strong Wolfe search"

    def take(
        self, evaluator: Evaluator, point: Point, proposal: Proposal, past: Past
    ) -> Taken | None:
        """Return a step under both conditions, or the best that falls enough."""
        slope = float(point.gradient @ proposal.vector)
        if not slope < 0.0:
            return None
        start = low = _Trial(0.0, point, slope)
        length = first_length(proposal, point, past)
        best: _Trial | None = None
        high: _Trial | None = None
        for _ in range(self.max_trials):
            x = point.x + length * proposal.vector
            if np.array_equal(x, low.point.x) or (high and np.array_equal(x, high.point.x)):
                break
            here = evaluator.point(x)
            trial = _Trial(length, here, float(here.gradient @ proposal.vector))
            if self._falls(start, trial):
                if best is None or trial.value <= best.value:
                    best = trial
                if abs(trial.slope) <= self.flatness * -slope:
                    return Taken(here, length)
            if not self._falls(start, trial) or trial.value > low.value + _noise(low.value):
                high = trial
            elif trial.slope * ((high.length if high else np.inf) - low.length) >= 0.0:
                low, high = trial, low
            else:
                low = trial
            length = _next_length(low, high)
        if best is None or not _helps(start, best):
            return None
        return Taken(best.point, best.length)

    def _falls(self, start: _Trial, trial: _Trial) -> bool:
        """Whether the value falls enough, or its change is rounding and the slope has shrunk."""
        if not trial.point.is_finite:
            return False
        if trial.value <= start.value + self.sufficient * trial.length * start.slope:
            return True
        is_level = trial.value <= start.value + _noise(start.value)
        return is_level and trial.slope <= (2.0 * self.sufficient - 1.0) * start.slope


def _helps(start: _Trial, trial: _Trial) -> bool:
    """Whether a step that is no Wolfe step is worth taking: a fall, or a much flatter slope."""
    falls = trial.value < start.value - _noise(start.value)
    return falls or abs(trial.slope) <= 0.9 * abs(start.slope)


def _noise(value: float) -> float:
    """Return the size of rounding in a value."""
    return 8.0 * EPS * abs(value) if np.isfinite(value) else 0.0


def _next_length(low: _Trial, high: _Trial | None) -> float:
    """Return the length to try: further out, or the least point of the cubic between two."""
    if high is None:
        return 4.0 * low.length if low.length else 1.0
    span = high.length - low.length
    if not np.isfinite(high.value):
        return low.length + 0.1 * span
    bend = low.slope + high.slope - 3.0 * (high.value - low.value) / span
    square = bend * bend - low.slope * high.slope
    share = 0.5
    if square >= 0.0:
        root = np.copysign(square**0.5, span)
        below = high.slope - low.slope + 2.0 * root
        if below != 0.0:
            share = 1.0 - (high.slope + root - bend) / below
    if not np.isfinite(share):
        share = 0.5
    return low.length + min(0.9, max(0.1, share)) * span
