"""Lines of source: indented, broken, numbers in tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

__all__ = ["indented", "table", "wrapped"]


def indented(lines: Iterable[str], depth: int = 1) -> list[str]:
    """Return lines moved to the right."""
    return [f"{'    ' * depth}{line}" if line else line for line in lines]


def wrapped(text: str, length: int, mark: str = "", indent: str = "    ") -> list[str]:
    """Return a statement on as many lines as it needs; `mark` ends those that go on."""
    lines = []
    while len(text) > length:
        place = max(text.rfind(" ", 0, length - len(mark)), text.rfind(", ", 0, length) + 1)
        if place <= len(indent):
            place = length - len(mark)
        lines.append(text[:place].rstrip() + mark)
        text = indent + text[place:].lstrip()
    return [*lines, text]


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
