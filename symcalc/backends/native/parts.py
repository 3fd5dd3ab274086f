"""A long straight line of instructions cut into parts, so that LLVM's time stays linear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Part", "cut"]

#: A line longer than this is cut, into parts of so many instructions: LLVM's work on one block of
#: n instructions grows like n squared (7 500: 1.3 s; in parts of 150: 0.3 s).
LONGEST, SIZE = 600, 150

_LOGIC = ("fcmp", "and", "or", "xor")
_NAMES = re.compile(r"%(?:v|in)\d+")


@dataclass
class Part:
    """Instructions with what they read from elsewhere and what others read from them.

    Attributes
    ----------
    lines : list of str
    inputs : list of str
        Names of inputs that are read.
    takes, leaves : list of (str, int)
        Names of values and their slots in the space that the parts share.
    truths : set of str
        Those names whose values are truth values.
    outputs : list of (int, str)
        Places of outputs and their values.
    """

    lines: list[str]
    inputs: list[str] = field(default_factory=list)
    takes: list[tuple[str, int]] = field(default_factory=list)
    leaves: list[tuple[str, int]] = field(default_factory=list)
    outputs: list[tuple[int, str]] = field(default_factory=list)
    truths: set[str] = field(default_factory=set)


def cut(lines: Sequence[str], outputs: Sequence[str]) -> tuple[list[Part], int]:
    """Return the parts in order, and how many values pass from one to another."""
    parts = [Part(piece) for piece in _pieces(lines)] or [Part([])]
    home: dict[str, int] = {}
    truths: set[str] = set()
    for place, part in enumerate(parts):
        for line in part.lines:
            name, instruction = line.strip().split(" = ", 1)
            home[name] = place
            if instruction.startswith(_LOGIC):
                truths.add(name)
    for place, value in enumerate(outputs):
        parts[home.get(value, -1)].outputs.append((place, value))
    slots: dict[str, int] = {}
    for place, part in enumerate(parts):
        texts = [line.split(" = ", 1)[1] for line in part.lines]
        texts += [value for _, value in part.outputs]
        for name in dict.fromkeys(name for text in texts for name in _NAMES.findall(text)):
            if name.startswith("%in"):
                part.inputs.append(name)
            elif home[name] != place:
                if name not in slots:
                    slots[name] = len(slots)
                    parts[home[name]].leaves.append((name, slots[name]))
                part.takes.append((name, slots[name]))
    for part in parts:
        part.truths = truths
    return parts, len(slots)


def _pieces(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield the lines of each part; a call for one place of a vector stays with its place.

    So what passes from one part to another is as wide as everything else.
    """
    size = SIZE if len(lines) > LONGEST else len(lines)
    start = 0
    for end in range(1, len(lines) + 1):
        is_over = end == len(lines)
        is_inside = not is_over and (
            " = extractelement " in lines[end - 1] or " = insertelement " in lines[end]
        )
        if is_over or (end - start >= size and not is_inside):
            yield list(lines[start:end])
            start = end
