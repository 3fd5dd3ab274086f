"""The options that methods with a learning rate share: rate, schedule, clipping."""

from __future__ import annotations

import sys

from ...errors import ArgumentError
from ..plain import show
from ..schedules import CONSTANT, Schedule, read_schedule
from .clipping import Clipping
from .method import Options

__all__ = ["CLIPPING_OPTIONS", "RATE_OPTIONS", "positive_option", "read_clipping", "read_rate",
           "schedule_of"]  # fmt: skip

CLIPPING_OPTIONS = {
    "clip_norm": "the greatest Euclidean length of a gradient; longer ones are shortened",
    "clip_value": "the greatest size of each of its components",
}

RATE_OPTIONS = {
    "schedule": "how the rate changes: 'cosine 1000', 'step 100 0.5', 'inverse 50', "
    "'one_cycle 1000', each after 'warmup 10' or not",
} | CLIPPING_OPTIONS  # fmt: skip


def positive_option(options: Options, name: str, such_as: str) -> float | None:
    """Return an option that is a positive number, None where it is not given."""
    value = options.get(name)
    if value is None:
        return None
    real = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (real and 0.0 < value <= sys.float_info.max):
        raise ArgumentError(
            f"`{name}` is {show(value)}; it must be a positive number, such as {such_as}."
        )
    return float(value)


def read_rate(options: Options) -> float | None:
    """Return the learning rate, None where none is given."""
    return positive_option(options, "rate", "0.01")


def schedule_of(options: Options) -> Schedule:
    """Return the schedule of the rate."""
    given = options.get("schedule")
    return CONSTANT if given is None else read_schedule(given)


def read_clipping(options: Options) -> Clipping:
    """Return the limits on gradients."""
    return Clipping(
        positive_option(options, "clip_norm", "1"), positive_option(options, "clip_value", "1")
    )
