"""Program → callable. The bridge between symbols and floats."""

from .array_function import ArrayFunction
from .compilation import compile_expression
from .compiled import CompiledFunction
from .derivatives import second_derivatives
from .flat import FlatFunction
from .lambdified import integral_function

__all__ = [
    "ArrayFunction",
    "CompiledFunction",
    "FlatFunction",
    "compile_expression",
    "integral_function",
    "second_derivatives",
]
