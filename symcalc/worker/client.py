"""The caller's side: one worker process, started when it is first needed, replaced when it dies."""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import subprocess
import sys
import threading
from typing import Any

from ..errors import ArgumentError, LimitError
from ..language import DEFINITIONS
from .protocol import pack, receive, send, unpack

__all__ = ["run_verb"]


class _Worker:
    """A worker process and the pipes to it; used by one thread at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, task: bytes, seconds: float | None, memory_mb: float | None) -> Any:
        """Send a packed task and return its answer, or raise `LimitError`."""
        with self.lock:
            process = self._started()
            expired = threading.Event()
            timer = threading.Timer(seconds or 0.0, self._expire, (process, expired))
            if seconds is not None:
                timer.start()
            try:
                if process.stdin is None or process.stdout is None:
                    raise EOFError
                send(process.stdin, task)
                return unpack(receive(process.stdout))
            except (EOFError, BrokenPipeError):
                self.stop()
                if expired.is_set():
                    raise LimitError(f"The work takes longer than {seconds:g} s.") from None
                raise LimitError(_died(memory_mb)) from None
            except BaseException:
                self.stop()
                raise
            finally:
                timer.cancel()

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.process = _start()
        return self.process

    @staticmethod
    def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
        expired.set()
        process.kill()


def run_verb(
    verb: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    seconds: float | None,
    memory_mb: float | None,
) -> Any:
    """Run a public verb of symcalc in the worker process and return its result.

    Raises
    ------
    LimitError
        The work took longer than `seconds`, or needed `memory_mb` megabytes more than the
        process has when its libraries are loaded (kept on Linux only).
    ArgumentError
        An argument cannot be sent to another process.
    SymcalcError
        What the verb itself raised; an exception of another kind is raised here too, with the
        place in the worker process as a note.
    """
    task = _packed((verb, args, kwargs, memory_mb, DEFINITIONS.known()))
    kind, answer = _WORKER.run(task, seconds, memory_mb)
    if kind == "error":
        raise answer
    return answer


def _start() -> subprocess.Popen[bytes]:
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-m", "symcalc.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def _close(pipe: Any) -> None:
    with contextlib.suppress(BrokenPipeError):  # the other end is gone, which is why it is closed
        pipe.close()


def _packed(task: tuple[Any, ...]) -> bytes:
    """Return a task as bytes."""
    try:
        return pack(task)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise ArgumentError(
            "With a limit on time or memory the work is done in another process, and an argument "
            f"cannot be sent there: {error}."
        ) from None


def _died(memory_mb: float | None) -> str:
    if memory_mb is None:
        return "The process that did the work has died."
    return f"The process that did the work has died; it was allowed {memory_mb:g} MB of memory."


_WORKER = _Worker()
atexit.register(_WORKER.stop)
os.register_at_fork(after_in_child=lambda: setattr(_WORKER, "process", None))
