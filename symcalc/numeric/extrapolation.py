"""Difference quotients at steps that halve, extrapolated to step zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Entry", "Quotient", "Table"]

#: Entries in a row at most, so that late rows forget steps that reached beyond a pole.
MAX_COLUMNS = 6
#: An entry counts from this column on: three quotients in a row must tell the same story.
FIRST_COLUMN = 2
#: A later quotient refutes an entry beyond these multiples of the entry's error and of its own
#: noise: errors inside a function that move slowly hide from the measurement of noise.
DOUBT, NOISE_DOUBT = 4.0, 32.0
#: So many of the longest steps see one slope when their quotients vary by less than this part.
LONGEST, STEADY = 5, 0.25

#: A difference quotient and a bound on the noise in it; NaN where there is none.
Quotient = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a table: its estimated error, the part of it that is noise, its least step."""

    value: float
    error: float
    noise: float
    step: float


class Table:
    """An extrapolation table that remembers its calmest entry.

    Parameters
    ----------
    power : int
        The quotients have an expansion in `step**power`: 2 for central ones, 1 for one-sided.

    Attributes
    ----------
    best : Entry or None
        The entry with the least error so far.
    quotients : dict of float to float
        The plain quotients by step.

    Notes
    -----
    Richardson extrapolation. The error of an entry is the greater of the changes from its two
    neighbors, plus the noise that the weights carry into it: it is rather the error of those
    neighbors, and so on the safe side where the table converges.

    References
    ----------
    C. J. F. Ridders, *Accurate computation of F'(x) and F'(x)F''(x)*, Advances in Engineering
    Software 4 (1982) 75-76. Here three rows must agree, and noise is measured.
    """

    def __init__(self, power: int) -> None:
        self.power = power
        self.best: Entry | None = None
        self.quotients: dict[float, float] = {}
        self._noises: dict[float, float] = {}
        #: The noise in the last plain quotient.
        self.floor = math.inf
        self._previous: list[Quotient] = []

    def add(self, quotient: Quotient, step: float) -> None:
        """Take the quotient at the next step, half of the one before."""
        value, noise = quotient
        if not (math.isfinite(value) and math.isfinite(noise)):
            self._previous = []
            return
        self.quotients[step] = value
        self._noises[step] = self.floor = noise
        if not self.allows(quotient, step):
            self.best = None
        row = [quotient]
        for column, (old, old_noise) in enumerate(self._previous[: MAX_COLUMNS - 1]):
            weight = 2.0 ** (self.power * (column + 1))
            value, noise = row[column]
            sharper = value + (value - old) / (weight - 1)
            carried = (weight * noise + old_noise) / (weight - 1)
            row.append((sharper, carried))
            error = max(abs(sharper - value), abs(sharper - old)) + carried
            if column + 1 >= FIRST_COLUMN and (self.best is None or error <= self.best.error):
                self.best = Entry(sharper, error, carried, step)
        self._previous = row

    def allows(self, quotient: Quotient, step: float) -> bool:
        """Say whether the quotient at a smaller step is what the best entry leads to expect.

        A long step may skip what lies between, and agree with its neighbors all the same.
        """
        if self.best is None:
            return True
        value, noise = quotient
        coarse = abs(self.quotients[self.best.step] - self.best.value)
        expected = coarse * step / self.best.step
        allowed = expected + DOUBT * self.best.error + NOISE_DOUBT * noise
        return abs(value - self.best.value) <= allowed

    def rises_below(self, step: float) -> bool:
        """Say whether quotients at smaller steps are no noise."""
        return any(
            abs(value) > NOISE_DOUBT * self._noises[at]
            for at, value in self.quotients.items()
            if at < step
        )

    def steady_above(self, step: float) -> float:
        """Return the slope of the longest steps, all above the one given; 0 where it varies."""
        longest = sorted(self.quotients, reverse=True)[:LONGEST]
        first = self.quotients[longest[0]]
        steady = all(abs(self.quotients[s] - first) <= STEADY * abs(first) for s in longest)
        return first if steady and longest[-1] > step else 0.0

    def forget(self) -> None:
        """Drop the best entry and the rows; later rows start afresh."""
        self.best, self._previous = None, []
