"""Where one spelling of a formula is better on one side and another on the other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

__all__ = ["Split", "best_split"]

#: A split must lower the mean loss of the better spelling by so many digits.
MIN_GAIN = 0.4
#: On each side at least so many points.
MIN_SIDE = 5
#: A threshold at zero may cost so many digits on average.
NEARLY = 0.05


@dataclass(frozen=True, slots=True)
class Split:
    """A threshold of one variable: below it the first spelling, or the second."""

    name: str
    threshold: Fraction
    first_is_below: bool
    mean: float


def best_split(
    columns: Mapping[str, NDArray[np.float64]],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
) -> Split | None:
    """Return the threshold at which two spellings are joined best, None where none helps."""
    known = ~(np.isnan(first) | np.isnan(second))
    best: Split | None = None
    limit = min(float(np.mean(first[known])), float(np.mean(second[known]))) - MIN_GAIN
    for name, column in columns.items():
        order = np.argsort(column[known], kind="stable")
        x, a, b = column[known][order], first[known][order], second[known][order]
        for below, above, first_is_below in ((a, b, True), (b, a, False)):
            if len(x) <= 2 * MIN_SIDE:
                continue
            head, tail = np.cumsum(below), np.cumsum(above[::-1])[::-1]
            means = (head[:-1] + tail[1:]) / len(x)
            means[x[:-1] == x[1:]] = math.inf
            means[: MIN_SIDE - 1] = math.inf
            means[len(means) - MIN_SIDE + 1 :] = math.inf
            place = int(np.argmin(means))
            across = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
            if across.size and means[across[0]] <= means[place] + NEARLY:
                place = int(across[0])  # zero is the plainest threshold
            mean = float(means[place])
            if mean < limit:
                limit = mean
                threshold = _plain_number(float(x[place]), float(x[place + 1]))
                best = Split(name, threshold, first_is_below, mean)
    return best


def _plain_number(lower: float, upper: float) -> Fraction:
    """Return the plainest number in (lower, upper]: 0, or one with few digits."""
    if lower < 0 <= upper:
        return Fraction(0)
    sign = -1 if upper < 0 else 1
    great = max(abs(lower), abs(upper))
    exponent = math.floor(math.log10(great))
    for digits in range(18):
        step = Fraction(10) ** (exponent - digits)
        found = sign * math.floor(Fraction(great) / step) * step
        if Fraction(lower) < found <= Fraction(upper):
            return found
    return Fraction(upper)
