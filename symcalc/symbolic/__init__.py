"""What SymPy and series are for: simplification for display, stable forms, limits at a point."""

from .atoms import stabilize, stabilize_for_display
from .definedness import Definedness, Requirement, kink_terms, requirements
from .derivation import Derivation, Part, Step, derive_by_hand
from .display import simplify_for_display
from .integrands import (
    Convergence,
    LandmarkTerm,
    Verdict,
    convergence,
    integrand_facts,
    landmark_terms,
)
from .joins import repair_joins
from .kinks import find_kinks
from .preimage import preimage
from .prepare import prepare
from .realset import Interval, RealSet
from .rearranged import flat_products
from .rules import Rule
from .spellings import alternatives
from .totals import tidy_totals

__all__ = [
    "Convergence",
    "Definedness",
    "Derivation",
    "Interval",
    "LandmarkTerm",
    "Part",
    "RealSet",
    "Requirement",
    "Rule",
    "Step",
    "Verdict",
    "alternatives",
    "convergence",
    "derive_by_hand",
    "find_kinks",
    "flat_products",
    "integrand_facts",
    "kink_terms",
    "landmark_terms",
    "preimage",
    "prepare",
    "repair_joins",
    "requirements",
    "simplify_for_display",
    "stabilize",
    "stabilize_for_display",
    "tidy_totals",
]
