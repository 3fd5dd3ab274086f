"""Minimizing under constraints: solvers, Newton on the KKT conditions, multipliers, judgement."""

from __future__ import annotations

from .evaluator import StandIns
from .multipliers import KKT
from .problem import suits_barriers
from .projected import with_multipliers
from .report import ConstraintState
from .run import minimize_constrained

__all__ = [
    "KKT",
    "ConstraintState",
    "StandIns",
    "minimize_constrained",
    "suits_barriers",
    "with_multipliers",
]
