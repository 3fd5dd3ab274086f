"""The augmented Lagrangian as a stepper on the one loop: products with vectors, no matrix.

For equations `c = 0` and inequalities `c >= 0` with weights `w` and a penalty `p`:
`A(x) = f - sum(w*c) + p/2*sum(c**2)` over equations, `+ sum(max(0, w - p*c)**2 - w**2)/(2*p)` over
inequalities; bounds are kept by projection. Hestenes, Multiplier and gradient methods, 1969;
Powell, A method for nonlinear constraints in minimization problems, 1969; Rockafellar 1973 for
inequalities. The rules for tolerance and penalty are those of Nocedal and Wright, Numerical
Optimization, 2006, algorithm 17.4, with weights updated after every inner minimization.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...outcome import Outcome
from ..bounds import Mask, Vector
from ..loop import Step
from ..methods.factorization import truncated_newton
from ..objective import Evaluator, Point, StopRun
from .evaluator import FEASIBLE, ConstrainedEvaluator

__all__ = ["AugmentedSteps"]

EPS = float(np.finfo(float).eps)

#: Weights are kept below this, as the theory asks for.
MAX_WEIGHT, MAX_PENALTY = 1e12, 1e14

#: Updates of the weights in a row that lead to no step end the run.
MAX_UPDATES = 30


@dataclass(frozen=True, slots=True)
class AugmentedSteps:
    """One projected Newton step on the augmented Lagrangian, weights updated when it has settled.

    Attributes
    ----------
    penalty : float or None
        The first penalty; None: so that objective and violation weigh about the same.
    tolerance : float
        Of the projected gradient and the violation at the end.
    """

    penalty: float | None = None
    tolerance: float = 1e-9

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step; raise `StopRun` when gradient and violation have vanished."""
        if not isinstance(evaluator, ConstrainedEvaluator):
            raise TypeError("an augmented Lagrangian needs the evaluator of constraints")
        x = point.x
        memory = dict(memory) if memory else self._begin(evaluator, x)
        for _ in range(MAX_UPDATES):
            at = _Model(evaluator, x, memory["weights"], memory["penalty"])
            residual = float(np.abs(x - evaluator.clipped(x - at.gradient)).max(initial=0.0))
            scale = max(1.0, float(np.abs(evaluator.point(x).gradient).max(initial=0.0)))
            if residual > memory["inner"] * scale:
                new = _search(evaluator, at, _direction(evaluator, at))
                if new is not None:
                    there = _Model(evaluator, new, memory["weights"], memory["penalty"])
                    value = evaluator.point(new).value
                    return Step(Point(new, value, there.projected), memory)
                memory["stalls"] += 1
                if memory["stalls"] > MAX_UPDATES:
                    return None
            off = at.unmet
            if off <= min(self.tolerance, FEASIBLE) and residual <= self.tolerance * scale:
                raise StopRun(Outcome.CONVERGED_KKT)
            memory = self._updated(memory, at, off)
        return None

    def _begin(self, evaluator: ConstrainedEvaluator, x: Vector) -> dict[str, Any]:
        """Return the memory at the start."""
        stack = evaluator.stack(x)
        off = stack.violations[: stack.n_rows]
        value = abs(evaluator.point(x).value)
        square = float(off @ off)
        balanced = 10.0 * max(1.0, value) / max(1.0, 0.5 * square)
        penalty = min(max(balanced, 1e-2), 1e3) if self.penalty is None else self.penalty
        return {
            "weights": np.zeros(stack.n_rows), "penalty": float(penalty), "inner": 1e-1,
            "unmet": float("inf"), "stalls": 0,
        }  # fmt: skip

    def _updated(self, memory: dict[str, Any], at: _Model, off: float) -> dict[str, Any]:
        """Return the memory with new weights, and a new penalty where the violation fell little."""
        weights = np.clip(at.shifted, -MAX_WEIGHT, MAX_WEIGHT)
        grows = off > 0.25 * memory["unmet"] and off > FEASIBLE
        penalty = min(memory["penalty"] * (10.0 if grows else 1.0), MAX_PENALTY)
        inner = max(0.1 * memory["inner"], self.tolerance)
        return {**memory, "weights": weights, "penalty": penalty, "inner": inner,
                "unmet": min(off, memory["unmet"])}  # fmt: skip


