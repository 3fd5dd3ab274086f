"""Numbers in strings: one constant, or a value for each of several names."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from ..errors import ArgumentError
from .conditions import CONDITIONS
from .constants import constant_values
from .limits import Limits, check_limits
from .messages import make_error
from .names import check_name
from .reading import Reading

__all__ = [
    "FILLINGS",
    "read_assignments",
    "read_exactly",
    "read_number",
    "read_start",
]

Value = TypeVar("Value")

#: Words for an array to start from: one number everywhere, or draws.
FILLINGS = ("zeros", "ones", "random")


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


def read_assignments(text: str, *, limits: Limits | None = None) -> dict[str, Any]:
    """Read values of variables, `"x=-1.2, y=1"`; those of arrays are nested lists.

    Parameters
    ----------
    text : str
    limits : Limits, optional

    Returns
    -------
    dict of str to float or list

    Raises
    ------
    ParseError
        A value is neither a constant nor a nested list of constants, or an assignment is not
        `name=value`.

    Examples
    --------
    >>> read_assignments("x=-1.2, y=1/2, w=[1, 2]")
    {'x': -1.2, 'y': 0.5, 'w': [1.0, 2.0]}
    """
    return _read_each(text, limits, lambda value: _read_nested(value, limits))


def _read_nested(text: str, limits: Limits | None) -> Any:
    """Read a number, or what stands in square brackets as a list."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1]
        return [_read_nested(item, limits) for _, item in _items(inner)] if inner.strip() else []
    return read_number(text, limits=limits)


def read_start(text: str, *, limits: Limits | None = None) -> dict[str, Any]:
    """Read where to start, `"a=1, w=zeros"`: numbers, lists, and words of `FILLINGS` for arrays.

    Raises
    ------
    ParseError
        A value is neither, or an assignment is not `name=value`.

    Examples
    --------
    >>> read_start("a=1/2, w=zeros")
    {'a': 0.5, 'w': 'zeros'}
    """

    def read(value: str) -> Any:
        word = value.strip()
        return word if word in FILLINGS else _read_nested(value, limits)

    return _read_each(text, limits, read)


def read_exactly(text: str, *, limits: Limits | None = None) -> dict[str, Fraction]:
    """Read values of variables as the rational numbers that they are, `"x=1/3, y=0.1"`.

    Parameters
    ----------
    text : str
    limits : Limits, optional

    Returns
    -------
    dict of str to Fraction

    Raises
    ------
    ParseError
        A value is not a rational number, or an assignment is not `name=value`.

    Examples
    --------
    >>> read_exactly("x=0.1")
    {'x': Fraction(1, 10)}
    """
    return _read_each(text, limits, lambda value: _read_rational(value, limits))


def _read_rational(text: str, limits: Limits | None) -> Fraction:
    """Read one constant that is a rational number."""
    reading = Reading(text, (), (), None, None, "symcalc", limits, None)
    value = reading.graph.value(reading.formula())
    if value is None:
        hint = "Write a fraction or a decimal, such as 1/3 or 0.1."
        raise make_error("This is not a rational number.", text, 0, len(text.rstrip()), hint)
    return Fraction(value)


def _read_each(text: str, limits: Limits | None, read: Callable[[str], Value]) -> dict[str, Value]:
    """Read what stands behind each name."""
    if not isinstance(text, str):
        raise ArgumentError(f"Assignments are a string, not {type(text).__name__}.")
    check_limits(limits).check_length(text)
    values: dict[str, Value] = {}
    for start, item in _items(text):
        name, equals, value = item.partition("=")
        if not equals or not name.strip() or value.startswith("="):
            hint = "Write x=1.5,y=-2."
            message = "Expected name=value."
            raise make_error(message, text, start, start + len(item.rstrip()), hint)
        name = check_name(name.strip())
        if name in values:
            raise make_error(f"`{name}` is given twice.", text, start, start + len(item))
        values[name] = read(value)
    return values


def _items(text: str) -> list[tuple[int, str]]:
    """Return what stands between the commas outside brackets, and where it starts."""
    found, depth, start = list[tuple[int, str]](), 0, 0
    for place, char in enumerate(text + ","):
        depth += (char in "([") - (char in ")]")
        if char == "," and (depth <= 0 or place == len(text)):
            item = text[start:place]
            found.append((start + len(item) - len(item.lstrip()), item.lstrip()))
            start = place + 1
    return found
