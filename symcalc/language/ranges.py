"""Ranges of variables in strings: `"x = 1e-8 … 1e12, y = 0 .. 2*pi, a = 3"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import ArgumentError
from .limits import DEFAULT_LIMITS, Limits
from .messages import make_error
from .names import check_name
from .values import read_number

__all__ = ["read_ranges", "split_ranges"]

_BETWEEN = re.compile(r"\s*(?:…|\.{2,3}|(?<=\s)to(?=\s))\s*")


def read_ranges(text: str, *, limits: Limits | None = None) -> dict[str, tuple[float, float]]:
    """Read ranges of variables; `…`, `..`, `...` and `to` stand between their ends.

    Parameters
    ----------
    text : str
        Ranges between commas or semicolons; a single number holds its variable fast.
    limits : Limits, optional

    Returns
    -------
    dict of str to (float, float)
        Lower and upper end, which are equal for a variable that is held fast.

    Raises
    ------
    ParseError
        An item is not `name = number … number`, or an end is not a finite number.

    Examples
    --------
    >>> read_ranges("x = 1e-8 … 1e12, y = -pi/2 to 0, a = 3")
    {'x': (1e-08, 1000000000000.0), 'y': (-1.5707963267948966, 0.0), 'a': (3.0, 3.0)}
    """
    ranges: dict[str, tuple[float, float]] = {}
    for name, ends, (start, stop) in _items(text, limits):
        if name in ranges:
            raise make_error(f"`{name}` is given twice.", text, start, stop)
        lower, upper = (read_number(end, limits=limits) for end in (ends[0], ends[-1]))
        if lower > upper:
            hint = "Write the smaller end first."
            raise make_error(f"The range of `{name}` is empty.", text, start, stop, hint)
        ranges[name] = (lower, upper)
    return ranges


def split_ranges(text: str, *, limits: Limits | None = None) -> list[tuple[str, str, str]]:
    """Split ranges whose ends are formulas, in the order given.

    Parameters
    ----------
    text : str
        As for `read_ranges`; the ends may be infinite, and depend on variables.
    limits : Limits, optional

    Returns
    -------
    list of (name, lower, upper)
        The ends as they were written.

    Raises
    ------
    ParseError
        An item is not `name = formula … formula`.

    Examples
    --------
    >>> split_ranges("y = 0 … max(x, 1), x = -oo .. oo")
    [('y', '0', 'max(x, 1)'), ('x', '-oo', 'oo')]
    """
    found = []
    for name, ends, (start, stop) in _items(text, limits):
        if len(ends) == 1:
            hint = f"Write {name} = 0 … 1, {name} = -oo … oo."
            raise make_error(f"The range of `{name}` has one end only.", text, start, stop, hint)
        found.append((name, ends[0], ends[1]))
    return found


def _items(text: str, limits: Limits | None) -> Iterator[tuple[str, list[str], tuple[int, int]]]:
    """Yield name, one or two ends and place of each item."""
    if not isinstance(text, str):
        raise ArgumentError(f"Ranges are a string, not {type(text).__name__}.")
    (limits or DEFAULT_LIMITS).check_length(text)
    is_empty = True
    for start, stop in _places(text):
        name, equals, rest = text[start:stop].partition("=")
        ends = _BETWEEN.split(rest.strip())
        if not equals or not name.strip() or len(ends) > 2 or not all(ends):
            hint = "Write x = 1e-8 … 1e12, or x = 0 .. 1, y = 1 to 2."
            raise make_error("Expected name = number … number.", text, start, stop, hint)
        is_empty = False
        yield check_name(name.strip()), ends, (start, stop)
    if is_empty:
        raise make_error("No range is given.", text, 0, len(text), "Write x = 1e-8 … 1e12.")


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each item begins and ends: commas inside of parentheses part nothing."""
    depth = start = 0
    for place, character in enumerate(f"{text},"):
        depth += (character in "([") - (character in ")]")
        if character in ",;" and (depth <= 0 or place == len(text)):
            if place > start:
                yield start, place
            start, depth = place + 1, 0
