"""Where to look for a fall that has no end: the ways on from the end of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..outcome import Outcome
from .bounds import Bounds, Vector
from .endless import Tail, is_far, level_out, look_inward
from .evaluator import Evaluator
from .objective import Point, StopRun
from .stationary import MAX_VARIABLES
from .valley import follow_valley, newton_step

__all__ = ["find_level", "find_tail", "look_ahead"]

#: The way is followed in steps that begin with this share of it.
SHARE = 0.125

#: Variables that moved by less than this share of the one that moved farthest stay where they are.
ASIDE = 1e-3

#: Directions with a cosine above this are one.
SAME = 1.0 - 1e-12

#: Gradients that grew by this factor since the start may be those of a pole.
STEEP = 1e4

#: A run this far from its start, in units of 1 + |start|, may be in a valley without end.
LONG = 100.0

#: How far off the end ways begin that lead to it, in units of 1 + |x|.
NEAR = 2.0**-4


def find_tail(
    evaluator: Evaluator, start: Point, best: Point, *, is_stuck: bool,
    hints: Sequence[Vector] = (), bounds: Bounds | None = None,
) -> Tail | None:  # fmt: skip
    """Return the evidence of a fall to no end on from the best point, or to a place beside it.

    Where the run `is_stuck`, or the gradient has grown, a place is looked for; first ways that
    `hints` show are gone.
    """
    approached = None
    for direction in _distinct(_directions(evaluator, start, best, hints, bounds)):
        tail = evaluator.follow(best.x, direction, has_slopes=True)
        if tail is not None and tail.is_endless:
            return tail
        approached = approached or tail
    grown = float(np.abs(best.gradient).max(initial=0.0))
    if is_stuck or not grown <= STEEP * (1.0 + float(np.abs(start.gradient).max())):
        for move in _moves_away(start, best):
            tail = look_inward(evaluator.allowed_value, best.x, move)
            if tail is not None:
                return tail
    if approached is None and is_far(best.x, start.x):
        return follow_valley(evaluator, evaluator.allowed_value, start.x, best.x)
    return approached


def find_level(evaluator: Evaluator, start: Point, best: Point) -> Tail | None:
    """Return that values have come down to a level on the way from the start and stay on it."""
    move = SHARE * (best.x - start.x)
    return level_out(evaluator.allowed_value, best.x, move) if move.any() else None


def look_ahead(evaluator: Evaluator, start: Point, point: Point) -> None:
    """End a run on its way where the way is found to fall to no end.

    On a bent one that is only a matter of time; a limit that is approached on a straight one is
    left to the method, which comes near it soon.
    """
    move = point.x - start.x
    tail = evaluator.follow(point.x, SHARE * move)
    if tail is None or not tail.is_endless:
        reach = LONG * (1.0 + float(np.abs(start.x).max()))
        is_long = bool(np.abs(move).max() > reach)
        tail = None
        if is_long:
            tail = follow_valley(evaluator, evaluator.allowed_value, start.x, point.x)
    if tail is not None:
        evaluator.tail = tail
        raise StopRun(Outcome.UNBOUNDED if tail.is_endless else Outcome.APPROACHED)


def _directions(
    evaluator: Evaluator,
    start: Point,
    best: Point,
    hints: Sequence[Vector],
    bounds: Bounds | None,
) -> Iterator[Vector]:
    """Yield directions on from the best point, each of the length of a first step."""
    x = best.x
    if evaluator.objective.hessian is not None and x.size <= MAX_VARIABLES:
        free = np.ones(x.size, dtype=np.bool_) if bounds is None else bounds.free(x, best.gradient)
        if evaluator.has_hessian(x) and free.any() and best.gradient[free].any():
            hessian = evaluator.dense_hessian(x)[np.ix_(free, free)]
            step = np.zeros(x.size)
            step[free] = newton_step(hessian, best.gradient[free])
            yield step
    length = SHARE * (1.0 + float(np.abs(x).max()))
    yield from (length * hint for hint in hints)
    move = x - start.x
    yield SHARE * move
    size = np.abs(move)
    yield SHARE * np.where(size >= ASIDE * size.max(initial=0.0), move, 0.0)
    yield from _late_moves(evaluator, best, move)
    yield SHARE * x


def _late_moves(evaluator: Evaluator, best: Point, move: Vector) -> Iterator[Vector]:
    """Yield the way since the run was half as far from the best point as at the start."""
    points, _ = evaluator.evidence.points()
    if len(points) and points.shape[1] == move.size:
        ways = best.x - points
        lengths = np.abs(ways).max(axis=1)
        yield SHARE * ways[int(np.abs(lengths - 0.5 * np.abs(move).max()).argmin())]


def _distinct(directions: Iterator[Vector]) -> Iterator[Vector]:
    """Yield the directions that are not those before again."""
    known: list[Vector] = []
    for direction in directions:
        size = float(np.abs(direction).max(initial=0.0))
        if not 0.0 < size < np.inf:
            continue
        unit = direction / size
        unit /= np.linalg.norm(unit)
        if not any(float(unit @ other) > SAME for other in known):
            known.append(unit)
            yield direction


def _moves_away(start: Point, best: Point) -> Iterator[Vector]:
    """Yield moves from the end, back to the start and along the gradient to either side."""
    yield start.x - best.x
    size = float(np.abs(best.gradient).max(initial=0.0))
    if 0.0 < size < np.inf:
        length = NEAR * (1.0 + float(np.abs(best.x).max()))
        yield length * best.gradient / size
        yield -length * best.gradient / size
