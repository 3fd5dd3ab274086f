"""`Limits(seconds=…, memory_mb=…)`: the verb runs in a process that can be stopped."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec, TypeVar

from ..errors import ArgumentError
from ..language import check_limits
from ..worker import run_verb

__all__ = ["budgeted", "check_budget"]

Args = ParamSpec("Args")
Result = TypeVar("Result")


def check_budget(budget: float) -> None:
    """Raise an error for a budget that is no time."""
    if not isinstance(budget, int | float) or not 0 < budget < math.inf:
        raise ArgumentError(f"`budget` is {budget!r}; it is a positive number of seconds.")


def budgeted(verb: Callable[Args, Result]) -> Callable[Args, Result]:
    """Make a verb keep the time and memory that its `limits` allow.

    Without such limits the verb runs where it is called. With them it runs in a worker process,
    which is ended when they are exceeded: `LimitError`.
    """

    @functools.wraps(verb)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> Result:
        limits = check_limits(kwargs.get("limits"))
        if limits.seconds is None and limits.memory_mb is None:
            return verb(*args, **kwargs)
        inside = {**kwargs, "limits": replace(limits, seconds=None, memory_mb=None)}
        result: Result = run_verb(
            verb.__name__, args, inside, seconds=limits.seconds, memory_mb=limits.memory_mb
        )
        return result

    return run
