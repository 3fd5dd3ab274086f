"""A progress bar for long runs, on a terminal only and after a second of silence."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any, NamedTuple

__all__ = ["Forecast", "ProgressBar", "forecast"]

#: Seconds before the bar appears, and between two drawings of it.
QUIET, INTERVAL = 1.0, 0.1

#: Columns of the bar itself, at most and at least.
WIDEST, NARROWEST = 40, 8

#: Steps from which on a rate of convergence is read off, and rows looked at in each part of a run.
MIN_STEPS, SAMPLE = 12, 100

#: One row of a trace: step, value, gradient norm, step length, evaluations, seconds.
Row = tuple[float, ...]


class Forecast(NamedTuple):
    """How many seconds a run still takes, as an estimate, and what ends it then."""

    seconds: float
    end: str

    def __str__(self) -> str:
        minutes, seconds = divmod(round(min(self.seconds, 3.6e8)), 60)
        hours, minutes = divmod(minutes, 60)
        clock = f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
        return f"about {clock} left, to the {self.end} (estimate)"


def forecast(
    rows: Sequence[Row], threshold: float, max_steps: int, seconds: float = math.inf
) -> Forecast | None:
    """Estimate how long a run still takes: to its limits, or to the tolerance at its rate so far.

    Parameters
    ----------
    rows : sequence of tuples
        The trace so far.
    threshold : float
        The gradient norm at which the run has converged.
    max_steps : int
    seconds : float
        Until the limit on time.

    Returns
    -------
    Forecast or None
        None before the second step.

    Notes
    -----
    A step takes the time of those in the second half so far. The rate is that of the typical
    gradient norms of the third and the last quarter of the steps; it takes convergence to be
    linear, so a method that converges faster arrives earlier.
    """
    if len(rows) < 3:
        return None
    ends = [Forecast(seconds, "limit on time")]
    middle, last = rows[len(rows) // 2 - 1], rows[-1]
    pace = (last[5] - middle[5]) / (last[0] - middle[0])
    ends.append(Forecast((max_steps - last[0]) * pace, "limit on steps"))
    arrival = _arrival(rows, threshold)
    if arrival is not None:
        ends.append(Forecast(arrival, "tolerance"))
    return min(ends)


def _arrival(rows: Sequence[Row], threshold: float) -> float | None:
    """Return the seconds until the norm is below the threshold, None when it does not fall."""
    n = len(rows)
    if n <= MIN_STEPS or not threshold > 0.0:
        return None
    parts = []
    for first, last in ((n // 2, 3 * n // 4), (3 * n // 4, n)):
        taken = rows[first : last : max((last - first) // SAMPLE, 1)]
        norms = [math.log(row[2]) for row in taken if 0.0 < row[2] < math.inf]
        if not norms:
            return None
        parts.append((median(norms), median(row[5] for row in taken)))
    (before, earlier), (after, later) = parts
    if not (after < before and later > earlier):
        return None
    speed = (before - after) / (later - earlier)
    since = rows[-1][5] - later
    return max((after - math.log(threshold)) / speed - since, 0.0)


class ProgressBar:
    """Shows step, value, gradient norm and time left on standard error; silent in a pipe."""

    def __init__(self, max_steps: int, remaining: Callable[[], float] = lambda: math.inf) -> None:
        self._max_steps, self._remaining = max_steps, remaining
        self._next = QUIET if sys.stderr is not None and sys.stderr.isatty() else float("inf")
        self._started: float | None = None
        self._live: Any = None
        self._bar: Any = None
        self._task: Any = None

    def update(self, rows: Sequence[Row], threshold: float) -> None:
        """Draw the state of the run, at most ten times a second."""
        step, value, norm, _, _, elapsed = rows[-1]
        if self._started is None:
            self._started = elapsed  # what came before is imports and compilation
        elapsed -= self._started
        if elapsed < self._next:
            return
        self._next = elapsed + INTERVAL
        if self._live is None:
            self._open()
        left = forecast(rows, threshold, self._max_steps, self._remaining())
        share = 0.0 if left is None else elapsed / max(elapsed + left.seconds, INTERVAL)
        self._bar.update(self._task, completed=share, left="" if left is None else str(left))
        self._show(f"step {int(step)}  value {value:.6g}  gradient norm {norm:.2g}")

    def close(self) -> None:
        """Take the bar from the screen."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _show(self, said: str) -> None:
        """Draw where the run is, and below the bar: both fit a terminal of 80 columns."""
        from rich.console import Group
        from rich.text import Text

        self._live.update(Group(Text(said, no_wrap=True, overflow="ellipsis"), self._bar))

    def _open(self) -> None:
        """Draw the bar for the first time."""
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        room = console.width - len(f"0:00:00 {Forecast(3600, 'limit on steps')}") - 2
        self._bar = Progress(
            BarColumn(max(min(room, WIDEST), NARROWEST)),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
        )
        self._task = self._bar.add_task("", total=1.0, left="")
        self._live = Live(console=console, transient=True, refresh_per_second=10)
        self._live.start()
