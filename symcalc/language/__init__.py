"""Text to expression: tokens, grammar, limits. The only door for strings.

`read` takes a formula, `read_relation` a constraint, `read_number` and `read_assignments` values;
`define` adds a function. The grammar is written down in `grammar`.
"""

from __future__ import annotations

from .assumptions import Range, assumed_range, assumed_ranges
from .conditions import CONDITIONS
from .defining import define
from .definitions import DEFINITIONS, Definition, Definitions
from .limits import Limits, check_limits
from .names import check_name
from .ranges import read_ranges, split_ranges
from .reader import read, read_relation
from .values import FILLINGS, read_assignments, read_exactly, read_number, read_start

__all__ = [
    "CONDITIONS",
    "DEFINITIONS",
    "FILLINGS",
    "Definition",
    "Definitions",
    "Limits",
    "Range",
    "assumed_range",
    "assumed_ranges",
    "check_limits",
    "check_name",
    "define",
    "read",
    "read_assignments",
    "read_exactly",
    "read_number",
    "read_ranges",
    "read_relation",
    "read_start",
    "split_ranges",
]
