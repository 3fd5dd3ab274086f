"""Loops over blocks of rows in a few pieces, which threads share out without changing bits."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import chain
from operator import add
from typing import Any

from .threads import n_threads, share_out

__all__ = ["in_pieces"]

#: The rows are in so many pieces, however many threads there are.
PIECES = 8


def in_pieces(
    part: Callable[[int, int], tuple[Any, ...]], n_rows: int, length: int, in_threads: bool
) -> tuple[Any, ...]:
    """Return what all rows add up to, or leave.

    Parameters
    ----------
    part : callable
        Returns for rows from the first to the last totals, numbers or arrays, and lists of results.
    n_rows, length : int
        The number of rows, and of those in one block.
    in_threads : bool
        Whether threads may run pieces at one time.
    """
    n_blocks = -(-n_rows // length)
    pieces = min(PIECES, n_blocks)
    edges = [n_blocks * k // pieces * length for k in range(pieces)] + [n_rows]
    found: dict[int, tuple[Any, ...]] = {}

    def run(first: int, last: int) -> None:
        for begin, end in zip(edges, edges[1:], strict=False):
            if first <= begin and end <= last:
                found[begin] = part(begin, end)

    share_out(run, edges if in_threads and n_threads() > 1 else [0, n_rows])
    columns = zip(*[found[begin] for begin in edges[:-1]], strict=True)
    return tuple(
        list(chain(*parts)) if isinstance(parts[0], list) else reduce(add, parts)
        for parts in columns
    )
