"""The augmented Lagrangian as a stepper on the one loop: products with vectors, no matrix.

For equations `c = 0` and inequalities `c >= 0` with weights `w` and a penalty `p`:
`A(x) = f - sum(w*c) + p/2*sum(c**2)` over equations, `+ sum(max(0, w - p*c)**2 - w**2)/(2*p)` over
inequalities; bounds are kept by projection. Hestenes, Multiplier and gradient methods, 1969;
Powell, A method for nonlinear constraints in minimization problems, 1969; Rockafellar 1973 for
inequalities. The rules for tolerance and penalty are those of Nocedal and Wright, Numerical
Optimization, 2006, algorithm 17.4, with weights updated after every inner minimization.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...outcome import Outcome
from ..bounds import Mask, Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..methods.factorization import truncated_newton
from ..objective import Point, StopRun
from .conditioning import HARD, PenaltyFactors, may_be_formed, row_lengths
from .evaluator import FEASIBLE, ConstrainedEvaluator

__all__ = ["AugmentedSteps"]

EPS = float(np.finfo(float).eps)

#: Weights are kept below this, as the theory asks for.
MAX_WEIGHT, MAX_PENALTY = 1e12, 1e14

#: Updates of the weights in a row that lead to no step, and all of them, end the run.
MAX_UPDATES, MAX_ALL_UPDATES = 30, 200

#: A step to this many times the violation of the start shows that the penalty is too small.
WILD = 100.0

#: Directions, in units of 1 + |x|, are no longer: rounding takes flat ones for curved.
LONGEST = 1e4


#: How much longer than the last a step is tried.
LONGER = 16.0

#: A fall of more than this share of what the slope promises shows no curvature: the step may be
#: longer by far.
STRAIGHT = 0.9


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
        x = evaluator.accepted = point.x
        memory = dict(memory) if memory else self._begin(evaluator, x)
        for _ in range(MAX_UPDATES):
            at = _Model(evaluator, x, memory)
            residual = float(np.abs(x - evaluator.clipped(x - at.gradient)).max(initial=0.0))
            steep = float(np.abs(evaluator.point(x).gradient).max(initial=0.0))
            scale = max(1.0, steep / memory["unit"])
            if residual > memory["inner"] * scale:
                direction, n_products = _direction(evaluator, at)
                memory["products"] += n_products
                is_hard = n_products > HARD and memory["products"] > x.size
                if is_hard and may_be_formed(evaluator):
                    memory["anchor"] = _moved_anchor(evaluator, memory["anchor"], x)
                there = _search(evaluator, at, direction)
                if there is not None and there.violation > WILD * memory["widest"]:
                    memory["penalty"] = min(10.0 * memory["penalty"], MAX_PENALTY)
                    continue
                if there is not None:
                    if there.value >= at.value:  # rounding decides: the gradient must fall for good
                        memory["least"] = float(np.linalg.norm(there.projected))
                    value = evaluator.point(there.x).value
                    return Step(Point(there.x, value, there.projected), memory)
                memory["stalls"] += 1
                if memory["stalls"] > MAX_UPDATES:
                    return None
            off = at.unmet
            if off <= min(self.tolerance, FEASIBLE) and residual <= self.tolerance * scale:
                raise StopRun(Outcome.CONVERGED_KKT)
            memory = self._updated(memory, at, off)
            if memory["updates"] > MAX_ALL_UPDATES:
                return None
        return None

    def _begin(self, evaluator: ConstrainedEvaluator, x: Vector) -> dict[str, Any]:
        """Return the memory at the start."""
        stack = evaluator.stack(x)
        scales = np.ones(stack.n_rows)
        if stack.n_rows:
            lengths = row_lengths(evaluator, x)
            evaluator.take_lengths(lengths)
            scales = 1.0 / np.maximum(np.where(np.isfinite(lengths), lengths, 1.0), 1.0)
        unit, units = evaluator.units_of_solvers(x)
        scales = scales / units
        off = scales * stack.violations[: stack.n_rows]
        value = abs(evaluator.point(x).value) / unit
        square = float(off @ off)
        balanced = 10.0 * max(1.0, value) / max(1.0, 0.5 * square)
        penalty = min(max(balanced, 1e-2), 1e3) if self.penalty is None else self.penalty
        return {
            "weights": np.zeros(stack.n_rows), "penalty": float(penalty), "inner": 1e-1,
            "unmet": float("inf"), "least": float("inf"), "stalls": 0,
            "widest": max(1.0, float(np.max(off, initial=0.0))), "updates": 0, "scales": scales,
            "unit": unit, "anchor": None, "products": 0, "length": 1.0,
        }  # fmt: skip

    def _updated(self, memory: dict[str, Any], at: _Model, off: float) -> dict[str, Any]:
        """Return the memory with new weights, and a new penalty where the violation fell little."""
        weights = np.clip(at.shifted, -MAX_WEIGHT, MAX_WEIGHT)
        grows = off > 0.25 * memory["unmet"] and off > FEASIBLE
        penalty = min(memory["penalty"] * (10.0 if grows else 1.0), MAX_PENALTY)
        inner = max(0.1 * memory["inner"], self.tolerance)
        return {**memory, "weights": weights, "penalty": penalty, "inner": inner,
                "least": float("inf"),
                "unmet": min(off, memory["unmet"]), "updates": memory["updates"] + 1}  # fmt: skip


class _Model:
    """The augmented Lagrangian at one point, for the weights and the penalty of a memory."""

    def __init__(self, evaluator: ConstrainedEvaluator, x: Vector, memory: dict[str, Any]) -> None:
        self.evaluator, self.x, self.memory = evaluator, x, memory
        self._weights, self.penalty = memory["weights"], memory["penalty"]
        self._unit: float = memory["unit"]
        stack = evaluator.stack(x)
        self._scales: Vector = memory["scales"]
        self._values = self._scales * stack.values[: stack.n_rows]
        self._equal: Mask = stack.is_equality[: stack.n_rows]
        moved = self._weights - self.penalty * self._values
        self.shifted = np.where(self._equal, moved, np.maximum(0.0, moved))
        self.bent = self._equal | (moved > 0.0)

    @property
    def value(self) -> float:
        """The augmented Lagrangian."""
        value = self.evaluator.value(self.x) / self._unit
        if not self._values.size:
            return value
        return float(value + np.sum(self.shifted**2 - self._weights**2) / (2.0 * self.penalty))

    @property
    def gradient(self) -> Vector:
        """Its gradient."""
        point = self.evaluator.point(self.x)
        forces = self.evaluator.pulled(self.x, self._scales * self.shifted)
        return np.asarray(point.gradient / self._unit - forces)

    @property
    def projected(self) -> Vector:
        """The gradient where bounds let it lead."""
        return np.asarray(self.x - self.evaluator.clipped(self.x - self.gradient))

    @property
    def violation(self) -> float:
        """The largest violation, scaled."""
        off = np.where(self._equal, np.abs(self._values), -self._values)
        return float(off.max(initial=0.0))

    @property
    def unmet(self) -> float:
        """The largest violation or failure of complementarity."""
        slack = np.minimum(self._values, self._weights / self.penalty)
        return float(np.abs(np.where(self._equal, self._values, slack)).max(initial=0.0))

    def product(self, direction: Vector) -> Vector:
        """Return its Hessian times a direction."""
        image = self.smooth_product(direction)
        if not self._values.size:
            return image
        pushed = self.evaluator.pushed(self.x, direction)
        along = np.where(self.bent, self._scales**2 * pushed, 0.0)
        return np.asarray(image + self.penalty * self.evaluator.pulled(self.x, along))

    def smooth_product(self, direction: Vector) -> Vector:
        """Return the same without the penalty on the slopes of the constraints."""
        evaluator, x = self.evaluator, self.x
        image = evaluator.product(x, direction) / self._unit
        if self._values.size and self.shifted.any():
            image = image - evaluator.curved(x, self._scales * self.shifted, direction)
        return np.asarray(image)


def _moved_anchor(evaluator: ConstrainedEvaluator, known: Vector | None, x: Vector) -> Vector:
    """Return where derivatives of the constraints are formed, which costs a product a variable.

    Those of linear constraints are formed once.
    """
    if known is not None and evaluator.constraints.is_linear.all():
        return known
    evaluator.n_products += x.size
    return x


def _direction(evaluator: ConstrainedEvaluator, at: _Model) -> tuple[Vector, int]:
    """Return a Newton direction over the variables that no bound holds, and its products.

    Bertsekas, Projected Newton methods for optimization problems with simple constraints, 1982:
    variables within a small distance of a bound that the gradient presses on count as held. Once it
    took many products, penalty and constraints' derivatives precondition it.
    """
    gradient, x, bounds = at.gradient, at.x, evaluator.bounds
    width = min(1e-3, float(np.abs(at.projected).max(initial=0.0)))
    held = ((x <= bounds.lower + width) & (gradient > 0.0)) | (
        (x >= bounds.upper - width) & (gradient < 0.0)
    )
    direction = -gradient
    if held.all():
        return direction, 0

    def product(part: Vector) -> Vector:
        whole = np.zeros_like(x)
        whole[~held] = part
        return np.asarray(at.product(whole)[~held])

    limit = min(2 * x.size, 500)
    newton = truncated_newton(product, gradient[~held], limit, _preconditioner(at, ~held))
    found = newton.vector
    if np.isfinite(found).all() and found @ gradient[~held] < 0.0:
        reach = LONGEST * (1.0 + float(np.abs(x).max()))
        direction[~held] = found * min(1.0, reach / float(np.abs(found).max()))
    return direction, newton.n_products


def _preconditioner(at: _Model, free: Mask) -> Callable[[Vector], Vector] | None:
    """Return the solver with the penalty's part of the Hessian, once its rows were formed."""
    evaluator, anchor = at.evaluator, at.memory["anchor"]
    if anchor is None:
        return None
    factors: PenaltyFactors | None = evaluator.factors
    if factors is None or not np.array_equal(factors.anchor, anchor):
        factors = evaluator.factors = PenaltyFactors(evaluator, anchor, at.memory["scales"])
    signs = np.where(free, np.random.default_rng(0).choice([-1.0, 1.0], free.size), 0.0)
    mean = abs(float(signs @ at.smooth_product(signs))) / max(int(free.sum()), 1)
    least = EPS * at.penalty
    return factors.solver(at.bent, free, at.penalty, max(mean, least))


