"""What a caller declares beside the text: names, shapes and assumptions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ArgumentError
from ..graph.graph import Shape
from .messages import shorten
from .names import check_name

__all__ = [
    "ARRAY_PROPERTIES",
    "MATRIX_PROPERTIES",
    "ShapesLike",
    "check_properties",
    "read_properties",
    "read_shapes",
    "read_variables",
]

ShapesLike = str | Mapping[str, Any]

_DIMENSION = re.compile(r"[A-Za-z][A-Za-z_0-9]*|[0-9]{1,9}")

#: Properties of square matrices, and all that may follow a shape.
MATRIX_PROPERTIES = frozenset({"symmetric", "spd"})
ARRAY_PROPERTIES = MATRIX_PROPERTIES | {"positive", "nonnegative"}
_KNOWN = ", ".join(sorted(ARRAY_PROPERTIES))

#: Words that nobody means as a dimension.
_OTHER_PROPERTIES = ARRAY_PROPERTIES | {"psd", "diagonal", "orthogonal", "negative", "invertible"}

_MAX_RANK = 2


def read_variables(variables: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the allowed names, checked; a string holds names between commas or blanks.

    Raises
    ------
    ArgumentError
        One is not a name, or stands twice.
    """
    if variables is None:
        return None
    if isinstance(variables, str):
        variables = variables.replace(",", " ").split()
    elif not isinstance(variables, Iterable):
        raise ArgumentError(
            f'`variables` is a list of names, ["x", "y"], not {shorten(repr(variables))}.'
        )
    names = tuple([check_name(name) for name in variables])
    for position, name in enumerate(names):
        if name in names[:position]:
            raise ArgumentError(f"The variable `{name}` is declared twice.")
    return names


def read_shapes(shapes: ShapesLike | None) -> dict[str, Shape]:
    """Return the shape of every array that is declared.

    Parameters
    ----------
    shapes : str or mapping, optional
        `"X: m n; w: n"`, or a mapping from names to `"m n"`, a length, a tuple of both, or an array
        that has the shape.

    Raises
    ------
    ArgumentError
        A name or a dimension is malformed.
    """
    return {name: shape for name, (shape, _) in _declared(shapes).items()}


def read_properties(shapes: ShapesLike | None) -> dict[str, str]:
    """Return the properties that stand behind the shapes, as assumptions: "S spd".

    Raises
    ------
    ArgumentError
        A property is not one, or not one of such an array.
    """
    return {
        name: f"{name} {' '.join(words)}" for name, (_, words) in _declared(shapes).items() if words
    }


def _declared(shapes: ShapesLike | None) -> dict[str, tuple[Shape, list[str]]]:
    """Return shape and properties of every array that is declared."""
    if shapes is None:
        return {}
    items: Iterable[tuple[object, Any]]
    if isinstance(shapes, str):
        items = [_read_item(item) for item in shapes.split(";") if item.strip()]
    elif isinstance(shapes, Mapping):
        items = shapes.items()
    else:
        raise ArgumentError(
            f'`shapes` is {{"x": "rows"}} or "x: rows; y: rows", not {shorten(repr(shapes))}.'
        )
    found: dict[str, tuple[Shape, list[str]]] = {}
    for given, shape in items:
        name = check_name(given)
        if name in found:
            raise ArgumentError(f"The shape of `{name}` is given twice.")
        found[name] = _read_shape(name, shape)
    return found


def _read_item(item: str) -> tuple[str, str]:
    """Return one `name: dimensions`."""
    name, colon, dimensions = item.partition(":")
    if not colon:
        hint = 'Write "X: m n; w: n".'
        raise ArgumentError(f"The shape `{shorten(item.strip())}` names no array.\n{hint}")
    return name.strip(), dimensions


def _read_shape(name: str, shape: Any) -> tuple[Shape, list[str]]:
    """Return shape and properties from a string, a length, a tuple or an array."""
    shape = getattr(shape, "shape", shape)
    if isinstance(shape, bool) or not isinstance(shape, (int, Iterable)):
        raise ArgumentError(f"The shape of `{shorten(name)}` cannot be {shorten(repr(shape))}.")
    if isinstance(shape, int):
        shape = (shape,)
    words = shape.replace(",", " ").split() if isinstance(shape, str) else list(shape)
    properties: list[str] = []
    while words and words[-1] in ARRAY_PROPERTIES:
        properties.insert(0, words.pop())
    dimensions = tuple([_read_dimension(name, word) for word in words])
    if len(words) > _MAX_RANK:
        near = difflib.get_close_matches(str(words[-1]), sorted(ARRAY_PROPERTIES), 1)
        hint = f"\nDid you mean `{near[0]}` for `{words[-1]}`?" if near else ""
        message = f"`{shorten(name)}` has {len(words)} dimensions; at most 2 are read."
        raise ArgumentError(f"{message}{hint}")
    check_properties(name, dimensions, properties)
    return dimensions, properties


def check_properties(name: str, shape: Shape, properties: Iterable[str]) -> None:
    """Raise an error for a property that only square matrices have.

    Raises
    ------
    ArgumentError
        The array is not one.
    """
    is_square = len(shape) == 2 and shape[0] == shape[1]
    for word in MATRIX_PROPERTIES.intersection(properties):
        if not is_square:
            hint = f'Write "{name}: n n {word}".'
            raise ArgumentError(f"Only a square matrix is {word}; `{name}` is none.\n{hint}")


def _read_dimension(name: str, word: str | int) -> str | int:
    """Return one dimension: a name or a length."""
    text = str(word)
    if isinstance(word, bool) or _DIMENSION.fullmatch(text) is None:
        hint = f"A dimension is a name such as n, or a length; {_KNOWN} may follow."
        raise ArgumentError(f"`{shorten(text)}` in the shape of `{shorten(name)}`.\n{hint}")
    if text in _OTHER_PROPERTIES:
        raise ArgumentError(f"The property `{text}` of an array is not known; known are {_KNOWN}.")
    return int(text) if text.isdigit() else text