class _Model:
    """The augmented Lagrangian at one point, for given weights and penalty."""

    def __init__(
        self, evaluator: ConstrainedEvaluator, x: Vector, weights: Vector, penalty: float
    ) -> None:
        self._evaluator, self.x, self._weights, self.penalty = evaluator, x, weights, penalty
        stack = evaluator.stack(x)
        self._values = stack.values[: stack.n_rows]
        self._equal: Mask = stack.is_equality[: stack.n_rows]
        moved = weights - penalty * self._values
        self.shifted = np.where(self._equal, moved, np.maximum(0.0, moved))
        self._bent = self._equal | (moved > 0.0)

    @property
    def value(self) -> float:
        """The augmented Lagrangian."""
        value = self._evaluator.value(self.x)
        if not self._values.size:
            return value
        return float(value + np.sum(self.shifted**2 - self._weights**2) / (2.0 * self.penalty))

    @property
    def gradient(self) -> Vector:
        """Its gradient."""
        point = self._evaluator.point(self.x)
        return np.asarray(point.gradient - self._evaluator.pulled(self.x, self.shifted))

    @property
    def projected(self) -> Vector:
        """The gradient where bounds let it lead."""
        return np.asarray(self.x - self._evaluator.clipped(self.x - self.gradient))

    @property
    def unmet(self) -> float:
        """The largest violation or failure of complementarity."""
        slack = np.minimum(self._values, self._weights / self.penalty)
        return float(np.abs(np.where(self._equal, self._values, slack)).max(initial=0.0))

    def product(self, direction: Vector) -> Vector:
        """Return its Hessian times a direction."""
        evaluator, x = self._evaluator, self.x
        image = evaluator.product(x, direction)
        if not self._values.size:
            return image
        along = np.where(self._bent, evaluator.pushed(x, direction), 0.0)
        if self.shifted.any():
            image = image - evaluator.curved(x, self.shifted, direction)
        return np.asarray(image + self.penalty * evaluator.pulled(x, along))


def _direction(evaluator: ConstrainedEvaluator, at: _Model) -> Vector:
    """Return a Newton direction over the variables that no bound holds.

    Bertsekas, Projected Newton methods for optimization problems with simple constraints, 1982:
    variables within a small distance of a bound that the gradient presses on count as held.
    """
    gradient, x, bounds = at.gradient, at.x, evaluator.bounds
    width = min(1e-3, float(np.abs(at.projected).max(initial=0.0)))
    held = ((x <= bounds.lower + width) & (gradient > 0.0)) | (
        (x >= bounds.upper - width) & (gradient < 0.0)
    )

    def product(part: Vector) -> Vector:
        whole = np.zeros_like(x)
        whole[~held] = part
        return np.asarray(at.product(whole)[~held])

    direction = -gradient
    if not held.all():
        found = truncated_newton(product, gradient[~held], max_steps=min(2 * x.size, 500)).vector
        if np.isfinite(found).all() and found @ gradient[~held] < 0.0:
            direction[~held] = found
    return direction


def _search(evaluator: ConstrainedEvaluator, at: _Model, direction: Vector) -> Vector | None:
    """Return the first point along the projected path that falls enough, None when none does."""
    gradient, before = at.gradient, at.value
    slack = 8.0 * EPS * abs(before)
    length = 1.0
    for _ in range(40):
        new = evaluator.clipped(at.x + length * direction)
        if np.array_equal(new, at.x):
            return None
        trial = _Model(evaluator, new, at._weights, at.penalty)
        value = trial.value
        promised = float(gradient @ (new - at.x))
        if value <= before + 1e-4 * min(promised, 0.0):
            return new
        if abs(value - before) <= slack and np.linalg.norm(trial.projected) < np.linalg.norm(
            at.projected
        ):
            return new
        length *= 0.5 if np.isfinite(value) else 0.1
    return None
