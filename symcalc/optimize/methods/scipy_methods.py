"""SciPy's methods behind the same verb: fed with exact derivatives, stopped by the house's rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from ...errors import ArgumentError, SymcalcError
from ...outcome import Outcome
from ..bounds import Bounds, Vector
from ..evaluator import Evaluator
from ..least_squares import run_least_squares
from ..objective import Point, StopRun
from ..trace import Journal
from .method import Method

__all__ = ["SCIPY_METHODS"]

#: "No limit" for SciPy's counters: the journal and the evaluator hold the limits.
ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class _Scipy:
    """What SciPy's `minimize` must be told to run until the house's rule stops it.

    Attributes
    ----------
    name : str
        SciPy's name.
    summary : str
    needs : str
        "value", "gradient", "hessian" or "product" (Hessian-vector products).
    takes_bounds : bool
    options : tuple of str
        SciPy's options that a caller may set.
    settings : dict
        Options set so that no test of SciPy's ends the run early.
    """

    name: str
    summary: str
    needs: str = "gradient"
    takes_bounds: bool = False
    options: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


_TRUST = ("initial_trust_radius", "max_trust_radius", "eta")

_ROWS = (
    _Scipy(
        "L-BFGS-B", "limited-memory quasi-Newton, with bounds; for many variables",
        takes_bounds=True, options=("maxcor", "maxls"),
        settings={"ftol": 0.0, "gtol": 0.0, "maxiter": ENDLESS, "maxfun": ENDLESS},
    ),
    _Scipy(
        "BFGS", "quasi-Newton with a dense inverse Hessian",
        options=("c1", "c2"), settings={"gtol": 0.0, "maxiter": ENDLESS},
    ),
    _Scipy(
        "CG", "nonlinear conjugate gradients (Polak-Ribiere)",
        options=("c1", "c2"), settings={"gtol": 0.0, "maxiter": ENDLESS},
    ),
    _Scipy(
        "Newton-CG", "truncated Newton on Hessian-vector products", needs="product",
        options=("c1", "c2"), settings={"xtol": 0.0, "maxiter": ENDLESS},
    ),
    _Scipy(
        "trust-ncg", "trust region, conjugate gradients inside", needs="product",
        options=_TRUST, settings={"gtol": 0.0, "maxiter": ENDLESS},
    ),
    _Scipy(
        "trust-krylov", "trust region, Lanczos inside", needs="product",
        options=("inexact", "eta"), settings={"gtol": 0.0, "maxiter": ENDLESS},
    ),
    _Scipy(
        "trust-exact", "trust region, nearly exact subproblems by factorization", needs="hessian",
        options=_TRUST, settings={"gtol": 0.0, "maxiter": ENDLESS},
    ),
    _Scipy(
        "TNC", "truncated Newton with bounds", takes_bounds=True,
        options=("eta", "stepmx", "rescale"),
        settings={"ftol": 0.0, "xtol": 0.0, "gtol": 0.0, "maxfun": ENDLESS},
    ),
    _Scipy(
        "SLSQP", "sequential quadratic programming, with bounds", takes_bounds=True,
        settings={"ftol": 1e-300, "maxiter": ENDLESS},
    ),
    _Scipy(
        "Nelder-Mead", "simplex of values only; for few variables and kinks", needs="value",
        takes_bounds=True, options=("adaptive", "initial_simplex", "xatol", "fatol"),
        settings={"xatol": 1e-10, "fatol": 1e-14, "maxiter": ENDLESS, "maxfev": ENDLESS},
    ),
    _Scipy(
        "Powell", "line searches along changing axes; values only", needs="value",
        takes_bounds=True, options=("xtol", "ftol"),
        settings={"xtol": 1e-10, "ftol": 1e-14, "maxiter": ENDLESS, "maxfev": ENDLESS},
    ),
)  # fmt: skip


class _Recording:
    """Feeds SciPy from an evaluator, remembers the last points, writes accepted ones down."""

    def __init__(self, evaluator: Evaluator, journal: Journal, start: Point) -> None:
        self.evaluator, self.journal = evaluator, journal
        self.current = start
        self._points: dict[bytes, Point] = {start.x.tobytes(): start}
        self._values: dict[bytes, float] = {}

    def point(self, x: Vector) -> Point:
        """Return value and gradient, evaluated once for both of SciPy's questions."""
        key = x.tobytes()
        known = self._points.get(key)
        if known is None:
            known = self.evaluator.point(x.copy())
            if len(self._points) >= 16:
                self._points.pop(next(iter(self._points)))
            self._points[key] = known
        return known

    def value(self, x: Vector) -> float:
        """Return the value for SciPy; behind a wall where there is none."""
        value = self.point(x).value
        return value if np.isfinite(value) else self._wall(x)[0]

    def gradient(self, x: Vector) -> Vector:
        """Return the gradient for SciPy; behind a wall where there is none."""
        point = self.point(x)
        return point.gradient.copy() if point.is_finite else self._wall(x)[1]

    def bare_value(self, x: Vector) -> float:
        """Return the value alone, for methods without gradients."""
        value = self.evaluator.value(x.copy())
        if len(self._values) >= 4096:
            self._values.clear()
        self._values[x.tobytes()] = value
        return value if np.isfinite(value) else np.inf

    def accept(self, x: Vector, *_: object) -> None:
        """Write down a point that SciPy accepted and test it by the house's rule."""
        move = float(np.linalg.norm(x - self.current.x))
        point = self.point(x)
        if not point.is_finite:
            return
        norm = self.journal.rule.norm(point.x, point.gradient)
        self.current = point
        self.evaluator.stage = "search"
        self.journal.record(point.x, point.value, norm, move, gradient=point.gradient)
        self.journal.check(point.value, norm)

    def accept_bare(self, x: Vector, *_: object) -> None:
        """Write down a point of a method without gradients."""
        move = float(np.linalg.norm(x - self.current.x))
        value = self._values.get(x.tobytes())
        value = self.evaluator.best_value if value is None else value
        self.current = Point(x.copy(), value, self.current.gradient)
        self.journal.record(self.current.x, value, np.nan, move)
        self.journal.check(value, np.inf)

    def _wall(self, x: Vector) -> tuple[float, Vector]:
        """Return a finite slope away from the current point, so that line searches turn back."""
        away = x - self.current.x
        square = float(away @ away)
        height = max(1.0, abs(self.current.value))
        if not (0.0 < square < np.inf):
            return self.current.value + height, np.zeros_like(x)
        return self.current.value + height, 2.0 * height * away / square


