"""Falls along a bent valley: one variable goes on its way, the others come down to the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bounds import Vector
from .endless import Tail, Value, follow
from .evaluator import Evaluator

__all__ = ["follow_valley", "newton_step"]

EPS = float(np.finfo(float).eps)

#: Valleys are followed in up to this number of variables.
MAX_VARIABLES = 30

#: The variable grows by at most this factor at a time, the others take so many steps then.
GROWTH, N_STEPS = 1.3, 12

#: Rounding ends valleys after few doublings.
DOUBLINGS = range(17)

#: A step that promises less than this share of the value is the last one.
SETTLED = 1e-13


def follow_valley(evaluator: Evaluator, value: Value, start: Vector, end: Vector) -> Tail | None:
    """Follow the floor of a valley, the variable that moved farthest doubled again and again."""
    if not 2 <= end.size <= MAX_VARIABLES or evaluator.objective.hessian is None:
        return None
    leader = int(np.abs(end - start).argmax())
    floor = _Floor(evaluator, value, leader, end.copy())
    way = np.zeros(end.size)
    way[leader] = end[leader] - start[leader]
    return follow(floor.value, end, way, doublings=DOUBLINGS)


@dataclass(slots=True)
class _Floor:
    """The lowest values over all variables but the leader, near where they were before."""

    evaluator: Evaluator
    allowed: Value
    leader: int
    x: Vector

    def value(self, at: Vector) -> float:
        """Return the value on the floor where the leader is as it is at a point."""
        goal = at[self.leader]
        ratio = goal / self.x[self.leader]
        n_stages = 1 if ratio <= 0.0 else 1 + int(abs(np.log(ratio)) / np.log(GROWTH))
        found = np.nan
        for place in np.linspace(0.0, 1.0, n_stages + 1)[1:]:
            self.x[self.leader] = goal if ratio <= 0.0 else goal * ratio ** (place - 1.0)
            found = self._settle()
            if not np.isfinite(found):
                break
        return found

    def _settle(self) -> float:
        """Bring the other variables down by Newton's steps, curvatures taken as positive."""
        others = np.arange(self.x.size) != self.leader
        value = self.allowed(self.x)
        for _ in range(N_STEPS):
            gradient = self.evaluator.slopes_aside(self.x)[others]
            hessian = _dense(self.evaluator, self.x)[np.ix_(others, others)]
            if not (np.isfinite(value) and np.isfinite(gradient).all()):
                return np.nan
            move = newton_step(hessian, gradient)
            promised = -float(gradient @ move)
            if not promised > SETTLED * abs(value):
                break
            for share in (1.0, 0.5, 0.1, 0.01):
                x = self.x.copy()
                x[others] += share * move
                lower = self.allowed(x)
                if lower < value:
                    break
            else:
                break
            self.x, value = x, lower
        return value


def newton_step(hessian: Vector, gradient: Vector) -> Vector:
    """Return Newton's step, variables scaled by the diagonal, with the sizes of curvatures."""
    largest = float(np.abs(hessian).max(initial=0.0))
    if not 0.0 < largest < np.inf:
        return np.zeros_like(gradient)
    scale = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(hessian)), EPS * largest))
    scaled = scale[:, None] * hessian * scale
    if not np.isfinite(scaled).all():
        return np.zeros_like(gradient)
    curvature, axes = np.linalg.eigh(scaled)
    sizes = np.maximum(np.abs(curvature), EPS * np.abs(curvature).max())
    return np.asarray(-scale * (axes @ ((axes.T @ (scale * gradient)) / sizes)))


def _dense(evaluator: Evaluator, x: Vector) -> Vector:
    """Return the Hessian at `x` aside."""
    assert evaluator.objective.hessian is not None
    found = evaluator.objective.hessian(x)
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=float)
