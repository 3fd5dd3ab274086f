"""The second-order conditions: the Lagrangian's Hessian on the critical cone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..bounds import Mask, Vector
from ..plain import count_of, describe_axis
from .evaluator import EXACT, ConstrainedEvaluator
from .multipliers import FAINT
from .polish import Candidate, restore

__all__ = ["SecondOrder", "examine"]

EPS = float(np.finfo(float).eps)

#: A multiplier below this share of the gradient's size leaves its constraint free to let go.
WEAK = 1e-7

#: Eigenvalues below this share of the Hessian's size count as zero.
FLAT = 1e-9


class SecondOrder(NamedTuple):
    """What curvature says: the sentence, and a lower feasible point where one was found.

    `toward` is a flat direction, or the one to the lower point.
    """

    sentence: str
    lower: Vector | None = None
    toward: Vector | None = None


def examine(
    evaluator: ConstrainedEvaluator, at: Candidate, names: tuple[str, ...]
) -> SecondOrder | None:
    """Look at the Lagrangian's Hessian along directions that keep the constraints.

    Where multipliers of active constraints vanish, the directions that leave them are looked at
    too, and a negative curvature is believed only when a feasible point with a lower value is found
    along it.
    """
    stack, x = at.stack, at.point.x
    weights, active = at.multipliers.weights, at.multipliers.active
    hessian = evaluator.dense_hessian(x)
    hessian = hessian - evaluator.curvature(x, weights[: stack.n_rows])
    rows = stack.rows_of(at.jacobian, active)
    if not (np.isfinite(hessian).all() and np.isfinite(rows).all()):
        return None
    lengths = np.linalg.norm(rows, axis=1)
    force = np.abs(weights[active]) * lengths
    size = max(FAINT * at.floor, float(np.abs(at.point.gradient).max(initial=0.0)))
    strong = stack.is_equality[active] | (force > WEAK * size)
    strong |= _following(evaluator, rows, strong)
    tangent = _null_space(rows[strong])
    if not tangent.shape[1]:
        return SecondOrder(
            "A strict local minimum: along every direction that is left by "
            f"{count_of(int(strong.sum()), 'active constraint')} the objective rises."
        )
    curvature, axes = np.linalg.eigh(tangent.T @ hessian @ tangent)
    largest = max(float(np.abs(hessian).max()), EPS * at.floor)
    weak = rows[~strong]
    if curvature[0] > FLAT * largest:
        what = "along the active constraints, " if len(active) else ""
        return SecondOrder(
            f"A strict local minimum: {what}the least curvature of the Lagrangian is "
            f"{curvature[0]:.3g}."
        )
    lower = _fall(evaluator, at, [tangent @ axis for axis in axes.T[curvature <= FLAT * largest]])
    words = describe_axis(_written(evaluator, tangent @ axes[:, 0]), names)
    if lower is not None:
        return SecondOrder(
            f"The objective falls along {words} among the feasible points: no minimum.",
            lower, lower - x,
        )  # fmt: skip
    if curvature[0] < -FLAT * largest and not len(weak):
        return SecondOrder(f"The Lagrangian curves down along {words}: a minimum is not shown.")
    if curvature[0] < -FLAT * largest:
        return SecondOrder(
            "Constraints with multiplier zero keep the objective from falling; second derivatives "
            "do not decide, values nearby do not fall."
        )
    flat = tangent @ axes[:, 0]
    return SecondOrder(
        f"Flat to second order along {words}: the minimum may not be isolated, or lie far off.",
        toward=flat if float(at.point.gradient @ flat) <= 0.0 else -flat,
    )


def _written(evaluator: ConstrainedEvaluator, axis: Vector) -> Vector:
    """Return a direction among the variables that do not stand for kinks, of length one."""
    n = axis.size if evaluator.stand_ins is None else evaluator.stand_ins.first
    length = float(np.linalg.norm(axis[:n]))
    return axis[:n] / (length if length > 0.0 else 1.0)


def _following(evaluator: ConstrainedEvaluator, rows: Vector, strong: Mask) -> Mask:
    """Return a piece of each kink that no force holds: what stands for it follows that piece."""
    found = np.zeros(len(rows), dtype=np.bool_)
    if evaluator.stand_ins is not None:
        for place in range(evaluator.stand_ins.first, rows.shape[1]):
            touching = np.flatnonzero(rows[:, place])
            if touching.size and not strong[touching].any():
                found[touching[0]] = True
    return found


def _null_space(rows: Vector) -> Vector:
    """Return an orthonormal basis of the directions that all rows leave at zero."""
    n = rows.shape[1]
    if not len(rows):
        return np.eye(n)
    lengths = np.linalg.norm(rows, axis=1)
    scaled = rows / np.where(lengths > 0.0, lengths, 1.0)[:, None]
    _, singular, right = np.linalg.svd(scaled, full_matrices=True)
    return np.asarray(right[int(np.sum(singular > 1e-9)) :].T)


def _fall(
    evaluator: ConstrainedEvaluator, at: Candidate, directions: list[Vector]
) -> Vector | None:
    """Return a feasible point near with a lower value, None when none is found."""
    x, value = at.point.x, at.point.value
    size = 1.0 + float(np.abs(x).max(initial=0.0))
    noise = 64.0 * EPS * max(abs(value), 1e-8 * at.floor)
    # What constraints may be off is worth as much as their multipliers say.
    noise += 2.0 * EXACT * float(np.abs(at.multipliers.weights) @ at.units)
    for direction in directions[:8]:
        for length in (1e-3, 1e-2, 1e-1):
            for side in (1.0, -1.0):
                new = restore(evaluator, x + side * length * size * direction, 12)
                if not evaluator.is_feasible(new, EXACT):
                    continue
                if evaluator.value(new) < value - noise:
                    return new
    return None
