"""What SymPy and series are for: simplification for display, stable forms, limits at a point."""

from .atoms import stabilize, stabilize_for_display
from .derivation import Derivation, Part, Step, derive_by_hand
from .display import simplify_for_display
from .joins import repair_joins
from .kinks import find_kinks
from .prepare import prepare
from .rearranged import flat_products
from .rules import Rule
from .spellings import alternatives
from .totals import tidy_totals

__all__ = [
    "Derivation",
    "Part",
    "Rule",
    "Step",
    "alternatives",
    "derive_by_hand",
    "find_kinks",
    "flat_products",
    "prepare",
    "repair_joins",
    "simplify_for_display",
    "stabilize",
    "stabilize_for_display",
    "tidy_totals",
]
