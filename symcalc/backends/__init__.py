"""Program → callable. The bridge between symbols and floats."""

from .compiled import CompiledFunction, compile_expression
from .derivatives import second_derivatives
from .lambdified import integral_function

__all__ = [
    "CompiledFunction",
    "compile_expression",
    "integral_function",
    "second_derivatives",
]
