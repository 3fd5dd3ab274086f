"""A time at which every rule stops: it is asked for wherever an integrand is."""

from __future__ import annotations

from time import monotonic

__all__ = ["LATE", "TimeIsOver", "check_time"]

#: What a result says that was not finished.
LATE = "the time was over before two rules agreed"


class TimeIsOver(BaseException):
    """Not an Exception: an integrand that raises one of those is reported as such."""


def check_time(deadline: float) -> None:
    """Raise TimeIsOver from a time on, which is that of `time.monotonic`."""
    if monotonic() > deadline:
        raise TimeIsOver
