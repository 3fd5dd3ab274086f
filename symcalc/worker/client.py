"""The caller's side: one worker process, started when it is first needed, replaced when it dies."""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import ArgumentError, LimitError
from ..language import DEFINITIONS
from .protocol import PACKAGE, Task, is_ours, pack, receive, send, unpack

__all__ = ["await_worker", "run_task", "run_verb", "start_worker"]

#: The worker ends late work itself, and stays; where it cannot, it is killed this much later.
GRACE = 0.3

LOADING = "symcalc.worker.server:load_modules"


class _Worker:
    """A worker process and the pipes to it; used by one thread at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.loaded: frozenset[str] = frozenset()
        self.ready = threading.Event()

    def run(self, task: Task, on_progress: Callable[[Any], None] | None) -> Any:
        """Send a task and return its answer, or raise `LimitError`."""
        body, seconds = _packed(task), task.seconds
        with self.lock:
            process = self.started()
            expired = threading.Event()
            timer = threading.Timer((seconds or 0.0) + GRACE, self._expire, (process, expired))
            if seconds is not None:
                timer.start()
            try:
                self.ready.wait()
                if process.stdin is None or process.stdout is None:
                    raise EOFError
                send(process.stdin, body)
                while True:
                    kind, content = unpack(receive(process.stdout))
                    if kind != "progress":
                        return kind, content
                    if on_progress is not None:
                        on_progress(content)
            except (EOFError, BrokenPipeError):
                self.stop()
                if expired.is_set():
                    raise LimitError(f"The work takes longer than {seconds:.3g} s.") from None
                raise LimitError(_died(task.memory_mb)) from None
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

    def started(self, preload: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        """Return the process, a new one where there is none that lives, `preload` on its way."""
        if self.process is None or self.process.poll() is not None:
            self.stop()
            self.process = _start()
            self.loaded = frozenset()
            self.ready = threading.Event()
            self.ready.set()
        if not self.loaded.issuperset(preload):
            self.ready.wait()
            self.loaded |= frozenset(preload)
            self.ready = threading.Event()
            task = Task(LOADING, (tuple(preload),), {}, None, None, DEFINITIONS.known())
            threading.Thread(
                target=_load, args=(self.process, _packed(task), self.ready), daemon=True
            ).start()
        return self.process

    @staticmethod
    def _expire(process: subprocess.Popen[bytes], expired: threading.Event) -> None:
        expired.set()
        process.kill()


def run_task(
    name: str,
    args: tuple[Any, ...] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    seconds: float | None = None,
    memory_mb: float | None = None,
    on_progress: Callable[[Any], None] | None = None,
) -> Any:
    """Run a public function of symcalc in the worker process and return its result.

    Parameters
    ----------
    name : str
        "module:function": "symcalc.symbolic.integration:run_strategy".
    args, kwargs : tuple, mapping
        Sent by pickle.
    seconds, memory_mb : float, optional
        The limits. Late work is interrupted, and the process stays, with all that it has loaded
        and remembered; only where it does not listen for 0.3 s it is killed.
    on_progress : callable, optional
        Called with each message of the function, which gets `report=` to send them.

    Raises
    ------
    LimitError
        The work took longer than `seconds`, or needed `memory_mb` megabytes more than the
        process has when its libraries are loaded (kept on Linux only), or the process was killed.
        The next call works.
    ArgumentError
        The name is none of ours, or an argument cannot be sent to another process.
    SymcalcError
        What the function itself raised; an exception of another kind is raised here too, with the
        place in the worker process as a note.

    Examples
    --------
    >>> from symcalc.worker import run_task
    >>> run_task("symcalc:parse", ("x^2",), seconds=60)
    Expression('x**2')
    """
    if not is_ours(name):
        raise ArgumentError(
            f"`{name}` names no task: it is `module:function`, with a public function of symcalc."
        )
    words, reports = dict(kwargs or {}), on_progress is not None
    task = Task(name, args, words, seconds, memory_mb, DEFINITIONS.known(), reports)
    kind, answer = _WORKER.run(task, on_progress)
    if kind == "error":
        raise answer
    return answer


def run_verb(
    verb: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    seconds: float | None,
    memory_mb: float | None,
) -> Any:
    """Run a public verb of symcalc in the worker process; see `run_task`."""
    return run_task(f"{PACKAGE}:{verb}", args, kwargs, seconds=seconds, memory_mb=memory_mb)


def start_worker(preload: Sequence[str] = ()) -> None:
    """Start the worker process, if there is none, and do not wait for it.

    Parameters
    ----------
    preload : sequence of str
        Modules that the process loads at once, while the caller does other things.
    """
    if _WORKER.lock.acquire(blocking=False):  # else it works for another thread
        try:
            _WORKER.started(preload)
        finally:
            _WORKER.lock.release()


def await_worker(preload: Sequence[str], seconds: float) -> bool:
    """Return whether the worker process has loaded modules within a time.

    A process that is not ready then goes on loading, for a later call.
    """
    end = time.monotonic() + seconds
    if not _WORKER.lock.acquire(timeout=max(seconds, 0.0)):
        return False
    try:
        _WORKER.started(preload)
        return _WORKER.ready.wait(max(end - time.monotonic(), 0.0))
    finally:
        _WORKER.lock.release()


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


def _load(process: subprocess.Popen[bytes], body: bytes, ready: threading.Event) -> None:
    """Have modules loaded; a process that dies meanwhile is noticed by who uses it next."""
    try:
        if process.stdin is not None and process.stdout is not None:
            send(process.stdin, body)
            receive(process.stdout)
    except (EOFError, OSError, ValueError):
        pass
    finally:
        ready.set()


def _close(pipe: Any) -> None:
    with contextlib.suppress(BrokenPipeError):  # the other end is gone, which is why it is closed
        pipe.close()


def _packed(task: Task) -> bytes:
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
