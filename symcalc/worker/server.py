"""What the worker process does with a task."""

from __future__ import annotations

import importlib
import os
import sys
from typing import IO, Any

from ..errors import LimitError, SymcalcError
from .protocol import receive, send

__all__ = ["serve"]

MEGABYTE = 1 << 20

#: Loaded before the memory is measured, so that the limit is what the work itself may take.
LIBRARIES = ("flint", "scipy.optimize", "sympy")


def serve() -> None:
    """Answer tasks, one by one, until the input ends.

    A task is (verb, positional arguments, keyword arguments, memory in MB or None); the answer is
    ("value", result) or ("error", exception). Whatever the work prints goes to standard error,
    so that it cannot be taken for an answer.
    """
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            task = receive(tasks)
        except EOFError:
            return
        _answer(answers, task)


def _answer(answers: IO[bytes], task: tuple[str, tuple[Any, ...], dict[str, Any], Any]) -> None:
    verb, args, kwargs, memory_mb = task
    try:
        function = getattr(importlib.import_module("symcalc"), verb)
        _limit_memory(memory_mb)
        answer = ("value", function(*args, **kwargs))
    except SymcalcError as error:
        answer = ("error", error)
    except (MemoryError, OSError):
        answer = ("error", LimitError(f"The work needs more than {memory_mb:g} MB of memory."))
    finally:
        _limit_memory(None)
    send(answers, answer)


def _limit_memory(memory_mb: float | None) -> None:
    """Let the process grow by this much; None lifts the limit."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if memory_mb is None:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return
    for library in LIBRARIES:
        importlib.import_module(library)
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + int(memory_mb * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
