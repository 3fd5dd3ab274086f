"""The statistics of a fit: covariance, standard errors, what the data leave open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..outcome import Outcome
from .bounds import Bounds, Mask, Vector
from .fit import Fit
from .least_squares import Decomposition, decompose, lengths
from .objective import Evaluator

__all__ = ["End", "Observed", "summarize"]

#: An R² below 0 by less than this is that of a model as good as the mean.
ROUNDING = 1e-9

#: Share of a parameter in directions without information above which it is undetermined.
UNDETERMINED = 1e-6


class Observed(NamedTuple):
    """What is fitted, weighted and in units in which no square over- or underflows.

    Attributes
    ----------
    names : tuple of str
        Of the parameters.
    target : ndarray (n_rows,)
        As it was given.
    weights : ndarray (n_rows,) or None
    unit : float
        A power of two: residuals and Jacobian are those of the caller divided by it.
    bounds : Bounds or None
    """

    names: tuple[str, ...]
    target: Vector
    weights: Vector | None
    unit: float
    bounds: Bounds | None

    @property
    def factor(self) -> Vector | float:
        """What the caller's residuals are multiplied by."""
        return (1.0 if self.weights is None else np.sqrt(self.weights)) / self.unit

    @property
    def size(self) -> int:
        """The number of observations of a weight above zero."""
        return self.target.size if self.weights is None else int(np.sum(self.weights > 0.0))


class End(NamedTuple):
    """Where a run of least squares ended, with what is known there; weighted and in units."""

    x: Vector
    residuals: Vector
    jacobian: Vector
    outcome: Outcome
    method: str
    notes: tuple[str, ...] = ()

    @property
    def square(self) -> float:
        """The weighted residual sum of squares."""
        return float(self.residuals @ self.residuals)

    @property
    def is_finite(self) -> bool:
        """Whether the residuals and their derivatives are numbers."""
        return bool(np.isfinite(self.residuals).all() and np.isfinite(self.jacobian).all())

    def free(self, bounds: Bounds | None) -> Mask:
        """Return which parameters do not stand at a bound that holds them."""
        if bounds is None:
            return np.ones(self.x.size, dtype=bool)
        return bounds.free(self.x, self.jacobian.T @ self.residuals)

    def n_undetermined(self, bounds: Bounds | None) -> int:
        """Return how many directions of the free parameters the data say nothing of."""
        free = self.free(bounds)
        if not (free.any() and np.isfinite(self.jacobian).all()):
            return 0
        return int(free.sum()) - decompose(self.jacobian[:, free]).rank


def summarize(
    evaluator: Evaluator,
    end: End,
    observed: Observed,
    raw: Callable[[Vector], Vector],
    predictor: Callable[[dict[str, float], Any], Vector] | None,
) -> Fit:
    """Put the result together: statistics and notes."""
    names, unit = observed.names, observed.unit
    freedom = observed.size - end.x.size + end.n_undetermined(observed.bounds)
    deviation = float(np.sqrt(end.square / freedom)) if freedom > 0 else np.nan
    covariance, errors, notes = _covariance(end, names, observed.bounds, deviation)
    if freedom == 0:
        notes.append("As many parameters as observations: no standard errors.")
    if end.outcome is Outcome.NOT_FINITE and not end.notes:
        notes.append("The model or its derivative is not finite at these parameters.")
    r_squared = _r_squared(end, observed)
    if r_squared < -ROUNDING and end.outcome is not Outcome.NOT_FINITE:
        notes.append("R² is below 0: the mean of the target fits better than this model does.")
    return Fit(
        parameters=dict(zip(names, end.x.tolist(), strict=True)),
        standard_errors=dict(zip(names, errors.tolist(), strict=True)),
        covariance=covariance, residual_sum_of_squares=end.square * unit * unit,
        residual_standard_deviation=deviation * unit, r_squared=r_squared,
        degrees_of_freedom=freedom, n_observations=observed.size,
        residuals=unit * end.residuals
        if observed.weights is None
        else np.asarray(raw(end.x), dtype=float),
        outcome=end.outcome, method=end.method, n_evaluations=evaluator.n_evaluations,
        notes=(*end.notes, *notes), elapsed=evaluator.elapsed(), predictor=predictor,
    )  # fmt: skip


def _r_squared(end: End, observed: Observed) -> float:
    """Return the share of the target's variation that the model explains; NaN without any."""
    scaled = observed.target / observed.unit
    away = observed.factor * observed.unit * (scaled - np.average(scaled, weights=observed.weights))
    total = float(away @ away)
    return 1.0 - end.square / total if total > 0.0 else np.nan


def _covariance(
    end: End, names: Sequence[str], bounds: Bounds | None, deviation: float
) -> tuple[Vector, Vector, list[str]]:
    """Return the covariance of the parameters, their standard errors, and what to say of it."""
    n = end.x.size
    covariance, errors, notes = np.full((n, n), np.nan), np.full(n, np.nan), []
    free = end.free(bounds)
    if not free.all():
        held = ", ".join(name for name, moves in zip(names, free, strict=True) if not moves)
        notes.append(f"At a bound, without a standard error: {held}.")
    if not (free.any() and np.isfinite(end.jacobian).all()):
        return covariance, errors, notes
    parts = decompose(end.jacobian[:, free])
    root = deviation * parts.root_of_covariance()
    covariance[np.ix_(free, free)] = root @ root.T
    errors[free] = lengths(root.T)
    if parts.rank < int(free.sum()):
        notes.append(_mark_undetermined(covariance, errors, parts, free, names))
    return covariance, errors, notes


def _mark_undetermined(
    covariance: Vector, errors: Vector, parts: Decomposition, free: Mask, names: Sequence[str]
) -> str:
    """Make the variance of parameters that the data do not determine infinite, and name them."""
    lost = np.flatnonzero(free)[parts.undetermined() > UNDETERMINED]
    covariance[lost, :] = covariance[:, lost] = np.nan
    covariance[lost, lost] = errors[lost] = np.inf
    listed = ", ".join(names[i] for i in lost)
    if parts.rank == 0:
        return (
            f"The data do not determine {listed}: to first order the model does not change "
            "here. Start elsewhere, or simplify the model."
        )
    return (
        f"The data do not determine {listed}: the Jacobian has rank {parts.rank} for "
        f"{int(free.sum())} parameters. Fix one of them or simplify the model."
    )
