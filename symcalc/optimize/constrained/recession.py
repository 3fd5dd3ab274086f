"""Rays that constraints allow for ever, and whether anything is allowed near the start."""

from __future__ import annotations

import numpy as np

from ..bounds import Vector
from ..endless import is_far
from .evaluator import FEASIBLE, ConstrainedEvaluator
from .polish import restore
from .problem import Run

__all__ = ["allowed_near", "find_ray", "is_truly_allowed", "leads_down"]

#: Slopes below this share of the gradient are rounding; looked at here, and so far on.
LEVEL, FARTHER = 1e-12, 2.0**10


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
    for begin in (run.start, _of_tangents(evaluator, run.start)):
        if begin is not None:
            x = evaluator.settled(restore(evaluator, begin))
            if evaluator.is_feasible(x) and not is_far(x, run.start):
                return x
    return None


def _of_tangents(evaluator: ConstrainedEvaluator, x: Vector) -> Vector | None:
    """Return the nearest point that satisfies constraints as they run here, by a linear program."""
    from scipy.optimize import linprog

    n, m = x.size, len(evaluator.constraints)
    rows, values = evaluator.jacobian(x), evaluator.stack(x).values[:m]
    if not (np.isfinite(rows).all() and np.isfinite(values).all()):
        return None
    equal, limits = evaluator.constraints.is_equality, rows @ x - values
    wide = np.hstack([rows, np.zeros((m, n))])
    apart = np.vstack([np.hstack([np.eye(n), -np.eye(n)]), np.hstack([-np.eye(n), -np.eye(n)])])
    bounds = list(zip(evaluator.bounds.lower, evaluator.bounds.upper, strict=True))
    found = linprog(
        np.append(np.zeros(n), np.ones(n)), A_ub=np.vstack([-wide[~equal], apart]),
        b_ub=np.concatenate([-limits[~equal], x, -x]), A_eq=wide[equal], b_eq=limits[equal],
        bounds=[*bounds, *[(0.0, None)] * n],
    )  # fmt: skip
    return np.asarray(found.x[:n]) if found.status == 0 else None


def leads_down(evaluator: ConstrainedEvaluator, x: Vector, axis: Vector) -> bool:
    """Whether the objective falls along an axis by more than rounding, here or farther on.

    Along the edge of a linear program that it does not change on, rounding makes it fall for ever.
    """
    for at in (x, x + FARTHER * axis):
        slope = evaluator.slopes_aside(at)
        size = float(np.linalg.norm(slope[axis != 0.0]) * np.linalg.norm(axis))
        if np.isfinite(size) and -float(slope @ axis) > LEVEL * size:
            return True
    return False


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
