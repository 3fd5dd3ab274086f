"""A primal-dual interior point method as a stepper on the one loop, for many constraints.

Slacks s turn `c(x) >= 0` into `c(x) = s`; logarithms of s and of the distances to bounds, times a
weight that goes to zero, keep inside. Each step is Newton's on the conditions of Karush, Kuhn and
Tucker, reduced to the variables and the equations. Wächter and Biegler, On the implementation of an
interior-point filter line-search algorithm, 2006, for the rule of the weight and the lengths of
steps; here with a merit function, and curvature along the step tested instead of inertia: Chiang
and Zavala, An inertia-free filter line-search algorithm, 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...outcome import Outcome
from ..bounds import Vector
from ..loop import Step
from ..objective import Point, StopRun
from .conditioning import row_lengths
from .derivatives import Derivatives, count_once, solve_newton
from .evaluator import ConstrainedEvaluator

__all__ = ["InteriorSteps"]

EPS = float(np.finfo(float).eps)

#: The first weight of the logarithms; it falls when the conditions hold to this many times itself.
FIRST_WEIGHT, CENTERED = 1.0, 10.0

#: Steps end this share before a boundary at least; a start is moved this far inside.
CLOSEST, INSIDE = 0.99, 1e-2

#: Gradients are scaled to at most this size at the start.
LARGEST = 100.0

#: Multipliers below this share of the largest are zero.
TINY = 1e-12

#: A variable that its bound holds, and this near to it, is put onto it at the end.
NEAR = 1e-11

MAX_LIFTS, MAX_TRIALS = 30, 30


@dataclass(frozen=True, slots=True)
class InteriorSteps:
    """One Newton step between barriers.

    What is remembered: variables, slacks, multipliers, the weight, scale and units, the lift of the
    Hessian and the penalty of the merit.

    Attributes
    ----------
    is_quadratic : bool
        Whether the Hessian of the objective is the same everywhere.
    tolerance : float
        Of the conditions at the end.
    """

    is_quadratic: bool = False
    tolerance: float = 1e-10

    def step(self, evaluator: Any, point: Point, memory: Any) -> Step | None:
        """Return the next step; raise `StopRun` when the conditions hold."""
        if not isinstance(evaluator, ConstrainedEvaluator):
            raise TypeError("an interior point method needs the evaluator of constraints")
        if not memory:
            memory = _begin(evaluator, point.x)
            count_once(evaluator, self.is_quadratic)
        at = _State(evaluator, memory, self.is_quadratic)
        while at.error(at.weight) <= CENTERED * at.weight and at.weight > 0.1 * self.tolerance:
            at.weight = max(0.1 * self.tolerance, min(0.2 * at.weight, at.weight**1.5))
        if at.error(0.0) <= self.tolerance:
            evaluator.accepted = at.snapped()
            evaluator.found_weights = at.multipliers()
            raise StopRun(Outcome.CONVERGED_KKT)
        evaluator.accepted = at.x
        new = _advance(at)
        if new is None:
            evaluator.accepted = at.snapped()
            return None
        return Step(Point(new.x, new.point.value, new.residual), new.memory())


def _begin(evaluator: ConstrainedEvaluator, x: Vector) -> dict[str, Any]:
    """Return the memory at the start: variables inside of their bounds, multipliers to match."""
    lower, upper = evaluator.bounds.lower, evaluator.bounds.upper
    with np.errstate(invalid="ignore"):
        room = np.where(np.isfinite(upper - lower), upper - lower, np.inf)
    margin = np.minimum(INSIDE * np.maximum(1.0, np.abs(x)), INSIDE * room)
    x = np.clip(x, lower + margin, upper - margin)
    point, stack = evaluator.point(x), evaluator.stack(x)
    m, n = stack.n_rows, x.size
    values, free = stack.values[:m], ~stack.is_equality[:m]
    steep = float(np.abs(point.gradient).max(initial=0.0))
    if m:
        evaluator.take_lengths(row_lengths(evaluator, x))
    unit, units = evaluator.units_of_solvers(x)
    scale = min(1.0, LARGEST / max(steep, 1e-300)) / unit
    values = values / units
    slacks = np.where(free, np.maximum(1.0, np.abs(values)), 1.0)
    return {
        "x": x, "slacks": slacks, "weight": FIRST_WEIGHT, "scale": scale, "units": units,
        "lift": 0.0, "penalty": 1.0, "forces": np.where(free, FIRST_WEIGHT / slacks, 0.0),
        "low": np.where(np.isfinite(lower), FIRST_WEIGHT / _gap(x - lower), 0.0),
        "high": np.where(np.isfinite(upper), FIRST_WEIGHT / _gap(upper - x), 0.0),
        "n": n,
    }  # fmt: skip


def _gap(distance: Vector) -> Vector:
    """Return distances to bounds, that of a fixed variable as one."""
    return np.where(distance > 0.0, distance, 1.0)


class _State:
    """Variables, slacks and multipliers at one point, with what was evaluated there."""

    def __init__(
        self, evaluator: ConstrainedEvaluator, memory: dict[str, Any], is_quadratic: bool
    ) -> None:
        self.evaluator, self.is_quadratic = evaluator, is_quadratic
        self._memory = memory
        self.x: Vector = memory["x"]
        self.slacks: Vector = memory["slacks"]
        self.forces: Vector = memory["forces"]
        self.low: Vector = memory["low"]
        self.high: Vector = memory["high"]
        self.weight: float = memory["weight"]
        self.lift: float = memory["lift"]
        self.penalty: float = memory["penalty"]
        self.scale: float = memory["scale"]
        self.units: Vector = memory["units"]
        self.point: Point = evaluator.point(self.x)
        stack = evaluator.stack(self.x)
        self.values: Vector = stack.values[: stack.n_rows] / self.units
        self.is_free = ~stack.is_equality[: stack.n_rows]
        bounds = evaluator.bounds
        self.is_fixed = bounds.lower >= bounds.upper
        self.has_low = np.isfinite(bounds.lower) & ~self.is_fixed
        self.has_high = np.isfinite(bounds.upper) & ~self.is_fixed
        self.above, self.below = _gap(self.x - bounds.lower), _gap(bounds.upper - self.x)

    @property
    def residual(self) -> Vector:
        """What the multipliers leave of the gradient, scaled."""
        left = self.scale * self.point.gradient
        if self.values.size:
            left = left - self.evaluator.pulled(self.x, self.forces / self.units)
        left = left - np.where(self.has_low, self.low, 0.0)
        left = left + np.where(self.has_high, self.high, 0.0)
        return np.where(self.is_fixed, 0.0, left)

    @property
    def off(self) -> Vector:
        """How far the constraints are from zero, or from their slacks."""
        return np.where(self.is_free, self.values - self.slacks, self.values)

    def error(self, weight: float) -> float:
        """Return the largest residual of the conditions with a weight of the logarithms."""
        size = max(1.0, float(np.mean(np.abs(np.concatenate([self.forces, self.low, self.high]))))
                   / LARGEST)  # fmt: skip
        products = np.concatenate([
            (self.slacks * self.forces)[self.is_free], (self.above * self.low)[self.has_low],
            (self.below * self.high)[self.has_high],
        ])  # fmt: skip
        return max(
            float(np.abs(self.residual).max(initial=0.0)) / size,
            float(np.abs(self.off).max(initial=0.0)),
            float(np.abs(products - weight).max(initial=0.0)) / size,
        )

    def merit(self, penalty: float) -> float:
        """Return objective, logarithms and violation as one number."""
        inside = np.concatenate([
            self.slacks[self.is_free], self.above[self.has_low], self.below[self.has_high]
        ])  # fmt: skip
        barrier = self.scale * self.point.value - self.weight * float(np.log(inside).sum())
        return barrier + penalty * float(np.abs(self.off).sum())

    def moved(self, length: float, reach: float, step: _Move) -> _State:
        """Return the state after a share of a step, multipliers after another share."""
        memory = {
            **self._memory, "weight": self.weight, "lift": self.lift, "penalty": self.penalty,
            "x": self.evaluator.clipped(self.x + length * step.x),
            "slacks": self.slacks + length * step.slacks,
            "forces": self.forces + np.where(self.is_free, reach, length) * step.forces,
            "low": self.low + reach * step.low, "high": self.high + reach * step.high,
        }  # fmt: skip
        return _State(self.evaluator, memory, self.is_quadratic)

    def memory(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {**self._memory, "weight": self.weight, "lift": self.lift, "penalty": self.penalty}

    def snapped(self) -> Vector:
        """Return the point with variables at the bounds that hold them, where these are near."""
        bounds, near = self.evaluator.bounds, NEAR * (1.0 + np.abs(self.x))
        at_low = self.has_low & (self.above < np.minimum(self.low, near))
        at_high = self.has_high & (self.below < np.minimum(self.high, near))
        return np.where(at_low, bounds.lower, np.where(at_high, bounds.upper, self.x))

    def multipliers(self) -> Vector:
        """Return the multipliers of all constraints and bounds, those lost in rounding zero."""
        low = np.where(self.has_low, self.low, 0.0)
        high = np.where(self.has_high, self.high, 0.0)
        found = np.concatenate([self.forces / self.units, low, high]) / self.scale
        return np.where(np.abs(found) > TINY * np.abs(found).max(initial=1.0), found, 0.0)


@dataclass(frozen=True, slots=True)
class _Move:
    """A Newton step in everything."""

    x: Vector
    slacks: Vector
    forces: Vector
    low: Vector
    high: Vector


def _advance(at: _State) -> _State | None:
    """Return the state after the next step, None when none brings anything."""
    derivatives = Derivatives.at(
        at.evaluator, at.x, at.scale, at.units, np.asarray(at.forces), at.is_quadratic
    )
    lift = 0.0
    for _ in range(MAX_LIFTS):
        step = _newton(at, derivatives, lift)
        if step is not None:
            new = _search(at, step)
            if new is not None:
                at.lift = lift
                return new
        lift = max(1e-8, at.lift / 3.0) if lift == 0.0 else 8.0 * lift
        if lift > 1e12:
            break
    return None


def _newton(at: _State, derivatives: Derivatives, lift: float) -> _Move | None:
    """Return Newton's step with the Hessian lifted, None where it curves down along it."""
    mu, free = at.weight, at.is_free
    sigma = np.where(free, at.forces / at.slacks, 0.0)
    barrier = np.where(at.has_low, at.low / at.above, 0.0)
    barrier += np.where(at.has_high, at.high / at.below, 0.0)
    toward = np.where(free, mu / at.slacks - at.forces - sigma * at.off, 0.0)
    right = -at.residual + derivatives.pulled(toward)
    right += np.where(at.has_low, mu / at.above - at.low, 0.0)
    right -= np.where(at.has_high, mu / at.below - at.high, 0.0)
    found = solve_newton(derivatives, sigma, barrier + lift, right, -at.values, free, at.is_fixed)
    if found is None:
        return None
    move, forces, curvature = found
    if curvature < 1e-12 * float(move @ move):
        return None
    image = derivatives.pushed(move)
    slacks = np.where(free, image + at.off, 0.0)
    forces = np.where(free, mu / at.slacks - at.forces - sigma * slacks, forces)
    low = np.where(at.has_low, mu / at.above - at.low - at.low / at.above * move, 0.0)
    high = np.where(at.has_high, mu / at.below - at.high + at.high / at.below * move, 0.0)
    return _Move(move, slacks, forces, low, high)


