"""Oscillating ends: pieces between zeros with accelerated sums, and smooth windows beside them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .integrand import Array, Integrand
from .panels import Owners, adapt
from .stretches import TOWARD, Stretch

__all__ = ["Wave", "integrate_wave"]

#: Pieces between zeros.
N_PIECES = 64
#: Zeros are looked for on so many places at once.
N_PLACES = 600
#: Amplitudes that do not fall by this factor from the first third to the last do not decay.
FALLS = 0.97
#: Doublings of the window where there is a mean.
N_DOUBLINGS = 8


@dataclass(frozen=True, slots=True)
class Wave:
    """The integral over an oscillating end.

    Attributes
    ----------
    value, error : float
        Of the accelerated sum; NaN where nothing converged.
    other : float
        From smooth windows.
    verdict : str
        "done", "divergent" or "unknown".
    zeros : tuple of float
        Places between which it was cut.
    """

    value: float
    error: float
    other: float
    verdict: str
    zeros: tuple[float, ...] = ()


def integrate_wave(
    stretch: Stretch,
    integrand: Integrand,
    *,
    frequency: float,
    power: float | None,
    has_mean: bool,
    tolerance: float,
) -> Wave:
    """Integrate an oscillating integrand to its end.

    Parameters
    ----------
    stretch : Stretch
        Towards the end; a finite one is taken to infinity by t = 1/distance.
    frequency : float
        Angular; 0 or NaN where it is not known or changes.
    power : float or None
        The exponent of the envelope, where it is known.
    has_mean : bool
        Whether the oscillation is about a mean other than zero.
    """
    wave, begin = _unfolded(stretch, integrand)
    if has_mean and frequency > 0.0 and power is not None and power < -1.0:
        return _with_mean(wave, begin, 2.0 * math.pi / frequency, power, tolerance)
    zeros = _zeros(wave, begin, math.pi / frequency if frequency > 0.0 else 0.0)
    if zeros.size < N_PIECES // 2 and power is None:
        turns = _zeros(lambda t: wave(t * (1.0 + 1e-5)) - wave(t), begin, 0.0)
        measured = _envelope(wave, turns)
        if measured is not None and measured >= -1.0 and not zeros.size:
            return Wave(math.nan, math.nan, math.nan, "divergent")
        if measured is not None and measured < -1.0:
            period = 2.0 * float(np.median(np.diff(turns)))
            return _with_mean(wave, begin, period, measured, tolerance)
    if zeros.size < N_PIECES // 2:
        return Wave(math.nan, math.nan, math.nan, "unknown")
    edges = np.r_[begin, zeros]
    parts, windowed, error = _between(wave, edges, tolerance)
    sums = np.cumsum(parts)
    terms = np.abs(parts[1:])
    third = max(terms.size // 3, 1)
    if np.median(terms[-third:]) > FALLS * np.median(terms[:third]):
        return Wave(math.nan, math.nan, math.nan, "divergent", tuple(zeros.tolist()))
    value, gap = min((_levin(parts), _epsilon_table(sums)), key=lambda found: found[1])
    noise = 4e-16 * float(np.abs(sums).max())
    return Wave(value, gap + error + noise, windowed, "done", tuple(zeros.tolist()))


def _unfolded(stretch: Stretch, integrand: Integrand) -> tuple[Callable[[Array], Array], float]:
    """Return the integrand in a variable that goes to infinity, and where that begins."""
    sign, end = stretch.sign, stretch.end
    if stretch.kind == TOWARD:
        return (lambda t: integrand.beside(end, sign / t) / t**2), 1.0 / stretch.length
    return (lambda t: integrand(end + sign * t)), stretch.length


def _zeros(wave: Callable[[Array], Array], begin: float, half_period: float) -> Array:
    """Return the changes of sign after a place, as many as pieces are wanted."""
    found: list[float] = []
    at, width = begin, N_PIECES * half_period or 1.0
    rng = np.random.default_rng(7)
    for _ in range(60):
        steps = (np.arange(N_PLACES) + rng.random(N_PLACES)) / N_PLACES
        places = at + width * np.r_[0.0, steps]
        values = wave(places)
        sign = np.sign(values)
        change = np.flatnonzero((sign[1:] * sign[:-1] < 0.0) & np.isfinite(values[1:]))
        if change.size > N_PLACES // 6:
            width /= 4.0
            continue
        if change.size < 4:
            width *= 2.0
            if not found:
                at = places[-2] if change.size == 0 else at
            if width > 1e9 * max(begin, 1.0):
                break
            continue
        found += _bisect(wave, places[change], places[change + 1]).tolist()
        at = found[-1] + 1e-6 * (found[-1] - found[-2])
        if len(found) >= N_PIECES:
            break
    return np.array(found[:N_PIECES])


def _bisect(wave: Callable[[Array], Array], lower: Array, upper: Array) -> Array:
    """Return where the sign changes, in all brackets at once; six digits are enough."""
    sign = np.sign(wave(lower))
    for _ in range(22):
        middle = 0.5 * (lower + upper)
        is_left = np.sign(wave(middle)) == sign
        lower, upper = np.where(is_left, middle, lower), np.where(is_left, upper, middle)
    return 0.5 * (lower + upper)


def _envelope(wave: Callable[[Array], Array], turns: Array) -> float | None:
    """Return the exponent of the envelope, from the greatest values between turns far apart."""
    if turns.size < N_PIECES // 2:
        return None
    period = 2.0 * float(np.median(np.diff(turns)))
    starts = turns[-1] * 4.0 ** np.arange(1.0, 6.0)
    places = starts[:, None] + 4.0 * period * np.linspace(0.0, 1.0, 2001)
    tops = np.abs(wave(places)).max(axis=1)
    middle = starts + 2.0 * period
    with np.errstate(all="ignore"):
        slopes = np.diff(np.log(tops)) / np.diff(np.log(middle))
    power = round(12.0 * float(slopes[-1])) / 12.0
    is_power = bool(np.abs(slopes[-3:] - power).max() < 0.02)
    return power if is_power else None


def _between(
    wave: Callable[[Array], Array], edges: Array, tolerance: float
) -> tuple[Array, float, float]:
    """Integrate between neighboring edges, and over all with a window that falls smoothly."""
    from scipy.special import erfc

    n = edges.size - 1
    owner = np.arange(n)
    width = edges[-1] - edges[0]

    def sample(index: Owners, x: Array) -> Array:
        window = 0.5 * erfc((x - edges[0] - 0.5 * width) / (width / 12.0))
        return wave(x) * np.where((index < n)[:, None], 1.0, window)

    panels = adapt(
        sample,
        np.r_[owner, owner + n],
        np.r_[edges[:-1], edges[:-1]],
        np.r_[edges[1:], edges[1:]],
        target=np.zeros(2 * n, dtype=int),
        tolerance=0.01 * tolerance,
        max_evaluations=400_000,
    )
    parts = np.bincount(panels.owner, weights=panels.value, minlength=2 * n).astype(float)
    return parts[:n], float(parts[n:].sum()), float(panels.error.sum() + panels.noise.sum())


def _levin(terms: Array) -> tuple[float, float]:
    """Return the sum of a series by Levin's u transformation, and its change.

    E. J. Weniger, Computer Physics Reports 10 (1989) 189-371, section 7, with beta = 1.
    """
    found: list[float] = []
    for n in range(6, min(terms.size, 40)):
        sums, a = np.cumsum(terms[: n + 1]), terms[: n + 1]
        j = np.arange(n + 1)
        rest = (j + 1.0) * a
        if not (rest != 0.0).all():
            break
        with np.errstate(all="ignore"):
            sign = np.where(j % 2 == 0, 1.0, -1.0)
            choose = np.array([math.comb(n, int(k)) for k in j], dtype=float)
            weight = sign * choose * ((j + 1.0) / (n + 1.0)) ** (n - 1) / rest
            value = float(np.dot(weight, sums) / weight.sum())
        found.append(value)
    return _steadiest(found)


def _epsilon_table(sums: Array) -> tuple[float, float]:
    """Return the limit by Wynn's epsilon algorithm, and its change.

    P. Wynn, Mathematical Tables and Other Aids to Computation 10 (1956) 91-96.
    """
    found: list[float] = []
    for n in range(7, min(sums.size, 50), 2):
        previous, current = np.zeros(n + 1), sums[:n].astype(float)
        with np.errstate(all="ignore"):
            for _ in range(n - 1):
                previous, current = current, previous[1:-1] + 1.0 / np.diff(current)
        if np.isfinite(current[0]):
            found.append(float(current[0]))
    return _steadiest(found)


def _steadiest(found: list[float]) -> tuple[float, float]:
    """Return the number around which three in a row change least, and that change."""
    best = (math.nan, math.inf)
    for before, value, after in zip(found, found[1:], found[2:], strict=False):
        gap = abs(value - before) + abs(after - value)
        if gap < best[1]:
            best = (value, gap)
    return best


def _with_mean(
    wave: Callable[[Array], Array], begin: float, period: float, power: float, tolerance: float
) -> Wave:
    """Integrate over windows of 8, 16, 32, … periods; the rest of the mean is extrapolated.

    With a smooth window w the integral of f(x) w((x - a)/R) differs from the whole by the mean
    part alone, a series in R**(power + 1 - j), which Richardson's scheme removes.
    """
    found = []
    error = 0.0
    reach = max(8.0 * period, begin)
    for falls in (6.0, 8.0):
        row, error = _windows(wave, begin, reach, period, falls, tolerance)
        found.append(_richardson(row, power))
    gap = found[0][1] + error
    return Wave(found[0][0], gap, found[1][0], "done")


def _windows(
    wave: Callable[[Array], Array],
    begin: float,
    reach: float,
    period: float,
    falls: float,
    tolerance: float,
) -> tuple[list[float], float]:
    from scipy.special import erfc

    radii = reach * 2.0 ** np.arange(N_DOUBLINGS)
    n_edges = min(int(2 * radii[-1] / period), 4000)
    edges = begin + np.linspace(0.0, 2.0 * radii[-1], n_edges)

    def sample(owner: Owners, x: Array) -> Array:
        falling = 0.5 * erfc((x / radii[owner][:, None] - 1.0) * falls)
        return np.asarray(wave(x) * falling)

    rows = [np.flatnonzero(edges[:-1] < 2.2 * radius + begin) for radius in radii]
    owner = np.concatenate([np.full(row.size, k) for k, row in enumerate(rows)])
    index = np.concatenate(rows)
    panels = adapt(
        sample,
        owner,
        edges[index],
        edges[index + 1],
        target=np.arange(radii.size),
        tolerance=0.01 * tolerance,
        max_evaluations=2_000_000,
    )
    sums = np.bincount(panels.owner, weights=panels.value, minlength=radii.size)
    errors = np.bincount(panels.owner, weights=panels.error + panels.noise, minlength=radii.size)
    return sums.tolist(), float(errors.max())


def _richardson(row: list[float], power: float) -> tuple[float, float]:
    """Remove R**(power + 1), R**power, … from values at doubled R; return the change as well."""
    best = (row[-1], abs(row[-1] - row[-2]))
    table = row
    for j in range(len(row) - 2):
        factor = 2.0 ** (power + 1.0 - j)
        table = [(b - factor * a) / (1.0 - factor) for a, b in zip(table, table[1:], strict=False)]
        gap = abs(table[-1] - table[-2])
        if gap < best[1]:
            best = (table[-1], gap)
    return best
