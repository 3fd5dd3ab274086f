"""From a saddle, down along negative curvature, and on with the same method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..outcome import Outcome
from .bounds import Vector
from .evaluator import Evaluator
from .objective import Point
from .plain import describe_axis, place_of
from .stationary import StationaryPoint, classify
from .trace import Journal

__all__ = ["MAX_ESCAPES", "run_with_escapes"]

#: A run leaves so many saddles at most.
MAX_ESCAPES = 30

#: The first distance from a saddle, in units of 1 + |x|, the factor between distances, how many.
NEAREST, FACTOR, N_DISTANCES = 1e-6, 4.0, 24

#: Ends at which a method rests, so that the point is worth a look at its curvature.
_AT_REST = (
    None, Outcome.CONVERGED_GRADIENT, Outcome.LINE_SEARCH_FAILED, Outcome.SOLVER_FAILED,
)  # fmt: skip


def run_with_escapes(
    solve: Callable[[Point], Outcome | None], start: Point, evaluator: Evaluator, journal: Journal,
    names: tuple[str, ...],
) -> tuple[Outcome | None, list[str]]:  # fmt: skip
    """Run a method; as long as it ends at a saddle, leave that and run on. Say what was left.

    Where the Hessian has a negative eigenvalue and the gradient vanishes, the objective falls on
    either side of its eigenvector. The lower side is followed until it rises. Each escape is one
    step of the trace.
    """
    said: list[str] = []
    outcome = solve(start)
    for _ in range(MAX_ESCAPES):
        if outcome not in _AT_REST or evaluator.best_x is None:
            break
        rest = evaluator.last_point
        here = evaluator.point(evaluator.best_x)
        kind = classify(evaluator, here, names, journal.rule.free(here.x, here.gradient))
        below = _way_down(evaluator, here, kind)
        if below is None or kind is None or kind.axis is None:
            evaluator.last_point = rest  # where the gradient test held, if it did
            break
        said.append(
            f"Left a {kind.kind} at {place_of(names, here.x)} along "
            f"{describe_axis(kind.axis, names)}: the value fell from {here.value:.6g} to "
            f"{below.value:.6g}."
        )
        rule = journal.rule
        norm, move = rule.norm(below.x, below.gradient), below.x - here.x
        journal.rule = replace(rule, start_norm=max(rule.start_norm, norm))
        journal.record(below.x, below.value, norm, float(move @ move) ** 0.5)
        journal.check(below.value, norm)
        outcome = solve(below)
    return outcome, said


def _way_down(evaluator: Evaluator, here: Point, kind: StationaryPoint | None) -> Point | None:
    """Return the lowest point along the axis before the value rises, on the lower side."""
    if kind is None or not kind.is_excluded or kind.axis is None or not here.is_finite:
        return None
    sides = [_follow(evaluator, here, side * kind.axis) for side in (1.0, -1.0)]
    x, value = min(sides, key=lambda end: end[1])
    below = evaluator.point(x) if value < here.value else None
    return below if below is not None and below.is_finite else None


def _follow(evaluator: Evaluator, here: Point, axis: Vector) -> tuple[Vector, float]:
    """Go out along an axis by growing distances for as long as the value falls."""
    best, lowest = here.x, here.value
    size = 1.0 + float(np.abs(here.x).max())
    for k in range(N_DISTANCES):
        x = here.x + NEAREST * FACTOR**k * size * axis
        if not evaluator.is_inside(x):
            break
        value = evaluator.value(x)
        if not value <= lowest + 1e-14 * abs(lowest):
            break
        best, lowest = x, value
    return best, lowest
