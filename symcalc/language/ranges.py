"""Ranges of variables in strings: `"x = 1e-8 … 1e12, y = 0 .. 2*pi, a = 3"`."""

from __future__ import annotations

import re

from ..errors import ArgumentError
from .limits import DEFAULT_LIMITS, Limits
from .messages import make_error
from .names import check_name
from .values import read_number

__all__ = ["read_ranges"]

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
    if not isinstance(text, str):
        raise ArgumentError(f"Ranges are a string, not {type(text).__name__}.")
    (limits or DEFAULT_LIMITS).check_length(text)
    ranges: dict[str, tuple[float, float]] = {}
    for match in re.finditer(r"[^,;]+", text):
        item, start = match.group(), match.start()
        name, equals, rest = item.partition("=")
        ends = _BETWEEN.split(rest.strip())
        if not equals or not name.strip() or len(ends) > 2 or not all(ends):
            hint = "Write x = 1e-8 … 1e12, or x = 0 .. 1, y = 1 to 2."
            raise make_error("Expected name = number … number.", text, start, match.end(), hint)
        name = check_name(name.strip())
        if name in ranges:
            raise make_error(f"`{name}` is given twice.", text, start, match.end())
        lower, upper = (read_number(end, limits=limits) for end in (ends[0], ends[-1]))
        if lower > upper:
            hint = "Write the smaller end first."
            raise make_error(f"The range of `{name}` is empty.", text, start, match.end(), hint)
        ranges[name] = (lower, upper)
    if not ranges:
        hint = "Write x = 1e-8 … 1e12."
        raise make_error("No range is given.", text, 0, len(text), hint)
    return ranges
