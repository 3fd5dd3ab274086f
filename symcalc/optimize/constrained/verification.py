"""Whether the gradients of objective and constraints are those of their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..bounds import Vector
from ..constraints import Label
from ..gradient_check import GradientCheck, Place, check_gradient, verify_gradient
from ..objective import Point
from .evaluator import ConstrainedEvaluator
from .judgement import name_of

__all__ = ["verify"]

#: More constraints than this are not looked at one by one when their sum is wrong.
MAX_SINGLE = 50


def verify(
    evaluator: ConstrainedEvaluator, start: Point, end: Point, labels: tuple[Label, ...],
    names: Sequence[str], is_smooth: bool, seed: int,
) -> GradientCheck | None:  # fmt: skip
    """Return the check of the objective's gradient, and of the constraints' at the start."""
    own = verify_gradient(
        evaluator, start, end, names, bounds=evaluator.bounds, seed=seed, is_smooth=is_smooth
    )
    m = len(evaluator.constraints)
    if not m or own is None or own.agrees is False:
        return own
    weights = np.random.default_rng(seed).uniform(0.5, 1.5, m)
    found = _compared(evaluator, start.x, weights, names, seed, "gradients of the constraints")
    if found is None:
        return own
    n_calls = own.n_evaluations + found.n_evaluations
    if found.agrees is False:
        for place in range(min(m, MAX_SINGLE)):
            what = f"gradient of {name_of(place, labels)}"
            one = _compared(evaluator, start.x, np.eye(1, m, place)[0], names, seed, what)
            n_calls += 0 if one is None else one.n_evaluations
            if one is not None and one.agrees is False:
                return replace(one, n_evaluations=n_calls)
        return replace(found, n_evaluations=n_calls)
    return replace(own, sentence=f"{own.sentence} {found.sentence}", n_evaluations=n_calls)


def _compared(
    evaluator: ConstrainedEvaluator, x: Vector, weights: Vector, names: Sequence[str], seed: int,
    what: str,
) -> GradientCheck | None:  # fmt: skip
    """Return the check of a weighted sum of the constraints, None where it has no gradient."""

    def value(x: Vector) -> float:
        return evaluator.weighted_aside(x, weights)

    place = Place(x, value(x), evaluator.pulled(x, weights), "at the start")
    if not place.is_finite:
        return None
    return check_gradient(value, place, None, names, bounds=evaluator.bounds, seed=seed, what=what)
