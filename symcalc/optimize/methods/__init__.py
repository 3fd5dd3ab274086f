"""The methods: each a row of one table; a direction and a search, a stepper, or SciPy's."""

from __future__ import annotations

from .choice import MAX_EXPLORED, MAX_SOLVED, choose_method
from .constrained_methods import CONSTRAINED
from .method import Method, OnTheLoop, Solver, words_of
from .stochastic import BatchSteps
from .stochastic_methods import asks_for_batches, choose_batch_method, read_plan
from .table import METHODS, find_method
from .variance import check_table

__all__ = [
    "CONSTRAINED",
    "MAX_EXPLORED",
    "MAX_SOLVED",
    "METHODS",
    "BatchSteps",
    "Method",
    "OnTheLoop",
    "Solver",
    "asks_for_batches",
    "check_table",
    "choose_batch_method",
    "choose_method",
    "find_method",
    "read_plan",
    "words_of",
]
