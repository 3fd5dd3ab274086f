"""The leading terms of a formula as its variable approaches a place: exponents, oscillation."""

from .approach import LENGTHS, Approach, growth_at
from .scales import LOG, ONE, TINY, Scale, UnknownGrowthError, W, compare, log_atom
from .terms import BITS, Growth

__all__ = [
    "BITS",
    "LENGTHS",
    "LOG",
    "ONE",
    "TINY",
    "Approach",
    "Growth",
    "Scale",
    "UnknownGrowthError",
    "W",
    "compare",
    "growth_at",
    "log_atom",
]
