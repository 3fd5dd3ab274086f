"""Derivatives of plain callables by differences, each with an estimate of its error."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..outcome import Estimate, Outcome, Trust

__all__ = ["central_difference", "complex_step", "mixed_difference", "one_sided_difference"]

EPSILON = 2.0**-52
#: Each row of the extrapolation table takes a step smaller by this factor (Ridders 1982).
SHRINK = 2.0
MAX_ROWS = 26
#: Entries in a row at most, so that late rows forget steps that reached beyond a pole.
MAX_COLUMNS = 6
#: The first step, relative to the size of the coordinate.
FIRST_STEP = 0.125
#: Two complex steps that differ by more show that the function is not analytic, or overflows.
AGREEMENT = 1e-8


def central_difference(
    function: Callable[[float], float],
    x: float,
    *,
    order: int = 1,
    scale: float | None = None,
) -> Estimate:
    """Differentiate once or twice by central differences, extrapolated to step zero.

    Parameters
    ----------
    function : callable
        Takes and returns a float.
    x : float
    order : {1, 2}
    scale : float, optional
        The length over which the function changes; default `max(|x|, 1)`.

    Returns
    -------
    Estimate
        `Trust.ESTIMATED`; `Outcome.NOT_FINITE` with a NaN where the function is not finite
        near `x`.

    Notes
    -----
    Richardson extrapolation in the squared step. 2·26 evaluations, 3·26 for order 2. The error is
    the change between neighboring entries of the table at the best one plus the rounding error
    there. It promises nothing for functions with features narrower than the steps, nor at
    kinks: there both sides are averaged without notice.

    References
    ----------
    C. J. F. Ridders, *Accurate computation of F'(x) and F'(x)F''(x)*, Advances in Engineering
    Software 4 (1982) 75-76.
    """
    size = scale or max(abs(x), 1.0)

    def difference(step: float) -> tuple[float, float]:
        up, down = (x + step), (x - step)
        width = up - down
        above, below = function(up), function(down)
        if order == 1:
            return (above - below) / width, (abs(above) + abs(below)) * EPSILON / width
        middle = function(x)
        quotient = (above - 2 * middle + below) / (width / 2) ** 2
        noise = (abs(above) + 2 * abs(middle) + abs(below)) * EPSILON / (width / 2) ** 2
        return quotient, noise

    return _extrapolated(difference, size * FIRST_STEP, 2, f"central differences, order {order}")


def mixed_difference(
    function: Callable[[float, float], float], x: float, y: float, *, scale: float | None = None
) -> Estimate:
    """Differentiate once in each of two variables by central differences, extrapolated."""
    width_x = scale or max(abs(x), 1.0)
    width_y = scale or max(abs(y), 1.0)

    def difference(step: float) -> tuple[float, float]:
        dx, dy = step * width_x, step * width_y
        corners = [
            sign_x * sign_y * function(x + sign_x * dx, y + sign_y * dy)
            for sign_x in (1, -1)
            for sign_y in (1, -1)
        ]
        area = 4 * dx * dy
        return sum(corners) / area, sum(map(abs, corners)) * EPSILON / area

    return _extrapolated(difference, FIRST_STEP, 2, "mixed central differences")


def one_sided_difference(
    function: Callable[[float], float], x: float, side: int, *, scale: float | None = None
) -> Estimate:
    """Differentiate from the right (`side` 1) or left (-1), using no point on the other side.

    Richardson extrapolation of first order quotients; errors as in `central_difference`.
    """
    size = scale or max(abs(x), 1.0)
    at_x = function(x)

    def difference(step: float) -> tuple[float, float]:
        beside = x + math.copysign(step, side)
        above = function(beside)
        width = beside - x
        return (above - at_x) / width, (abs(above) + abs(at_x)) * EPSILON / abs(width)

    name = "from the right" if side > 0 else "from the left"
    return _extrapolated(difference, size * FIRST_STEP, 1, f"differences {name}")


def complex_step(function: Callable[[complex], complex], x: float) -> Estimate:
    """Differentiate an analytic function by the imaginary part of one value beside the real axis.

    Parameters
    ----------
    function : callable
        Takes and returns a complex number, analytic and real on the real axis. A function that
        conjugates or drops the imaginary part gives a wrong answer without notice.
    x : float

    Returns
    -------
    Estimate
        Two steps are compared; `Trust.SUSPECT` where they do not agree.

    References
    ----------
    W. Squire and G. Trapp, *Using complex variables to estimate derivatives of real functions*,
    SIAM Review 40 (1998) 110-112.
    """
    size = abs(x) or 1.0
    values = [function(complex(x, size * step)).imag / (size * step) for step in (1e-30, 1e-40)]
    gap = abs(values[0] - values[1])
    if not math.isfinite(gap):
        return _nothing("complex step")
    step, value = size * 1e-40, values[1]
    if gap > AGREEMENT * abs(value):
        note = f"two steps give {values[0]:.3g} and {value:.3g}"
        return Estimate(
            value, gap, "complex step", Trust.SUSPECT, Outcome.UNDECIDED, note, step=step
        )
    error = max(gap, 16 * EPSILON * abs(value))
    return Estimate(value, error, "complex step", Trust.ESTIMATED, step=step)


def _extrapolated(
    difference: Callable[[float], tuple[float, float]], step: float, power: int, method: str
) -> Estimate:
    """Run the extrapolation table and return its calmest entry; `difference` gives noise too."""
    previous: list[float] = []
    best, error = math.nan, math.inf
    for _ in range(MAX_ROWS):
        value, noise = _guarded(difference, step)
        step /= SHRINK
        if not math.isfinite(value):
            previous = []
            continue
        row = [value]
        for column, old in enumerate(previous[: MAX_COLUMNS - 1]):
            weight = SHRINK ** (power * (column + 1)) - 1
            row.append(row[column] + (row[column] - old) / weight)
            change = max(abs(row[-1] - row[-2]), abs(row[-1] - old)) + noise
            if change <= error:
                best, error = row[-1], change
        previous = row
    if math.isnan(best):
        return _nothing(method)
    return Estimate(best, error, method, Trust.ESTIMATED)


def _guarded(
    difference: Callable[[float], tuple[float, float]], step: float
) -> tuple[float, float]:
    """Return NaN where the arithmetic of plain floats raises."""
    try:
        return difference(step)
    except (ValueError, ArithmeticError):
        return math.nan, math.nan


def _nothing(method: str) -> Estimate:
    return Estimate(
        math.nan,
        math.nan,
        method,
        Trust.UNCHECKED,
        Outcome.NOT_FINITE,
        "the function is not finite near the point",
    )
