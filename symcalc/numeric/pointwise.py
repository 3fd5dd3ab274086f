"""First, second and mixed derivatives of samples around one point."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from ..outcome import Estimate
from .adaptive import Quotients, settle
from .extrapolation import Quotient
from .samples import Samples

__all__ = ["Corners", "adaptive_derivative", "mixed_derivative"]

#: A linear combination of values at multiples of the step: (multiple, weight).
Stencil = tuple[tuple[int, float], ...]

_CENTRAL: dict[int, Stencil] = {
    1: ((1, 0.5), (-1, -0.5)),
    2: ((1, 1.0), (0, -2.0), (-1, 1.0)),
}
#: From the right; for the left the multiples and, for odd orders, the weights change sign.
_SIDE: dict[int, Stencil] = {
    1: ((1, 1.0), (0, -1.0)),
    2: ((2, 1.0), (1, -2.0), (0, 1.0)),
}
#: Where there is no value at the point itself.
_CENTRAL_AROUND: dict[int, Stencil] = {
    1: ((1, 0.5), (-1, -0.5)),
    2: ((2, 1 / 3), (1, -1 / 3), (-1, -1 / 3), (-2, 1 / 3)),
}
_SIDE_BESIDE: dict[int, Stencil] = {
    1: ((2, 1.0), (1, -1.0)),
    2: ((4, 1 / 3), (2, -1.0), (1, 2 / 3)),
}


def adaptive_derivative(samples: Samples, order: int) -> Estimate:
    """Return the first or second derivative at the point of the samples."""
    if math.isfinite(samples(0.0)):
        central, right = _CENTRAL[order], _SIDE[order]
    else:
        central, right = _CENTRAL_AROUND[order], _SIDE_BESIDE[order]
    left = tuple([(-multiple, (-1.0) ** order * weight) for multiple, weight in right])

    def quotients(step: float) -> Quotients:
        take = partial(_quotient, samples, step=step, order=order)
        return Quotients(take(central), (take(left), take(right)))

    def noise_at(step: float) -> float:
        sides = [samples.noise_at(sign * step) for sign in (1.0, -1.0)]
        return max(sides) * order**2 / step / (step if order == 2 else 1.0)

    name = "central differences" if order == 1 else "central second differences"
    return settle(quotients, samples.steps(), method=name, noise_at=noise_at)


def _quotient(samples: Samples, stencil: Stencil, *, step: float, order: int) -> Quotient:
    """Return a difference quotient with a bound on its noise."""
    total = noise = 0.0
    for multiple, weight in stencil:
        value = samples(multiple * step)
        total += weight * value
        noise += abs(weight) * samples.noise_in(value)
    for _ in range(order):  # one by one: the square of a step may leave the range of doubles
        total, noise = total / step, noise / step
    return total, noise


#: Values of a function of two numbers around a point: `corners(i, j)` at i and j steps.
Corners = Callable[[float, int, int], float]


def mixed_derivative(corners: Corners, noise: float, steps: Samples) -> Estimate:
    """Return the mixed second derivative in units of the scales of both coordinates.

    `corners(step, i, j)` is the value at `i` and `j` steps of relative length `step`.
    """

    def quotients(step: float) -> Quotients:
        f = {(i, j): corners(step, i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)}
        trembling = max(noise, 2.0**-52 * max(map(abs, f.values())))
        central = (f[1, 1] - f[1, -1] - f[-1, 1] + f[-1, -1]) / 4.0 / step / step
        sides = tuple(
            (
                i * j * (f[i, j] - f[i, 0] - f[0, j] + f[0, 0]) / step / step,
                4.0 * trembling / step / step,
            )
            for i in (-1, 1)
            for j in (-1, 1)
        )
        return Quotients((central, trembling / step / step), sides)

    return settle(quotients, steps.steps(), n_sides=4, method="mixed central differences")
