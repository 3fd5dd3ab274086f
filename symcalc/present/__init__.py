"""Results for people and programs: reports in a terminal or a pipe, LaTeX, Python and JSON."""

from __future__ import annotations

from .blocks import Block, Line, Table, to_plain_text
from .describe import FORMATS, describe
from .domains import describe_missing
from .exports import describe_written
from .json_text import to_json
from .numbers import describe_point
from .plots import check_plot_path
from .runs import describe_choice, describe_trace
from .terminal import is_terminal, respell, show
from .values import describe_value

__all__ = [
    "FORMATS",
    "Block",
    "Line",
    "Table",
    "check_plot_path",
    "describe",
    "describe_choice",
    "describe_missing",
    "describe_point",
    "describe_trace",
    "describe_value",
    "describe_written",
    "is_terminal",
    "respell",
    "show",
    "to_json",
    "to_plain_text",
]
