"""Residuals near the rounding of doubles: the end of a fit with residuals of more digits."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..outcome import Outcome
from .bounds import Vector
from .fit_problem import FitProblem
from .fit_run import End, is_rounding

__all__ = ["sharpen"]

#: Share of the residuals that may be rounding before more digits are asked for.
FINE = 1e-8

#: Rows that are evaluated with more digits, at most.
MAX_ROWS = 5000

NOTE = (
    "The residuals are near the rounding of doubles, so they were evaluated with more digits, "
    "the data taken as the decimals that they print as."
)


def sharpen(end: End, problem: FitProblem, max_steps: int = 8) -> tuple[End, float]:
    """Return the end with its residuals correctly rounded, and their sum of squares.

    Where rounding is no concern, or nothing better can be had, the end is returned as it is.

    Notes
    -----
    Gauss-Newton steps, the parameters kept as rationals: the residuals of a model that agrees
    with its data to 13 digits have three correct digits when they are computed in doubles, and
    so have the standard errors. The sum of squares is that at the minimum itself, beyond the
    rounding of the parameters.
    """
    exact = problem.exact
    skipped = problem.target.size > MAX_ROWS or problem.bounds is not None
    outcomes = (Outcome.CONVERGED_GRADIENT, Outcome.PRECISION_REACHED)
    if exact is None or skipped or end.outcome not in outcomes:
        return end, end.square
    if not is_rounding(FINE * end.square**0.5, end, problem):
        return end, end.square
    parts = end.parts(np.ones(end.x.size, dtype=bool))
    if parts.rank < end.x.size:
        return end, end.square
    place = [Fraction(value) for value in end.x.tolist()]
    residuals = problem.scaled(exact(place))
    for _ in range(max_steps):
        step = parts.solve(-residuals)
        moved = [p + Fraction(s) for p, s in zip(place, step.tolist(), strict=True)]
        new = problem.scaled(exact(moved))
        if not (np.isfinite(new).all() and float(new @ new) < float(residuals @ residuals)):
            break
        place, residuals = moved, new
    if not np.isfinite(residuals).all():
        return end, end.square
    x: Vector = np.array([float(p) for p in place])
    sharp = end.changed(x=x, residuals=residuals, outcome=Outcome.CONVERGED_GRADIENT)
    return sharp.changed(notes=(*end.notes, NOTE)), sharp.square
