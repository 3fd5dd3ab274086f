"""The threads of this process that compute: pieces of work shared out among processors."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache, partial
from itertools import pairwise

__all__ = ["n_threads", "share_out"]


def n_threads() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def share_out(run: Callable[[int, int], None], edges: Sequence[int]) -> None:
    """Run the pieces between edges, all but the first in other threads.

    What the caller has set for itself, such as `numpy.errstate`, holds there too. Work that a piece
    itself wants to share out stays in its thread: were it to wait for others, all might wait.
    """
    if getattr(_place, "is_piece", False):
        run(edges[0], edges[-1])
        return
    pieces = [partial(copy_context().run, run, *ends) for ends in pairwise(edges[1:])]
    others = [_pool().submit(piece) for piece in pieces]
    try:
        run(edges[0], edges[1])
    finally:
        for other in others:
            other.result()


#: Where a thread is, as far as it is known: whether it is one of the pool.
_place = threading.local()


@cache
def _pool() -> ThreadPoolExecutor:
    """Return the threads, one for each processor that this process may use."""
    return ThreadPoolExecutor(n_threads(), "symcalc", initializer=_enter)


def _enter() -> None:
    """Mark a thread of the pool as one."""
    _place.is_piece = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)
