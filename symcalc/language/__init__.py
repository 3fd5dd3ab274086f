"""Text to expression: tokens, grammar, limits. The only door for strings.

`read` takes a formula, `read_relations` a constraint, `read_number` and `read_assignments` values;
`define` adds a function. The grammar is written down in `grammar`.
"""

from __future__ import annotations

from .assumptions import Range, assumed_range, assumed_ranges
from .conditions import CONDITIONS, links_of
from .defining import define
from .definitions import DEFINITIONS, Definition, Definitions
from .limits import Limits, check_limits
from .names import check_name
from .ranges import read_ranges, split_ranges
from .reader import Relation, read, read_relations
from .values import FILLINGS, read_assignments, read_exactly, read_number, read_start

__all__ = [
    "CONDITIONS",
    "DEFINITIONS",
    "FILLINGS",
    "Definition",
    "Definitions",
    "Limits",
    "Range",
    "Relation",
    "assumed_range",
    "assumed_ranges",
    "check_limits",
    "check_name",
    "define",
    "links_of",
    "read",
    "read_assignments",
    "read_exactly",
    "read_number",
    "read_ranges",
    "read_relations",
    "read_start",
    "split_ranges",
]
