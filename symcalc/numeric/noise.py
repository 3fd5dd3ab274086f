"""How much the values of a function tremble, seen from values close to each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["EPSILON", "LEAST", "noise_of"]

EPSILON = 2.0**-52
#: The least positive double: what a value may lose by underflow.
LEAST = 5e-324
#: The orders of differences that are looked at: a smooth function has none left there.
ORDERS = (3, 4)
#: The noise is a standard deviation; a bound takes three of them.
DEVIATIONS = 3.0


def noise_of(values: Sequence[float]) -> float:
    """Return a bound on the noise in values at equal distances, close to each other.

    Parameters
    ----------
    values : sequence of float
        At least six, all on one side of the point: at a kink or a jump differences are large
        without any noise.

    Returns
    -------
    float
        Three standard deviations; at least one unit of rounding of the greatest value. NaN
        where a value is not finite.

    Notes
    -----
    The differences of order k of pure noise with variance s² have variance (2k)!/(k!)² s²; those
    of a smooth function vanish with the distance. Beside a pole or a branch point they do
    not, but those of each order have one sign there, which those of noise hardly ever have.

    References
    ----------
    J. J. Moré and S. M. Wild, *Estimating computational noise*, SIAM Journal on Scientific
    Computing 33 (2011) 1292-1314. The greatest of two orders is taken, not the first that
    seems settled.
    """
    if not all(map(math.isfinite, values)):
        return math.nan
    size = max(map(abs, values))
    if size == 0.0:
        return LEAST
    scaled = [value / size for value in values]
    found = EPSILON / DEVIATIONS
    if not all(_has_one_sign(_differences(scaled, order)) for order in (2, *ORDERS)):
        found = max(found, *(_deviation(scaled, order) for order in ORDERS))
    return max(DEVIATIONS * found * size, LEAST)


def _differences(values: Sequence[float], order: int) -> list[float]:
    """Return the differences of one order."""
    differences = list(values)
    for _ in range(order):
        differences = [b - a for a, b in zip(differences, differences[1:], strict=False)]
    return differences


def _has_one_sign(numbers: Sequence[float]) -> bool:
    return min(numbers) > 0.0 or max(numbers) < 0.0


def _deviation(values: Sequence[float], order: int) -> float:
    """Return the standard deviation of the noise that differences of one order show."""
    differences = _differences(values, order)
    mean = sum(d * d for d in differences) / len(differences)
    return math.sqrt(mean / math.comb(2 * order, order))
