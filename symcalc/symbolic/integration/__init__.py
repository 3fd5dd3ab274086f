"""Closed forms of integrals: strategies propose them, one after the other; others judge.

SymPy is loaded by the first strategy that runs.
"""

from __future__ import annotations

from .problem import Candidate, IntegralProblem
from .table import STRATEGIES, Strategy, find_antiderivatives, run_strategy

__all__ = [
    "STRATEGIES",
    "Candidate",
    "IntegralProblem",
    "Strategy",
    "find_antiderivatives",
    "run_strategy",
]
