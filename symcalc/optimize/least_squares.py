"""Sums of squares: SciPy's Levenberg-Marquardt and trust regions, Gauss-Newton."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np

from ..errors import ArgumentError, SymcalcError
from ..outcome import Outcome
from .bounds import Bounds, Mask, Vector, all_free, are_finite
from .decomposition import Decomposition, lengths, relative_offset
from .evaluator import Evaluator
from .objective import StopRun

__all__ = ["Fitted", "polish", "run_least_squares"]

EPS = float(np.finfo(float).eps)

#: Columns of the Jacobian longer than this, or shorter than its inverse, get units of their own:
#: SciPy squares them.
EXTREME = 1e100

#: Share by which the sum of squares may rise in a step that brings the residuals closer to
#: orthogonal: below an offset of 1e-8 its changes are rounding, large where `y` dwarfs `y - f`.
ROUNDING = 1e-10

#: Residuals with a smaller relative offset count as orthogonal: what is left to go is so small a
#: share of the standard errors.
ORTHOGONAL = 1e-10


#: More evaluations than any run takes.
ENDLESS = 2**30

#: SciPy's settings of a run to the limit of double precision.
TO_THE_LIMIT = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15, "x_scale": "jac", "max_nfev": 10**5}


def run_least_squares(
    evaluator: Evaluator,
    x0: Vector,
    *,
    method: str,
    bounds: Bounds | None = None,
    at_jacobian: Callable[[Vector, Vector, Vector], None] | None = None,
    options: dict[str, Any] | None = None,
) -> tuple[Vector, Outcome | None]:
    """Run SciPy's `least_squares` to the limit of double precision.

    Parameters
    ----------
    evaluator : Evaluator
        Of an objective with residuals.
    x0 : ndarray (n,)
    method : str
        "lm" (MINPACK's Levenberg-Marquardt), "trf" or "dogbox".
    bounds : Bounds or None
    at_jacobian : callable or None
        `at_jacobian(x, residuals, jacobian)`, called at every point that was accepted.
    options : dict or None
        More of SciPy's arguments (`loss` is not among them: it changes what is minimized); for
        the variables in units that bring extreme columns of the Jacobian to length one.

    Returns
    -------
    x : ndarray (n,)
    outcome : Outcome or None
        Why the run was stopped, or None when SciPy ended it.
    """
    latest: dict[str, Vector] = {}
    first = evaluator.residual_jacobian(x0)
    if method == "lm" and len(first) < x0.size:
        raise ArgumentError(
            f"Method 'lm' needs at least as many residuals as variables: there are {len(first)} "
            f"and {x0.size}. Use 'trf' or 'levenberg_marquardt'."
        )
    begun, unit = x0.tobytes(), _choose_units(first)
    start = x0 if unit is None else x0 / unit

    def residuals(z: Vector) -> Vector:
        found = evaluator.residuals(z if unit is None else unit * z)
        if at_jacobian is not None:
            latest["z"], latest["r"] = z.copy(), found
        return found

    def jacobian(z: Vector) -> Vector:
        x = z if unit is None else unit * z
        matrix = first if x.tobytes() == begun else evaluator.residual_jacobian(x)
        if at_jacobian is not None:
            known = "z" in latest and np.array_equal(latest["z"], z)
            at_jacobian(x, latest["r"] if known else residuals(z), matrix)
        return matrix if unit is None else matrix * unit

    settings = {**TO_THE_LIMIT, **(options or {})}
    by = 1.0 if unit is None else unit
    limits = (-np.inf, np.inf) if bounds is None else (bounds.lower / by, bounds.upper / by)
    try:
        if method == "lm" and settings["x_scale"] == "jac":
            z = _run_minpack(residuals, jacobian, start, settings)
        else:
            z = _run_scipy(residuals, jacobian, start, method, limits, settings)
    except StopRun as stop:
        return (evaluator.best_x if evaluator.best_x is not None else x0), stop.outcome
    except np.linalg.LinAlgError:
        return (evaluator.best_x if evaluator.best_x is not None else x0), Outcome.SOLVER_FAILED
    except (TypeError, ValueError) as error:
        if not options or isinstance(error, SymcalcError):
            raise
        raise ArgumentError(f"SciPy's {method} refused what it was given: {error}") from error
    return by * z, None


def _run_minpack(
    residuals: Callable[[Vector], Vector], jacobian: Callable[[Vector], Vector], start: Vector,
    settings: dict[str, Any],
) -> Vector:  # fmt: skip
    """Run MINPACK's Levenberg-Marquardt through the one of SciPy's doors that costs the least.

    Without its full output SciPy spares a covariance matrix, but warns of tolerances below
    rounding and of too many evaluations: the first go the long way, the others are counted here.
    """
    from scipy.optimize import leastsq

    tolerances = {name: settings[name] for name in ("ftol", "xtol", "gtol")}
    n_left, accepted = settings["max_nfev"] + 1, start  # the first one SciPy asks for twice

    def counted(z: Vector) -> Vector:
        nonlocal n_left
        n_left -= 1
        if n_left < 0:
            raise _EnoughError
        return residuals(z.copy())  # the memory is MINPACK's

    def transposed(z: Vector) -> Vector:
        nonlocal accepted
        accepted = z.copy()
        return jacobian(accepted).T

    try:
        found = leastsq(
            counted, start, Dfun=transposed, col_deriv=True, maxfev=ENDLESS,
            full_output=min(tolerances.values()) < EPS, **tolerances,
        )  # fmt: skip
    except _EnoughError:
        return accepted
    return np.asarray(found[0], dtype=float)


class _EnoughError(Exception):
    """Ends a run of MINPACK after as many evaluations as were allowed."""


def _run_scipy(
    residuals: Callable[[Vector], Vector], jacobian: Callable[[Vector], Vector], start: Vector,
    method: str, limits: Any, settings: dict[str, Any],
) -> Vector:  # fmt: skip
    """Run a method of SciPy's `least_squares`."""
    from scipy.optimize import least_squares

    found = least_squares(
        lambda z: residuals(z.copy()), start, jac=lambda z: jacobian(z.copy()), bounds=limits,
        method=method, **settings,
    )  # fmt: skip
    return np.asarray(found.x, dtype=float)


def _choose_units(jacobian: Vector) -> Vector | None:
    """Return powers of two that bring extreme columns to length one; 1 for all others.

    None where none is extreme.
    """
    sizes = lengths(jacobian)
    known = sizes.tolist()
    if min(known) >= 1.0 / EXTREME and max(known) <= EXTREME:
        return None
    extreme = np.isfinite(sizes) & (sizes > 0.0) & ((sizes > EXTREME) | (sizes < 1.0 / EXTREME))
    return np.where(extreme, 2.0 ** -np.floor(np.log2(np.where(extreme, sizes, 1.0))), 1.0)


def polish(
    evaluator: Evaluator, x: Vector, bounds: Bounds | None = None, max_steps: int = 60,
    n_rows: int = 0,
) -> Fitted | None:  # fmt: skip
    """Take Gauss-Newton steps while they bring the residuals closer to orthogonal.

    None where there is no value or no derivative to begin with.

    A step is kept when the relative offset falls and the sum of squares does not rise beyond
    its rounding; halved otherwise. Parameters at their bounds stay there. Where large residuals
    make steps shrink by the same share each time, every other one is the sum of all to come; the
    first one is compared with the last one of the run before.
    """
    before = evaluator.jacobian_at
    residuals, jacobian = evaluator.residuals(x), evaluator.residual_jacobian(x)
    if not (are_finite(residuals) and are_finite(jacobian)):
        return None
    free = _free(x, residuals, jacobian, bounds)
    at = Fitted.of(x, residuals, jacobian, free, n_rows)
    last = None if before is None or before.size != x.size else x - before
    for _ in range(max_steps):
        if at.offset <= ORTHOGONAL or not (bounds is None or at.free.any()):
            break
        step = at.step()
        ahead = _summed(step, last, at)
        found = None if ahead is None else _better_at(evaluator, at, ahead, bounds)
        last = step if found is None else None
        for halving in range(6):
            if found is None:
                found = _better_at(evaluator, at, step / 2.0**halving if halving else step, bounds)
        if found is None:
            break
        free = _free(found.x, found.residuals, found.jacobian, bounds)
        if free is not at.free and free.tobytes() != at.free.tobytes():
            found = Fitted.of(found.x, found.residuals, found.jacobian, free, n_rows)
        at = found
    return at


class Fitted(NamedTuple):
    """A point of a fit, with its Jacobian decomposed in the free parameters."""

    x: Vector
    residuals: Vector
    jacobian: Vector
    free: Mask
    parts: Decomposition
    offset: float

    @classmethod
    def of(cls, x: Vector, residuals: Vector, jacobian: Vector, free: Mask, n_rows: int) -> Self:
        """Return a point with what follows from its residuals and their Jacobian."""
        is_whole = free is all_free(x.size) or bool(free.all())
        parts = Decomposition(jacobian if is_whole else jacobian[:, free], n_rows)
        return cls(x, residuals, jacobian, free, parts, relative_offset(parts, residuals))

    def step(self) -> Vector:
        """Return the step of Gauss and Newton in the free parameters."""
        along = self.parts.solve(self.residuals)
        if along.size == self.x.size:
            return -along
        step = np.zeros_like(self.x)
        step[self.free] = -along
        return step


def _better_at(
    evaluator: Evaluator, at: Fitted, step: Vector, bounds: Bounds | None
) -> Fitted | None:
    """Return the point that a step leads to where its residuals are closer to orthogonal."""
    trial = at.x + step if bounds is None else np.clip(at.x + step, bounds.lower, bounds.upper)
    if trial.tobytes() == at.x.tobytes():
        return None
    residuals = evaluator.residuals(trial)
    if not float(residuals @ residuals) <= float(at.residuals @ at.residuals) * (1.0 + ROUNDING):
        return None
    jacobian = evaluator.residual_jacobian(trial)
    if not are_finite(jacobian):
        return None
    new = Fitted.of(trial, residuals, jacobian, at.free, at.parts.n_rows)
    return new if new.offset < at.offset else None


def _summed(step: Vector, last: Vector | None, at: Fitted) -> Vector | None:
    """Return a step with all that would follow it, where each is about the same share of the last.

    Aitken's extrapolation: with `step = q*last` along one direction they add up to `step/(1 - q)`.
    """
    if last is None:
        return None
    now, before = at.parts.scale * step[at.free], at.parts.scale * last[at.free]
    square = float(before @ before)
    if square == 0.0:
        return None
    q = float(now @ before) / square
    rest = now - q * before
    if not (0.01 < abs(q) < 0.95 and float(rest @ rest) <= 0.01 * float(now @ now)):
        return None
    return step / (1.0 - q)


def _free(x: Vector, residuals: Vector, jacobian: Vector, bounds: Bounds | None) -> Mask:
    """Return which parameters their bounds leave free."""
    if bounds is None:
        return all_free(x.size)
    return bounds.free(x, jacobian.T @ residuals)
