"""A progress bar for long runs, on a terminal only and after a second of silence."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["ProgressBar"]

#: Seconds before the bar appears, and between two drawings of it.
QUIET, INTERVAL = 1.0, 0.1


class ProgressBar:
    """Shows step, value and gradient norm on standard error; silent in a pipe."""

    def __init__(self, max_steps: int) -> None:
        self._max_steps = max_steps
        self._next = QUIET if sys.stderr is not None and sys.stderr.isatty() else float("inf")
        self._started: float | None = None
        self._bar: Any = None
        self._task: Any = None

    def update(self, step: int, value: float, norm: float, elapsed: float) -> None:
        """Draw the state of the run, at most ten times a second."""
        if self._started is None:
            self._started = elapsed  # what came before is imports and compilation
        elapsed -= self._started
        if elapsed < self._next:
            return
        self._next = elapsed + INTERVAL
        if self._bar is None:
            self._open()
        text = f"value {value:.6g}  gradient {norm:.2g}"
        self._bar.update(self._task, completed=step, description=text)

    def close(self) -> None:
        """Take the bar from the screen."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _open(self) -> None:
        """Draw the bar for the first time."""
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
        )

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=self._max_steps)
