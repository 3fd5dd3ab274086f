"""What a caller declares beside the text: names, shapes and assumptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..errors import ArgumentError
from ..graph.graph import Shape
from .messages import shorten
from .names import check_name

__all__ = ["ShapesLike", "read_shapes", "read_variables"]

ShapesLike = str | Mapping[str, str | int | Iterable[str | int]]

_DIMENSION = re.compile(r"[A-Za-z][A-Za-z_0-9]*|[0-9]{1,9}")
_PROPERTIES = frozenset({"symmetric", "spd", "psd", "positive", "diagonal", "orthogonal"})
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
        `"X: m n; w: n"`, or a mapping from names to `"m n"`, a length, or a tuple of both.

    Raises
    ------
    ArgumentError
        A name or a dimension is malformed.
    """
    if shapes is None:
        return {}
    if isinstance(shapes, str):
        return dict(_read_item(item) for item in shapes.split(";") if item.strip())
    if not isinstance(shapes, Mapping):
        raise ArgumentError(
            f'`shapes` is {{"x": "rows"}} or "x: rows; y: rows", not {shorten(repr(shapes))}.'
        )
    return {check_name(name): _read_shape(name, shape) for name, shape in shapes.items()}


def _read_item(item: str) -> tuple[str, Shape]:
    """Return one `name: dimensions`."""
    name, colon, dimensions = item.partition(":")
    if not colon:
        hint = 'Write "X: m n; w: n".'
        raise ArgumentError(f"The shape `{shorten(item.strip())}` names no array.\n{hint}")
    name = check_name(name.strip())
    return name, _read_shape(name, dimensions)


def _read_shape(name: str, shape: str | int | Iterable[str | int]) -> Shape:
    """Return one shape from a string, a length or a tuple."""
    if isinstance(shape, bool) or not isinstance(shape, (int, Iterable)):
        raise ArgumentError(f"The shape of `{shorten(name)}` cannot be {shorten(repr(shape))}.")
    if isinstance(shape, int):
        shape = (shape,)
    words = shape.replace(",", " ").split() if isinstance(shape, str) else list(shape)
    if len(words) > _MAX_RANK and words[-1] not in _PROPERTIES:
        raise ArgumentError(f"`{shorten(name)}` has {len(words)} dimensions; at most 2 are read.")
    return tuple([_read_dimension(name, word) for word in words])


def _read_dimension(name: str, word: str | int) -> str | int:
    """Return one dimension: a name or a length."""
    text = str(word)
    if text in _PROPERTIES:
        raise ArgumentError(f"The property `{text}` of an array is not available in this version.")
    if isinstance(word, bool) or _DIMENSION.fullmatch(text) is None:
        hint = "A dimension is a name such as n, or a length."
        raise ArgumentError(f"`{shorten(text)}` in the shape of `{shorten(name)}`.\n{hint}")
    return int(text) if text.isdigit() else text
