"""SciPy's SLSQP and trust-constr, fed with exact derivatives of objective and constraints."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ...outcome import Outcome
from ..bounds import Vector
from ..objective import Point, StopRun
from ..trace import Journal
from .evaluator import ConstrainedEvaluator

__all__ = ["run_slsqp", "run_trust_constr"]

#: "No limit" for SciPy's counters: the journal and the evaluator hold the limits.
ENDLESS = 10**9


class Feed:
    """Objective and constraints as SciPy asks for them; writes accepted points down.

    SciPy's tests take 1 for the size of everything, hence units where sizes are much smaller.
    """

    def __init__(self, evaluator: ConstrainedEvaluator, journal: Journal, start: Point) -> None:
        self.evaluator, self.journal, self.current = evaluator, journal, start
        evaluator.stage = "search"
        self.unit, self.units = evaluator.units_of_solvers(start.x)

    def value(self, x: Vector) -> float:
        """Return the value; behind a wall where there is none."""
        value = self.evaluator.point(x).value
        return value / self.unit if np.isfinite(value) else self._wall(x)[0]

    def gradient(self, x: Vector) -> Vector:
        """Return the gradient; behind a wall where there is none."""
        point = self.evaluator.point(x)
        return point.gradient / self.unit if point.is_finite else self._wall(x)[1]

    def rows(self, x: Vector) -> Vector:
        """Return the constraints."""
        return np.asarray(_finite(self.evaluator.stack(x).values[: self.units.size] / self.units))

    def slopes(self, x: Vector) -> Vector:
        """Return the derivatives of the constraints."""
        return np.asarray(_finite(self.evaluator.jacobian(x) / self.units[:, None]))

    def sparse_slopes(self, x: Vector) -> Any:
        """Return the same as a sparse array."""
        from scipy.sparse import diags_array

        return _finite(diags_array(1.0 / self.units) @ self.evaluator.sparse_jacobian(x))

    def accept(self, x: Vector, *_: object) -> bool:
        """Write down a point that SciPy accepted."""
        move = float(np.linalg.norm(x - self.current.x))
        point = self.evaluator.point(np.asarray(x, dtype=float))
        if point.is_finite:
            self.current = point
            norm = float(np.abs(point.gradient).max(initial=0.0))
            self.journal.record(point.x, point.value, norm, move, gradient=point.gradient)
            self.journal.check(point.value, np.inf)
        return False

    def _wall(self, x: Vector) -> tuple[float, Vector]:
        """Return a finite slope away from the current point, so that line searches turn back."""
        away = x - self.current.x
        square = float(away @ away)
        here = self.current.value / self.unit
        height = max(1.0, abs(here))
        if not (0.0 < square < np.inf):
            return here + height, np.zeros_like(x)
        return here + height, 2.0 * height * away / square


def run_slsqp(
    evaluator: ConstrainedEvaluator, start: Point, journal: Journal, options: dict[str, Any],
    max_steps: int = ENDLESS,
) -> tuple[Vector, Outcome | None]:  # fmt: skip
    """Run SLSQP from a point; its last point, and the outcome where a limit ended the run."""
    feed = Feed(evaluator, journal, start)
    equal = evaluator.constraints.is_equality
    parts = []
    for kind, rows in (("eq", np.flatnonzero(equal)), ("ineq", np.flatnonzero(~equal))):
        if rows.size:
            parts.append({
                "type": kind,
                "fun": lambda x, rows=rows: feed.rows(x)[rows],
                "jac": lambda x, rows=rows: feed.slopes(x)[rows],
            })  # fmt: skip
    return _run("SLSQP", feed, start, parts, {
        "ftol": 1e-11, "maxiter": min(max_steps, 200), **options,
    })  # fmt: skip


def run_trust_constr(
    evaluator: ConstrainedEvaluator, start: Point, journal: Journal, options: dict[str, Any],
    max_steps: int = ENDLESS,
) -> tuple[Vector, Outcome | None]:  # fmt: skip
    """Run trust-constr from a point, with exact Hessians, sparse where they come so."""
    from scipy.optimize import NonlinearConstraint

    feed = Feed(evaluator, journal, start)
    constraints = evaluator.constraints
    is_sparse = hasattr(evaluator.sparse_jacobian(start.x), "tocsr")
    slopes = feed.sparse_slopes if is_sparse else feed.slopes
    curvature = evaluator.sparse_curvature if is_sparse else evaluator.curvature
    has_hessian = is_sparse and evaluator.objective.hessian is not None
    hessian = evaluator.hessian if has_hessian else evaluator.dense_hessian
    parts = []
    if len(constraints):
        upper = np.where(constraints.is_equality, 0.0, np.inf)
        parts.append(NonlinearConstraint(
            feed.rows, np.zeros(len(constraints)), upper, jac=slopes,
            hess=lambda x, v: _finite(curvature(x, np.asarray(v) / feed.units)),
        ))  # fmt: skip
    return _run("trust-constr", feed, start, parts, {
        "gtol": 1e-10, "xtol": 1e-12, "barrier_tol": 1e-10, "maxiter": min(max_steps, 3000),
        **options,
    }, hess=lambda x: _finite(hessian(x) / feed.unit))  # fmt: skip


def _run(
    name: str, feed: Feed, start: Point, parts: list[Any], options: dict[str, Any], **more: Any
) -> tuple[Vector, Outcome | None]:
    """Run one of SciPy's methods until it ends or a limit does."""
    from scipy.optimize import Bounds as Box
    from scipy.optimize import minimize

    bounds = feed.evaluator.bounds
    has_bounds = bool(np.isfinite([bounds.lower, bounds.upper]).any())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what happened is judged at the end
            found = minimize(
                feed.value, start.x.copy(), jac=feed.gradient, method=name, constraints=parts,
                bounds=Box(bounds.lower, bounds.upper) if has_bounds else None,
                callback=feed.accept, options=options, **more,
            )  # fmt: skip
    except StopRun as stop:
        return feed.current.x, stop.outcome
    except (np.linalg.LinAlgError, ValueError):
        return feed.current.x, Outcome.SOLVER_FAILED
    end = np.asarray(found.x, dtype=float)
    return (end if np.isfinite(end).all() else feed.current.x), None


def _finite(numbers: Any) -> Any:
    """Return numbers as SciPy wants them: it stops at none that is not finite."""
    if hasattr(numbers, "tocsr"):
        matrix = numbers.tocsr().copy()
        matrix.data = _finite(matrix.data)
        return matrix
    return np.nan_to_num(numbers, nan=-1e20, posinf=1e20, neginf=-1e20)
