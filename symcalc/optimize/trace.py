"""The record of a run: one row a step, and the journal that writes it while the run lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import UserFunctionError
from ..outcome import Outcome
from .bounds import Vector
from .objective import Evaluator, StopRun
from .plain import to_plain
from .progress import ProgressBar
from .stopping import StoppingRule

__all__ = ["Callback", "Journal", "StepState", "Trace"]

#: Rows at either end of a long trace that a notebook shows.
ROWS_SHOWN = 10


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The columns of a run, one row a step; row 0 is the start.

    Attributes
    ----------
    step, value, gradient_norm, step_length, n_evaluations, elapsed : ndarray (n_steps + 1,)
        `gradient_norm` is the largest component, NaN where the method took no gradient;
        `step_length` is the Euclidean distance moved; `elapsed` is in seconds.
    """

    step: np.ndarray[Any, np.dtype[np.int64]]
    value: Vector
    gradient_norm: Vector
    step_length: Vector
    n_evaluations: np.ndarray[Any, np.dtype[np.int64]]
    elapsed: Vector

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[float, ...]]) -> Trace:
        """Build the columns from rows in the order of the attributes."""
        table = np.array(rows, dtype=float).reshape(-1, 6).T
        return cls(
            table[0].astype(np.int64), table[1], table[2], table[3],
            table[4].astype(np.int64), table[5],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.step)

    def __iter__(self) -> Iterator[tuple[float, ...]]:
        columns = (self.step, self.value, self.gradient_norm, self.step_length)
        return iter(zip(*columns, self.n_evaluations, self.elapsed, strict=True))

    def __repr__(self) -> str:
        return f"Trace({len(self)} rows: step, value, gradient_norm, step_length, …)"

    def _repr_html_(self) -> str:
        """Return a table for notebooks; of a long run the first and the last rows."""
        rows = [
            f"<tr><td>{step}</td><td>{value:.10g}</td><td>{norm:.3g}</td><td>{moved:.3g}</td>"
            f"<td>{count}</td></tr>"
            for step, value, norm, moved, count, _ in self
        ]
        if len(rows) > 2 * ROWS_SHOWN:
            rows[ROWS_SHOWN:-ROWS_SHOWN] = [f"<tr>{5 * '<td>…</td>'}</tr>"]
        titles = ("step", "value", "gradient norm", "step length", "evaluations")
        head = "".join(f"<th>{title}</th>" for title in titles)
        return f"<table><tr>{head}</tr>{''.join(rows)}</table>"

    def to_dict(self) -> dict[str, Any]:
        """Return the columns as JSON-ready lists."""
        names = ("step", "value", "gradient_norm", "step_length", "n_evaluations", "elapsed")
        return {name: to_plain(getattr(self, name)) for name in names}


@dataclass(frozen=True, slots=True, eq=False)
class StepState:
    """What a callback sees after each step.

    Attributes
    ----------
    step : int
    vector : ndarray (n,)
        The point, in the order of `names`.
    names : tuple of str
    value, gradient_norm, step_length, elapsed : float
    n_evaluations : int
    """

    step: int
    vector: Vector
    names: tuple[str, ...]
    value: float
    gradient_norm: float
    step_length: float
    n_evaluations: int
    elapsed: float

    @property
    def x(self) -> dict[str, float]:
        """The point by name."""
        return dict(zip(self.names, self.vector.tolist(), strict=True))


Callback = Callable[[StepState], object]


class Journal:
    """Writes the trace, calls the callback, moves the progress bar and applies the limits.

    A callback ends the run by returning something true or by raising `StopIteration`.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        rule: StoppingRule,
        names: tuple[str, ...],
        callback: Callback | None,
        progress: bool = True,
    ) -> None:
        self.rule = rule
        self.rows: list[tuple[float, ...]] = []
        self._evaluator, self._names, self._callback = evaluator, names, callback
        self._bar = ProgressBar(rule.max_steps) if progress else None

    @property
    def n_steps(self) -> int:
        """The number of steps recorded after the start."""
        return max(len(self.rows) - 1, 0)

    def record(self, x: Vector, value: float, norm: float, length: float) -> None:
        """Write one row; raise `StopRun` when the callback or the limit on steps says so."""
        step, evaluator = len(self.rows), self._evaluator
        elapsed = evaluator.elapsed()
        self.rows.append((step, value, norm, length, evaluator.n_evaluations, elapsed))
        evaluator.step = step + 1
        if self._bar is not None:
            self._bar.update(step, value, norm, elapsed)
        if self._callback is not None and step:
            count = evaluator.n_evaluations
            self._call_back(
                StepState(step, x.copy(), self._names, value, norm, length, count, elapsed)
            )

    def check(self, value: float, norm: float, promise: Callable[[], float] | None = None) -> None:
        """Raise `StopRun` when the point just recorded is stationary or the last one allowed."""
        rule = self.rule
        if rule.is_met(value, norm) and (promise is None or rule.is_settled(value, promise())):
            raise StopRun(Outcome.CONVERGED_GRADIENT)
        if self.n_steps >= rule.max_steps:
            raise StopRun(Outcome.MAX_STEPS)

    def close(self) -> None:
        """Take the progress bar away."""
        if self._bar is not None:
            self._bar.close()

    def _call_back(self, state: StepState) -> None:
        """Call the user's callback; its exceptions say in which step they happened."""
        callback = self._callback
        if callback is None:
            return
        try:
            wants_stop = bool(callback(state))
        except StopIteration:
            wants_stop = True
        except Exception as error:
            raise UserFunctionError(
                f"The callback raised {type(error).__name__} (step {state.step}): {error}"
            ) from error
        if wants_stop:
            raise StopRun(Outcome.STOPPED_BY_CALLBACK)
