"""Programs as machine code through LLVM: one fused pass, as wide as the processor."""

from __future__ import annotations

from .calls import BatchCall, PointCall, SumsCall
from .compile import (
    compile_batch,
    compile_elementwise,
    compile_point,
    compile_rows,
    compile_sums,
    count_instructions,
    require_native_forms,
)
from .elementwise import ElementwiseCall
from .low_level import KINDS, low_level_function
from .rows import RowsCall

__all__ = [
    "KINDS",
    "BatchCall",
    "ElementwiseCall",
    "PointCall",
    "RowsCall",
    "SumsCall",
    "compile_batch",
    "compile_elementwise",
    "compile_point",
    "compile_rows",
    "compile_sums",
    "count_instructions",
    "low_level_function",
    "require_native_forms",
]
