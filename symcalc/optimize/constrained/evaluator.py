"""The evaluator of a problem with constraints: it counts those too, and keeps what is best."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...errors import SymcalcError
from ...outcome import Outcome
from ..bounds import Bounds, Vector
from ..constraints import Constraints
from ..evaluator import Evaluator
from ..objective import Objective, StopRun
from .stack import Stack

__all__ = ["EXACT", "FEASIBLE", "ConstrainedEvaluator", "StandIns"]

EPS = float(np.finfo(float).eps)

#: A point that violates no constraint by more than this, in units of the constraint, counts as
#: feasible.
FEASIBLE = 1e-9

#: Points beside an end, and on ways from it, violate no constraint by more than this.
EXACT = 1e-12

#: What rounding of a point alone makes of a constraint, in roundings of its terms, is no violation.
ROUNDINGS = 8.0

#: Roundings beyond this leave nothing of a constraint that is not linear.
LOST = 1e-3

#: Gradients shorter than the first, and those of constraints longer than the second, are too short
#: or long for what solvers take for small: they get them in other units.
SHORT, LONG = 1e-3, 1e6

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


class _Seen(NamedTuple):
    """A point kept as the best: feasible ones by value, others by violation."""

    x: Vector
    value: float
    violation: float
    is_feasible: bool

    def is_better_than(self, other: _Seen | None) -> bool:
        if other is None:
            return True
        if self.is_feasible and other.is_feasible:
            return self.value < other.value
        return self.is_feasible or (not other.is_feasible and self.violation < other.violation)


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
    steepest : float
        The largest component of a gradient of the objective seen so far.
    lengths : ndarray (m,)
        The largest length seen so far of each constraint's gradient, 0 where none was.

    Notes
    -----
    What is small beside the objective or a constraint is told by the gradients that were seen, so
    that its unit changes nothing; but at most by 1, since far from the end gradients may be huge.
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
        self.steepest, self.lengths = 0.0, np.zeros(len(constraints))
        self._forms_matrices = False
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
            "sizes": (self.steepest, self.lengths),
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
        self.steepest, self.lengths = state["sizes"]

    @contextmanager
    def within(self, bounds: Bounds) -> Iterator[None]:
        """Keep to other bounds for a while."""
        own = self.bounds
        self.bounds = self._bounds = bounds
        try:
            yield
        finally:
            self.bounds = self._bounds = own

    @property
    def unit(self) -> float:
        """The size of gradients beside which one of the objective counts as small."""
        return min(1.0, self.steepest) if self.steepest > 0.0 else 1.0

    @property
    def floors(self) -> Vector:
        """The length of gradients beside which one of each constraint counts as small."""
        return np.where(self.lengths > 0.0, np.minimum(self.lengths, 1.0), 1.0)

    def units_of_solvers(self, x: Vector) -> tuple[float, Vector]:
        """Return what solvers divide objective and constraints by from `x`: powers of two."""
        lengths = self.lengths
        if self._forms_matrices:
            lengths = self.slopes(x)[: lengths.size]
        sizes = np.where(lengths > LONG, lengths, self.floors)
        return float(_unit_beside_one(self.unit)), _unit_beside_one(sizes)

    def take_lengths(self, lengths: Vector) -> None:
        """Remember how long the constraints' gradients are at a point."""
        known = np.where(np.isfinite(lengths), lengths, 0.0)
        self.lengths = np.maximum(self.lengths, known)

    def units(self, x: Vector) -> Vector:
        """Return by what violations of each entry of the stack are measured at `x`.

        That is what counts as small for it, and no less than what its rounding allows. Where no
        matrices are formed it is the largest length of its gradient seen.
        """
        least = self.lengths
        if self._forms_matrices:
            least = self._noise(x) / FEASIBLE
        return np.concatenate([np.maximum(self.floors, least), np.ones(2 * x.size)])

    def _noise(self, x: Vector) -> Vector:
        """Return what rounding of a point makes of the constraints.

        Of a bent one nothing where that is too much: so far off rounding makes all of `sin(x)`.
        """
        noise = ROUNDINGS * EPS * (np.abs(self.jacobian(x)) @ np.abs(x))
        is_lost = ~self.constraints.is_linear & (noise > LOST * self.floors)
        return np.where(np.isfinite(noise) & ~is_lost, noise, 0.0)

    def slopes(self, x: Vector) -> Vector:
        """Return the lengths of gradients of the stack at `x`, no shorter than what is small."""
        lengths = np.linalg.norm(self.jacobian(x), axis=1)
        lengths = np.maximum(self.floors, np.where(np.isfinite(lengths), lengths, 0.0))
        return np.concatenate([lengths, np.ones(2 * x.size)])

    def is_feasible(self, x: Vector, tolerance: float = FEASIBLE) -> bool:
        """Whether no constraint is violated at `x`; gradients are looked at only in doubt."""
        stack = self.stack(x)
        off = stack.violations
        own = off[: stack.n_rows]
        if off[stack.n_rows :].max(initial=0.0) > tolerance:
            return False
        if (own <= tolerance * stack.floors).all():
            return True
        if not self._forms_matrices:
            return bool((own <= tolerance * np.maximum(stack.floors, self.lengths)).all())
        most = ROUNDINGS * EPS * self.lengths * float(np.abs(x).sum())
        if (own > np.maximum(tolerance * stack.floors, most)).any():
            return False
        return bool((own <= np.maximum(tolerance * stack.floors, self._noise(x))).all())

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
        return Stack(whole, self._equalities, m, n, self.floors)

    def jacobian(self, x: Vector) -> Vector:
        """Return the derivatives of the rows of `Constraints`, shape (m, n)."""
        if not len(self.constraints):
            return np.zeros((0, x.size))
        self._forms_matrices = True
        found = np.asarray(self._constraint("jacobian", self.constraints.jacobian, x))
        self.take_lengths(np.linalg.norm(found, axis=1))
        return found

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

        def call(x: Vector) -> Any:
            point = super(ConstrainedEvaluator, self).point(x)
            if point.is_finite:
                steepest = float(np.abs(point.gradient).max(initial=0.0))
                self.steepest = max(self.steepest, steepest)
            return point

        return self._remembered("point", x, call)

    def allowed_value(self, x: Vector) -> float:
        """Return the value at `x` aside, NaN where it is not feasible.

        What rounding allows counts for linear constraints only: far off it allows all of `sin(x)`.
        """
        stack, bent = self.stack(x), ~self.constraints.is_linear
        off = stack.violations[: stack.n_rows][bent] > FEASIBLE * stack.floors[bent]
        is_allowed = not off.any() and self.is_feasible(x, EXACT)
        return self.value_aside(x) if is_allowed else float("nan")

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
            if value == -np.inf and self.is_feasible(x):
                self.lowest = (x, value)
                raise StopRun(Outcome.UNBOUNDED)
            return value
        seen = _Seen(x, value, self.stack(x).violation, self.is_feasible(x))
        if np.isfinite(seen.violation) and seen.is_better_than(self.best):
            self.best = seen
        if not seen.is_feasible:
            return value
        return super()._seen(x, value)


def _unit_beside_one(size: Any) -> Any:
    """Return 1, or a power of two near sizes that are short or long beside it."""
    is_alike = (np.asarray(size) >= SHORT) & (np.asarray(size) <= LONG)
    return np.where(is_alike, 1.0, 2.0 ** np.round(np.log2(size)))
