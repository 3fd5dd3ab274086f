"""Multipliers of sets that a run kept to by projection: what the gradient at its end presses on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..bounds import Bounds
from ..constraints import Constraints, Label
from ..objective import Objective
from ..optimum import Optimum
from ..proximal import Split
from .evaluator import ConstrainedEvaluator
from .large import look_from_afar
from .report import states_of

__all__ = ["with_multipliers"]


def with_multipliers(
    best: Optimum, split: Split, constraints: Constraints, labels: Sequence[Label], bounds: Bounds
) -> Optimum:
    """Return the result of a proximal run with multipliers, constraints and KKT residuals.

    The gradient is that of the smooth part together with the subgradients of the kinks that balance
    it best; what is left of it the constraints at zero hold, by multipliers from least squares.
    """
    x = best.vector
    with np.errstate(all="ignore"):
        gradient = np.asarray(split.smooth.value_and_gradient(x)[1], dtype=float)
        if not (np.isfinite(gradient).all() and np.isfinite(best.fun)):
            return best
        balanced = split.penalty.within(bounds).balanced(x, gradient)
        here = Objective(lambda z: best.fun, lambda z: (best.fun, balanced))
        at = look_from_afar(ConstrainedEvaluator(here, constraints, bounds), x)
    shown = at.multipliers if best.converged else None
    states = states_of(tuple(labels), at.stack.values, at.stack.violations, shown)
    return replace(
        best, constraints=states, kkt=at.multipliers.kkt,
        multipliers=None if shown is None else {s.text: s.multiplier for s in states},
    )  # fmt: skip
