"""Whether the Jacobian of a fit is that of its residuals."""

from __future__ import annotations

import math

import numpy as np

from .bounds import Vector
from .fit_problem import FitProblem
from .gradient_check import GradientCheck, check_gradient
from .slopes import Place, draws

__all__ = ["verify_jacobian"]


def verify_jacobian(problem: FitProblem, start: Vector, end: Vector) -> GradientCheck | None:
    """Return the check of a Jacobian, as the slope of a weighted sum of residuals.

    The sum has random weights, so that no rows make up for each other. None where neither place
    has finite residuals and derivatives.
    """
    weights = draws(0, problem.target.size)
    if problem.unit != 1.0:
        weights = weights / problem.unit

    def value(p: Vector) -> float:
        try:
            return float(weights @ problem.residuals(p))
        except ArithmeticError:
            return math.nan

    def place(p: Vector, words: str) -> Place:
        try:
            residuals, jacobian = problem.residuals_and_jacobian(p)
        except ArithmeticError:
            return Place(p, math.nan, np.full(p.size, math.nan), words)
        return Place(p, float(weights @ residuals), weights @ jacobian, words)

    first, last = place(start, "at the start"), place(end, "at the end")
    if not first.is_finite:
        first, last = last, first
    if not first.is_finite:
        return None
    is_usable = last.is_finite and not problem.has_jumps
    return check_gradient(
        value, first, last if is_usable else None, problem.names, bounds=problem.bounds,
        what="Jacobian", n_before=2,
    )  # fmt: skip
