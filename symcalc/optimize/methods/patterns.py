"""Pattern search: values only, at steps of every size, so that plateaus are crossed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ..bounds import Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from ..plain import show
from .method import Method, Options, Solver, on_the_loop

__all__ = ["PATTERN_METHODS"]

#: The least and the greatest step, in units of `1 + |x_i|`; between them by factors of two.
FINEST, WIDEST = 2.0**-48, 2.0**6


@dataclass(frozen=True, slots=True)
class PatternSearch:
    """Hooke and Jeeves, "Direct search" solution of numerical and statistical problems, 1961.

    Each variable is moved up or down by its step; where that helps, the same move is made again
    as long as it goes on helping. Steps double after a success and halve after a failure. Ours:
    the step is relative to `1 + |x_i|`, a move made again is tried at twice its length, and where
    no value changes at all the step grows first. What is remembered: the step, whether it may
    still grow, and the last move with the widths it was explored at and the length to try.
    """

    first_step: float
    words = "moves along the axes, repeated while they help"

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next lower point, None when the steps are lost in rounding."""
        evaluator.stage = "search"
        size, may_grow, last = (self.first_step, True, None) if memory is None else memory
        if last is not None:
            move, widths, longer = last
            further = _follow(evaluator, point, move, widths, longer)
            if further is not None:
                last = further.x - point.x, widths, 2.0
                return Step(further, (size, may_grow, last))
            size, may_grow = min(2.0 * size, max(WIDEST, self.first_step)), False
        while size >= FINEST:
            widths = size * (1.0 + np.abs(point.x))
            found, is_plateau = _explore(evaluator, point, widths)
            if found.value < point.value:
                return Step(found, (size, may_grow, (found.x - point.x, widths, 1.0)))
            if is_plateau and may_grow and size < WIDEST:
                size *= 4.0
            else:
                size, may_grow = 0.5 * size, False
        return None


def _make_pattern_search(options: Options) -> Solver:
    """Return the search with its first step checked."""
    step = options.get("first_step", 1.0)
    real = isinstance(step, (int, float)) and not isinstance(step, bool)
    if not (real and FINEST <= step <= 1e100):
        raise ArgumentError(
            f"`first_step` is {show(step)}; it must be a positive number, such as 1."
        )
    return on_the_loop(PatternSearch(float(step)), PatternSearch.words, has_gradients=False)


def _explore(evaluator: Evaluator, base: Point, widths: Vector) -> tuple[Point, bool]:
    """Move each variable where that lowers the value; say whether no move changed it."""
    found, is_plateau = base, True
    for i in range(base.x.size):
        for side in (1.0, -1.0):
            x = found.x.copy()
            x[i] += side * widths[i]
            tried = _evaluate(evaluator, x)
            is_plateau = is_plateau and tried.value == base.value
            if tried.value < found.value:
                found = tried
                break
    return found, is_plateau


def _follow(
    evaluator: Evaluator, point: Point, move: Vector, widths: Vector, longer: float
) -> Point | None:
    """Repeat the move that helped, at twice its length or else as it was, exploring at its end."""
    ahead = _evaluate(evaluator, point.x + longer * move)
    if longer > 1.0 and not ahead.value < point.value:
        ahead = _evaluate(evaluator, point.x + move)
    further, _ = _explore(evaluator, ahead, widths)
    return further if further.value < point.value else None


def _evaluate(evaluator: Evaluator, x: Vector) -> Point:
    """Return a point inside the bounds with its value, infinite where there is none."""
    x = evaluator.clipped(x)
    value = evaluator.value(x)
    return Point(x, value if np.isfinite(value) else np.inf, np.full(x.shape, np.nan))


PATTERN_METHODS = (
    Method(
        "pattern_search", "values only, at steps of every size; for jumps and plateaus",
        "value", _make_pattern_search,
        {"first_step": "the step tried first, in units of 1 + |x|; 1"},
        takes_bounds=True, aliases=("hooke_jeeves",),
    ),
)  # fmt: skip
