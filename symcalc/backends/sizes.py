"""The sizes of all dimensions of a formula, from those of its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from ..errors import ArgumentError
from ..graph.graph import Graph, Node
from ..graph.shapes import Dimension, Shape

__all__ = ["all_sizes", "size_of", "sizes_of_flat"]


def all_sizes(
    graph: Graph, roots: Sequence[Node], known: Mapping[Dimension, int]
) -> dict[Dimension, int]:
    """Return the sizes of the dimensions of arguments, of parts and of blocks joined.

    Raises
    ------
    ArgumentError
        No argument shows the size of a dimension, or blocks do not have the sizes they need.
    """
    sizes = dict(known)
    for node in graph.reachable(roots):
        kind = graph.kinds[node]
        if kind == "take":
            of_part = _part(sizes, graph.shape(graph.args[node][0]), graph.data[node][1])
            _learn(sizes, graph.shape(node), of_part)
        elif kind == "concat":
            axis = graph.data[node][1]
            whole = sum(size_of(graph.shape(arg)[axis], sizes) for arg in graph.args[node])
            _learn(sizes, graph.shape(node)[axis : axis + 1], [whole])
    return sizes


def sizes_of_flat(
    shapes: Sequence[Shape], known: Mapping[Dimension, int], length: int
) -> dict[Dimension, int]:
    """Return the sizes that arrays of these shapes have when they fill a vector of this length.

    Raises
    ------
    ArgumentError
        When there are none, or more than one dimension is unknown.
    """
    unknown = list(
        dict.fromkeys(d for shape in shapes for d in shape if isinstance(d, str) and d not in known)
    )
    if len(unknown) > 1:
        listed = ", ".join(f"`{name}`" for name in unknown)
        raise ArgumentError(
            f"The sizes of {listed} do not follow from a vector of length {length}; "
            f"say them: sizes={{{unknown[0]!r}: 3, ...}}."
        )
    for trial in range(length + 1) if unknown else [0]:
        sizes: dict[Dimension, int] = dict(known)
        sizes.update(dict.fromkeys(unknown, trial))
        filled = sum(prod(size_of(d, sizes) for d in shape) for shape in shapes)
        if filled == length:
            return sizes
        if filled > length:
            break
    raise ArgumentError(f"A vector of length {length} does not hold arrays of these shapes.")


def size_of(dimension: Dimension, sizes: Mapping[Dimension, int]) -> int:
    """Return the size of a dimension."""
    if isinstance(dimension, int):
        return dimension
    if dimension not in sizes:
        raise ArgumentError(
            f"No argument has the dimension `{dimension}`, which the formula needs."
        )
    return sizes[dimension]


def _learn(sizes: dict[Dimension, int], shape: Shape, found: Sequence[int]) -> None:
    """Keep the sizes of dimensions; those that are known must agree."""
    for dimension, size in zip(shape, found, strict=True):
        expected = dimension if isinstance(dimension, int) else sizes.setdefault(dimension, size)
        if size != expected:
            raise ArgumentError(f"A part of the formula has {size} entries along `{dimension}`, "
                                f"where the size of that is {expected}.")  # fmt: skip


def _part(sizes: Mapping[Dimension, int], shape: Shape, index: Sequence[Any]) -> list[int]:
    """Return the sizes of a part of an array."""
    found: list[int] = []
    for dimension, entry in zip(shape, index, strict=True):
        size = size_of(dimension, sizes)
        if isinstance(entry, int):
            if not -size <= entry < size:
                raise ArgumentError(f"There is no entry {entry} along an axis of size {size}.")
            continue
        start, stop, step = entry
        begin, end = (_bound(sizes, bound) for bound in (start, stop))
        found.append(len(range(*slice(begin, end, step).indices(size))))
    return found


def _bound(sizes: Mapping[Dimension, int], bound: Any) -> int | None:
    """Return the end of a slice: a number, none, or dimensions to add up."""
    if bound is None or isinstance(bound, int):
        return bound
    return sum(size_of(dimension, sizes) for dimension in bound)
