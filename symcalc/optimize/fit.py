"""The result of a fit: parameters with their standard errors, and what the residuals say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any

import numpy as np

from ..outcome import Outcome
from .bounds import Vector
from .plain import count_of, format_number, to_plain

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
    n_evaluations : int
        Evaluations of the residuals.
    notes : tuple of str
        What a reader of the parameters must know, in sentences.
    elapsed : float
        Seconds.
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
    notes: tuple[str, ...] = ()
    elapsed: float = 0.0
    predictor: Callable[[dict[str, float], Any], Vector] | None = field(default=None, repr=False)

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

    def predict(self, data: Any) -> Vector:
        """Return the fitted model at the columns of `data`.

        Raises
        ------
        ValueError
            When the fit was made from bare callables, without a model to evaluate.
        """
        if self.predictor is None:
            raise ValueError("This fit was made from bare residuals: there is no model to predict.")
        return self.predictor(self.parameters, data)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        names = (
            "parameters", "standard_errors", "covariance", "residual_sum_of_squares",
            "residual_standard_deviation", "r_squared", "degrees_of_freedom", "n_observations",
            "method", "n_evaluations", "elapsed",
        )  # fmt: skip
        return {name: to_plain(getattr(self, name)) for name in names} | {
            "converged": self.converged,
            "outcome": self.outcome.name.lower(),
            "message": self.outcome.value,
            "notes": list(self.notes),
            "residuals": to_plain(self.residuals),
        }

    def _rows(self) -> list[tuple[str, str, str, str]]:
        """Return the table of parameters: name, value, standard error, relative error."""
        rows = []
        for name, value in self.parameters.items():
            error = self.standard_errors[name]
            share = f"{abs(error / value):.2%}" if value and np.isfinite(error) else ""
            rows.append((name, format_number(value, 11), format_number(error, 6), share))
        return rows

    def _freedom(self) -> str:
        """Return the degrees of freedom in words."""
        n = self.degrees_of_freedom
        return f"{n} degree{'s' if n != 1 else ''} of freedom"

    def __repr__(self) -> str:
        rows = [("parameter", "value", "standard error", ""), *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [f"Fit: {self.outcome.value}"]
        lines += [
            ("  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
            for row in rows
        ]
        lines.append(
            f"  residual standard deviation {self.residual_standard_deviation:.6g} on "
            f"{self._freedom()}, R² {self.r_squared:.6g}"
        )
        lines.append(
            f"  {count_of(self.n_observations, 'observation')}; {self.method}, "
            f"{count_of(self.n_evaluations, 'evaluation')}, {self.elapsed:.3g} s"
        )
        return "\n".join(lines + [f"  {note}" for note in self.notes])

    def _repr_html_(self) -> str:
        """Return a table for notebooks."""
        head = "<tr><th>parameter</th><th>value</th><th>standard error</th><th></th></tr>"
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
            for row in self._rows()
        )
        summary = (
            f"{self.outcome.value} s = {self.residual_standard_deviation:.6g}, "
            f"R² = {self.r_squared:.6g}, {self._freedom()}"
        )
        return f"<p>{escape(summary)}</p><table>{head}{body}</table>"
