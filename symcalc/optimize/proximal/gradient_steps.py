"""Proximal gradient steps: plain (ISTA) and accelerated (FISTA)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from .evaluator import SplitEvaluator, split_of

__all__ = ["FISTA", "ISTA"]

EPS = float(np.finfo(float).eps)

#: A length is shortened at most so often in a row.
MAX_TRIALS = 60

#: The factor by which a length may grow: from step to step of ISTA, at restarts of FISTA.
GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class ISTA:
    """`x = prox(x - t*g, t)`, with t shortened until the smooth part lies below its parabola.

    Memory: the last length t. Beck and Teboulle, A fast iterative shrinkage-thresholding
    algorithm for linear inverse problems, 2009, section 3; here the length may grow again.

    Attributes
    ----------
    rate : float or None
        A fixed length; None: by backtracking.
    """

    rate: float | None = None

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step, None when no length brings anything."""
        split = split_of(evaluator)
        split.stage = "proximal step"
        base = split.smooth_point(point.x)
        if self.rate is not None:
            ahead = point.x - self.rate * base.gradient
            return Step(split.point(split.penalty.prox(ahead, self.rate)))
        length = _first_length(split, base) if memory is None else GROWTH * memory
        found = _backtrack(split, base, length)
        if found is None or np.array_equal(found[0].x, point.x):
            return None
        return Step(*found)


@dataclass(frozen=True, slots=True)
class FISTA:
    """ISTA from a point ahead of the last two; the momentum restarts where it leads uphill.

    Memory: the length, the momentum's number, the last point and its smooth gradient. Beck and
    Teboulle 2009, section 4; both rules of O'Donoghue and Candes, Adaptive restart for accelerated
    gradient schemes, 2015. A step that leads uphill is replaced by one of ISTA, so that values
    never rise. Where the smooth part is quadratic its gradient ahead is extrapolated, exactly.
    """

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step, None when no length brings anything."""
        split = split_of(evaluator)
        split.stage = "proximal step"
        base = split.smooth_point(point.x)
        if memory is None:
            length, number, last = _first_length(split, base), 1.0, None
        else:
            length, number, last = memory
        after = 0.5 * (1.0 + (1.0 + 4.0 * number * number) ** 0.5)
        if last is not None:
            ahead = _ahead(split, base, last, (number - 1.0) / after)
            found = _backtrack(split, ahead, length)
            if found is not None:
                new, length = found
                if new.value <= point.value + 8.0 * EPS * abs(point.value):
                    is_uphill = float((ahead.x - new.x) @ (new.x - point.x)) > 0.0
                    after = 1.0 if is_uphill else after
                    length *= GROWTH if is_uphill else 1.0
                    return Step(new, (length, after, (point.x, base.gradient)))
        found = _backtrack(split, base, length)
        if found is None or np.array_equal(found[0].x, point.x):
            return None
        return Step(found[0], (found[1], after if last is None else 1.0, (point.x, base.gradient)))


def _ahead(split: SplitEvaluator, base: Point, last: tuple[Vector, Vector], share: float) -> Point:
    """Return the point ahead by a share of the last move."""
    move = share * (base.x - last[0])
    if not split.facts.is_quadratic:
        return split.smooth_point(split.penalty.prox(base.x + move, 0.0))  # within the sets
    bend = share * (base.gradient - last[1])
    value = base.value + float(base.gradient @ move + 0.5 * (bend @ move))
    return Point(base.x + move, value, base.gradient + bend)


def _first_length(split: SplitEvaluator, base: Point) -> float:
    """Return the reciprocal of the curvature met on a short way down."""
    size = float(np.abs(base.gradient).max())
    short = 1e-3 * (1.0 + float(np.abs(base.x).max())) / size if size > 0.0 else 1.0
    x = split.penalty.prox(base.x - short * base.gradient, short)
    move = x - base.x
    square = float(move @ move)
    if square == 0.0:
        return short
    bend = float((split.slope(x) - base.gradient) @ move)
    return square / bend if 0.0 < bend < np.inf else 10.0 * short


def _backtrack(split: SplitEvaluator, base: Point, length: float) -> tuple[Point, float] | None:
    """Return the proximal point of the first length that is short enough, and the length.

    Where values differ by rounding only, the gradients decide: along the step the curvature must
    be below that of the parabola.
    """
    for _ in range(MAX_TRIALS):
        x = split.penalty.prox(base.x - length * base.gradient, length)
        move = x - base.x
        square = float(move @ move)
        if square == 0.0:
            return split.point(x), length
        new = split.point(x)
        bend = float((split.slope(x) - base.gradient) @ move)
        if new.is_finite:
            above = split.smooth_point(x).value - base.value - float(base.gradient @ move)
            is_fine = abs(base.value) * 1e4 * EPS < square / length
            if (above if is_fine else 0.5 * bend) <= 0.5 * square / length * (1.0 + 1e-9):
                return new, length
        shorter = 0.95 * square / bend if 0.0 < bend < np.inf else 0.25 * length
        length = min(0.7 * length, max(shorter, 0.1 * length))
    return None
