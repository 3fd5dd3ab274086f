"""Whether the Jacobian of a fit is that of its residuals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .bounds import Vector
from .fit import Fit
from .fit_problem import FitProblem
from .gradient_check import check_gradient
from .slopes import Place

__all__ = ["with_verified_jacobian"]


def with_verified_jacobian(fit: Fit, problem: FitProblem, start: Vector) -> Fit:
    """Return a fit with the check of its Jacobian, as the slope of a weighted sum of residuals.

    The sum has random weights, so that no rows make up for each other. A wrong Jacobian has led
    the fit astray: its outcome and its notes say so.
    """
    weights = np.random.default_rng(0).uniform(0.5, 1.5, problem.target.size) / problem.unit
    end = np.array(list(fit.parameters.values()))

    def value(p: Vector) -> float:
        try:
            return float(np.sum(weights * problem.residuals(p)))
        except ArithmeticError:
            return float("nan")

    def place(p: Vector, words: str) -> Place:
        return Place(p, value(p), np.ravel(weights @ problem.jacobian(p)), words)

    first, last = place(start, "at the start"), place(end, "at the end")
    if not first.is_finite:
        first, last = last, first
    if not first.is_finite:
        return fit
    is_usable = last.is_finite and not problem.has_jumps
    check = check_gradient(
        value, first, last if is_usable else None, problem.names, bounds=problem.bounds,
        what="Jacobian",
    )  # fmt: skip
    check = replace(check, n_evaluations=check.n_evaluations + 2)
    fit = replace(fit, gradient_check=check)
    if check.agrees is not False:
        return fit
    return replace(fit, outcome=check.judge(fit.outcome), notes=(check.sentence, *fit.notes))
