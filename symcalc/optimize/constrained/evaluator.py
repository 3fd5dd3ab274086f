"""The evaluator of a problem with constraints: it counts those too, and keeps what is best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...errors import SymcalcError
from ...outcome import Outcome
from ..bounds import Bounds, Mask, Vector
from ..constraints import Constraints
from ..evaluator import Evaluator
from ..objective import Objective, StopRun

__all__ = ["FEASIBLE", "ConstrainedEvaluator", "Stack", "StandIns"]

#: A point that violates no constraint by more than this counts as feasible.
FEASIBLE = 1e-9

#: So many points are remembered, since solvers ask for objective and constraints one by one.
MAX_REMEMBERED = 64


@dataclass(frozen=True, slots=True, eq=False)
class StandIns:
    """Variables that stand for kinks of the objective and the constraints.

    Attributes
    ----------
    first : int
        The place of the first; all behind it are such.
    follow : callable
        Returns a point with these at what they stand for.
    """

    first: int
    follow: Callable[[Vector], Vector]


@dataclass(frozen=True, slots=True)
class Stack:
    """All constraints at one point: the rows of `Constraints`, then x - lower, then upper - x.

    Attributes
    ----------
    values : ndarray (m + 2n,)
        Infinite where a variable has no limit.
    is_equality : ndarray of bool (m + 2n,)
    n_rows, n_variables : int
        m and n.
    """

    values: Vector
    is_equality: Mask
    n_rows: int
    n_variables: int

    @property
    def violations(self) -> Vector:
        """How far each constraint is from being satisfied; NaN counts as infinitely far."""
        off = np.where(self.is_equality, np.abs(self.values), np.maximum(-self.values, 0.0))
        return np.where(np.isnan(off), np.inf, off)

    @property
    def violation(self) -> float:
        """The largest of them."""
        return float(self.violations.max(initial=0.0))

    def rows_of(self, jacobian: Vector, places: Any) -> Vector:
        """Return the gradients of some constraints, those of bounds made here."""
        m, n = self.n_rows, self.n_variables
        places = np.asarray(places)
        rows = np.zeros((places.size, n))
        general = places < m
        rows[general] = jacobian[places[general]]
        lower = (places >= m) & (places < m + n)
        rows[lower, places[lower] - m] = 1.0
        upper = places >= m + n
        rows[upper, places[upper] - m - n] = -1.0
        return rows


class _Seen(NamedTuple):
    """A point kept as the best: feasible ones by value, others by violation."""

    x: Vector
    value: float
    violation: float

    def is_better_than(self, other: _Seen | None) -> bool:
        if other is None:
            return True
        mine, theirs = self.violation <= FEASIBLE, other.violation <= FEASIBLE
        if mine and theirs:
            return self.value < other.value
        return mine or (not theirs and self.violation < other.violation)


class ConstrainedEvaluator(Evaluator):
    """Calls objective and constraints under one count and one clock.

    Parameters
    ----------
    objective : Objective
    constraints : Constraints
    bounds : Bounds
        Of every variable; infinite where there is none.
    time_limit, max_evaluations
        As for `Evaluator`.
    stand_ins : StandIns or None

    Attributes
    ----------
    n_constraints : int
        Points at which the constraints were evaluated.
    best : tuple or None
        The feasible point of least value; while there is none, that of least violation.
    accepted : ndarray or None
        Where a run on the loop stands.
    """

    def __init__(
        self, objective: Objective, constraints: Constraints, bounds: Bounds, *,
        time_limit: float | None = None, max_evaluations: int | None = None,
        stand_ins: StandIns | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            objective, time_limit=time_limit, max_evaluations=max_evaluations, bounds=bounds
        )
        self.constraints, self.bounds, self.stand_ins = constraints, bounds, stand_ins
        self.n_constraints = 0
        self.best: _Seen | None = None
        self.accepted: Vector | None = None
        n = bounds.lower.size
        self._equalities = np.concatenate([constraints.is_equality, np.zeros(2 * n, np.bool_)])
        self._known: dict[tuple[str, bytes], Any] = {}
        #: what a method keeps of its factorizations, made again from its memory where it is lost
        self.factors: Any = None
        #: the multipliers of all constraints and bounds that a method ended with
        self.found_weights: Vector | None = None

    def state(self, x: Vector) -> dict[str, Any]:
        """Return, as plain data, counts, the best point, and what is remembered of `x`."""
        here = x.tobytes()
        return {
            **super().state(x),
            "n_constraints": self.n_constraints,
            "feasible": None if self.best is None else tuple(self.best),
            "accepted": self.accepted,
            "known": tuple(what for what, place in self._known if place == here),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state; what had been remembered is evaluated again, and not counted."""
        remade = {"value": self.value, "point": self.point, "values": self.stack,
                  "jacobian": self.jacobian}  # fmt: skip
        with self.beyond_limits():
            for what in state["known"]:
                remade[what](state["place"])
        super().restore(state)
        self.n_constraints, self.accepted = state["n_constraints"], state["accepted"]
        self.best = None if state["feasible"] is None else _Seen(*state["feasible"])

    def settled(self, x: Vector) -> Vector:
        """Return a point with variables that stand for kinks at what they stand for."""
        if self.stand_ins is None:
            return x
        moved = self.stand_ins.follow(x)
        return moved if np.isfinite(moved).all() else x

    def stack(self, x: Vector) -> Stack:
        """Return all constraints at `x`."""
        m, n = len(self.constraints), x.size
        values = self._constraint("values", self.constraints.values, x) if m else np.zeros(0)
        whole = np.concatenate([values, x - self.bounds.lower, self.bounds.upper - x])
        return Stack(whole, self._equalities, m, n)

    def jacobian(self, x: Vector) -> Vector:
        """Return the derivatives of the rows of `Constraints`, shape (m, n)."""
        if not len(self.constraints):
            return np.zeros((0, x.size))
        return np.asarray(self._constraint("jacobian", self.constraints.jacobian, x))

    def curvature(self, x: Vector, weights: Vector) -> Vector:
        """Return the weighted sum of the constraints' Hessians, shape (n, n)."""
        if not weights.any():
            return np.zeros((x.size, x.size))
        found = self._call(lambda z: self.constraints.curvature(z, weights), x)
        return np.full((x.size, x.size), np.nan) if isinstance(found, float) else found

    def sparse_jacobian(self, x: Vector) -> Any:
        """Return the derivatives as they came: sparse where most of them are known to vanish."""
        return self._sparse(x, np.zeros(len(self.constraints)))[0]

    def sparse_curvature(self, x: Vector, weights: Vector) -> Any:
        """Return the weighted sum of the constraints' Hessians as it came."""
        return self._sparse(x, weights)[1]

    def _sparse(self, x: Vector, weights: Vector) -> tuple[Any, Any]:
        found = self._call(lambda z: self.constraints.jacobian_and_curvature(z, weights), x)
        if isinstance(found, float):
            m, n = len(self.constraints), x.size
            return np.full((m, n), np.nan), np.full((n, n), np.nan)
        jacobian, curvature = found
        return jacobian, curvature

    def pulled(self, x: Vector, weights: Vector) -> Vector:
        """Return the constraints' derivatives, transposed, times weights; no matrix is formed."""
        if not weights.any():
            return np.zeros(x.size)
        found = self._call(lambda z: self.constraints.pulled(z, weights), x)
        return np.full(x.size, np.nan) if isinstance(found, float) else found

    def pushed(self, x: Vector, direction: Vector) -> Vector:
        """Return the constraints' derivatives times a direction; no matrix is formed."""
        self.n_products += 1
        found = self._call(lambda z: self.constraints.pushed(z, direction), x)
        return np.full(len(self.constraints), np.nan) if isinstance(found, float) else found

    def curved(self, x: Vector, weights: Vector, direction: Vector) -> Vector:
        """Return the weighted sum of the constraints' Hessians times a direction."""
        found = self._call(lambda z: self.constraints.curved(z, weights, direction), x)
        return np.full(x.size, np.nan) if isinstance(found, float) else found

    def weighted_aside(self, x: Vector, weights: Vector) -> float:
        """Return the weighted sum of the constraints for a check: not counted; NaN without one."""
        try:
            return float(weights @ np.asarray(self._call(self.constraints.values, x)))
        except SymcalcError:
            return float("nan")

    def value(self, x: Vector) -> float:
        """Return the value at `x`, evaluated once however often it is asked for."""
        known = self._known.get(("point", x.tobytes()))
        return float(self._remembered("value", x, super().value)) if known is None else known.value

    def point(self, x: Vector) -> Any:
        """Return value and gradient at `x`, evaluated once however often they are asked for."""
        return self._remembered("point", x, super().point)

    def _constraint(self, what: str, function: Callable[[Vector], Any], x: Vector) -> Any:
        """Call the constraints; an `ArithmeticError` of theirs is a NaN."""

        def call(x: Vector) -> Any:
            if what == "values":
                self.n_constraints += 1
            found = self._call(function, x)
            if not isinstance(found, float):
                return found
            shape = (len(self.constraints),) + ((x.size,) if what == "jacobian" else ())
            return np.full(shape, np.nan)

        return self._remembered(what, x, call)

    def _remembered(self, what: str, x: Vector, call: Callable[[Vector], Any]) -> Any:
        key = what, x.tobytes()
        if key not in self._known:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.pop(next(iter(self._known)))
            self._known[key] = call(x.copy())
        return self._known[key]

    def _seen(self, x: Vector, value: float) -> float:
        """Remember the best point; a feasible one far below the start ends the run."""
        if not np.isfinite(value):
            if value == -np.inf and self.stack(x).violation <= FEASIBLE:
                self.lowest = (x, value)
                raise StopRun(Outcome.UNBOUNDED)
            return value
        seen = _Seen(x, value, self.stack(x).violation)
        if np.isfinite(seen.violation) and seen.is_better_than(self.best):
            self.best = seen
        if seen.violation > FEASIBLE:
            return value
        return super()._seen(x, value)
