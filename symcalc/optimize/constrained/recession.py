"""Rays that constraints allow for ever, and whether anything is allowed near the start."""

from __future__ import annotations

import numpy as np

from ..bounds import Vector
from ..endless import is_far
from .evaluator import FEASIBLE, ConstrainedEvaluator
from .polish import restore
from .problem import Run

__all__ = ["allowed_near", "find_ray", "is_truly_allowed"]


def is_truly_allowed(run: Run, x: Vector) -> bool:
    """Whether a far point is feasible without the rounding that its distance brings, or one near.

    Far off constraints that contradict each other are lost in rounding.
    """
    stack = run.evaluator.stack(x)
    is_exact = (stack.violations[: stack.n_rows] <= FEASIBLE * stack.floors).all()
    return bool(run.is_large or is_exact or allowed_near(run) is not None)


def allowed_near(run: Run) -> Vector | None:
    """Return a feasible point near the start, None where none is found."""
    evaluator = run.evaluator
    if run.is_large or evaluator.is_feasible(run.start):
        return run.start
    x = evaluator.settled(restore(evaluator, run.start))
    return x if evaluator.is_feasible(x) and not is_far(x, run.start) else None


def find_ray(evaluator: ConstrainedEvaluator, x: Vector, gradient: Vector) -> Vector | None:
    """Return the steepest way down along which linear constraints and bounds hold for ever.

    Constraints that are not linear count as they run here; values decide along the way.
    """
    from scipy.optimize import linprog

    rows, equal = evaluator.jacobian(x), evaluator.constraints.is_equality
    size = float(np.abs(gradient).max(initial=0.0))
    if not (np.isfinite(rows).all() and 0.0 < size < np.inf):
        return None
    lower = np.where(np.isfinite(evaluator.bounds.lower), 0.0, -1.0)
    upper = np.where(np.isfinite(evaluator.bounds.upper), 0.0, 1.0)
    lengths = np.linalg.norm(rows, axis=1)
    scaled = rows / np.where(lengths > 0.0, lengths, 1.0)[:, None]
    found = linprog(
        gradient / size, A_ub=-scaled[~equal], b_ub=np.zeros(int((~equal).sum())),
        A_eq=scaled[equal], b_eq=np.zeros(int(equal.sum())),
        bounds=list(zip(lower, upper, strict=True)),
    )  # fmt: skip
    if found.status != 0 or not found.fun < -1e-9:
        return None
    return np.asarray(found.x)
