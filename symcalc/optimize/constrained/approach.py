"""Minima under constraints that are only approached, at the edge of a domain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..bounds import Bounds, Vector
from ..plain import place_of
from .evaluator import ConstrainedEvaluator
from .multipliers import NEAR
from .polish import Candidate

__all__ = ["at_edge", "describe_edge", "edge_bounds"]

#: How many halvings off an edge values are compared.
OCTAVES = (12, 24, 36)

#: Halvings that find an edge, which may lie as near zero as numbers go.
N_HALVINGS = 1100


def edge_bounds(evaluator: ConstrainedEvaluator, at: Candidate, tolerance: float) -> Bounds | None:
    """Return bounds that keep off the edges beyond which there is no value, None without such.

    Looked at is where the objective falls along single variables.
    """
    x, m, n = at.point.x, at.stack.n_rows, at.point.x.size
    if not (at.point.is_finite and np.isfinite(at.jacobian).all()):
        return None
    weights = at.multipliers.weights
    left = at.point.gradient - at.jacobian.T @ weights[:m] - weights[m : m + n] + weights[m + n :]
    lower, upper = evaluator.bounds.lower.copy(), evaluator.bounds.upper.copy()
    found = False
    for place in np.flatnonzero(np.abs(left) > tolerance * at.steepness):
        move = np.zeros(n)
        move[place] = -np.sign(left[place]) * (1.0 + abs(x[place]))
        length = _length_inside(evaluator, x, move)
        if length is not None and not _is_root(evaluator, x + length * move, move):
            found = True
            limits = upper if move[place] > 0.0 else lower
            limits[place] = x[place] + length * move[place]
    return Bounds(lower, upper) if found else None


def _length_inside(evaluator: ConstrainedEvaluator, x: Vector, move: Vector) -> float | None:
    """Return how much of a move leads to points that have values, None for all of it."""
    if _is_defined(evaluator, evaluator.clipped(x + move)):
        return None
    inside, outside = 0.0, 1.0
    for _ in range(N_HALVINGS):
        middle = 0.5 * (inside + outside)
        if middle in (inside, outside) or np.array_equal(x + outside * move, x + inside * move):
            break
        if _is_defined(evaluator, x + middle * move):
            inside = middle
        else:
            outside = middle
    return inside


def _is_root(evaluator: ConstrainedEvaluator, edge: Vector, move: Vector) -> bool:
    """Whether a constraint ends at an edge as a root does: steep, with a value.

    Its gradients do not tell then how far it holds. The changes of a root fall by half where the
    distance is quartered, those of a smooth function by four, those of a logarithm not at all.
    """
    m = len(evaluator.constraints)
    far, near, nearest = (evaluator.stack(edge - 2.0**-k * move).values[:m] for k in OCTAVES)
    changes, later = np.abs(near - far), np.abs(nearest - near)
    share = later / np.where(changes > 0.0, changes, np.inf)
    octaves = OCTAVES[1] - OCTAVES[0]
    return bool(((share > 2.0 ** (-0.8 * octaves)) & (share < 0.5)).any())


def _is_defined(evaluator: ConstrainedEvaluator, x: Vector) -> bool:
    """Whether everything has a value and a gradient."""
    point, stack = evaluator.point(x), evaluator.stack(x)
    return bool(
        point.is_finite
        and not np.isnan(stack.values).any()
        and np.isfinite(evaluator.jacobian(x)).all()
    )


def describe_edge(
    evaluator: ConstrainedEvaluator, kept: Bounds, at: Candidate, names: tuple[str, ...]
) -> str:
    """Say that the domain ends where a run that was kept off its edge is held by it."""
    bounds, m, n = evaluator.bounds, at.stack.n_rows, at.point.x.size
    weights = at.multipliers.weights
    low = (kept.lower > bounds.lower) & (weights[m : m + n] > 0.0)
    high = (kept.upper < bounds.upper) & (weights[m + n :] > 0.0)
    places = np.flatnonzero(low | high)
    where = place_of(tuple(names[p] for p in places), at.point.x[places])
    return (f"The objective falls towards {where}, the edge beyond which there is no value: no "
            "multipliers exist there, and what is approached may not be reached.")  # fmt: skip


def at_edge(at: Candidate) -> Candidate:
    """Return a candidate without the constraints that only seem near since they are so steep."""
    active = at.multipliers.active
    near = np.abs(at.stack.values[active]) <= NEAR * np.maximum(1.0, at.units[active])
    found = replace(at.multipliers, active=active[near | at.stack.is_equality[active]])
    return at._replace(multipliers=found)
