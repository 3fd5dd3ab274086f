"""The methods: each a row of one table; a direction and a search, a stepper, or SciPy's."""

from __future__ import annotations

from .choice import MAX_EXPLORED, MAX_SOLVED, choose_method
from .constrained_methods import CONSTRAINED
from .method import Method, Solver, words_of
from .table import METHODS, find_method

__all__ = [
    "CONSTRAINED",
    "MAX_EXPLORED",
    "MAX_SOLVED",
    "METHODS",
    "Method",
    "Solver",
    "choose_method",
    "find_method",
    "words_of",
]
