"""How far a fitted model can be trusted between and beyond its data: the delta method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ArgumentError, DataError
from .bounds import Vector
from .plain import to_plain

if TYPE_CHECKING:
    from .fit import Fit

__all__ = ["Band", "check_level", "make_band", "student_quantile",
           "weights_of_new_rows"]  # fmt: skip

#: Share of a slope in directions without information above which it has no error bar.
UNDETERMINED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A fitted model at some rows, with its pointwise confidence and prediction limits.

    Attributes
    ----------
    value : ndarray (n_rows,)
    standard_error : ndarray (n_rows,)
        Of the model; infinite where the data do not determine it.
    lower, upper : ndarray (n_rows,)
        Confidence limits of the model.
    prediction_lower, prediction_upper : ndarray (n_rows,)
        Limits for one new observation; NaN for a weighted fit without weights of the new rows.
    level : float
        The probability of each pair of limits, row by row.
    """

    value: Vector
    standard_error: Vector
    lower: Vector
    upper: Vector
    prediction_lower: Vector
    prediction_upper: Vector
    level: float

    def __len__(self) -> int:
        return self.value.size

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {name: to_plain(getattr(self, name)) for name in (*_COLUMNS, "level")}

    def __repr__(self) -> str:
        rows = [
            "  " + "  ".join(f"{getattr(self, name)[i]:.6g}" for name in _COLUMNS)
            for i in range(min(len(self), 5))
        ]
        more = [f"  … ({len(self)} rows)"] if len(self) > 5 else []
        head = "  ".join(name.replace("_", " ") for name in _COLUMNS)
        return "\n".join([f"Band of {self.level:.6g}: {head}", *rows, *more])

    def _repr_html_(self) -> str:
        """Return a table for notebooks, the first rows of it."""
        head = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in _COLUMNS)
        rows = "".join(
            "<tr>" + "".join(f"<td>{getattr(self, n)[i]:.6g}</td>" for n in _COLUMNS) + "</tr>"
            for i in range(min(len(self), 20))
        )
        more = f", the first 20 of {len(self)} rows" if len(self) > 20 else ""
        return f"<p>Level {self.level:.6g}{more}</p><table><tr>{head}</tr>{rows}</table>"


_COLUMNS = (
    "value", "standard_error", "lower", "upper", "prediction_lower", "prediction_upper",
)  # fmt: skip


def check_level(level: Any) -> float:
    """Return a level of confidence, strictly between 0 and 1."""
    is_number = isinstance(level, (int, float, np.floating)) and not isinstance(level, bool)
    if not is_number or not 0.0 < level < 1.0:
        hint = " Write 95 % as 0.95." if is_number and 1.0 < level < 100.0 else ""
        raise ArgumentError(f"`level` is {level!r}; it must lie between 0 and 1.{hint}")
    return float(level)


def student_quantile(level: float, freedom: int) -> float:
    """Return the half width of a central interval of Student's distribution."""
    if freedom <= 0:
        return float("nan")
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + 0.5 * level))


def make_band(fit: Fit, slopes: Vector, value: Vector, level: float, weights: Vector) -> Band:
    """Return the band of a fit at rows with these slopes in the parameters.

    The variance of the model is `g.T @ C @ g` with the slopes `g` and the covariance `C` of the
    parameters, computed from the singular values of the Jacobian so that strong correlations do
    not spoil it. Parameters at a bound count as known. `weights` are those of the rows; where
    one is NaN there are no limits for a new observation.
    """
    problem = fit.problem
    free = np.array([name not in fit.held for name in fit.parameters])
    s = fit.residual_standard_deviation
    errors, jacobian = np.zeros(value.size), fit.jacobian
    if not np.isfinite(jacobian).all():
        errors = np.full(value.size, np.nan)
    elif free.any():
        parts = problem.decompose(jacobian, free)
        scaled = slopes[:, free] / parts.scale
        along = scaled @ parts.axes.T
        errors = s * np.linalg.norm(along[:, : parts.rank] / parts.singular[: parts.rank], axis=1)
        lost = np.linalg.norm(along[:, parts.rank :], axis=1)
        errors[lost > UNDETERMINED * np.linalg.norm(scaled, axis=1)] = np.inf
    half = student_quantile(level, fit.degrees_of_freedom)
    spread = np.hypot(errors, s / np.sqrt(weights))
    return Band(
        value, errors, value - half * errors, value + half * errors,
        value - half * spread, value + half * spread, level,
    )  # fmt: skip


def weights_of_new_rows(fit: Fit, weights: Any, n_rows: int) -> Vector:
    """Return a weight for each row: ones without weights, NaN where a weighted fit lacks them."""
    if weights is None:
        return np.full(n_rows, 1.0 if fit.problem.weights is None else np.nan)
    try:
        found = np.array(np.broadcast_to(np.asarray(weights, dtype=float), (n_rows,)))
    except (TypeError, ValueError):
        raise DataError(
            f"The weights of the band do not fit its {n_rows} rows; give one for each."
        ) from None
    if not (np.isfinite(found) & (found > 0.0)).all():
        raise DataError("The weights of a band must be finite and positive.")
    return found
