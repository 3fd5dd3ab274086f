"""`Variable`: a name that a formula leaves open, and the order that names are put in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Variable", "in_order"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that a formula leaves open.

    Attributes
    ----------
    name : str
    shape : tuple of str or int
        `()` is a scalar; a column of data has the shape `("rows",)`.
    kind : str
        "real" or "complex".
    assumption : str
        What the user vouches for, "" for nothing: "x > 0", "positive", "integer".
    """

    name: str
    shape: tuple[str | int, ...] = ()
    kind: str = "real"
    assumption: str = ""


def in_order(names: Iterable[str]) -> list[str]:
    """Return names sorted, the numbers in them by value: x, y, z; x1, x2, x10."""

    def pieces(name: str) -> list[tuple[bool, str]]:
        parts = re.split(r"(\d+)", name)
        return [(part.isdigit(), part.zfill(12) if part.isdigit() else part) for part in parts]

    return sorted(names, key=pieces)
