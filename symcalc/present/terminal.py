"""Reports on a stream: with colors on a terminal, plain in a pipe, never an encoding error."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TextIO

from .blocks import Block, Line, Table, to_plain_text

__all__ = ["is_terminal", "respell", "show"]

_STYLES = {"good": "green", "bad": "bold red", "faint": "dim", "title": "bold"}

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
        console.print(_rich_table(block, stream))


def _rich_table(block: Table, stream: TextIO) -> Any:
    """Return a table for rich: columns under a bold head, nothing drawn."""
    from rich.padding import Padding
    from rich.table import Table as RichTable
    from rich.text import Text

    table = RichTable(box=None, show_header=any(block.head), pad_edge=False, padding=(0, 2, 0, 0))
    for index, head in enumerate(block.head):
        justify: Any = "right" if index else "left"
        table.add_column(Text(respell(head, stream)), justify=justify, overflow="fold")
    for row in block.rows:
        table.add_row(*[Text(respell(cell, stream)) for cell in row])
    return Padding(table, (0, 0, 0, 2))
