"""Second derivatives from one step in each variable."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..outcome import Estimate, Outcome, Trust
from .noise import EPSILON

__all__ = ["second_difference"]

#: Values of the function at offsets from the point, in units of the steps.
Stencil = tuple[tuple[int, int, float], ...]

_STENCILS: dict[tuple[str, bool], Stencil] = {
    ("central", False): ((1, 0, 1.0), (0, 0, -2.0), (-1, 0, 1.0)),
    ("forward", False): ((2, 0, 1.0), (1, 0, -2.0), (0, 0, 1.0)),
    ("central", True): ((1, 1, 0.25), (1, -1, -0.25), (-1, 1, -0.25), (-1, -1, 0.25)),
    ("forward", True): ((1, 1, 1.0), (1, 0, -1.0), (0, 1, -1.0), (0, 0, 1.0)),
}


def second_difference(
    function: Callable[[float, float], float],
    x: float,
    y: float | None,
    method: str,
    *,
    step: float | None = None,
) -> Estimate:
    """Return a second difference quotient: in x twice, or in x and y.

    Parameters
    ----------
    function : callable
        `function(x, y)`; y is 0 where only x counts.
    x : float
    y : float or None
        None for the second derivative in x.
    method : str
        "forward" or "central".
    step : float, optional
        Relative to the size of the coordinates; default: the root of the rounding error in which
        truncation and rounding are equal, for a function that changes over a length 1.

    Notes
    -----
    3 or 4 evaluations; as many at twice the step tell the error.
    """
    relative = step or EPSILON ** (1 / 4 if method == "central" else 1 / 3)
    value, rounding, used = _quotient(function, x, y, method, relative)
    name = f"{method} second difference" if y is None else f"mixed {method} difference"
    if not math.isfinite(value):
        note = "the function is not finite beside the point"
        return Estimate(
            math.nan, math.nan, name, Trust.UNCHECKED, Outcome.NOT_FINITE, note, step=used
        )
    coarse = _quotient(function, x, y, method, 2.0 * relative)[0]
    return Estimate(value, abs(coarse - value) + rounding, name, Trust.ESTIMATED, step=used)


def _quotient(
    function: Callable[[float, float], float],
    x: float,
    y: float | None,
    method: str,
    relative: float,
) -> tuple[float, float, float]:
    """Return the quotient, a bound on its rounding, and the step in x."""
    dx = _exact(x, relative * max(abs(x), 1.0))
    dy = dx if y is None else _exact(y, relative * max(abs(y), 1.0))
    total = noise = 0.0
    for i, j, weight in _STENCILS[method, y is not None]:
        value = function(x + i * dx, 0.0 if y is None else y + j * dy)
        total += weight * value
        noise += EPSILON * abs(weight * value)
    return total / dx / dy, noise / dx / dy, dx


def _exact(x: float, step: float) -> float:
    """Return a step near the one given by which the coordinate moves exactly."""
    return (x + step) - x
