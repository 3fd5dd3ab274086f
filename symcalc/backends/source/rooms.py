"""Arrays between that are not needed at the same time, in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .dialect import Dialect
from .syntax import SYNTAX

__all__ = ["shared_rooms"]

_ROOM = re.compile(r"\bw\d+\b")


def shared_rooms(
    lines: Sequence[str], rooms: Mapping[str, str], dialect: Dialect
) -> tuple[list[str], dict[str, str]]:
    """Return statements and rooms in which one of as many numbers is used again where it can be.

    Parameters
    ----------
    lines : sequence of str
        What stands in loops is indented.
    rooms : mapping of str to str
        How many numbers each holds.
    dialect : Dialect
    """
    closers = {
        SYNTAX[dialect.name].loop[1].format(),
        *(part.format() for part in dialect.choice[2:]),
    }
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    statement = 0
    for line in lines:
        statement += not line.startswith(" ") and line not in closers
        for name in _ROOM.findall(line):
            first.setdefault(name, statement)
            last[name] = statement
    place: dict[str, str] = {}
    until: dict[str, int] = {}
    kept: dict[str, str] = {}
    for name in sorted(first, key=first.__getitem__):
        free = [w for w, end in until.items() if end < first[name] and kept[w] == rooms[name]]
        place[name] = free[0] if free else f"w{len(kept)}"
        kept[place[name]] = rooms[name]
        until[place[name]] = last[name]
    return [_ROOM.sub(lambda found: place[found.group()], line) for line in lines], kept
