"""Reports on the size of what would be compiled."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Line, Table

__all__ = ["describe_size"]


def describe_size(report: Any) -> list[Block]:
    """Return the table of operations and times, and which entries are zero."""
    head, *rows = report.rows()
    blocks: list[Block] = [Table(head, tuple(rows))]
    if words := report.sparsity():
        blocks.append(Line(words))
    if report.sizes[0].predicted:
        blocks.append(Line("Times are predicted, usually to a factor of 1.5.", "faint"))
    return blocks