def _run_scipy_minimize(
    row: _Scipy,
    options: dict[str, Any],
    evaluator: Evaluator,
    start: Point,
    journal: Journal,
    bounds: Bounds | None,
) -> Outcome | None:
    """Run one of SciPy's methods; None when SciPy itself ended the run."""
    from scipy.optimize import minimize

    feed = _Recording(evaluator, journal, start)
    bare = row.needs == "value"
    arguments: dict[str, Any] = {"callback": feed.accept_bare if bare else feed.accept}
    if not bare:
        arguments["jac"] = feed.gradient
    if row.needs == "hessian":
        arguments["hess"] = _dense_hessian(evaluator)
    elif row.needs == "product":
        arguments["hessp"] = evaluator.product
    if bounds is not None:
        arguments["bounds"] = np.column_stack((bounds.lower, bounds.upper))
    function: Callable[[Vector], float] = feed.bare_value if bare else feed.value
    evaluator.stage = "search"
    try:
        minimize(
            function, start.x.copy(), method=row.name, options=row.settings | options, **arguments
        )
    except StopRun as stop:
        return stop.outcome
    except np.linalg.LinAlgError:
        return Outcome.SOLVER_FAILED
    except (TypeError, ValueError) as error:
        if isinstance(error, SymcalcError):
            raise
        if journal.n_steps or not options:
            return Outcome.SOLVER_FAILED
        raise ArgumentError(f"SciPy's {row.name} refused what it was given: {error}") from error
    return None


def _run_scipy_least_squares(
    name: str,
    options: dict[str, Any],
    evaluator: Evaluator,
    start: Point,
    journal: Journal,
    bounds: Bounds | None,
) -> Outcome | None:
    """Run one of SciPy's least-squares methods on the residuals of the objective."""
    current = start.x

    def accept(x: Vector, residuals: Vector, jacobian: Vector) -> None:
        nonlocal current
        if np.array_equal(x, start.x):
            return
        value, gradient = float(residuals @ residuals), 2.0 * (jacobian.T @ residuals)
        norm = journal.rule.norm(x, gradient)
        journal.record(x, value, norm, float(np.linalg.norm(x - current)), gradient=gradient)
        current = x
        journal.check(value, norm)

    _, outcome = run_least_squares(
        evaluator, start.x.copy(), method=name, bounds=bounds, at_jacobian=accept, options=options
    )
    return outcome


def _dense_hessian(evaluator: Evaluator) -> Callable[[Vector], Vector]:
    """Return the Hessian as SciPy's factorizations want it."""

    def hessian(x: Vector) -> Vector:
        matrix = evaluator.hessian(x.copy())
        dense = np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix, dtype=float)
        # SciPy asks at trial points too, before it turns them down.
        return dense if np.isfinite(dense).all() else np.eye(x.size)

    return hessian


_LEAST_SQUARES = tuple(
    Method(
        name, summary, "residuals", partial(partial, _run_scipy_least_squares, name),
        {"x_scale": "SciPy's option of that name"}, takes_bounds=name != "lm", aliases=aliases,
    )
    for name, summary, aliases in (
        ("lm", "MINPACK's Levenberg-Marquardt on the residuals", ("minpack",)),
        ("trf", "trust-region reflective on the residuals, with bounds", ()),
        ("dogbox", "dogleg in a box on the residuals, with bounds", ()),
    )
)  # fmt: skip

_MINIMIZERS = tuple(
    Method(
        row.name, row.summary, row.needs, partial(partial, _run_scipy_minimize, row),
        dict.fromkeys(row.options, "SciPy's option of that name"),
        takes_bounds=row.takes_bounds, aliases=("lbfgs",) if row.name == "L-BFGS-B" else (),
    )
    for row in _ROWS
)  # fmt: skip

SCIPY_METHODS = (*_MINIMIZERS, *_LEAST_SQUARES)
