"""Callables and facts in, optima and fits out: the one loop, its parts, and least squares."""

from __future__ import annotations

from .batches import RowData, RowObjective
from .constrained import (
    KKT,
    ConstraintState,
    StandIns,
    minimize_constrained,
    suits_barriers,
    with_multipliers,
)
from .constraints import Constraints, Label, Share, no_constraints
from .fit import Fit
from .fit_residuals import FIT_METHODS, fit_residuals
from .methods import MAX_SOLVED, METHODS, Method, choose_method, find_method
from .minimize import minimize_objective
from .objective import Objective
from .optimum import Minimum, Optimum
from .proximal import Split
from .trace import StepState, Trace, with_shapes

__all__ = [
    "FIT_METHODS",
    "KKT",
    "MAX_SOLVED",
    "METHODS",
    "ConstraintState",
    "Constraints",
    "Fit",
    "Label",
    "Method",
    "Minimum",
    "Objective",
    "Optimum",
    "RowData",
    "RowObjective",
    "Share",
    "Split",
    "StandIns",
    "StepState",
    "Trace",
    "choose_method",
    "find_method",
    "fit_residuals",
    "minimize_constrained",
    "minimize_objective",
    "no_constraints",
    "suits_barriers",
    "with_multipliers",
    "with_shapes",
]
