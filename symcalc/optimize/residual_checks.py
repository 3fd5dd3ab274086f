"""What the residuals say of a model: patterns, outliers, rows that alone decide, normality."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..outcome import Outcome
from .bounds import Mask, Vector
from .plain import format_number, to_plain

if TYPE_CHECKING:
    from .fit import Fit

__all__ = ["ResidualChecks", "check_residuals", "count_runs"]

#: Below this probability a check speaks up.
RARE = 0.01

#: Rows above which the test of Shapiro and Wilk gives way to that of Jarque and Bera.
MAX_SHAPIRO = 5000


@dataclass(frozen=True, slots=True, eq=False)
class ResidualChecks:
    """The residuals of a fit, examined.

    Attributes
    ----------
    standardized : ndarray (n_rows,)
        Each residual over its own standard deviation, `s*sqrt((1 - h)/w)`; NaN for rows without
        weight and rows that are fitted whatever their value (`h = 1`).
    leverage : ndarray (n_rows,)
        `h`: how much a row pulls its own fitted value; they add up to the number of parameters.
    cook : ndarray (n_rows,)
        Cook's distance: how far the parameters move without the row; above 1 is far.
    order : str
        The predictor along which the two next are taken, or "row".
    durbin_watson : float
        2 where neighbours are unrelated, near 0 where they are alike, near 4 where they alternate.
    n_runs, expected_runs : int, float
        Runs of one sign, and their expected number.
    runs_probability : float
        Of a number of runs as unusual as that, were the signs in random order.
    normality_probability : float
        Of Shapiro and Wilk's test (above 5000 rows Jarque and Bera's); NaN below 3 rows.
    largest_row : int
        The row of the largest standardized residual, counted from 0; -1 when there is none.
    outlier_probability : float
        Of a largest residual as large as that, by Bonferroni's inequality.
    remarks : tuple of str
        What is unusual, in sentences; empty when nothing is.

    Notes
    -----
    Leverage, standardized residuals and Cook's distance are those of the linear model that
    touches the fitted one at the solution.

    References
    ----------
    Cook and Weisberg, Residuals and Influence in Regression, 1982; Wald and Wolfowitz, On a test
    whether two samples are from the same population, 1940 (runs).
    """

    standardized: Vector
    leverage: Vector
    cook: Vector
    order: str
    durbin_watson: float
    n_runs: int
    expected_runs: float
    runs_probability: float
    normality_probability: float
    largest_row: int
    outlier_probability: float
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {name: to_plain(getattr(self, name)) for name in self.__slots__}

    def rows(self) -> list[tuple[str, str]]:
        """Return the table of the checks: what was looked at, and what was found."""
        largest = "none"
        if self.largest_row >= 0:
            size = format_number(float(self.standardized[self.largest_row]), 4)
            rarity = format_number(self.outlier_probability, 3)
            largest = f"{size} in row {self.largest_row + 1}, p = {rarity}"
        along = "rows" if self.order == "row" else self.order
        chance = f"p = {self.runs_probability:.3g}"
        return [
            ("largest, standardized", largest),
            (
                f"runs of one sign along {along}",
                f"{self.n_runs}, expected {self.expected_runs:.3g}, {chance}",
            ),
            (f"Durbin-Watson along {along}", f"{self.durbin_watson:.4g}"),
            ("normality", f"p = {self.normality_probability:.3g}"),
            ("largest Cook's distance", format_number(_greatest(self.cook), 4)),
            ("largest leverage", format_number(_greatest(self.leverage), 4)),
        ]

    def __repr__(self) -> str:
        rows = self.rows()
        width = max(len(name) for name, _ in rows)
        lines = [f"  {name.ljust(width)}  {found}" for name, found in rows]
        return "\n".join(["Residuals", *lines, *(f"  {remark}" for remark in self.remarks)])

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        rows = [*self.rows(), *(("remark", remark) for remark in self.remarks)]
        cells = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
        return f"<table>{cells}</table>"


def check_residuals(fit: Fit) -> ResidualChecks:
    """Examine the residuals of a fit."""
    with np.errstate(all="ignore"):
        return _examine(fit)


def _examine(fit: Fit) -> ResidualChecks:
    """Return the checks, NaN where the residuals are not finite."""
    problem = fit.problem
    counted = problem.counted
    leverage = _leverage(fit)
    weighted = problem.weighted(fit.residuals)
    s = fit.residual_standard_deviation
    rest = np.where(counted & (leverage < 1.0 - 1e-10), 1.0 - leverage, np.nan)
    standardized = weighted / (s * np.sqrt(rest))
    n = max(round(float(leverage.sum())), 1)
    cook = standardized**2 * leverage / (n * rest)
    order, places = _order(fit, counted)
    along = weighted[places]
    n_runs, expected, runs_probability = count_runs(along)
    largest, outlier = _largest(standardized, fit.degrees_of_freedom)
    found = ResidualChecks(
        standardized, leverage, cook, order, _durbin_watson(along), n_runs, expected,
        runs_probability, _normality(standardized[np.isfinite(standardized)]), largest, outlier,
        (),
    )  # fmt: skip
    return ResidualChecks(
        **{name: getattr(found, name) for name in found.__slots__ if name != "remarks"},
        remarks=_remarks(found, fit),
    )


def _leverage(fit: Fit) -> Vector:
    """Return the diagonal of the hat matrix in the parameters that are free."""
    free = np.array([name not in fit.held for name in fit.parameters])
    if not (free.any() and np.isfinite(fit.jacobian).all()):
        return np.zeros(fit.residuals.size)
    parts = fit.problem.decompose(fit.jacobian, free)
    return np.asarray(np.sum(parts.left[:, : parts.rank] ** 2, axis=1))


def _order(fit: Fit, counted: Mask) -> tuple[str, NDArray[np.intp]]:
    """Return the name of the one predictor, or "row", and the rows in that order."""
    rows = np.flatnonzero(counted)
    varying = [name for name, column in fit.columns.items() if column.ndim]
    if len(varying) != 1:
        return "row", rows
    column = fit.columns[varying[0]][rows]
    return varying[0], rows[np.argsort(column, kind="stable")]


def _durbin_watson(along: Vector) -> float:
    """Return the statistic of Durbin and Watson."""
    square = float(along @ along)
    return float(np.sum(np.diff(along) ** 2)) / square if square > 0.0 else math.nan


def count_runs(along: Vector) -> tuple[int, float, float]:
    """Return the number of runs, the expected number, and the two-sided probability.

    Exact up to 200 signs, by counting arrangements; the normal approximation above.
    """
    signs = along[along != 0.0] > 0.0
    n = int(signs.size)
    ups = int(signs.sum())
    downs = n - ups
    if ups == 0 or downs == 0:
        return int(n > 0), math.nan, math.nan
    n_runs = 1 + int(np.sum(signs[1:] != signs[:-1]))
    expected = 1.0 + 2.0 * ups * downs / n
    if n > 200:
        variance = (expected - 1.0) * (expected - 2.0) / (n - 1.0)
        distance = max(abs(n_runs - expected) - 0.5, 0.0)
        return n_runs, expected, math.erfc(distance / math.sqrt(2.0 * variance))
    ways = [_arrangements(ups, downs, count) for count in range(n + 1)]
    below, above = sum(ways[: n_runs + 1]), sum(ways[n_runs:])
    return n_runs, expected, min(1.0, 2.0 * (min(below, above) / math.comb(n, ups)))


def _arrangements(ups: int, downs: int, n_runs: int) -> int:
    """Return in how many orders the signs have this number of runs (Wald and Wolfowitz)."""
    if n_runs < 2:
        return 0
    half, is_odd = divmod(n_runs, 2)
    if not is_odd:
        return 2 * math.comb(ups - 1, half - 1) * math.comb(downs - 1, half - 1)
    return math.comb(ups - 1, half) * math.comb(downs - 1, half - 1) + math.comb(
        ups - 1, half - 1
    ) * math.comb(downs - 1, half)


def _normality(standardized: Vector) -> float:
    """Return the probability of residuals as far from normal, were they normal."""
    if standardized.size < 3 or float(np.ptp(standardized)) == 0.0:
        return math.nan
    from scipy import stats

    if standardized.size > MAX_SHAPIRO:
        return float(stats.jarque_bera(standardized).pvalue)
    return float(stats.shapiro(standardized).pvalue)


def _largest(standardized: Vector, freedom: int) -> tuple[int, float]:
    """Return the row of the largest residual and the probability of one as large among all.

    Standardized residuals become Student's by `t = r*sqrt((f - 1)/(f - r**2))`.
    """
    known = np.isfinite(standardized)
    if not known.any():
        return -1, math.nan
    row = int(np.argmax(np.where(known, np.abs(standardized), -1.0)))
    square = float(standardized[row]) ** 2
    if freedom < 2:
        return row, math.nan
    if square >= freedom:
        return row, 0.0
    from scipy.special import stdtr

    t = math.sqrt(square * (freedom - 1) / (freedom - square))
    return row, min(1.0, 2.0 * int(known.sum()) * float(stdtr(freedom - 1, -t)))


def _remarks(found: ResidualChecks, fit: Fit) -> tuple[str, ...]:
    """Return what is unusual."""
    if fit.outcome is Outcome.CONVERGED_RESIDUAL:
        return ("The residuals are rounding: there is nothing to check.",)
    if not fit.converged:
        return ("The fit did not converge: its residuals say little of the model.",)
    remarks = []
    along = "the rows" if found.order == "row" else f"`{found.order}`"
    if found.runs_probability < RARE:
        few = found.n_runs < found.expected_runs
        meaning = "the model misses a pattern" if few else "neighbours alternate"
        remarks.append(
            f"The residuals have {found.n_runs} runs of one sign along {along} where "
            f"{found.expected_runs:.3g} are expected (p = {found.runs_probability:.2g}): {meaning}."
        )
    if found.outlier_probability < RARE:
        remarks.append(
            f"Row {found.largest_row + 1}{_place(fit, found.largest_row)} lies "
            f"{abs(found.standardized[found.largest_row]):.3g} standard deviations off "
            f"(p = {found.outlier_probability:.2g}): an outlier?"
        )
    if found.normality_probability < RARE:
        remarks.append(
            f"The residuals are not normal (p = {found.normality_probability:.2g}): standard "
            "errors hold for many rows, limits for new observations do not."
        )
    remarks += _influence(found, fit)
    return tuple(remarks)


def _influence(found: ResidualChecks, fit: Fit) -> list[str]:
    """Return the rows that decide too much."""
    remarks = []
    for row in np.flatnonzero(found.leverage > 1.0 - 1e-6)[:3].tolist():
        remarks.append(
            f"Row {row + 1}{_place(fit, row)} is fitted whatever its value: it alone determines a "
            "parameter."
        )
    distances = np.where(np.isfinite(found.cook), found.cook, 0.0)
    row = int(np.argmax(distances)) if distances.size else 0
    if distances.size and distances[row] > 1.0:
        remarks.append(
            f"Without row {row + 1}{_place(fit, row)} the parameters would be others (Cook's "
            f"distance {distances[row]:.3g})."
        )
    return remarks


def _place(fit: Fit, row: int) -> str:
    """Return the predictors of a row in parentheses."""
    cells = [
        f"{name} = {format_number(float(column[row]), 6)}"
        for name, column in fit.columns.items()
        if column.ndim
    ]
    return f" ({', '.join(cells[:4])})" if cells else ""


def _greatest(values: Vector) -> float:
    """Return the largest finite value, NaN when there is none."""
    known = values[np.isfinite(values)]
    return float(known.max()) if known.size else math.nan
