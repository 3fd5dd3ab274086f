"""From the graph to people and programs: text of the language, LaTeX, Python source."""

from __future__ import annotations

from .latex import latex_block, to_latex
from .partials import latex_partial, partial
from .python import python_imports, to_python
from .text import to_text

__all__ = [
    "latex_block",
    "latex_partial",
    "partial",
    "python_imports",
    "to_latex",
    "to_python",
    "to_text",
]
