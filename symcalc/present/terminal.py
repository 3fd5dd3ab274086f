"""Reports on a stream: with colors on a terminal, plain in a pipe, never an encoding error."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TextIO

from .blocks import Block, Line, Table, to_plain_text

__all__ = ["is_terminal", "respell", "show"]

_STYLES = {"good": "green", "bad": "bold red", "faint": "dim", "title": "bold"}

#: Cells up to so many characters are never broken; tables stand so far from the edge.
WHOLE, INDENT = 24, 2

#: What stands for a character that the stream's encoding lacks.
_PLAIN = {
    **dict(zip("∂²³⁰¹⁴⁵⁶⁷⁸⁹", "d2301456789", strict=True)),
    **{"…": "...", "±": "+/-", "×": "x", "−": "-", "–": "-", "→": "->"},
}


def show(blocks: Sequence[Block], stream: TextIO) -> None:
    """Write a report to a stream."""
    if is_terminal(stream):
        _show_colored(blocks, stream)
    else:
        stream.write(respell(to_plain_text(blocks), stream))


def is_terminal(stream: TextIO) -> bool:
    """Whether colors are welcome: a terminal, and nobody has said otherwise."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wanted and stream.isatty()


def respell(text: str, stream: TextIO) -> str:
    """Return the text in characters that the stream can encode: ∂f/∂x becomes df/dx."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    if _can_encode(text, encoding):
        return text
    text = "".join(char if _can_encode(char, encoding) else _PLAIN.get(char, char) for char in text)
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _can_encode(text: str, encoding: str) -> bool:
    """Whether an encoding has every character of the text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _show_colored(blocks: Sequence[Block], stream: TextIO) -> None:
    """Write a report through rich; long formulas wrap where the terminal wraps them."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    for block in blocks:
        if isinstance(block, Line):
            text = Text(respell(block.text, stream), _STYLES.get(block.style, ""))
            console.print(text, soft_wrap=True)
            continue
        if block.title:
            console.print(Text(respell(block.title, stream)), soft_wrap=True)
        if any(block.head) or block.rows:
            table, width = _rich_table(block, stream, console.width)
            Console(file=stream, highlight=False, width=max(width, console.width)).print(table)


def _rich_table(block: Table, stream: TextIO, available: int) -> tuple[Any, int]:
    """Return a table for rich, columns under a bold head, and its width.

    In a narrow terminal heads wrap between words and long cells fold; numbers and names are never
    broken, so the table may be wider than the terminal, which wraps its lines then.
    """
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text

    head, *rows = [[respell(cell, stream) for cell in row] for row in (block.head, *block.rows)]
    widths, gap = _column_widths(head, rows, available - INDENT)
    padding = (0, gap, 0, 0)
    table = RichTable(box=None, show_header=any(head), pad_edge=False, padding=padding)
    for at, (name, width) in enumerate(zip(head, widths, strict=True)):
        justify: Any = "right" if at else "left"
        table.add_column(Text(name), justify=justify, overflow="fold", width=width)
    for row in rows:
        table.add_row(*map(Text, row))
    return Padding(table, (0, 0, 0, INDENT), expand=False), INDENT + sum(widths) + gap * (
        len(widths) - 1
    )


def _column_widths(
    head: Sequence[str], rows: Sequence[Sequence[str]], available: int
) -> tuple[list[int], int]:
    """Return the widths of columns, as narrow as the place asks for, and the gap between them."""
    columns = list(zip(*rows, strict=True)) or [() for _ in head]
    whole, least = [], []
    for name, cells in zip(head, columns, strict=True):
        longest = max(map(len, cells), default=0)
        word = max(map(len, name.split()), default=1)
        whole.append(max(longest, len(name), 1))
        least.append(max(min(longest, WHOLE), word))
    gap = 2 if sum(least) + 2 * (len(head) - 1) <= available else 1
    excess = sum(whole) + gap * (len(head) - 1) - available
    for at in sorted(range(len(head)), key=lambda at: least[at] - whole[at]):
        cut = min(max(excess, 0), whole[at] - least[at])
        whole[at], excess = whole[at] - cut, excess - cut
    return whole, gap
