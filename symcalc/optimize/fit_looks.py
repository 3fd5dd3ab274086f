"""Other starts of a fit: points around the one given, looked at many at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .bounds import Vector
from .evaluator import Evaluator
from .fit_problem import FitProblem
from .fit_run import End

__all__ = ["promising_starts"]

#: Other starts that are looked at, and those that a run is begun from.
MAX_LOOKS, MAX_RUNS = 200, 6

#: Rows evaluated in looking at other starts, all in all and at a time.
ROWS_LOOKED_AT, ROWS_AT_ONCE = 2_000_000, 16_384

#: Spreads of the logarithms of the parameters around the start, near and far in turn.
SPREADS = (0.1, 0.3, 1.0, 2.5)

#: Added to the diagonal of a scaled Gram matrix: where the data say nothing, nothing moves.
RIDGE = 1e-12


def promising_starts(
    evaluator: Evaluator, problem: FitProblem, start: Vector, found: End
) -> Iterator[Vector]:
    """Yield the other starts with the least sums of squares, at most `MAX_RUNS` of them."""
    n_rows = problem.target.size
    n_looks = int(np.clip(ROWS_LOOKED_AT // n_rows, 10, MAX_LOOKS))
    points = np.array(list(_candidates(problem, start, found, n_looks)))
    at_once = max(ROWS_AT_ONCE // n_rows, 1)
    looked: list[tuple[float, Vector]] = []
    for begin in range(0, len(points), at_once):
        some = points[begin : begin + at_once]
        evaluator.charge(len(some))
        squares, moved = _projected(problem, some)
        pairs = zip(squares.tolist(), moved, strict=True)
        looked += [(square, x) for square, x in pairs if np.isfinite(square)]
    looked.sort(key=lambda pair: pair[0])
    n_runs = max(1, min(MAX_RUNS, n_looks // 10))
    yield from (x for _, x in looked[:n_runs])


def _candidates(problem: FitProblem, start: Vector, found: End, count: int) -> Iterator[Vector]:
    """Yield points around the start, near and far in turn; no parameter changes its sign."""
    rng = np.random.default_rng(0)
    yield start
    if np.isfinite(found.x).all() and not found.outcome.is_good:
        yield found.x
    for turn in range(count):
        logs = SPREADS[turn % len(SPREADS)] * rng.standard_normal(start.size)
        moved = np.where(start == 0.0, logs, start * np.exp(logs))
        yield problem.clip(moved)


def _projected(problem: FitProblem, points: Vector) -> tuple[Vector, Vector]:
    """Return points with their linear parameters where the sum of squares is least, and that.

    What variable projection (Golub and Pereyra, 1973) does at every step is done once here: a
    start then depends on the guesses of the other parameters only.
    """
    linear = np.flatnonzero(problem.linear)
    if not linear.size:
        residuals = problem.residuals_at(points)
        return np.sum(residuals * residuals, axis=1), points
    residuals, columns = problem.residuals_at(points), problem.jacobian_at(points)[:, :, linear]
    is_whole = np.asarray(
        np.isfinite(residuals).all(axis=1) & np.isfinite(columns).all(axis=(1, 2))
    )
    columns = np.where(is_whole[:, None, None], columns, 0.0)
    scale = np.linalg.norm(columns, axis=1)
    scale = np.where(scale > 0.0, scale, 1.0)[:, None, :]
    units = columns / scale
    gram = np.swapaxes(units, 1, 2) @ units + RIDGE * np.eye(linear.size)
    against = np.swapaxes(units, 1, 2) @ np.where(is_whole[:, None], residuals, 0.0)[:, :, None]
    step = -np.linalg.solve(gram, against)
    moved = points.copy()
    moved[:, linear] += (step[:, :, 0] / scale[:, 0]) * is_whole[:, None]
    inside = np.array([problem.clip(x) for x in moved])
    if np.array_equal(inside, moved):
        residuals = residuals + (units @ step)[:, :, 0]  # exactly so: the model is linear in these
        return np.sum(residuals * residuals, axis=1), moved
    residuals = problem.residuals_at(inside)
    return np.sum(residuals * residuals, axis=1), inside
