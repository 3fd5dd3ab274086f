"""Parts of arrays: which sizes they have, and for which sizes of the whole they exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ArgumentError
from .dimensions import size_of
from .graph import Graph, Node

__all__ = ["enlarged", "part_sizes"]

#: So often all sizes are made one larger before parts are taken to be empty for any.
MAX_TRIES = 16


def part_sizes(sizes: Mapping[str, int], whole: Sequence[int], index: Sequence[Any]) -> list[int]:
    """Return the sizes of the part of an array that an index takes.

    Raises
    ------
    ArgumentError
        The array has no such entry.
    """
    found: list[int] = []
    for size, entry in zip(whole, index, strict=True):
        if isinstance(entry, int):
            if not -size <= entry < size:
                raise ArgumentError(f"There is no entry {entry} along an axis of size {size}.")
            continue
        begin, end = (_bound(sizes, bound) for bound in entry[:2])
        found.append(len(range(*slice(begin, end, entry[2]).indices(size))))
    return found


def enlarged(graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]) -> dict[str, int]:
    """Return the sizes, each made larger by the same number if some part is empty otherwise."""
    for more in range(MAX_TRIES):
        larger = {name: size + more for name, size in sizes.items()}
        if _has_parts(graph, roots, larger):
            return larger
    return dict(sizes)


def _has_parts(graph: Graph, roots: Sequence[Node], sizes: Mapping[str, int]) -> bool:
    """Whether every part that is taken exists, and is not empty."""
    for node in graph.reachable(roots):
        if graph.kinds[node] == "take":
            whole = [size_of(d, sizes) for d in graph.shape(graph.args[node][0])]
            expected = [size_of(d, sizes) for d in graph.shape(node)]
            try:
                found = part_sizes(sizes, whole, graph.data[node][1])
            except ArgumentError:
                return False
            if found != expected or 0 in found:
                return False
    return True


def _bound(sizes: Mapping[str, int], bound: Any) -> int | None:
    """Return the end of a slice: a number, none, or dimensions to add up."""
    if bound is None or isinstance(bound, int):
        return bound
    return sum(size_of(dimension, sizes) for dimension in bound)
