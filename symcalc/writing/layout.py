"""The words of the renderers: how tightly a spelling binds, and what it is made of."""

from __future__ import annotations

import enum
from typing import NamedTuple

from ..graph.graph import Node

__all__ = ["Layout", "Level", "Piece", "Slot"]


class Level(enum.IntEnum):
    """How tightly a spelling binds; it is bracketed where its place asks for a higher level."""

    ANY = 0
    CHOICE = 1
    OR = 2
    AND = 3
    NOT = 4
    COMPARE = 5
    SUM = 6
    PRODUCT = 7
    CHAIN = 8
    POWER = 9
    ATOM = 10


class Slot(NamedTuple):
    """The place of a node inside a spelling.

    `absolute` asks for the spelling without the sign, which the surroundings have written.
    """

    node: Node
    level: int = Level.ANY
    absolute: bool = False


Piece = str | Slot


class Layout(NamedTuple):
    """The spelling of one node: literal strings and slots for the nodes below it."""

    level: int
    pieces: tuple[Piece, ...]
