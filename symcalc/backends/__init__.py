"""Program → callable. The bridge between symbols and floats."""

from .array_function import ArrayFunction
from .array_running import refuse_large
from .at_rows import AtRows
from .compilation import compile_expression, compile_several
from .compiled import CompiledFunction
from .derivatives import second_derivatives
from .flat import FlatFunction
from .lambdified import integral_function
from .report import SizeReport
from .row_function import RowFunction
from .row_totals import RowTotals
from .several import VectorFunction

__all__ = [
    "ArrayFunction",
    "AtRows",
    "CompiledFunction",
    "FlatFunction",
    "RowFunction",
    "RowTotals",
    "SizeReport",
    "VectorFunction",
    "compile_expression",
    "compile_several",
    "integral_function",
    "refuse_large",
    "second_derivatives",
]
