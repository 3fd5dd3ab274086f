"""Graph → straight-line Program: shared parts once, contractions in steps, rows in blocks."""

from .contractions import in_steps
from .cost import operation_cost
from .pairs import shared_exponentials
from .passes import SIZE, Formulas, RowPasses, row_passes
from .primitives import missing_primitives, to_primitives
from .program import Program, lower
from .rows import RowBlocks, row_blocks

__all__ = [
    "SIZE",
    "Formulas",
    "Program",
    "RowBlocks",
    "RowPasses",
    "in_steps",
    "lower",
    "missing_primitives",
    "operation_cost",
    "row_blocks",
    "row_passes",
    "shared_exponentials",
    "to_primitives",
]
