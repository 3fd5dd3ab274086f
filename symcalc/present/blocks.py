"""What a report is made of: lines and tables, before anybody decides on colors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Block", "Line", "Table", "to_plain_text"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report; `style` is a role ("good", "bad", "faint", "title"), not a color."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; the first column is flush left, the others flush right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


Block = Line | Table


def to_plain_text(blocks: Sequence[Block]) -> str:
    """Return a report as text without colors, every line closed."""
    lines = [line for block in blocks for line in _lines(block)]
    return "".join(f"{line}\n" for line in lines)


def _lines(block: Block) -> Iterator[str]:
    """Yield the lines of one block; columns are as wide as their widest cell."""
    if isinstance(block, Line):
        yield block.text
        return
    if block.title:
        yield block.title
    table = [block.head, *block.rows] if any(block.head) else list(block.rows)
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))] if table else []
    for row in table:
        first = row[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join(["", first, *rest]).rstrip()
