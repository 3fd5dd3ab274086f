"""Derivatives from one step, the step chosen for the least sum of truncation and rounding."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from ..errors import ArgumentError
from ..outcome import Estimate, Outcome, Trust
from .differences import complex_step
from .noise import EPSILON
from .samples import Samples

__all__ = ["balanced_step", "confirmed_complex_step", "single_difference"]

#: How far apart a complex step and a difference may lie, in errors of the difference.
AGREEMENT = 4.0


def balanced_step(noise: float, higher: float, method: str, scale: float = 1.0) -> float:
    """Return the step at which truncation and rounding of a difference are least together.

    Parameters
    ----------
    noise : float
        A bound on the error of one value.
    higher : float
        The size of the derivative that the truncation has: the second for "forward" and
        "backward", the third for "central". 0 where it vanishes or is not known.
    method : str
    scale : float
        The greatest step, and the length over which the function changes.

    Notes
    -----
    Forward: h |f''|/2 + 2 noise/h is least at h = 2 sqrt(noise/|f''|). Central:
    h² |f'''|/6 + noise/h is least at h = cbrt(3 noise/|f'''|).
    """
    if not (0.0 < higher < math.inf and 0.0 < noise < math.inf):
        return float(scale * EPSILON ** (1 / 3 if method == "central" else 1 / 2))
    if method == "central":
        return min(math.cbrt(3.0 * noise / higher), scale)
    return min(2.0 * math.sqrt(noise / higher), scale)


def single_difference(
    samples: Samples, method: str, *, step: float | None = None, higher: float | None = None
) -> Estimate:
    """Return a forward, backward or central difference quotient with its error.

    Parameters
    ----------
    samples : Samples
    method : str
        "forward", "backward" or "central".
    step : float, optional
        Default: chosen from the scale of the function, or from `higher`.
    higher : float, optional
        The second derivative at the point ("central": the third), where it is known: it gives
        the step and the error.

    Notes
    -----
    2 evaluations; where `higher` is not given, 2 more at twice the step tell the error.
    """
    size = abs(samples(0.0)) if method != "central" or higher is not None or step is None else 0.0
    noise = EPSILON * size
    known = abs(higher) if higher is not None else 0.0
    if step is None:
        guess = size
        for _ in range(3 if method == "central" else 2):  # the power of a scale may overflow
            guess /= samples.scale
        step = balanced_step(noise, known or guess, method, samples.scale)
    step = _exact(samples.x, step)
    value, rounding = _quotient(samples, method, step)
    if higher is not None:
        truncation = known * (step * step / 6 if method == "central" else step / 2)
    else:
        truncation = abs(_quotient(samples, method, 2.0 * step)[0] - value)
    error = truncation + rounding
    name = f"{method} difference"
    if not math.isfinite(value):
        note = "the function is not finite beside the point"
        return Estimate(
            math.nan, math.nan, name, Trust.UNCHECKED, Outcome.NOT_FINITE, note, step=step
        )
    return Estimate(value, error, name, Trust.ESTIMATED, step=step)


def _exact(x: float, step: float) -> float:
    """Return a step near the one given by which the point moves exactly."""
    moved = (x + step) - x
    return moved if moved > 0.0 else 2.0 * math.ulp(x)


def _quotient(samples: Samples, method: str, step: float) -> tuple[float, float]:
    """Return the difference quotient and a bound on the rounding in it."""
    ahead = samples(-step if method == "backward" else step)
    behind = samples(-step if method == "central" else 0.0)
    width = 2.0 * step if method == "central" else math.copysign(step, -(method == "backward"))
    rounding = EPSILON * (abs(ahead) + abs(behind)) / abs(width)
    return (ahead - behind) / width, rounding


def confirmed_complex_step(function: Callable[[complex], complex], x: float) -> Estimate:
    """Return the complex step, compared with a central difference of real values.

    Returns
    -------
    Estimate
        `Trust.CHECKED` where both agree; `Trust.SUSPECT` where they do not: the function is not
        analytic, or drops the imaginary part.

    Raises
    ------
    ArgumentError
        The function does not take complex numbers.
    """
    try:
        found = complex_step(function, x)
    except TypeError as error:
        raise ArgumentError(
            f"The complex step needs a function of complex numbers; this one raised: {error}. "
            "Write it with NumPy or cmath, or take method='adaptive'."
        ) from error
    except (ValueError, ArithmeticError):
        found = Estimate(math.nan, math.nan, "complex step", Trust.UNCHECKED, Outcome.NOT_FINITE)
    if not found.outcome.is_good:
        return found
    samples = Samples(lambda t: complex(function(complex(t, 0.0))).real, x)
    other = single_difference(samples, "central")
    gap = abs(found.value - other.value)
    if gap <= AGREEMENT * other.error:
        method = "complex step, confirmed by central differences"
        return Estimate(found.value, found.error, method, Trust.CHECKED, step=found.step)
    note = f"a central difference gives {other.value:.6g}"
    return replace(found, trust=Trust.SUSPECT, outcome=Outcome.UNDECIDED, note=note)
