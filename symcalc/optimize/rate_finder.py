"""A learning rate from a range test: small at first, growing, until the value flies off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ..drawing import draw
from ..outcome import Outcome
from .batches import Batches, RowObjective
from .bounds import Vector
from .methods.stochastic import CAUTIOUS, BatchSteps, batch_curvature
from .plain import count_of, to_plain

__all__ = ["RateSearch", "search_rate"]

#: So many rows, the same all the time, are what the value is taken over.
SAMPLE_ROWS = 4096

#: Rates tried by default, in units of the inverse of the largest curvature; and as they are, for
#: rules whose steps have a length of their own.
BY_CURVATURE, BY_THEMSELVES = (1e-4, 1e2), (1e-6, 1e1)

#: The test ends at a value so many times the greatest fall above the first.
FLOWN_OFF = 2.0

#: Values are smoothed over so many neighbors on either side.
N_SMOOTHED = 2

#: A fall by less than this share of the first value, and of what the value swings, is none.
NOTHING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class RateSearch:
    """What a range test found.

    Attributes
    ----------
    rate : float or None
        Where the value falls most steeply against the logarithm of the rate; None where it does
        not fall.
    rates, values, smoothed : ndarray (n_rates,)
        The rates tried, the objective over a sample of the rows after the step with each, and that
        as a mean over neighbors.
    start_value : float
        The objective over the sample at the start.
    method : str
    n_rows, batch_size : int
    notes : tuple of str
        What the numbers show, in sentences.
    """

    rate: float | None
    rates: Vector
    values: Vector
    smoothed: Vector
    start_value: float
    method: str
    n_rows: int
    batch_size: int
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Whether a rate was found."""
        return Outcome.UNDECIDED if self.rate is None else Outcome.DONE

    def plot(self, path: Any = None) -> Any:
        """Return the picture of the curve, written to a file where `path` is given."""
        return draw(self, path)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        names = ("rate", "rates", "values", "smoothed", "start_value", "method", "n_rows",
                 "batch_size", "notes")  # fmt: skip
        return {name: to_plain(getattr(self, name)) for name in names}

    def __repr__(self) -> str:
        found = "no rate" if self.rate is None else f"rate {self.rate:.3g}"
        head = (
            f"RateSearch: {found} for {self.method}, {count_of(len(self.rates), 'rate')} tried on "
            f"batches of {self.batch_size} out of {count_of(self.n_rows, 'row')}"
        )
        return "\n".join([head, *(f"  {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        """Return a paragraph for notebooks."""
        return "<br>".join(escape(line) for line in repr(self).splitlines())


def search_rate(
    rows: RowObjective, x0: Vector, steps: BatchSteps, method: str, *,
    lowest: float | None = None, highest: float | None = None, n_rates: int = 100,
) -> RateSearch:  # fmt: skip
    """Take steps at rates that grow evenly in their logarithm, and find the steepest fall.

    The range test of Smith, Cyclical learning rates for training neural networks, 2017, section
    3.3; here the value is that over the same sample of rows after every step.
    """
    batches = steps.plan.batches(rows)
    low, high = _range(rows, batches, x0, steps)
    rates = np.geomspace(lowest or low, highest or high, n_rates)
    sample = next(Batches(rows.data, SAMPLE_ROWS, rows.seed + 1, batches.order).run(0))
    first = rows.value(x0, sample.rows, sample.n_rows)
    values: list[float] = []
    least, x, known = first, x0, None
    for count, batch in enumerate(_endless(batches, n_rates)):
        gradient = rows.value_and_gradient(x, batch.rows, batch.n_rows)[1]
        direction, known = steps.rule.move(steps.clipping(gradient), x, known, count + 1)
        x = x - rates[count] * direction
        value = rows.value(x, sample.rows, sample.n_rows)
        values.append(value)
        least = min(least, value)
        if not value - first <= FLOWN_OFF * (first - least) + abs(first):
            break
    found = np.array(values)
    size = min(steps.plan.size, rows.data.n_rows)
    return _judge(rates[: len(found)], found, first, method, rows.data.n_rows, size)


def _range(
    rows: RowObjective, batches: Batches, x0: Vector, steps: BatchSteps
) -> tuple[float, float]:
    """Return the least and the greatest rate to try."""
    if steps.rate is not None:
        return BY_THEMSELVES
    curvature = batch_curvature(rows, batches, x0)
    unit = steps.share / curvature if 0.0 < curvature < np.inf else CAUTIOUS
    return BY_CURVATURE[0] * unit, BY_CURVATURE[1] * unit


def _endless(batches: Batches, n_batches: int) -> Iterator[Any]:
    """Yield so many batches, in as many passes as it takes."""
    done = number = 0
    while done < n_batches:
        for batch in batches.run(number):
            yield batch
            done += 1
            if done == n_batches:
                return
        number += 1


def _judge(
    rates: Vector, values: Vector, first: float, method: str, n_rows: int, size: int
) -> RateSearch:
    """Find the steepest fall, and say what the curve shows."""
    is_known = np.isfinite(values)
    path = np.concatenate([[first], np.where(is_known, values, np.inf)])
    smoothed = np.array([
        path[max(at - N_SMOOTHED, 0) : at + N_SMOOTHED + 1].mean() for at in range(1, path.size)
    ])  # fmt: skip
    lowest = int(np.argmin(smoothed))
    notes, rate = [], None
    if not np.isfinite(first):
        notes.append(
            f"The objective is {first:g} at the start; start elsewhere, or scale the data."
        )
    elif len(rates) == 1:
        notes.append(f"The value flies off at the first rate tried, {rates[0]:.3g}, already: give "
                     "a smaller `lowest`, or scale the data.")  # fmt: skip
    elif not first - smoothed[lowest] > NOTHING * abs(first):
        notes.append(
            f"The value falls at no rate between {rates[0]:.3g} and {rates[-1]:.3g}: the start may "
            "be a minimum already, or the range of rates another (`lowest`, `highest`)."
        )
    else:
        falls = np.diff(np.concatenate([[first], smoothed[: lowest + 1]]))
        rate = float(rates[int(np.argmin(falls))])
        notes.append(
            f"The value over a sample of the rows falls from {first:.6g} to {path.min():.6g}, most "
            f"steeply at the rate {rate:.3g}."
        )
        if lowest == len(rates) - 1:
            notes.append("It falls still at the greatest rate tried; give a greater `highest`.")
        else:
            notes.append(f"From the rate {rates[lowest + 1]:.3g} on it rises again.")
    return RateSearch(rate, rates, values, smoothed, first, method, n_rows, size, tuple(notes))
