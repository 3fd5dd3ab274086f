"""The result of a fit: parameters with their standard errors, and what the residuals say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..outcome import Outcome
from .band import Band, check_level, make_band, student_quantile, weights_of_new_rows
from .bounds import Vector
from .fit_problem import FitProblem, Predictor
from .fit_report import Section, report_sections, to_html, to_text
from .gradient_check import GradientCheck
from .plain import to_plain
from .profile import Profile, profile_fit
from .residual_checks import ResidualChecks, check_residuals

__all__ = ["Fit"]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A model fitted to data by least squares.

    Attributes
    ----------
    parameters, standard_errors : dict of str to float
        A standard error is NaN for a parameter at its bound or without degrees of freedom, and
        infinite for one that the data do not determine.
    covariance : ndarray (n_parameters, n_parameters)
        `s**2 * inv(J.T W J)`, in the order of `parameters`.
    residual_sum_of_squares : float
        `sum(w * r**2)`.
    residual_standard_deviation : float
        `s`, the square root of the above over the degrees of freedom.
    r_squared : float
        One minus the above over `sum(w * (y - mean(y))**2)`, the mean weighted; NaN when the
        target is constant. For a nonlinear model it may be negative.
    degrees_of_freedom, n_observations : int
        Observations of weight zero count in neither; directions of the parameters that the data
        do not determine take no degree of freedom.
    residuals : ndarray (n_rows,)
        `y - f`, not weighted.
    outcome : Outcome
    method : str
        The methods that ran, "lm" or "lm, then trf, then restarts".
    n_evaluations : int
        Evaluations of the residuals.
    notes : tuple of str
        What a reader of the parameters must know, in sentences.
    elapsed : float
        Seconds.
    start : dict of str to float
        Where the fit began.
    held : tuple of str
        Parameters that stand at a bound.
    problem : FitProblem
        The data, the weights and the model.
    gradient_check : GradientCheck or None
        Whether the Jacobian is that of the residuals, and to how many digits; None where they are
        not finite.
    """

    parameters: dict[str, float]
    standard_errors: dict[str, float]
    covariance: Vector
    residual_sum_of_squares: float
    residual_standard_deviation: float
    r_squared: float
    degrees_of_freedom: int
    n_observations: int
    residuals: Vector = field(repr=False)
    outcome: Outcome
    method: str
    n_evaluations: int
    notes: tuple[str, ...]
    elapsed: float
    start: dict[str, float]
    held: tuple[str, ...]
    problem: FitProblem = field(repr=False)
    gradient_check: GradientCheck | None = None

    @property
    def converged(self) -> bool:
        """Whether the residuals are orthogonal to the model, to the tolerance or to rounding."""
        return self.outcome.is_good

    @property
    def correlation(self) -> Vector:
        """The correlation matrix of the parameters."""
        errors = np.sqrt(np.diag(self.covariance))
        with np.errstate(all="ignore"):
            return np.asarray(self.covariance / np.outer(errors, errors))

    @property
    def reduced_chi_square(self) -> float:
        """`s**2`, near 1 when the weights are the true `1/sigma**2`."""
        return self.residual_standard_deviation * self.residual_standard_deviation

    @property
    def aic(self) -> float:
        """Akaike's criterion `n*log(rss/n) + 2*k`, smaller for the better model of the data."""
        return self._deviance + 2.0 * self._n_fitted

    @property
    def bic(self) -> float:
        """The Bayesian criterion, `n*log(rss/n) + k*log(n)`."""
        return self._deviance + math.log(self.n_observations) * self._n_fitted

    @property
    def model(self) -> str:
        """The model as it was written; empty without a formula."""
        return self.problem.model

    @property
    def target(self) -> str:
        """The name of the target."""
        return self.problem.target_name

    @property
    def observed(self) -> Vector:
        """The target, one value a row."""
        return self.problem.target

    @property
    def fitted(self) -> Vector:
        """The model at the rows of the data."""
        return self.problem.target - self.residuals

    @property
    def columns(self) -> Mapping[str, Vector]:
        """The columns that the model was evaluated on."""
        return self.problem.columns

    @property
    def jacobian(self) -> Vector:
        """The derivatives of the model in the parameters at the rows of the data."""
        point = np.array(list(self.parameters.values()))
        with np.errstate(all="ignore"):
            slopes = -np.asarray(self.problem.jacobian(point), dtype=float)
        return np.array(np.broadcast_to(slopes, (self.residuals.size, point.size)))

    @property
    def checks(self) -> ResidualChecks:
        """What the residuals say of the model: patterns, outliers, influence, normality."""
        return check_residuals(self)

    def confidence_intervals(self, level: float = 0.95) -> dict[str, tuple[float, float]]:
        """Return the limits of each parameter from its standard error and Student's distribution.

        They are as good as the model is linear near the solution; `profile` is not limited so.

        Raises
        ------
        ArgumentError
            When the level is not between 0 and 1.
        """
        half = student_quantile(check_level(level), self.degrees_of_freedom)
        return {
            name: (
                value - half * self.standard_errors[name],
                value + half * self.standard_errors[name],
            )
            for name, value in self.parameters.items()
        }

    def profile(self, level: float = 0.95, parameters: Sequence[str] | None = None) -> Profile:
        """Return the limits within which the sum of squares stays likely, parameter by parameter.

        Parameters
        ----------
        level : float
        parameters : sequence of str, optional
            All by default.

        Returns
        -------
        Profile

        Raises
        ------
        ArgumentError
            For a level outside (0, 1), or a name that is no parameter.

        Notes
        -----
        A parameter is moved and all others are fitted again, until the sum of squares has risen
        by `t**2 * s**2`. The limits need not lie symmetrically, and one may be infinite. About
        ten refits for each limit. Residuals are taken as normal, as for standard errors.

        Examples
        --------
        >>> import symcalc as sc
        >>> data = {"x": [1, 2, 3, 5, 7, 10], "y": [109, 149, 149, 191, 213, 224]}
        >>> found = sc.fit("a*(1 - exp(-b*x))", data, target="y", start="a=100, b=0.75")
        >>> low, high = found.profile().intervals["b"]
        >>> round(low, 4), round(high, 4)
        (0.3026, 1.0731)
        """
        one = (parameters,) if isinstance(parameters, str) else parameters
        return profile_fit(self, level, one)

    def predict(self, data: Any) -> Vector:
        """Return the fitted model at the columns of `data`.

        Raises
        ------
        ArgumentError
            When the fit was made from bare callables, without a model to evaluate.
        """
        return self._predictor()(self.parameters, data)

    def band(self, data: Any = None, level: float = 0.95, weights: Any = None) -> Band:
        """Return the fitted model with confidence and prediction limits, row by row.

        Parameters
        ----------
        data : dict of arrays, data frame, or path, optional
            The columns that the model needs; default: those it was fitted to.
        level : float
            The probability of each pair of limits.
        weights : array_like, optional
            Of the new observations, for the prediction limits of a weighted fit.

        Returns
        -------
        Band
            `value`, `standard_error`, `lower`, `upper`, `prediction_lower`, `prediction_upper`.

        Raises
        ------
        ArgumentError
            When the level is not between 0 and 1, or the fit has no model.
        DataError
            When a column is missing or bad, or the weights do not fit.

        Notes
        -----
        The delta method with the closed-form derivatives of the model in the parameters: exact
        for models that are linear in them, an approximation for others. The limits hold row by
        row, not for the whole curve at once, and know nothing of a model that is wrong.

        Examples
        --------
        >>> import symcalc as sc
        >>> data = {"x": [1, 2, 3, 4], "y": [3.1, 4.9, 7.2, 8.8]}
        >>> found = sc.fit("a + b*x", data, target="y", start="a=0, b=1")
        >>> band = found.band({"x": [2.5]})
        >>> float(band.lower[0].round(3)), float(band.upper[0].round(3))
        (5.564, 6.436)
        """
        level = check_level(level)
        if data is None and weights is None:
            own = self.problem.weights
            rows = np.ones(self.residuals.size) if own is None else own
            known = np.where(rows > 0.0, rows, np.nan)
            return make_band(self, self.jacobian, self.fitted, level, known)
        if data is None:
            known = weights_of_new_rows(self, weights, self.residuals.size)
            return make_band(self, self.jacobian, self.fitted, level, known)
        predictor = self._predictor()
        with np.errstate(all="ignore"):
            value = predictor(self.parameters, data)
            slopes = predictor.slopes(self.parameters, data)
        return make_band(self, slopes, value, level, weights_of_new_rows(self, weights, value.size))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        names = (
            "model", "target", "parameters", "standard_errors", "covariance", "correlation",
            "residual_sum_of_squares", "residual_standard_deviation", "reduced_chi_square",
            "r_squared", "aic", "bic", "degrees_of_freedom", "n_observations", "start", "method",
            "n_evaluations", "elapsed",
        )  # fmt: skip
        check = self.gradient_check
        return {name: to_plain(getattr(self, name)) for name in names} | {
            "gradient_check": None if check is None else check.to_dict(),
            "confidence_intervals": to_plain(self.confidence_intervals()),
            "converged": self.converged,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "notes": list(self.notes),
            "residuals": to_plain(self.residuals),
            "checks": self.checks.to_dict(),
        }

    def sections(self) -> list[Section]:
        """Return the report as titled tables of text: statistics, parameters, residuals."""
        return report_sections(self)

    def __repr__(self) -> str:
        return to_text(self)

    def _repr_html_(self) -> str:
        """Return the report as tables for notebooks."""
        return to_html(self)

    @property
    def _deviance(self) -> float:
        """`n*log(rss/n)`; minus infinity for an exact fit."""
        n, square = self.n_observations, self.residual_sum_of_squares
        if 0.0 < square < math.inf:
            return n * math.log(square / n)
        s, freedom = self.residual_standard_deviation, self.degrees_of_freedom
        if 0.0 < s < math.inf:  # its square alone over- or underflows
            return n * (2.0 * math.log(s) + math.log(freedom / n))
        return -math.inf if square == 0.0 else square

    @property
    def _n_fitted(self) -> int:
        """The number of parameters that were determined."""
        return self.n_observations - self.degrees_of_freedom - len(self.held)

    def _predictor(self) -> Predictor:
        """Return the model, which a fit from bare callables lacks."""
        if self.problem.predictor is None:
            raise ArgumentError(
                "This fit was made from bare residuals: there is no model to predict with."
            )
        return self.problem.predictor

    @property
    def predictor(self) -> Predictor | None:
        """The model as a callable; None for a fit from bare callables."""
        return self.problem.predictor
