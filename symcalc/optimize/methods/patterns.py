"""Pattern search: values only, at steps of every size, so that plateaus are crossed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...outcome import Outcome
from ..bounds import Bounds, Vector
from ..objective import Evaluator, Point
from ..plain import show
from ..trace import Journal
from .method import Method

__all__ = ["PATTERN_METHODS"]

#: The least and the greatest step, in units of `1 + |x_i|`; between them by factors of two.
FINEST, WIDEST = 2.0**-48, 2.0**6


@dataclass(frozen=True, slots=True)
class _Place:
    """A point with its value, infinite where there is none."""

    x: Vector
    value: float


@dataclass(frozen=True, slots=True)
class _PatternSearch:
    """Hooke and Jeeves, "Direct search" solution of numerical and statistical problems, 1961.

    Each variable is moved up or down by its step; where that helps, the same move is made again
    as long as it goes on helping. Steps double after a success and halve after a failure. Ours:
    the step is relative to `1 + |x_i|`, a move made again is tried at twice its length, and where
    no value changes at all the step grows first.
    """

    first_step: float

    def __call__(
        self, evaluator: Evaluator, start: Point, journal: Journal, bounds: Bounds | None
    ) -> Outcome | None:
        """Search until the steps are lost in rounding."""
        evaluator.stage = "search"
        here, step, may_grow = _Place(start.x.copy(), start.value), self.first_step, True
        while step >= FINEST:
            widths = step * (1.0 + np.abs(here.x))
            found, is_plateau = _explore(evaluator, here, widths, bounds)
            if found.value < here.value:
                here = _follow(evaluator, journal, here, found, widths, bounds)
                step, may_grow = min(2.0 * step, max(WIDEST, self.first_step)), False
            elif is_plateau and may_grow and step < WIDEST:
                step *= 4.0
            else:
                step, may_grow = 0.5 * step, False
        return None


def _make_pattern_search(options: dict[str, Any]) -> _PatternSearch:
    """Return the search with its first step checked."""
    step = options.get("first_step", 1.0)
    real = isinstance(step, (int, float)) and not isinstance(step, bool)
    if not (real and FINEST <= step <= 1e100):
        raise ArgumentError(
            f"`first_step` is {show(step)}; it must be a positive number, such as 1."
        )
    return _PatternSearch(float(step))


def _explore(
    evaluator: Evaluator, base: _Place, widths: Vector, bounds: Bounds | None
) -> tuple[_Place, bool]:
    """Move each variable where that lowers the value; say whether no move changed it."""
    found, is_plateau = base, True
    for i in range(base.x.size):
        for side in (1.0, -1.0):
            x = found.x.copy()
            x[i] += side * widths[i]
            tried = _evaluate(evaluator, x, bounds)
            is_plateau = is_plateau and tried.value == base.value
            if tried.value < found.value:
                found = tried
                break
    return found, is_plateau


def _follow(
    evaluator: Evaluator,
    journal: Journal,
    before: _Place,
    found: _Place,
    widths: Vector,
    bounds: Bounds | None,
) -> _Place:
    """Repeat the move that helped, at twice its length or else as it was, exploring at its end."""
    longer = 1.0
    while True:
        move = found.x - before.x
        journal.record(found.x, found.value, np.nan, float(np.linalg.norm(move)))
        journal.check(found.value, np.inf)
        ahead = _evaluate(evaluator, found.x + longer * move, bounds)
        if longer > 1.0 and not ahead.value < found.value:
            longer, ahead = 1.0, _evaluate(evaluator, found.x + move, bounds)
        further, _ = _explore(evaluator, ahead, widths, bounds)
        if not further.value < found.value:
            return found
        before, found, longer = found, further, 2.0


def _evaluate(evaluator: Evaluator, x: Vector, bounds: Bounds | None) -> _Place:
    """Return a place inside the bounds with its value."""
    x = x if bounds is None else np.clip(x, bounds.lower, bounds.upper)
    value = evaluator.value(x)
    return _Place(x, value if np.isfinite(value) else np.inf)


PATTERN_METHODS = (
    Method(
        "pattern_search", "values only, at steps of every size; for jumps and plateaus",
        "value", _make_pattern_search,
        {"first_step": "the step tried first, in units of 1 + |x|; 1"},
        takes_bounds=True, aliases=("hooke_jeeves",),
    ),
)  # fmt: skip
