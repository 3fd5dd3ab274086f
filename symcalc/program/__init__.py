"""Graph → straight-line Program: shared parts once, contractions in steps, rows in blocks."""

from .contractions import in_steps
from .cost import operation_cost
from .counts import MOST, Counts, count_operations
from .fusion import Fused, fused_in_order
from .layouts import in_layout
from .nests import Loops, Nest, loops_of, summed_labels
from .pairs import shared_exponentials
from .passes import SIZE, Formulas, RowPasses, row_passes
from .primitives import missing_primitives, to_primitives
from .program import Program, lower
from .row_terms import SCALE, RowTerms, row_terms
from .rows import RowBlocks, row_blocks

__all__ = [
    "MOST",
    "SCALE",
    "SIZE",
    "Counts",
    "Formulas",
    "Fused",
    "Loops",
    "Nest",
    "Program",
    "RowBlocks",
    "RowPasses",
    "RowTerms",
    "count_operations",
    "fused_in_order",
    "in_layout",
    "in_steps",
    "loops_of",
    "lower",
    "missing_primitives",
    "operation_cost",
    "row_blocks",
    "row_passes",
    "row_terms",
    "shared_exponentials",
    "summed_labels",
    "to_primitives",
]
