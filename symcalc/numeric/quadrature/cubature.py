"""Integrals of several variables: tensor rules that must agree, then SciPy's, then sampling."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...outcome import Outcome, Trust
from .boxes import Box, Range
from .deadline import LATE, TimeIsOver, check_time
from .estimate import QuadratureEstimate
from .panels import EPSILON, Array

__all__ = ["cubature"]

#: Orders of the tensor rules by the number of variables.
ORDERS: dict[int, tuple[int, ...]] = {
    1: (20, 40, 80, 160, 320),
    2: (20, 40, 80, 160, 320),
    3: (16, 32, 64, 128),
    4: (10, 20, 40),
    5: (6, 12, 18),
}
#: Above, adaptive cubature does not pay.
MAX_ADAPTIVE = 5
#: Halvings of adaptive cubature: each costs milliseconds.
MAX_SUBDIVISIONS = 400
#: Places of the first look at infinite ranges, by the number of variables.
LOOK = {1: 101, 2: 41, 3: 21, 4: 9, 5: 6}
#: Places at a time.
CHUNK = 2**18
#: Randomizations of a sample, places in each at first and at last.
N_RANDOM, FIRST_SAMPLE, LAST_SAMPLE = 16, 10, 15
#: Standard errors in the stated error of a sample: 16 randomizations have heavy tails.
BAR = 3.0
AGREEMENT = 1e-9
#: What a doubling may change, as a part of the size, for the next error to be much smaller.
SQUARED = 1e-4


def cubature(
    f: Callable[..., Any],
    ranges: Sequence[Range],
    *,
    relative_tolerance: float = 1e-11,
    max_evaluations: int = 8_000_000,
    seed: int = 0,
    deadline: float = math.inf,
) -> QuadratureEstimate:
    """Integrate a callable of several variables over iterated ranges, innermost first.

    Parameters
    ----------
    f : callable
        `f(x1, …, xd)` with arrays of one shape; `x1` belongs to the first, innermost range.
    ranges : sequence of (lower, upper)
        A limit is a number, infinite or not, or a callable of the outer variables.
    relative_tolerance : float
    max_evaluations : int
    seed : int
        Of the random shifts where there are many variables.
    deadline : float
        When to stop, on the clock of `time.monotonic`.

    Returns
    -------
    QuadratureEstimate
    """
    box = Box(f, ranges, deadline=deadline)
    found = None
    try:
        if box.n_variables in ORDERS:
            found = _by_tensors(box, relative_tolerance, max_evaluations)
            if found.outcome is Outcome.DONE:
                return found
        if box.n_variables <= MAX_ADAPTIVE:
            return _adaptive(box, relative_tolerance, max_evaluations, seed, found)
        value, bar, _ = _sampled(box, relative_tolerance, max_evaluations, seed)
    except TimeIsOver:
        if math.isinf(deadline):
            raise  # a clock of its own stopped the integrand
        return _unfinished(box, found)
    is_good = bar <= 0.1 * abs(value)
    return QuadratureEstimate(
        value,
        bar,
        f"scrambled Sobol points, {N_RANDOM} randomizations",
        Trust.ESTIMATED if is_good else Trust.SUSPECT,
        Outcome.DONE if is_good else Outcome.UNDECIDED,
        f"the error is {BAR:g} standard errors of the randomizations",
        n_evaluations=box.n_evaluations,
    )


def _unfinished(box: Box, found: QuadratureEstimate | None) -> QuadratureEstimate:
    """Return what tensor rules said, if they did, with the note that the time was over."""
    if found is not None and math.isfinite(found.value):
        return replace(found, note=f"{found.note}; {LATE}")
    nan, outcome = math.nan, Outcome.UNDECIDED
    n = box.n_evaluations
    return QuadratureEstimate(nan, nan, "cubature", Trust.SUSPECT, outcome, LATE, n_evaluations=n)


def _by_tensors(box: Box, tolerance: float, max_evaluations: int) -> QuadratureEstimate:
    """Double the order of two tensor rules until they agree and neither changes much."""
    if any(box.is_infinite):
        box.narrow(LOOK[box.n_variables])
    before = (math.inf, math.inf)
    first = second = size = stated = math.nan
    is_done = False
    for order in ORDERS[box.n_variables]:
        if box.n_evaluations + 2 * order**box.n_variables > max_evaluations:
            break
        try:
            (first, size), (second, _) = (_tensor(box, order, is_wave=w) for w in (False, True))
        except TimeIsOver:
            break
        gap, rounding = abs(first - second), 30.0 * EPSILON * size
        change = max(abs(first - before[0]), abs(second - before[1]))
        goal = max(tolerance * abs(first), rounding)
        chance = size * (change / size) ** 1.5 if 0.0 < change < size else change
        stated = gap + rounding + min(chance, change)
        is_done = math.isfinite(first) and gap <= goal and change <= SQUARED * size and size > 0.0
        if is_done and stated <= AGREEMENT * abs(first) + 10.0 * rounding:
            break
        is_done = False
        before = (first, second)
    return QuadratureEstimate(
        first,
        stated,
        "Gauss-Legendre in each variable, compared with double exponential sums",
        Trust.CHECKED if is_done else Trust.SUSPECT,
        Outcome.DONE if is_done else Outcome.UNDECIDED,
        "" if is_done else f"Gauss-Legendre {first:.16g}, double exponential {second:.16g}",
        other=second,
        n_evaluations=box.n_evaluations,
    )


def _tensor(box: Box, order: int, *, is_wave: bool) -> tuple[float, float]:
    """Return the sum and the sum of absolute values of a tensor rule.

    A finite variable has Gauss nodes under smoothed ends or, for the wave, even steps of a
    double exponential map; an infinite one has that map both times.
    """
    u, w = np.polynomial.legendre.leggauss(order)
    even = (np.arange(order) + 0.5) * (2.0 / order) - 1.0
    d = box.n_variables
    n = order**d
    is_mixed = any(box.is_infinite) and not is_wave
    totals, sizes = [], []
    for start in range(0, n, CHUNK):
        index = np.unravel_index(np.arange(start, min(start + CHUNK, n)), (order,) * d)
        if is_wave:
            t = np.column_stack([even[i] for i in index])
            values = box.waved(t) * (2.0 / order) ** d
        else:
            weight = np.prod([w[i] for i in index], axis=0)
            t = np.column_stack([u[i] for i in index])
            values = (
                box.waved(t) * weight
                if is_mixed
                else box.smoothed(0.5 + 0.5 * t) * (weight * 0.5**d)
            )
        totals.append(float(values.sum()))
        sizes.append(float(np.abs(values).sum()))
    return math.fsum(totals), math.fsum(sizes)


def _adaptive(
    box: Box,
    tolerance: float,
    max_evaluations: int,
    seed: int,
    before: QuadratureEstimate | None,
) -> QuadratureEstimate:
    """Let SciPy halve boxes where it has to, and compare with a sample."""
    check_time(box.deadline)  # before the import, which takes its time as well
    from scipy.integrate import cubature as adaptive

    d = box.n_variables

    def smoothed(u: Array) -> Array:
        return box.smoothed(u)

    with np.errstate(all="ignore"):
        found = adaptive(
            smoothed,
            np.zeros(d),
            np.ones(d),
            rule="gk21" if d <= 2 else "genz-malik",
            rtol=max(tolerance, 1e-9),
            atol=0.0,
            max_subdivisions=MAX_SUBDIVISIONS,
        )
    value, error = float(found.estimate), float(found.error)
    other, bar, _ = _sampled(box, tolerance, max_evaluations, seed)
    gap = abs(value - other)
    agrees = gap <= bar + 10.0 * error and bar <= 1e-3 * abs(value)
    converged = agrees and error <= 1e-6 * abs(value)
    note = f"cubature {value:.12g} ± {error:.1g}, sample {other:.12g} ± {bar:.1g}"
    if before is not None and math.isfinite(before.value):
        gap = abs(before.value - value)
        error = max(error, min(gap, bar + abs(value - other)))
        note += f", tensor rules {before.value:.12g}"
    return QuadratureEstimate(
        value,
        error if agrees else max(error, gap),
        "adaptive cubature of SciPy, compared with scrambled Sobol points",
        Trust.ESTIMATED if converged else Trust.SUSPECT,
        Outcome.DONE if converged else Outcome.UNDECIDED,
        note,
        other=other,
        n_evaluations=box.n_evaluations,
    )


def _sampled(
    box: Box, tolerance: float, max_evaluations: int, seed: int
) -> tuple[float, float, int]:
    """Return mean and bar of randomized Sobol points, doubled while the bar is not small enough.

    A. B. Owen, Journal of Complexity 14 (1998) 466-489: scrambled nets give independent
    estimates without bias; their spread is the error.
    """
    from scipy.stats import qmc

    value, bar, exponent = math.nan, math.inf, FIRST_SAMPLE
    while exponent <= LAST_SAMPLE:
        sums = []
        try:
            for k in range(N_RANDOM):
                random = qmc.Sobol(box.n_variables, rng=seed + 1000 * exponent + k)
                inside = np.clip(random.random_base2(exponent), 1e-12, 1.0 - 1e-12)
                with np.errstate(all="ignore"):
                    sums.append(float(np.mean(box.smoothed(inside))))
        except TimeIsOver:
            if exponent == FIRST_SAMPLE:
                raise
            break
        value = math.fsum(sums) / N_RANDOM
        bar = BAR * float(np.std(sums, ddof=1)) / math.sqrt(N_RANDOM)
        if bar <= tolerance * abs(value) or box.n_evaluations * 5 > max_evaluations:
            break
        exponent += 1
    return value, bar, exponent
