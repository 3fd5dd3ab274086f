"""Sums of a formula over whole numbers in ball arithmetic."""

from .acceleration import ACCELERATION_BITS, accelerated
from .euler_maclaurin import end_correction
from .partial import PartialSums, UndefinedTermError, partial_sum
from .periodic import split_periods
from .windowed import windowed

__all__ = [
    "ACCELERATION_BITS",
    "PartialSums",
    "UndefinedTermError",
    "accelerated",
    "end_correction",
    "partial_sum",
    "split_periods",
    "windowed",
]
