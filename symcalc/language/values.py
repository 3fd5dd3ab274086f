"""Numbers in strings: one constant, or a value for each of several names."""

from __future__ import annotations

import math

from ..errors import ArgumentError
from .conditions import CONDITIONS
from .constants import constant_values
from .limits import Limits, check_limits
from .messages import make_error
from .names import check_name
from .reading import Reading

__all__ = ["read_assignments", "read_number"]


def read_number(text: str, *, limits: Limits | None = None) -> float:
    """Read a finite constant, `"1/3"`, `"-1e-3"` or `"pi/2"`, as the nearest double.

    Parameters
    ----------
    text : str
    limits : Limits, optional

    Returns
    -------
    float

    Raises
    ------
    ParseError
        The text is not a formula, has a variable in it, or its value is not a finite real.

    Notes
    -----
    Rational arithmetic is exact before it is rounded once; functions and powers that have no
    rational value are those of `math`.

    Examples
    --------
    >>> read_number("1/3")
    0.3333333333333333
    """
    reading = Reading(text, (), (), None, None, "symcalc", limits, None)
    root = reading.formula()
    value = constant_values(reading.graph, root).get(root, math.nan)
    if reading.graph.kinds[root] in CONDITIONS or not math.isfinite(value):
        message = "This is not a finite real number."
        raise make_error(message, text, 0, len(text.rstrip()), "Write one, such as -1.5 or pi/2.")
    return value


def read_assignments(text: str, *, limits: Limits | None = None) -> dict[str, float]:
    """Read values of variables, `"x=-1.2, y=1"`.

    Parameters
    ----------
    text : str
    limits : Limits, optional

    Returns
    -------
    dict of str to float

    Raises
    ------
    ParseError
        A value is not a constant, or an assignment is not `name=value`.

    Examples
    --------
    >>> read_assignments("x=-1.2, y=1/2")
    {'x': -1.2, 'y': 0.5}
    """
    if not isinstance(text, str):
        raise ArgumentError(f"Assignments are a string, not {type(text).__name__}.")
    check_limits(limits).check_length(text)
    values: dict[str, float] = {}
    for start, item in _items(text):
        name, equals, value = item.partition("=")
        if not equals or not name.strip() or value.startswith("="):
            hint = "Write x=1.5,y=-2."
            message = "Expected name=value."
            raise make_error(message, text, start, start + len(item.rstrip()), hint)
        name = check_name(name.strip())
        if name in values:
            raise make_error(f"`{name}` is given twice.", text, start, start + len(item))
        values[name] = read_number(value, limits=limits)
    return values


def _items(text: str) -> list[tuple[int, str]]:
    """Return what stands between the commas outside brackets, and where it starts."""
    found, depth, start = list[tuple[int, str]](), 0, 0
    for place, char in enumerate(text + ","):
        depth += (char == "(") - (char == ")")
        if char == "," and (depth <= 0 or place == len(text)):
            item = text[start:place]
            found.append((start + len(item) - len(item.lstrip()), item.lstrip()))
            start = place + 1
    return found
