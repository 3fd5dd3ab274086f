"""From the graph to people and programs: text of the language, LaTeX, Python source."""

from __future__ import annotations

from .entries import to_entries
from .latex import latex_block, to_latex
from .latex_rows import latex_rows
from .partials import equations, latex_partial, partial
from .python import python_imports, python_name, to_python, to_python_lines
from .source import python_function
from .text import to_text

__all__ = [
    "equations",
    "latex_block",
    "latex_partial",
    "latex_rows",
    "partial",
    "python_function",
    "python_imports",
    "python_name",
    "to_entries",
    "to_latex",
    "to_python",
    "to_python_lines",
    "to_text",
]
