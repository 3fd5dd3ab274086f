"""What stands in square brackets behind an array: `[0]`, `[:, 1]`, `[1:3]`, `[:, None]`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..arrays.indexing import NEW_AXIS, Entry, Slice
from ..graph.dimensions import difference, total
from ..graph.shapes import Dimension
from .names import plain_name
from .tokens import END, Tokens

__all__ = ["read_index"]

_HINT = "Write X[0], X[:, 1], X[1:3] or X[:, None]."
_MAX_DIGITS = 9


def read_index(
    tokens: Tokens, index: int, dimensions: Collection[Dimension]
) -> tuple[list[Entry], int]:
    """Return the entries of the index that opens at `index`, and where it closes.

    Raises
    ------
    ParseError
        It holds anything but whole numbers, slices and None.
    """
    texts = tokens.texts
    entries: list[Entry] = []
    start = index + 1
    for place in range(start, len(texts)):
        token = texts[place]
        if token == END or token in "([":
            break
        if token in (",", "]"):
            entries.append(_entry(tokens, start, place, dimensions))
            start = place + 1
            if token == "]":
                return entries, place
    else:
        place = len(texts) - 1
    if texts[place] == END:
        raise tokens.error("This bracket is never closed.", index)
    raise tokens.error("An index is made of whole numbers, slices and None.", place, _HINT)


def _entry(tokens: Tokens, first: int, last: int, dimensions: Collection[Dimension]) -> Entry:
    """Return what the tokens between two commas mean."""
    texts = tokens.texts[first:last]
    if texts == ["None"]:
        return NEW_AXIS
    if ":" not in texts:
        end = _end(tokens, first, last, dimensions)
        if isinstance(end, int):
            return end
        message = "An element is chosen by a whole number, from the end by a negative one."
        raise tokens.error(message, first, _HINT, last=max(first, last - 1))
    bounds = [first - 1, *[first + i for i, text in enumerate(texts) if text == ":"], last]
    if len(bounds) > 4:
        raise tokens.error("A slice is start:stop or start:stop:step.", first, _HINT, last=last - 1)
    ends = [
        None if after == before + 1 else _end(tokens, before + 1, after, dimensions)
        for before, after in zip(bounds, bounds[1:], strict=False)
    ]
    step = ends[2] if len(ends) > 2 else None
    if isinstance(step, str):
        raise tokens.error("The step of a slice is a whole number.", bounds[2] + 1, _HINT)
    cut: Slice = (ends[0], ends[1], 1 if step is None else step)
    return cut


def _end(tokens: Tokens, first: int, last: int, dimensions: Collection[Dimension]) -> Dimension:
    """Return a sum of whole numbers and dimensions."""
    texts: Sequence[str] = tokens.texts[first:last]
    result: Dimension = 0
    expects, sign = True, "+"
    for place, token in enumerate(texts, first):
        if token in ("+", "-") and (not expects or place == first):
            expects, sign = True, token
            continue
        term: Dimension | None = None
        if token.isdecimal() and len(token) <= _MAX_DIGITS:
            term = int(token)
        elif plain_name(token) in dimensions:
            term = plain_name(token)
        if term is None or not expects:
            message = "An index is made of whole numbers, slices and None."
            raise tokens.error(message, place, _HINT)
        result = total([result, term]) if sign == "+" else difference(result, term)
        expects = False
    if expects:
        raise tokens.error("Something is missing in this index.", max(first - 1, 0), _HINT)
    return result
