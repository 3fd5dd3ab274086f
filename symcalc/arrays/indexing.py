"""Entries, rows, columns, slices and new axes: what stands in square brackets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..graph.contractions import broadcast
from ..graph.dimensions import difference
from ..graph.graph import Graph, Node
from ..graph.shapes import Dimension, written
from .mismatch import ShapeError, check_shape

__all__ = ["NEW_AXIS", "Entry", "Slice", "take"]

#: An end of a slice: a number, counted from the end if it is negative, a dimension, or none.
Slice = tuple[Dimension | None, Dimension | None, int]

#: What may stand between commas: an integer, a slice, or a new axis.
Entry = int | Slice | None

NEW_AXIS = None


def take(graph: Graph, node: Node, entries: Sequence[Entry]) -> Node:
    """Return the part of an array that an index names.

    Raises
    ------
    ShapeError
        The array has fewer axes or elements, or the length of a slice is not known.
    """
    shape = graph.shape(node)
    asked = sum(entry is not NEW_AXIS for entry in entries)
    if asked > len(shape):
        axes = "axis" if len(shape) == 1 else "axes"
        raise ShapeError(
            f"An array of shape {written(shape)} has {len(shape)} {axes}; {asked} are indexed."
        )
    entries = [*entries, *[(None, None, 1)] * (len(shape) - asked)]
    part: list[Dimension] = []
    full: list[Dimension] = []
    index: list[Any] = []
    kept: list[int] = []
    for entry in entries:
        if entry is NEW_AXIS:
            full.append(1)
            continue
        size = shape[len(index)]
        if isinstance(entry, int):
            index.append(_entry(entry, size))
            continue
        cut, length = _cut(entry, size)
        index.append(cut)
        kept.append(len(full))
        part.append(length)
        full.append(length)
    check_shape(tuple(full))
    if any(entry != (0, None, 1) for entry in index):
        node = graph.node("take", (node,), (tuple(part), tuple(index)))
    return broadcast(graph, node, tuple(full), kept)


def _entry(position: int, size: Dimension) -> int:
    """Return the position of an element, counted from the front where the size is a number."""
    if isinstance(size, int):
        if not -size <= position < size:
            raise ShapeError(f"There is no element {position} along an axis of length {size}.")
        return position % size
    return position


def _cut(cut: Slice, size: Dimension) -> tuple[Any, Dimension]:
    """Return a slice as the data of a node hold it, and its length."""
    start, stop, step = cut
    if step == 0:
        raise ShapeError("The step of a slice cannot be 0.")
    ends = [end for end in (start, stop) if end is not None]
    if isinstance(size, int) and not (isinstance(start, str) or isinstance(stop, str)):
        chosen = range(size)[slice(start, stop, step)]
        if start is None and stop is None and step == 1:
            return (0, None, 1), size
        last = chosen.stop if chosen.stop >= 0 else None
        return (chosen.start, last, step), len(chosen)
    if step == -1 and not ends:
        return (None, None, -1), size
    if step != 1:
        hint = "Give the shapes in numbers for slices with a step."
        raise ShapeError("The length of this slice is not known.", hint)
    first = _place(start, size) if start is not None else 0
    after = _place(stop, size) if stop is not None else size
    length = difference(after, first)
    if isinstance(length, int) and length < 0:
        length, stop = 0, start
    begin = 0 if start is None else (start,) if isinstance(start, str) else start
    end = (stop,) if isinstance(stop, str) else stop
    return (begin, None if stop == size else end, 1), length


def _place(end: Dimension, size: Dimension) -> Dimension:
    """Return where a slice ends, counted from the front."""
    if isinstance(end, int) and end < 0:
        return difference(size, -end)
    return end
