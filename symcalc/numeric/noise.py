"""How much the values of a function tremble, seen from values close to each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["EPSILON", "LEAST", "noise_of"]

EPSILON = 2.0**-52
#: The least positive double: what a value may lose by underflow.
LEAST = 5e-324
#: The orders of differences that are looked at: a smooth function has none left there.
ORDERS = (3, 4, 5)
#: The noise is a standard deviation; a bound takes three of them.
DEVIATIONS = 3.0
#: Noise that each side lacks, by this factor, is no noise: the function breaks in the middle.
BREAK = 100.0


def noise_of(values: Sequence[float]) -> float:
    """Return a bound on the noise in values at equal distances, close to each other.

    Parameters
    ----------
    values : sequence of float
        An odd number, at least seven; the middle one is at the point itself.

    Returns
    -------
    float
        Three standard deviations; at least one unit of rounding of the greatest value. NaN
        where a value is not finite.

    Notes
    -----
    The differences of order k of pure noise with variance s² have variance (2k)!/(k!)² s²; those
    of a smooth function vanish with the distance. At a kink or a jump in the middle they do
    not, but those of each side do.

    References
    ----------
    J. J. Moré and S. M. Wild, *Estimating computational noise*, SIAM Journal on Scientific
    Computing 33 (2011) 1292-1314. The greatest of three orders is taken, not the first that
    seems settled.
    """
    if not all(map(math.isfinite, values)):
        return math.nan
    size = max(map(abs, values))
    if size == 0.0:
        return LEAST
    scaled = [value / size for value in values]
    least = EPSILON / DEVIATIONS
    whole = max(least, *(_deviation(scaled, order) for order in ORDERS))
    middle = len(scaled) // 2
    sides = max(least, _deviation(scaled[:middle], 2), _deviation(scaled[middle + 1 :], 2))
    return max(DEVIATIONS * (sides if whole > BREAK * sides else whole) * size, LEAST)


def _deviation(values: Sequence[float], order: int) -> float:
    """Return the standard deviation of the noise that differences of one order show."""
    differences = list(values)
    for _ in range(order):
        differences = [b - a for a, b in zip(differences, differences[1:], strict=False)]
    mean = sum(d * d for d in differences) / len(differences)
    return math.sqrt(mean / math.comb(2 * order, order))
