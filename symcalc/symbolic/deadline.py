"""A time limit on work of SymPy that offers none of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

__all__ = ["within_seconds"]

Result = TypeVar("Result")


class _TooLateError(BaseException):
    """Raised inside the work; no `except Exception` on the way stops it."""


def within_seconds(seconds: float, work: Callable[[], Result]) -> Result | None:
    """Return what the work returns, or None where it takes longer.

    Notes
    -----
    A profile function of the interpreter looks at the clock at each call and return of this
    thread; so only work in Python can be ended, and one long step in C is waited for.
    """
    end = time.monotonic() + seconds
    before = sys.getprofile()

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if time.monotonic() > end:
            raise _TooLateError

    try:
        sys.setprofile(watch)
        return work()
    except (_TooLateError, RecursionError):
        return None
    finally:
        sys.setprofile(before)
