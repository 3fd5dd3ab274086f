"""Programs as machine code through LLVM: one fused pass, as wide as the processor."""

from __future__ import annotations

from .calls import BatchCall, PointCall
from .compile import compile_batch, compile_point, has_native

__all__ = ["BatchCall", "PointCall", "compile_batch", "compile_point", "has_native"]
