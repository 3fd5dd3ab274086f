"""A time limit on work of SymPy that offers none of its own."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader
from types import FrameType
from typing import Any, TypeVar

__all__ = ["TooLateError", "run_until", "use_alarms", "within_seconds"]

Result = TypeVar("Result")

#: An alarm that some `except` on the way has swallowed rings again after so many seconds.
AGAIN = 0.1


class TooLateError(BaseException):
    """Raised inside the work; no `except Exception` on the way stops it."""


class _Clock:
    """Whether the alarm of this process is free for us: true in a worker, false in a caller."""

    has_alarms = False


def use_alarms() -> None:
    """Let deadlines of the main thread use the process's alarm, which costs the work nothing."""
    _Clock.has_alarms = hasattr(signal, "setitimer")


def within_seconds(seconds: float, work: Callable[[], Result]) -> Result | None:
    """Return what the work returns, or None where it takes longer.

    Notes
    -----
    Only work in Python can be ended; one long step in C is waited for, and so is a module in C that
    is loading, which would call it an `ImportError`. In a process of the
    caller's, a profile function of the interpreter looks at the clock at each call and return of
    this thread; after `use_alarms` the process's own alarm does it. Deadlines may be nested.
    """
    mine = TooLateError()
    try:
        return run_until(seconds, work, mine)
    except RecursionError:
        return None
    except TooLateError as late:
        if late is not mine:
            raise
        return None


def run_until(seconds: float, work: Callable[[], Result], late: TooLateError) -> Result:
    """Return what the work returns, or raise `late` inside it when the seconds are over."""
    if _Clock.has_alarms and threading.current_thread() is threading.main_thread():
        return _with_alarm(seconds, work, late)
    return _with_profile(seconds, work, late)


def _with_alarm(seconds: float, work: Callable[[], Result], late: TooLateError) -> Result:
    left, _ = signal.getitimer(signal.ITIMER_REAL)
    if 0 < left <= seconds:
        return work()  # a deadline further out comes first
    begun = time.monotonic()

    def ring(number: int, frame: FrameType | None) -> None:
        if not _is_loading(frame):
            raise late

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6), AGAIN)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            rest = max(left - (time.monotonic() - begun), 1e-6)
            signal.setitimer(signal.ITIMER_REAL, rest, AGAIN)


def _with_profile(seconds: float, work: Callable[[], Result], late: TooLateError) -> Result:
    end = time.monotonic() + seconds
    before = sys.getprofile()

    def watch(frame: FrameType, event: Any, argument: Any) -> None:
        if time.monotonic() > end and not _is_loading(frame):
            raise late
        if before is not None:
            before(frame, event, argument)

    try:
        sys.setprofile(watch)
        return work()
    finally:
        sys.setprofile(before)


def _is_loading(frame: FrameType | None) -> bool:
    """Whether the work under the nearest deadline is loading a module in C."""
    while frame is not None and frame.f_code not in _DEADLINES:
        if frame.f_code in _LOADERS:
            return True
        frame = frame.f_back
    return False


_DEADLINES = (_with_alarm.__code__, _with_profile.__code__)
_LOADERS = (ExtensionFileLoader.create_module.__code__, ExtensionFileLoader.exec_module.__code__)
