"""Steps on batches of rows: many cheap ones between two looks at the whole objective."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...outcome import Outcome
from ..batches import Batch, Batches, RowObjective
from ..bounds import Vector
from ..curvature import largest_eigenvalue
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point, StopRun
from ..plain import count_of
from ..schedules import read_schedule
from .adaptive import GradientRule, Move
from .clipping import Clipping

__all__ = ["BatchPlan", "BatchSteps", "HeavyBall", "PlainBatches", "Sampling", "StraightDown",
           "batch_curvature"]  # fmt: skip

#: So many batches are looked at for the largest curvature.
N_CURVED = 16

#: Gradients of batches that scatter by more than so many times the whole gradient are chance.
MOSTLY_CHANCE = 3.0

_FROM_CURVATURE = "from the largest curvature of some of them"

#: A cautious rate where the objective shows no curvature.
CAUTIOUS = 1e-3

#: After so many batches a point is looked at: one that is lost ends the pass.
LOOK_EVERY = 256


@dataclass(frozen=True, slots=True)
class StraightDown:
    """The gradient of the batch."""

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return the gradient itself."""
        return Move(gradient, None)


@dataclass(frozen=True, slots=True)
class HeavyBall:
    """Polyak's momentum: `v = beta*v + g`."""

    beta: float

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return the gradient plus a share of the last direction."""
        velocity = gradient if memory is None else self.beta * memory + gradient
        return Move(velocity, velocity)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Which batches a run goes through, and when it looks at the whole objective.

    Attributes
    ----------
    size : int
    passes : int
    record_every : int or None
        Batches between two points of the trace; None: one pass.
    order : str or None
        As in `Batches`; None: "blocks" for data on disk, else "rows".
    """

    size: int = 256
    passes: int = 20
    record_every: int | None = None
    order: str | None = None

    def batches(self, rows: RowObjective) -> Batches:
        """Return the batches of these rows."""
        order = self.order or ("blocks" if rows.data.is_on_disk else "rows")
        return Batches(rows.data, self.size, rows.seed, order)

    def n_records(self, n_rows: int) -> int:
        """Return the number of points of the trace after the start."""
        n_batches = -(-n_rows // self.size)
        return -(-self.passes * n_batches // (self.record_every or n_batches))


class Sampling(Protocol):
    """How the gradient is estimated from a batch; a value without state of its own."""

    def begin(self, rows: RowObjective, batches: Batches, point: Point, memory: Any) -> Any:
        """Return what estimates up to the next look lean on, plain data."""

    def run(self, batches: Batches, number: int, first: int) -> Iterator[Batch]:
        """Yield the batches of a pass."""

    def gradient(self, rows: RowObjective, x: Vector, batch: Batch, anchor: Any) -> Vector:
        """Return the estimate; `anchor` may be changed in place."""


@dataclass(frozen=True, slots=True)
class PlainBatches:
    """The gradient of the batch alone."""

    def begin(self, rows: RowObjective, batches: Batches, point: Point, memory: Any) -> Any:
        """Return nothing: there is nothing to lean on."""
        return None

    def run(self, batches: Batches, number: int, first: int) -> Iterator[Batch]:
        """Yield the batches of a pass, in a new order."""
        return batches.run(number, first)

    def gradient(self, rows: RowObjective, x: Vector, batch: Batch, anchor: Any) -> Vector:
        """Return the gradient of the batch."""
        return rows.value_and_gradient(x, batch.rows, batch.n_rows)[1]


@dataclass(frozen=True, slots=True)
class BatchSteps:
    """One step is a pass over the rows, a step of the rule a batch, or as many as are recorded.

    The point that is returned, and so recorded and tested, is that of the whole objective: at the
    last iterate, or at the average. What is remembered: the number of batches so far, the iterate,
    the memory of the rule, the rate, the average and its count, and what the sampling leans on.

    Attributes
    ----------
    rule : GradientRule
    sampling : Sampling
    plan : BatchPlan
    rate : float or None
        None: `share` of the inverse of the largest curvature of some batches at the start.
    share : float
    schedule : str, tuple or None
        As `read_schedule` takes it, counted in batches; the length of the run is known there.
    clipping : Clipping
    averaging : str, float or None
        "polyak": the mean of all iterates; "tail": of those in the second half of the run
        (Polyak and Juditsky, Acceleration of stochastic approximation by averaging, 1992); a number
        d: `d*average + (1 - d)*iterate`.
    """

    rule: GradientRule
    sampling: Sampling
    plan: BatchPlan
    rate: float | None
    share: float
    schedule: Any
    clipping: Clipping
    averaging: str | float | None = None

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Go through the batches up to the next look, and look."""
        rows = evaluator.objective.rows
        if rows is None:
            raise TypeError("the objective has no rows")
        if evaluator.is_late:
            raise StopRun(Outcome.TIME_LIMIT)
        batches = self.plan.batches(rows)
        if memory is None:
            memory = (0, point.x, None, self._first_rate(rows, batches, point.x), None, 0, None)
        evaluator.stage = "in a batch"
        before, memory = memory, self._go_on(evaluator, rows, batches, point, memory)
        evaluator.remarks["batches"] = _describe(batches, memory[0], memory[3], self)
        if not np.isfinite(memory[1]).all():
            lost = self._where_lost(evaluator, rows, batches, point, before)
            if lost is not None:
                return Step(lost, memory)
        evaluator.stage = "after the batches"
        x = memory[1] if memory[4] is None else memory[4]
        if not evaluator.is_late:
            new = evaluator.point(x.copy())
        else:
            with evaluator.beyond_limits():  # what the pass has gained is not thrown away
                new = evaluator.point(x.copy())
        is_plain = isinstance(self.sampling, PlainBatches) and self.averaging is None
        if (
            is_plain
            and len(batches) > 1
            and memory[0] == len(batches) * self.plan.passes
            and new.is_finite
        ):
            evaluator.remarks["advice"] = _describe_scatter(rows, batches, new, self.plan.passes)
        return Step(new, memory)

    def _go_on(
        self, evaluator: Evaluator, rows: RowObjective, batches: Batches, point: Point, memory: Any,
        is_watched: bool = False,
    ) -> Any:  # fmt: skip
        """Take the steps on batches up to the next look; return the new memory.

        A run that `is_watched` ends before the first gradient that is not finite.
        """
        count, x, known, rate, average, n_averaged, lean = memory
        anchor = self.sampling.begin(rows, batches, point, lean)
        n_batches = len(batches)
        total = n_batches * self.plan.passes
        goal = min(count + (self.plan.record_every or n_batches), total)
        schedule = read_schedule(self.schedule or "constant", total)
        while count < goal and not evaluator.is_late:
            for batch in self.sampling.run(batches, count // n_batches, count % n_batches):
                gradient = self.sampling.gradient(rows, x, batch, anchor)
                if is_watched and not np.isfinite(gradient).all():
                    return count, x, known, rate, None, 0, anchor
                direction, known = self.rule.move(self.clipping(gradient), x, known, count + 1)
                x = x - (rate * schedule.factor(count)) * direction
                count += 1
                if self.averaging is not None:
                    average, n_averaged = self._averaged(average, n_averaged, x, count / total)
                if count >= goal or evaluator.is_late:
                    break
                if count % LOOK_EVERY == 0 and not np.isfinite(x).all():
                    return count, x, known, rate, None, 0, anchor
        return count, x, known, rate, average, n_averaged, anchor

    def _where_lost(
        self, evaluator: Evaluator, rows: RowObjective, batches: Batches, point: Point, memory: Any
    ) -> Point | None:
        """Go through the batches once more, to the point where a gradient was no number.

        None where the whole objective is finite there: then the steps grew without bound.
        """
        x = self._go_on(evaluator, rows, batches, point, memory, is_watched=True)[1]
        if not np.isfinite(x).all():
            return None
        with evaluator.beyond_limits():
            lost = evaluator.point(x.copy())
        return None if lost.is_finite else lost

    def _averaged(
        self, average: Vector | None, n_averaged: int, x: Vector, done: float
    ) -> tuple[Vector | None, int]:
        """Return the average with one iterate more, and how many it has."""
        if self.averaging == "tail" and done <= 0.5:
            return None, 0
        if average is None:
            return x, 1
        weight = 1.0 / (n_averaged + 1)
        if isinstance(self.averaging, float):
            weight = max(weight, 1.0 - self.averaging)
        return average + weight * (x - average), n_averaged + 1

    def _first_rate(self, rows: RowObjective, batches: Batches, x: Vector) -> float:
        """Return the rate: the one given, or that of the largest curvature."""
        if self.rate is not None:
            return self.rate
        curvature = batch_curvature(rows, batches, x)
        return self.share / curvature if 0.0 < curvature < np.inf else CAUTIOUS


def batch_curvature(rows: RowObjective, batches: Batches, x: Vector) -> float:
    """Return the largest curvature among some batches of the first pass, by power iteration.

    That of a batch is what a step on it meets; that of the whole objective is smaller.
    """
    largest = 0.0
    for batch in itertools.islice(batches.run(0), N_CURVED):
        found = largest_eigenvalue(
            lambda v, of=batch: rows.product(x, v, of.rows, of.n_rows),  # type: ignore[misc]
            x.size, rows.seed,
        )  # fmt: skip
        largest = max(largest, found)
    return largest


def _describe_scatter(rows: RowObjective, batches: Batches, point: Point, number: int) -> str:
    """Say how much of a batch's gradient, where the run ended, is chance."""
    squares = []
    for batch in itertools.islice(batches.run(number), N_CURVED):
        part = rows.value_and_gradient(point.x, batch.rows, batch.n_rows)[1] - point.gradient
        squares.append(float(part @ part))
    scatter, whole = float(np.mean(squares)) ** 0.5, float(np.linalg.norm(point.gradient))
    told = (
        f"At the end gradients of batches scatter by {scatter:.2g} around the whole one, of length "
        f"{whole:.2g}"
    )
    if scatter > MOSTLY_CHANCE * whole:
        return (
            f"{told}: steps there are chance. A smaller rate, averaging='tail' or method='svrg' "
            "comes nearer."
        )
    return f"{told}: more passes come nearer."


def _describe(batches: Batches, count: int, rate: float, steps: BatchSteps) -> str:
    """Return the rows, the batches, the steps so far and the rate in words."""
    n_rows = batches.data.n_rows
    rest = n_rows % batches.size
    last = f", the last of {rest}" if rest and n_rows > batches.size else ""
    whose = ""
    if steps.rate is None:
        is_guess = rate == CAUTIOUS
        whose = ", a guess: they show no curvature" if is_guess else f", {_FROM_CURVATURE}"
    size = min(batches.size, n_rows)
    return (
        f"{count_of(n_rows, 'row')} in batches of {size}{last}, {len(batches)} in a pass; "
        f"rate {rate:.3g}{whose}; {count_of(count, 'step')}."
    )
