"""Program → callable. The bridge between symbols and floats."""

from .compiled import CompiledFunction, compile_expression
from .derivatives import second_derivatives

__all__ = ["CompiledFunction", "compile_expression", "second_derivatives"]
