"""Lines of source: indented, broken, numbers in tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

__all__ = ["indented", "listed", "table", "wrapped"]

#: Where a text without spaces may be broken: behind a bracket, a comma or an operator.
_INSIDE = re.compile(r"[(,/]|(?<!\*)\*(?!\*)")


def indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    """Return lines moved to the right."""
    return [f"{'    ' * depth}{line}" if line else line for line in lines]


def wrapped(text: str, length: int, mark: str = "", indent: str = "    ") -> list[str]:
    """Return a statement on as many lines as it needs; `mark` ends those that go on."""
    lines = []
    while len(text) > length:
        end = length - len(mark)
        place = text.rfind(" ", 0, end)
        if place <= len(indent):
            places = [found.end() for found in _INSIDE.finditer(text, len(indent), end + 1)]
            place = max((p for p in places if p <= end), default=end)
        lines.append(text[:place].rstrip() + mark)
        text = indent + text[place:].lstrip()
    return [*lines, text]


def listed(begin: str, items: Sequence[str], end: str, length: int = 100) -> list[str]:
    """Return items with commas between them, on as many lines as they need."""
    lines = [begin]
    for place, item in enumerate(items):
        text = item + (end if place == len(items) - 1 else ",")
        gap = "" if place == 0 else " "
        if len(lines[-1]) + len(gap) + len(text) > length:
            lines.append(f"    {text}")
        else:
            lines[-1] += gap + text
    return lines if items else [begin + end]


def table(
    rows: Sequence[Sequence[float]], literal: Callable[[str], str], left: str, right: str
) -> list[str]:
    """Return rows of numbers, one after the other, each between brackets."""
    lines = []
    for row in rows:
        numbers = ", ".join(
            f"-{literal(repr(-value))}" if value < 0 else literal(repr(float(value)))
            for value in row
        )
        lines += indented(wrapped(f"{left}{numbers}{right},", 100))
    return lines
