"""The evaluator of an objective: it counts, guards and remembers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np

from ..errors import ArgumentError, SymcalcError, UserFunctionError
from ..outcome import Outcome
from .bounds import Bounds, Vector
from .endless import Tail, follow, look_inward
from .evidence import Evidence
from .objective import Objective, Point, StopRun

__all__ = ["Evaluator"]

#: Values this far below the start make one ask whether the fall has a limit; if it has, values
#: lower by the second factor ask again.
_DEEP, _DEEPER = 1e12, 1e6


class Evaluator:
    """Calls the objective: counts, keeps the best point, watches the clock, says where it raised.

    Parameters
    ----------
    objective : Objective
    time_limit : float or None
        Seconds from now after which an evaluation ends the run.
    max_evaluations : int or None
        Evaluations of the value after which the next one ends the run.
    bounds : Bounds or None
        Differences of gradients stay inside them.
    by_residuals : bool
        Whether values and gradients are made of the residuals and their Jacobian.
    seed : int
        Of whatever a method draws.

    Notes
    -----
    An `ArithmeticError` (overflow, division by zero) of the function counts as the value NaN;
    any other exception but `MemoryError` is wrapped in `UserFunctionError`, saying in which step
    it happened. The last Hessian, and with `by_residuals` the last residuals and Jacobian, are
    kept: asked for again at the same point they are neither evaluated nor counted.
    """

    def __init__(
        self,
        objective: Objective,
        *,
        time_limit: float | None = None,
        max_evaluations: int | None = None,
        bounds: Bounds | None = None,
        by_residuals: bool = False,
        seed: int = 0,
    ) -> None:
        self.objective, self._bounds, self._by_residuals = objective, bounds, by_residuals
        self.seed = seed
        self.minima: tuple[Point, ...] = ()
        self._latest: dict[str, tuple[bytes, Any]] = {}
        self._earlier: tuple[bytes, Any] | None = None
        self._formed: dict[bytes, Vector] = {}
        self.n_evaluations = self.n_gradients = self.n_hessians = self.n_products = 0
        self.best_x: Vector | None = None
        self.best_value = np.inf
        self.last_point: Point | None = None
        #: where the Jacobian of the residuals was asked for last
        self.jacobian_at: Vector | None = None
        self.lowest: tuple[Vector, float] | None = None
        self.tail: Tail | None = None
        self.step, self.stage = 0, "at the start"
        self.is_over = False
        self.evidence = Evidence()
        #: what a method has to say of its run, by topic; "advice" is for runs that did not arrive
        self.remarks: dict[str, str] = {}
        self.started = time.perf_counter()
        self._deadline = np.inf if time_limit is None else self.started + time_limit
        self._max_evaluations = np.inf if max_evaluations is None else max_evaluations
        self._start: Point | None = None
        self._deep = -np.inf

    def elapsed(self) -> float:
        """Return the seconds since the run began."""
        return time.perf_counter() - self.started

    def remaining(self) -> float:
        """Return the seconds until the limit on time."""
        return self._deadline - time.perf_counter()

    @property
    def is_late(self) -> bool:
        """Whether the time given is used up."""
        return self.remaining() < 0.0

    def begin(self, start: Point) -> None:
        """Take `start` as what later points are compared with."""
        self._start = start
        self._deep = -_DEEP * (1.0 + abs(start.value))

    @property
    def first_value(self) -> float:
        """The value at the start, NaN before the run has begun."""
        return float("nan") if self._start is None else self._start.value

    @contextmanager
    def beyond_limits(self) -> Iterator[None]:
        """Let the judgement at the end evaluate after time or budget ran out."""
        limits = self._deadline, self._max_evaluations, self._deep
        self._deadline, self._max_evaluations, self._deep = np.inf, np.inf, -np.inf
        try:
            yield
        finally:
            self._deadline, self._max_evaluations, self._deep = limits

    def state(self, x: Vector) -> dict[str, Any]:
        """Return, as plain data, counts, the best point, and what is kept of evaluations at `x`."""
        last = self.last_point
        return {
            "counts": (self.n_evaluations, self.n_gradients, self.n_hessians, self.n_products),
            "best": (self.best_x, self.best_value),
            "last": None if last is None else tuple(last),
            "latest": tuple(w for w, (place, _) in self._latest.items() if place == x.tobytes()),
            "place": x,
            "elapsed": self.elapsed(),
            "evidence": self.evidence.state(),
            "remarks": dict(self.remarks),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state; what had been kept is evaluated again, and not counted again."""
        with self.beyond_limits():
            for what in state["latest"]:
                self._REMADE[what](self, state["place"])
        self.n_evaluations, self.n_gradients, self.n_hessians, self.n_products = state["counts"]
        self.best_x, self.best_value = state["best"]
        self.last_point = None if state["last"] is None else Point(*state["last"])
        self.started -= state["elapsed"]
        self.remarks = state["remarks"]
        self.evidence.restore(state["evidence"])

    def branch(self) -> Evaluator:
        """Return an evaluator for a run of its own, within what is left of the limits."""
        part = type(self)(self.objective, bounds=self._bounds, seed=self.seed)
        part._deadline = self._deadline
        part._max_evaluations = self._max_evaluations - self.n_evaluations
        part.step, part.stage, part.evidence = self.step, "in a local run", self.evidence
        return part

    def join(self, part: Evaluator) -> None:
        """Count what a branch evaluated, and keep its best point."""
        self.n_evaluations += part.n_evaluations
        self.n_gradients += part.n_gradients
        self.n_hessians += part.n_hessians
        self.n_products += part.n_products
        self.is_over = self.is_over or part.is_over
        self.lowest, self.tail = part.lowest or self.lowest, part.tail or self.tail
        if part.best_x is not None and part.best_value < self.best_value:
            self.best_x, self.best_value = part.best_x, part.best_value
            self.last_point = part.last_point

    def scale(self, start: Point, norm: float) -> float:
        """Return what gradients are compared with: the one at the start."""
        return norm

    def is_inside(self, x: Vector) -> bool:
        """Whether the bounds, if any, allow a point."""
        return self._bounds is None or self._bounds.contain(x)

    def clipped(self, x: Vector) -> Vector:
        """Return the nearest point inside the bounds."""
        return x if self._bounds is None else np.clip(x, self._bounds.lower, self._bounds.upper)

    def value(self, x: Vector) -> float:
        """Return the value at `x`, NaN where there is none."""
        if self._by_residuals:
            residuals = self.residuals(x)
            return float(residuals @ residuals)
        self.charge(1)
        return self._seen(x, _as_number(self._call(self.objective.value, x)))

    def point(self, x: Vector) -> Point:
        """Return value and gradient at `x`, NaN where there are none."""
        if self._by_residuals:
            residuals, jacobian = self.residuals(x), self.residual_jacobian(x)
            value, gradient = float(residuals @ residuals), 2.0 * (residuals @ jacobian)
            self.last_point = Point(x, value, gradient)
            self.evidence.take_point(x, gradient)
            return self.last_point
        self.charge(1)
        self.n_gradients += 1
        result = self._call(self.objective.value_and_gradient, x)
        if isinstance(result, float):
            return Point(x, result, np.full(x.shape, np.nan))
        value = self._seen(x, _as_number(result[0]))
        gradient = np.asarray(result[1], dtype=float)
        if gradient.shape != x.shape:
            raise ArgumentError(
                f"The gradient has shape {gradient.shape}; it must be {x.shape}, that of the point."
            )
        self.last_point = Point(x, value, gradient)
        self.evidence.take_point(x, gradient)
        return self.last_point

    def value_aside(self, x: Vector) -> float:
        """Return the value at `x` for a check: neither counted, limited nor remembered."""
        try:
            if self._by_residuals and self.objective.residuals is not None:
                residuals = np.asarray(self._call(self.objective.residuals, x), dtype=float)
                return float(np.sum(residuals * residuals))
            return _as_number(self._call(self.objective.value, x))
        except SymcalcError:
            return float("nan")

    def allowed_value(self, x: Vector) -> float:
        """Return the whole value at `x` aside, NaN where it is not allowed."""
        return self.value_aside(x) if self.is_inside(x) else float("nan")

    def slopes_aside(self, x: Vector) -> Vector:
        """Return the gradient at `x` aside, by policy at kinks; NaN where there is none."""
        try:
            found = self._call(self.objective.value_and_gradient, x)
        except SymcalcError:
            found = float("nan")
        return np.full(x.shape, np.nan) if isinstance(found, float) else np.asarray(found[1])

    def follow(self, x: Vector, direction: Vector, has_slopes: bool = False) -> Tail | None:
        """Follow a direction as far as doubles reach; see `endless.follow`.

        Variables whose bound is ahead stay where they are.
        """
        if self._bounds is not None:
            ahead = np.where(direction > 0.0, self._bounds.upper, self._bounds.lower)
            direction = np.where(np.isfinite(ahead), 0.0, direction)
        if not direction.any():
            return None
        slope = (lambda at, d: float(self.slopes_aside(at) @ d)) if has_slopes else None
        return follow(self.allowed_value, x, direction, slope)

    def aside(self, point: Point) -> Point:
        """Return a point with value and gradient of what `value_aside` evaluates."""
        return point

    def hessian(self, x: Vector) -> Any:
        """Return the Hessian at `x`, dense or sparse as the objective gives it."""
        if self.objective.hessian is None:
            raise TypeError("the objective has no Hessian")
        known = self._known_hessian(x)
        if known is not None:
            return known
        self.n_hessians += 1
        result = self._call(self.objective.hessian, x)
        if isinstance(result, float):
            result = np.full((x.size, x.size), np.nan)
        self._earlier = self._latest.get("hessian")
        self._latest["hessian"] = x.tobytes(), result
        self.evidence.take_hessian(result)
        return result

    def has_hessian(self, x: Vector) -> bool:
        """Whether the Hessian at `x` costs nothing: it was formed just before."""
        return self._known_hessian(x) is not None

    def dense_hessian(self, x: Vector) -> Vector:
        """Return the Hessian as an array, from products where there is none; remembered."""
        if self.objective.hessian is not None:
            matrix = self.hessian(x)
            return np.asarray(
                matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=float
            )
        place = x.tobytes()
        if place not in self._formed:
            columns = np.column_stack([self.product(x, column) for column in np.eye(x.size)])
            self._formed = {**self._formed, place: np.asarray(0.5 * (columns + columns.T))}
        return self._formed[place]

    def product(self, x: Vector, v: Vector) -> Vector:
        """Return the Hessian at `x` times `v`; from the Hessian or gradients when need be."""
        if self.objective.hessian_product is not None:
            self.n_products += 1
            product = self._call(self.objective.hessian_product, x, v)
            return np.broadcast_to(np.asarray(product, dtype=float), x.shape)
        if self.objective.hessian is not None:
            return np.asarray(self.hessian(x) @ v)
        # Central difference of gradients: error O(h**2), so h ~ eps**(1/3) of the size of x.
        size = float(np.linalg.norm(v))
        if size == 0.0:
            return np.zeros_like(x)
        h = 6e-6 * (1.0 + float(np.abs(x).max())) / size
        ahead = x + h * v if self.is_inside(x + h * v) else x
        behind = x - h * v if self.is_inside(x - h * v) else x
        n_sides = int(ahead is not x) + int(behind is not x)
        if n_sides == 0:
            return np.full_like(x, np.nan)
        return (self.point(ahead).gradient - self.point(behind).gradient) / (n_sides * h)

    def residuals(self, x: Vector) -> Vector:
        """Return the residuals at `x`; their sum of squares is the value."""
        place, kept = x.tobytes(), self._latest.get("residuals")
        if kept is not None and kept[0] == place:
            return np.asarray(kept[1])
        if self.objective.residuals is None:
            raise TypeError("the objective is not a sum of squares")
        self.charge(1)
        residuals: Vector = self._call(self.objective.residuals, x)
        if not (type(residuals) is np.ndarray and residuals.ndim == 1):
            residuals = np.atleast_1d(np.asarray(residuals, dtype=float))
        value = float(residuals @ residuals)
        if value < self.best_value:  # no sum of squares falls without limit
            self.best_x, self.best_value = x, value
        if self._by_residuals:
            self._latest["residuals"] = place, residuals
        return residuals

    def residual_jacobian(self, x: Vector) -> Vector:
        """Return the Jacobian of the residuals at `x`, of shape `(m, n)`."""
        place, kept = x.tobytes(), self._latest.get("jacobian")
        if kept is not None and kept[0] == place:
            return np.asarray(kept[1])
        if self.objective.residual_jacobian is None:
            raise TypeError("the objective has no Jacobian of residuals")
        self.n_gradients += 1
        result = self._call(self.objective.residual_jacobian, x)
        jacobian = np.asarray(result, dtype=float)
        if jacobian.ndim != 2 or jacobian.shape[1] != x.size:
            jacobian = np.full((1, x.size), np.nan)
        self.jacobian_at = x
        if self._by_residuals:
            self._latest["jacobian"] = place, jacobian
        return jacobian

    #: What is kept of the last evaluations, and how it is made.
    _REMADE: ClassVar[dict[str, Callable[[Evaluator, Vector], Any]]] = {
        "hessian": hessian, "residuals": residuals, "jacobian": residual_jacobian,
    }  # fmt: skip

    def _known_hessian(self, x: Vector) -> Any:
        """Return the Hessian where it is one of the last two, else None."""
        place = x.tobytes()
        for kept in (self._latest.get("hessian"), self._earlier):
            if kept is not None and kept[0] == place:
                return kept[1]
        return None

    def charge(self, n_evaluations: int) -> None:
        """Count evaluations, or end the run when the budget does not suffice for them."""
        if self._deadline < time.perf_counter():
            self.is_over = True
            raise StopRun(Outcome.TIME_LIMIT)
        if self.n_evaluations + n_evaluations > self._max_evaluations:
            self.is_over = True
            raise StopRun(Outcome.MAX_EVALUATIONS)
        self.n_evaluations += n_evaluations

    def _call(self, function: Callable[..., Any], *args: Vector) -> Any:
        """Call a function of the user; its exceptions say where in the run they happened."""
        try:
            return function(*args)
        except ArithmeticError:
            return float("nan")
        except (SymcalcError, StopRun, MemoryError):
            raise
        except Exception as error:
            place = f"step {self.step}, {self.stage}" if self.step else self.stage
            raise UserFunctionError(
                f"The objective raised {type(error).__name__} ({place}): {error}"
            ) from error

    def _seen(self, x: Vector, value: float) -> float:
        """Remember the best finite point; end the run where the value falls without limit."""
        if value < self.best_value and value > -np.inf:
            self.best_x, self.best_value = x, value
        if value < self._deep:
            if value == -np.inf or self._is_bottomless(x):
                self.lowest = (x, value)
                raise StopRun(Outcome.UNBOUNDED)
            self._deep = _DEEPER * value
        return value

    def _is_bottomless(self, x: Vector) -> bool:
        """Whether on from a very low value the fall goes on to no end, far off or to a place."""
        if self._start is None:
            return False
        move = x - self._start.x
        tail = self.follow(x, move)
        self.tail = look_inward(self.allowed_value, x, -move) if tail is None else tail
        return self.tail is not None and self.tail.is_endless


def _as_number(value: Any) -> float:
    """Return what an objective returned as a float."""
    try:
        return float(value)
    except (TypeError, ValueError):
        shape = getattr(value, "shape", None)
        what = f"an array of shape {shape}" if shape else repr(value)[:60]
        raise ArgumentError(f"The objective returned {what}; it must return one number.") from None
