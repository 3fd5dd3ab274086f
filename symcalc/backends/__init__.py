"""Program → callable. The bridge between symbols and floats."""

from .array_function import ArrayFunction
from .array_running import refuse_large
from .at_rows import AtRows
from .compilation import compile_expression
from .compiled import CompiledFunction
from .derivatives import second_derivatives
from .flat import FlatFunction
from .lambdified import integral_function
from .row_function import RowFunction
from .row_totals import RowTotals

__all__ = [
    "ArrayFunction",
    "AtRows",
    "CompiledFunction",
    "FlatFunction",
    "RowFunction",
    "RowTotals",
    "compile_expression",
    "integral_function",
    "refuse_large",
    "second_derivatives",
]