def _search(at: _State, step: _Move) -> _State | None:
    """Return the state after the longest step that lowers the merit enough, None without any."""
    close = max(CLOSEST, 1.0 - at.weight)
    free = at.is_free
    length = min(
        _reach(at.slacks[free], step.slacks[free], close),
        _reach(at.above[at.has_low], step.x[at.has_low], close),
        _reach(at.below[at.has_high], -step.x[at.has_high], close),
    )
    reach = min(
        _reach(at.forces[free], step.forces[free], close),
        _reach(at.low[at.has_low], step.low[at.has_low], close),
        _reach(at.high[at.has_high], step.high[at.has_high], close),
    )
    slope = at.scale * float(at.point.gradient @ step.x)
    slope -= at.weight * float((step.slacks / at.slacks)[free].sum())
    slope -= at.weight * float((step.x / at.above)[at.has_low].sum())
    slope += at.weight * float((step.x / at.below)[at.has_high].sum())
    off = float(np.abs(at.off).sum())
    if off > 0.0:
        at.penalty = max(at.penalty, 2.0 * slope / off + 1.0)
    promised = slope - at.penalty * off
    before = at.merit(at.penalty)
    slack = 64.0 * EPS * max(1.0, abs(before))
    for _ in range(MAX_TRIALS):
        new = at.moved(length, reach, step)
        merit = new.merit(at.penalty) if new.point.is_finite else np.nan
        if merit <= before + 1e-4 * length * min(promised, 0.0) + slack:
            return new
        length *= 0.5
    return None


def _reach(distance: Vector, move: Vector, share: float) -> float:
    """Return the longest step, at most 1, that keeps a share of each distance."""
    down = move < 0.0
    return min(1.0, float(np.min(-share * distance[down] / move[down], initial=1.0)))
