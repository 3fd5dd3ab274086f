"""What SymPy and series are for: simplification for display, stable forms, limits at a point.

Here stands what every derivative and all compiled code goes through. What some verbs ask for is
imported from its module: loading all of it takes longer than compiling a formula.
"""

from .atoms import stabilize, stabilize_for_display
from .display import simplify_for_display
from .joins import repair_joins
from .lengths import lengths
from .prepare import prepare
from .totals import tidy_totals

__all__ = [
    "lengths",
    "prepare",
    "repair_joins",
    "simplify_for_display",
    "stabilize",
    "stabilize_for_display",
    "tidy_totals",
]