def _farther(at: _Model, direction: Vector, reached: _Model, length: float) -> tuple[_Model, float]:
    """Return the farthest point, each try a multiple of the last, with a fall straight as ever."""
    gradient, before = at.gradient, at.value
    while True:
        farther = LONGER * length
        new = at.evaluator.clipped(at.x + farther * direction)
        trial = _Model(at.evaluator, new, at.memory)
        promised = float(gradient @ (new - at.x))
        if np.array_equal(new, reached.x) or not trial.value < before + STRAIGHT * promised:
            return reached, length
        if not np.isfinite(trial.gradient).all():
            return reached, length
        reached, length = trial, farther


def _search(evaluator: ConstrainedEvaluator, at: _Model, direction: Vector) -> _Model | None:
    """Return the first point along the projected path that falls enough, None when none does.

    Where bounds cut the last steps short the first length tried is a little longer than the last.
    """
    gradient, before = at.gradient, at.value
    slack = 8.0 * EPS * abs(before)
    length = min(1.0, LONGER * at.memory["length"])
    for _ in range(40):
        new = evaluator.clipped(at.x + length * direction)
        if np.array_equal(new, at.x):
            return None
        trial = _Model(evaluator, new, at.memory)
        value = trial.value
        promised = float(gradient @ (new - at.x))
        if np.isfinite(value) and not np.isfinite(trial.gradient).all():
            value = np.nan
        if value < before + 1e-4 * min(promised, 0.0):
            if value < before + STRAIGHT * promised:
                trial, length = _farther(at, direction, trial, length)
                new = trial.x
            is_cut = not np.array_equal(new, at.x + length * direction)
            at.memory["length"] = length if is_cut else 1.0
            return trial
        norm = float(np.linalg.norm(trial.projected))
        known = min(at.memory["least"], float(np.linalg.norm(at.projected)))
        if abs(value - before) <= slack and norm < 0.9 * known:
            return trial
        length *= 0.5 if np.isfinite(value) else 0.1
    return None
