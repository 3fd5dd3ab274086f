"""The record of a run: one row a step, and the journal that writes it while the run lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import UserFunctionError
from ..outcome import Outcome
from .bounds import Vector
from .evaluator import Evaluator
from .keeping import Keeper
from .objective import Point, StopRun
from .packing import read_only
from .plain import to_plain
from .progress import ProgressBar
from .stopping import StoppingRule

__all__ = ["Callback", "Journal", "StepState", "Trace", "with_shapes"]

#: Rows at either end of a long trace that a notebook shows.
ROWS_SHOWN = 10

#: For at most so many variables a trace keeps the points.
MAX_PATH = 2


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The columns of a run, one row a step; row 0 is the start.

    Attributes
    ----------
    step, value, gradient_norm, step_length, n_evaluations, elapsed : ndarray (n_steps + 1,)
        `gradient_norm` is the largest component, NaN where the method took no gradient;
        `step_length` is the Euclidean distance moved; `elapsed` is in seconds.
    points : ndarray (n_steps + 1, n) or None
        The path, kept for at most two variables.
    """

    step: np.ndarray[Any, np.dtype[np.int64]]
    value: Vector
    gradient_norm: Vector
    step_length: Vector
    n_evaluations: np.ndarray[Any, np.dtype[np.int64]]
    elapsed: Vector
    points: Vector | None = None

    @classmethod
    def from_rows(
        cls, rows: Sequence[tuple[float, ...]], places: Sequence[Vector] | None = None
    ) -> Trace:
        """Build the columns from rows in the order of the attributes, and the path from places."""
        table = np.array(rows, dtype=float).reshape(-1, 6).T
        return cls(
            table[0].astype(np.int64), table[1], table[2], table[3],
            table[4].astype(np.int64), table[5], None if places is None else np.array(places),
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
        path = {} if self.points is None else {"points": to_plain(self.points)}
        return {name: to_plain(getattr(self, name)) for name in names} | path


@dataclass(frozen=True, slots=True, eq=False)
class StepState:
    """What a callback sees after each step: the whole state of the run, to be read only.

    Attributes
    ----------
    step : int
    vector : ndarray (n,)
        The point, in the order of `names`.
    names : tuple of str
    value, gradient_norm, step_length, elapsed : float
    n_evaluations, n_gradients, n_hessians : int
        So far, products of the Hessian with vectors among the Hessians.
    method : str
        What the run was asked for, or what "auto" took.
    gradient : ndarray (n,) or None
        None where the method took none.
    memory : object
        What a method of our own remembers for its next step, as plain data; None for SciPy's.
    best_value : float
        The least value of all evaluations so far.
    unpack : callable or None
        From the vector to the variables in their shapes, where some are arrays.
    """

    step: int
    vector: Vector
    names: tuple[str, ...]
    value: float
    gradient_norm: float
    step_length: float
    n_evaluations: int
    elapsed: float
    n_gradients: int = 0
    n_hessians: int = 0
    method: str = ""
    gradient: Vector | None = None
    memory: Any = None
    best_value: float = np.inf
    unpack: Callable[[Vector], dict[str, Any]] | None = None

    @property
    def x(self) -> dict[str, Any]:
        """The point by name, arrays in their shapes."""
        if self.unpack is not None:
            return self.unpack(self.vector)
        return dict(zip(self.names, self.vector.tolist(), strict=True))


Callback = Callable[[StepState], object]


def with_shapes(
    callback: Callback | None, unpack: Callable[[Vector], dict[str, Any]]
) -> Callback | None:
    """Return a callback that sees arrays in their shapes."""
    return None if callback is None else lambda state: callback(replace(state, unpack=unpack))


class Journal:
    """Writes the trace, calls the callback, moves the progress bar and applies the limits.

    A callback ends the run by returning something true or by raising `StopIteration`. A `keeper`
    writes the state of a run on the loop to a file, and has the one of an earlier run.
    """

    def __init__(
        self,
        evaluator: Evaluator,
        rule: StoppingRule,
        names: tuple[str, ...],
        callback: Callback | None,
        progress: bool = True,
        *,
        method: str = "",
        keeper: Keeper | None = None,
    ) -> None:
        self.rule = rule
        self.rows: list[tuple[float, ...]] = []
        self.places: list[Vector] | None = [] if len(names) <= MAX_PATH else None
        self._evaluator, self._names, self._callback = evaluator, names, callback
        self._method, self._keeper = method, keeper
        self._bar = ProgressBar(rule.max_steps, evaluator.remaining) if progress else None

    @property
    def n_steps(self) -> int:
        """The number of steps recorded after the start."""
        return max(len(self.rows) - 1, 0)

    def open(self, start: Point, norm: float) -> None:
        """Write the row of the start, or those of the run that is gone on with."""
        saved = None if self._keeper is None else self._keeper.saved
        if self._keeper is None or saved is None:
            self.record(start.x, start.value, norm, 0.0)
            return
        self._keeper.check_start(start.value)
        self.rows = [tuple(row) for row in saved.rows.tolist()]
        if self.places is not None and saved.places is not None:
            self.places = list(saved.places)

    def resume(self, start: Point) -> tuple[Point, Any]:
        """Return where the run goes on, and what the method remembers there.

        Raises `StopRun` where there is no step left to take.
        """
        saved = None if self._keeper is None else self._keeper.saved
        if saved is None:
            return start, None
        evaluator = self._evaluator
        evaluator.restore(saved.evaluator)
        evaluator.step = len(self.rows)
        point = Point(saved.x, saved.value, saved.gradient)
        norm = self.rule.norm(point.x, point.gradient)
        if saved.has_arrived and self.rule.is_met(point.value, norm):
            raise StopRun(Outcome.CONVERGED_GRADIENT)
        if self.n_steps >= self.rule.max_steps:
            raise StopRun(Outcome.MAX_STEPS)
        return point, saved.memory

    def record(
        self, x: Vector, value: float, norm: float, length: float, *,
        gradient: Vector | None = None, memory: Any = None,
    ) -> None:  # fmt: skip
        """Write one row; raise `StopRun` when the callback says so."""
        self._write(x, value, norm, length)
        self._call_back(x, gradient, memory)

    def check(self, value: float, norm: float) -> None:
        """Raise `StopRun` when the point just recorded is stationary or the last one allowed."""
        if self.rule.is_met(value, norm):
            raise StopRun(Outcome.CONVERGED_GRADIENT)
        if self.n_steps >= self.rule.max_steps:
            raise StopRun(Outcome.MAX_STEPS)

    def take(
        self, point: Point, norm: float, length: float, memory: Any,
        promise: Callable[[], float] | None = None,
    ) -> None:  # fmt: skip
        """Write down a step on the loop, keep the state, and raise `StopRun` when it was the last.

        The state is whole before anything else may end the run.
        """
        rule = self.rule
        self._write(point.x, point.value, norm, length)
        has_arrived = rule.is_met(point.value, norm) and (
            promise is None or rule.is_settled(point.value, promise())
        )
        # A step that the end of the time cut short is not one of a run without interruption.
        if self._keeper is not None and not self._evaluator.is_late:
            self._keeper.keep(
                point, memory, self.rows, self.places, self._evaluator, has_arrived
            )  # fmt: skip
        self._call_back(point.x, point.gradient, memory)
        if has_arrived:
            raise StopRun(Outcome.CONVERGED_GRADIENT)
        if self.n_steps >= rule.max_steps:
            raise StopRun(Outcome.MAX_STEPS)

    def close(self) -> None:
        """Take the progress bar away, and write the last state."""
        if self._bar is not None:
            self._bar.close()
        if self._keeper is not None:
            self._keeper.write()

    def describe(self) -> list[str]:
        """Return what a result says of the file that keeps the run."""
        return [] if self._keeper is None else self._keeper.describe(self.n_steps)

    def _write(self, x: Vector, value: float, norm: float, length: float) -> None:
        """Write one row, and where it is kept, the place."""
        step, evaluator = len(self.rows), self._evaluator
        elapsed = evaluator.elapsed()
        self.rows.append((step, value, norm, length, evaluator.n_evaluations, elapsed))
        if self.places is not None:
            self.places.append(x)
        evaluator.step = step + 1
        if self._bar is not None:
            self._bar.update(self.rows, self.rule.threshold(value))

    def _call_back(self, x: Vector, gradient: Vector | None, memory: Any) -> None:
        """Call the user's callback; its exceptions say in which step they happened."""
        callback, evaluator = self._callback, self._evaluator
        if callback is None or not self.n_steps:
            return
        step, value, norm, length, count, elapsed = self.rows[-1]
        known = None if gradient is None or np.isnan(gradient).all() else gradient.copy()
        state = StepState(
            int(step), x.copy(), self._names, value, norm, length, int(count), elapsed,
            evaluator.n_gradients, evaluator.n_hessians + evaluator.n_products, self._method,
            known, read_only(memory), evaluator.best_value,
        )  # fmt: skip
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
