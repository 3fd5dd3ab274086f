"""What SymPy and series are for: simplification for display, stable forms, limits at a point."""

from .atoms import stabilize, stabilize_for_display
from .display import simplify_for_display
from .joins import repair_joins
from .kinks import find_kinks
from .prepare import prepare
from .totals import tidy_totals

__all__ = [
    "find_kinks",
    "prepare",
    "repair_joins",
    "simplify_for_display",
    "stabilize",
    "stabilize_for_display",
    "tidy_totals",
]
