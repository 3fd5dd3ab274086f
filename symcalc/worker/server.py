"""What the worker process does with a task."""

from __future__ import annotations

import errno
import importlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from typing import IO, Any

from ..errors import ArgumentError, LimitError, SymcalcError
from ..language import DEFINITIONS
from ..symbolic.deadline import TooLateError, run_until, use_alarms
from .protocol import Task, is_ours, pack, receive, send, unpack

__all__ = ["load_modules", "serve"]

MEGABYTE = 1 << 20

#: What an object raises that cannot be sent, or not be made again from what was sent.
UNSENDABLE = (
    pickle.PickleError,
    AttributeError,
    ImportError,
    TypeError,
    ValueError,
    RecursionError,
)

#: Loaded before the memory is measured, so that the limit is what the work itself may take.
LIBRARIES = ("flint", "scipy.optimize", "sympy")
#: A limit of so many megabytes has room for libraries as well: they need not be loaded before.
ROOMY = 1024


def serve() -> None:
    """Answer tasks, one by one, until the input ends.

    Notes
    -----
    Whatever the work prints goes to standard error, so that it cannot be taken for an answer.
    Ctrl-C is the caller's affair, who ends this process; and a caller that is gone ends it too.
    """
    tasks = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_alarms()
    while True:
        try:
            task = receive(tasks)
        except EOFError:
            return
        send(answers, _answer(task, partial(_report, answers)))


def load_modules(names: Sequence[str]) -> None:
    """Load modules of the package ahead of the tasks that need them."""
    for name in names:
        importlib.import_module(name)


def _report(answers: IO[bytes], message: Any) -> None:
    """Send what a task has to say while it runs."""
    send(answers, pack(("progress", message)))


def _answer(body: bytes, report: Callable[[Any], None]) -> bytes:
    """Return the packed result of a task, or the packed error that it ended in."""
    memory_mb = None
    try:
        task: Task = unpack(body)
        memory_mb = task.memory_mb
        return pack(("value", _result(task, report)))
    except TooLateError:
        return pack(("error", LimitError(f"The work takes longer than {task.seconds:.3g} s.")))
    except Exception as error:  # noqa: BLE001 - an error ends the task, never the process
        failure = error
    finally:
        _limit_memory(None)
    return _packed_error(failure, memory_mb)


def _result(task: Task, report: Callable[[Any], None]) -> Any:
    """Run a task under its limits."""
    if not is_ours(task.name):
        raise ArgumentError(f"The worker runs public functions of symcalc, not `{task.name}`.")
    DEFINITIONS.replace(task.definitions)
    module, _, name = task.name.partition(":")

    def work() -> Any:
        function = getattr(importlib.import_module(module), name)
        _limit_memory(task.memory_mb)
        words = {**task.kwargs, "report": report} if task.reports else task.kwargs
        return function(*task.args, **words)

    if task.seconds is None:
        return work()
    return run_until(task.seconds, work, TooLateError())


def _packed_error(error: Exception, memory_mb: float | None) -> bytes:
    """Return an error as the caller shall see it: itself where it can be sent, else in words."""
    if memory_mb is not None and _is_out_of_memory(error):
        error = LimitError(f"The work needs more than {memory_mb:g} MB of memory.")
    if not isinstance(error, SymcalcError):
        error.add_note("In the worker process:\n" + "".join(traceback.format_exception(error)))
    try:
        body = pack(("error", error))
        unpack(body)
    except UNSENDABLE:
        return pack(("error", SymcalcError(f"{type(error).__name__}: {error}")))
    return body


def _is_out_of_memory(error: Exception) -> bool:
    """Whether an allocation failed; a library that cannot be mapped says so in words only."""
    is_refused = isinstance(error, OSError) and error.errno == errno.ENOMEM
    in_words = isinstance(error, ImportError) and "annot allocate memory" in str(error)
    return isinstance(error, MemoryError) or is_refused or in_words


def _limit_memory(memory_mb: float | None) -> None:
    """Let the process grow by this much; None lifts the limit."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if memory_mb is None:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        return
    for library in LIBRARIES if memory_mb < ROOMY else ():
        importlib.import_module(library)
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + int(memory_mb * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
