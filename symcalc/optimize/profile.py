"""Profile likelihood intervals: how far a parameter may go while the others make up for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import ArgumentError
from ..outcome import Outcome
from .band import check_level, student_quantile
from .bounds import Bounds, Mask, Vector
from .evaluator import Evaluator
from .fit_problem import FitProblem
from .least_squares import polish, run_least_squares
from .objective import Objective
from .plain import format_number, to_plain

if TYPE_CHECKING:
    from .fit import Fit

__all__ = ["Profile", "profile_fit"]

#: Refits for one limit, at most; and how precisely the limit is found, as a share of its distance.
MAX_REFITS, TOLERANCE = 60, 1e-7

#: Steps outward, each twice as long, before a limit counts as not there.
MAX_DOUBLINGS = 25

#: A lower sum of squares by this share is a better fit than the one profiled.
LOWER = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Intervals from the profile of the sum of squares.

    Attributes
    ----------
    intervals : dict of str to (float, float)
        Infinite where the data set no limit; a bound where the parameter reaches it first; NaN
        where refits failed, or found a better fit than the one profiled (see `notes`).
    linear : dict of str to (float, float)
        The intervals from the standard errors, for comparison: where they differ the model is
        not linear enough for standard errors.
    level : float
    n_refits : int
    notes : tuple of str
    """

    intervals: dict[str, tuple[float, float]]
    linear: dict[str, tuple[float, float]]
    level: float
    n_refits: int
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "level": self.level,
            "intervals": to_plain(self.intervals),
            "linear": to_plain(self.linear),
            "n_refits": self.n_refits,
            "notes": list(self.notes),
        }

    def rows(self) -> list[tuple[str, ...]]:
        """Return name, profile limits and linear limits of each parameter."""
        return [
            (name, *(format_number(v, 6) for v in (*limits, *self.linear[name])))
            for name, limits in self.intervals.items()
        ]

    def __repr__(self) -> str:
        head = ("parameter", "lower", "upper", "linear lower", "linear upper")
        table = [head, *self.rows()]
        widths = [max(len(row[i]) for row in table) for i in range(5)]
        lines = [
            "  " + "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
            for row in table
        ]
        title = f"Profile intervals at {self.level:.6g} ({self.n_refits} refits)"
        return "\n".join([title, *lines, *(f"  {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        head = ("parameter", "lower", "upper", "linear lower", "linear upper")
        cells = "".join(f"<th>{name}</th>" for name in head)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows()
        )
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<p>Level {self.level:.6g}</p><table><tr>{cells}</tr>{rows}</table>{notes}"


class _Refit(NamedTuple):
    """The best fit with one parameter held: the others, and the distance in `s`.

    The distance is NaN where that fit is better than the one profiled.
    """

    others: Vector
    distance: float


def profile_fit(fit: Fit, level: float, parameters: Sequence[str] | None) -> Profile:
    """Return profile intervals of some parameters; see `Fit.profile`."""
    level = check_level(level)
    names = tuple(fit.parameters) if parameters is None else tuple(parameters)
    unknown = [name for name in names if name not in fit.parameters]
    if unknown:
        raise ArgumentError(
            f"There is no parameter {unknown[0]!r}; there are {', '.join(fit.parameters)}."
        )
    notes: list[str] = []
    intervals: dict[str, tuple[float, float]] = {}
    walker = _Walker(fit)
    goal = student_quantile(level, fit.degrees_of_freedom)
    for name in names:
        why_not = _why_not(fit, name)
        if why_not:
            intervals[name] = (math.nan, math.nan)
            notes.append(why_not)
            continue
        with np.errstate(all="ignore"):
            intervals[name] = (walker.limit(name, -goal), walker.limit(name, goal))
    linear = fit.confidence_intervals(level)
    return Profile(
        intervals, {name: linear[name] for name in names}, level, walker.n_refits,
        tuple(dict.fromkeys([*notes, *walker.notes])),
    )  # fmt: skip


def _why_not(fit: Fit, name: str) -> str:
    """Return why a parameter has no profile, if it has none."""
    error = fit.standard_errors[name]
    if fit.outcome is Outcome.CONVERGED_RESIDUAL:
        return "The residuals are rounding: they say nothing of how sure the parameters are."
    if name in fit.held:
        return f"{name} stands at a bound: no interval."
    if math.isinf(error):
        return f"{name} is not determined by the data: no interval."
    if not (math.isfinite(error) and error > 0.0):
        return f"{name} has no standard error, so no interval."
    return ""


class _Walker:
    """Walks outward along one parameter, the others fitted again at every step.

    Bates and Watts, Nonlinear Regression Analysis and Its Applications, 1988, section 6.1.2: the
    limit is where `sign(d)*sqrt((S(d) - S)/s**2)` is Student's quantile. In a linear model that
    is a straight line through the limits that standard errors give, so these are where the walk
    begins, and the others begin on the line that the covariance predicts for them.
    """

    def __init__(self, fit: Fit) -> None:
        self.fit, self.problem = fit, fit.problem
        self.best = np.array(list(fit.parameters.values()))
        self.s = fit.residual_standard_deviation / fit.problem.unit
        self.square = fit.residual_sum_of_squares
        if fit.problem.unit != 1.0:  # where that may have over- or underflowed
            self.square = self.s * self.s * fit.degrees_of_freedom
        self.n_refits = 0
        self.notes: list[str] = []

    def limit(self, name: str, goal: float) -> float:
        """Return where the distance is `goal` (negative: the lower limit)."""
        index = self.problem.names.index(name)
        center, step = float(self.best[index]), goal * self.fit.standard_errors[name]
        end = self._bound(index, step)
        inner, inner_miss = 0.0, -abs(goal)
        others = np.delete(self.best, index)
        for _ in range(MAX_DOUBLINGS):
            outer = step if abs(step) < abs(end - center) else end - center
            found = self._refit(index, center + outer, others, outer)
            if found is None:
                self.notes.append(f"{name}: the refits fail beyond {center + inner:.6g}.")
                return math.nan
            if math.isnan(found.distance):
                return math.nan
            miss = found.distance - abs(goal)
            if miss >= 0.0:
                return self._between(index, (inner, inner_miss), (outer, miss), others, goal)
            if center + outer == end:
                self.notes.append(f"{name} reaches its bound {end:.6g} inside the interval.")
                return end
            inner, inner_miss, others, step = outer, miss, found.others, 2.0 * step
        self.notes.append(
            f"The data set no {'lower' if goal < 0 else 'upper'} limit to {name}: followed to "
            f"{center + inner:.3g}."
        )
        return math.copysign(math.inf, goal)

    def _between(
        self,
        index: int,
        low: tuple[float, float],
        high: tuple[float, float],
        others: Vector,
        goal: float,
    ) -> float:
        """Return the limit between two offsets of opposite sign: the rule of Illinois."""
        center = float(self.best[index])
        (a, fa), (b, fb), side = low, high, 0
        for _ in range(MAX_REFITS):
            if abs(b - a) <= TOLERANCE * abs(b) or fb == 0.0:
                break
            c = (a * fb - b * fa) / (fb - fa)
            found = self._refit(index, center + c, others, c)
            if found is None or math.isnan(found.distance):
                return math.nan
            fc, others = found.distance - abs(goal), found.others
            if abs(fc) <= TOLERANCE * abs(goal):
                return center + c
            if fc < 0.0:
                a, fa = c, fc
                fb, side = (0.5 * fb, -1) if side == -1 else (fb, -1)
            else:
                b, fb = c, fc
                fa, side = (0.5 * fa, 1) if side == 1 else (fa, 1)
        return center + b

    def _bound(self, index: int, step: float) -> float:
        """Return the bound on this side, infinite when there is none."""
        bounds = self.problem.bounds
        if bounds is None:
            return math.copysign(math.inf, step)
        return float((bounds.upper if step > 0.0 else bounds.lower)[index])

    def _refit(self, index: int, value: float, warm: Vector, offset: float) -> _Refit | None:
        """Return the best fit with one parameter held at a value; None where there is none."""
        self.n_refits += 1
        moving = np.arange(self.best.size) != index
        others, square = warm, math.inf
        for start in self._starts(index, value, offset, warm):
            others, square = _fit_others(self.problem, moving, index, value, start)
            if math.isfinite(square):
                break
        if not math.isfinite(square):
            return None
        if square < self.square * (1.0 - LOWER):
            name = self.problem.names[index]
            self.notes.append(
                f"A better fit exists near {name} = {value:.6g} (residual sum of squares "
                f"{square:.6g}, here {self.square:.6g}): fit again from there."
            )
            return _Refit(others, math.nan)
        return _Refit(others, math.sqrt(max(square - self.square, 0.0)) / self.s)

    def _starts(self, index: int, value: float, offset: float, warm: Vector) -> list[Vector]:
        """Return where the others may start, the better place first."""
        starts = [self._predicted(index, offset), warm]
        heights = []
        for start in starts:
            found = self.problem.scaled(self.problem.residuals(np.insert(start, index, value)))
            square = float(found @ found)
            heights.append(square if math.isfinite(square) else math.inf)
        return starts if heights[0] <= heights[1] else starts[::-1]

    def _predicted(self, index: int, offset: float) -> Vector:
        """Return the other parameters where the linear model has them."""
        column = self.fit.covariance[:, index] / self.fit.covariance[index, index]
        moved = self.best + np.where(np.isfinite(column), column, 0.0) * offset
        return np.delete(self.problem.clip(moved), index)


def _fit_others(
    problem: FitProblem, moving: Mask, index: int, value: float, start: Vector
) -> tuple[Vector, float]:
    """Fit the other parameters with one held; return them with the sum of squares."""
    full = np.zeros(moving.size)
    full[index] = value

    def place(others: Vector) -> Vector:
        point = full.copy()
        point[moving] = others
        return point

    def residuals(others: Vector) -> Vector:
        return problem.scaled(np.asarray(problem.residuals(place(others)), dtype=float))

    def jacobian(others: Vector) -> Vector:
        slopes = np.asarray(problem.jacobian(place(others)), dtype=float)
        return problem.scaled(slopes[:, moving])

    if start.size == 0:
        found = residuals(start)
        return start, float(found @ found)
    return _least(residuals, jacobian, start, problem, moving)


def _least(
    residuals: Any, jacobian: Any, start: Vector, problem: FitProblem, moving: Mask
) -> tuple[Vector, float]:
    """Run least squares on callables; return the end and its sum of squares."""
    bounds = problem.bounds
    inside = None if bounds is None else Bounds(bounds.lower[moving], bounds.upper[moving])
    objective = Objective(
        lambda p: float(np.sum(residuals(p) ** 2)),
        lambda p: (0.0, p),
        residuals=residuals,
        residual_jacobian=jacobian,
    )
    evaluator = Evaluator(objective)
    first = evaluator.residuals(start)
    if not (np.isfinite(first).all() and np.isfinite(evaluator.residual_jacobian(start)).all()):
        return start, math.inf
    method = "lm" if inside is None else "trf"
    options = {"max_nfev": 500, "ftol": 1e-14, "xtol": 1e-12}
    x, _ = run_least_squares(evaluator, start, method=method, bounds=inside, options=options)
    polished = polish(evaluator, x, inside, max_steps=5)
    x = x if polished is None else polished.x
    found = evaluator.residuals(x)
    square = float(found @ found)
    return x, square if math.isfinite(square) else math.inf
