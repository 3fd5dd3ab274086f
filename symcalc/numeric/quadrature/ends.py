"""How an integrand ends: where it has died away, what lies beyond, or that it diverges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ...facts import Behavior
from .integrand import Array, Integrand
from .scan import look_at
from .stretches import LEAST, OUTWARD, TOWARD, Stretch

__all__ = ["End", "approach"]

#: Beyond the last value above this part of the greatest there is nothing.
NOTHING = 1e-22
#: What is fitted: the last part of the stretch.
LAST_PART, SHORTER_PART = 0.5, 0.15
#: A fit of the logarithm is one when it is this good.
GOOD_FIT = 1e-3
#: An exponent of an algebraic end at least this close to the border of convergence is divergent.
BORDER = 0.02
#: A growing integrand that overflows from here on has no integral.
OVERFLOW = 1e250
#: So many changes of sign can be followed by panels.
MAX_CHANGES = 20_000
#: Where values are noise deep down, an end is read at distances down to this part.
SHALLOW = (1e-7, 1e-4)
#: An integrand that rises faster than this power has no integral; what falls faster than that,
#: and has become so small, ends as a power does, within a part of its size.
RISING, FADING, SMALL = 0.1, 0.3, 1e-8


@dataclass(frozen=True, slots=True)
class End:
    """What was found at the end of a stretch.

    Attributes
    ----------
    stretch : Stretch
        Cut where the rest is nothing, or known.
    verdict : str
        "done", "tail" (the rest comes from a fit), "divergent", "oscillating" or "unknown".
    exponent : float
        Of the divergence: of the distance, or of |x|.
    """

    stretch: Stretch
    verdict: str
    exponent: float = math.nan


def approach(stretch: Stretch, integrand: Integrand, behavior: Behavior | None) -> End:
    """Look at the integrand on its way to the end.

    Parameters
    ----------
    stretch : Stretch
        Towards an end, finite or not.
    integrand : Integrand
    behavior : Behavior or None
        What is known.
    """
    deepest = stretch.deepest
    if stretch.kind == TOWARD and integrand.shifted is not None:
        deepest = math.log(stretch.length / LEAST)
    v = look_at(stretch, deepest, 20, int(np.clip(3 * deepest, 200, 1200)))
    values = stretch.values(v, integrand)
    last = np.flatnonzero(np.isfinite(values))
    if not last.size:
        return End(stretch.cut(1.0), "unknown")
    is_cut, is_overflow = last[-1] < v.size - 1, bool(np.isinf(values[-1]))
    v, values = v[: last[-1] + 1], np.nan_to_num(values[: last[-1] + 1], posinf=0, neginf=0)
    if is_cut and is_overflow and stretch.kind == OUTWARD and abs(values[-1]) > OVERFLOW:
        return End(stretch.cut(float(v[-1])), "divergent", math.inf)
    if is_cut and stretch.kind == TOWARD:
        return _shallow(stretch, integrand)
    size = np.abs(values)
    alive = np.flatnonzero(size > NOTHING * size.max())
    if not alive.size or alive[-1] < v.size - 3:
        stop = float(v[min(alive[-1] + 2, v.size - 1)]) if alive.size else float(v[-1])
        if alive.size and _flickers(
            stretch, integrand, v[: alive[-1] + 1], values[: alive[-1] + 1]
        ):
            return End(stretch.cut(stop), "oscillating")
        return End(stretch.cut(stop), "done")
    return _tail(stretch, integrand, v, values, behavior)


def _flickers(stretch: Stretch, integrand: Integrand, v: Array, values: Array) -> bool:
    """Whether there are more waves on the way to the end than panels should follow."""
    rng = np.random.default_rng(21)
    if stretch.kind == TOWARD:
        deep = v[-1] * (0.1 + 0.9 * (np.arange(300) + rng.random(300)) / 300)
        if _changes(stretch.values(deep, integrand)) < 60:
            return False
        near = np.sort(rng.random(64)) * 0.01 + 0.3 * v[-1]
        return _changes(stretch.values(near, integrand)) > 3
    if _turns(values) < 20:
        return False
    size = np.abs(values)
    last = float(v[np.flatnonzero(size > 1e-16 * size.max())[-1]])
    # at ever shorter distances, until the changes can be counted
    for share in 10.0 ** -np.arange(1.0, 16.0):
        near = last + share * np.sort(rng.random(64))
        turns = _turns(stretch.values(near, integrand))
        if turns < 20:
            return bool(turns / share > MAX_CHANGES)
    return True


def _turns(values: Array) -> int:
    """Count how often the values turn from rising to falling or back."""
    return _changes(np.diff(values))


def _changes(values: Array) -> int:
    sign = np.sign(values[values != 0.0])
    return int(np.count_nonzero(sign[1:] != sign[:-1]))


def _tail(
    stretch: Stretch, integrand: Integrand, v: Array, values: Array, behavior: Behavior | None
) -> End:
    """Fit what is left at the deepest place, and decide whether it has an integral."""
    deepest = float(v[-1])
    top = float(np.abs(values).max())
    part = v > (1.0 - LAST_PART) * deepest
    v, values = v[part], values[part]
    if _changes(values) > 2 or (behavior is not None and behavior.frequency != 0.0):
        return End(stretch.cut(deepest), "oscillating")
    good = values != 0.0
    if good.sum() < 8:
        return End(stretch.cut(deepest), "unknown")
    v, logarithm = v[good], np.log(np.abs(values[good]))
    decay, log_power, residual = _exponents(stretch, v, logarithm)
    last = v > (1.0 - SHORTER_PART) * deepest
    if residual > GOOD_FIT and last.sum() > 8:
        decay, log_power, residual = _exponents(stretch, v[last], logarithm[last])
    if behavior is not None and math.isfinite(behavior.power):
        side = 1.0 if stretch.kind == TOWARD else -1.0
        decay, log_power = side * (1.0 + behavior.power), behavior.log_power
    elif residual > GOOD_FIT:
        decay = -float(np.polyfit(v, logarithm, 1)[0])
        if decay < -RISING and bool(np.all(np.diff(logarithm) > 0.0)):
            return End(stretch.cut(deepest), "divergent", math.nan)
        faded = float(np.abs(values[-1]))
        if decay > FADING and stretch.kind == TOWARD and faded < SMALL * top:
            rest = float(values[-1]) / decay
            return End(stretch.cut(deepest, tail=rest, tail_error=0.3 * abs(rest)), "tail")
        if stretch.kind == TOWARD and deepest > -math.log(SHALLOW[0]):
            return _shallow(stretch, integrand)
        # neither a power nor a logarithm; a wave on a mean, perhaps
        return End(stretch.cut(deepest), "oscillating" if residual > 0.3 else "unknown")
    side = 1.0 if stretch.kind == TOWARD else -1.0
    if decay < 0.0 or (decay == 0.0 and log_power > -1.0 - BORDER):
        return End(stretch.cut(deepest), "divergent", side * decay - 1.0)
    return _beyond(stretch, integrand, deepest, decay, log_power)


def _shallow(stretch: Stretch, integrand: Integrand) -> End:
    """Read a finite end from moderate distances: closer by, the values are noise, or none."""
    for part in SHALLOW:
        stop = -math.log(part)
        v = np.linspace(0.6 * stop, stop, 60)
        values = stretch.values(v, integrand)
        if not np.isfinite(values).all() or not values.all() or _changes(values):
            continue
        decay, log_power, residual = _exponents(stretch, v, np.log(np.abs(values)))
        if residual > GOOD_FIT or log_power != 0.0:
            continue
        if decay <= 0.0:
            return End(stretch.cut(stop), "divergent", decay - 1.0)
        fitted = stretch.cut(stop, power=decay - 1.0)
        found = _by_distance(fitted, integrand, decay, noise=1e-15)
        if found is not None:
            return found
    return End(stretch.cut(-math.log(SHALLOW[0])), "unknown")


def _exponents(stretch: Stretch, v: Array, logarithm: Array) -> tuple[float, float, float]:
    """Fit exp(-decay v) or w**log_power, whichever is better; return the residual as well."""
    shift = -math.log(stretch.length) if stretch.kind == TOWARD else math.log(stretch.length)
    best = (0.0, 0.0, math.inf)
    for column, is_power in ((v, True), (np.log(np.maximum(v + shift, 1e-3)), False)):
        slope, offset = np.polyfit(column, logarithm, 1)
        residual = float(np.abs(logarithm - slope * column - offset).max())
        if residual < 0.5 * best[2]:
            best = (-float(slope), 0.0, residual) if is_power else (0.0, float(slope), residual)
    decay, log_power, residual = best
    if log_power == 0.0:
        near = Fraction(decay).limit_denominator(12)
        span = v[-1] - v[0]
        if abs(float(near) - decay) * span <= 4.0 * residual + 1e-9:
            decay = float(near)
    return decay, log_power, residual


def _beyond(
    stretch: Stretch, integrand: Integrand, deepest: float, decay: float, log_power: float
) -> End:
    """Cut the stretch and add the integral beyond the cut, from two fits."""
    is_near = stretch.kind == TOWARD and stretch.end != 0.0 and integrand.shifted is None
    if is_near and log_power == 0.0:
        stretch = stretch.cut(deepest, power=decay - 1.0)
        found = _by_distance(stretch, integrand, decay)
        if found is not None:
            return found
    shift = -math.log(stretch.length) if stretch.kind == TOWARD else math.log(stretch.length)
    tails = []
    for degree, begin in ((3, 0.6), (5, 0.5)):
        # G = exp(-decay v) w**log_power h(1/w), h a polynomial through Chebyshev points
        w_end, w_begin = deepest + shift, begin * deepest + shift
        z = _chebyshev(1.0 / w_end, 1.0 / w_begin, 2 * degree + 2)
        v = np.minimum(1.0 / z - shift, deepest)
        w = v + shift
        with np.errstate(all="ignore"):
            scaled = stretch.values(v, integrand) * np.exp(decay * (v - deepest))
            scaled = scaled * (w / w_end) ** -log_power
        if not np.isfinite(scaled).all():
            return End(stretch.cut(deepest), "unknown")
        degree = degree if decay == 0.0 else 0
        fit = np.polynomial.Polynomial.fit(w_end * z, scaled, degree).convert().coef
        terms = [_moment(decay, log_power - j, w_end) for j in range(fit.size)]
        tails.append(float(np.dot(fit, terms)))
    error = abs(tails[1] - tails[0]) + 1e-15 * abs(tails[1])
    return End(stretch.cut(deepest, tail=tails[1], tail_error=error), "tail")


def _moment(decay: float, power: float, w: float) -> float:
    """Return the integral of exp(-decay (u - w)) (u/w)**power over u from w to infinity."""
    if decay == 0.0:
        return w / (-power - 1.0)
    if power == 0.0:
        return 1.0 / decay
    nodes, weights = np.polynomial.laguerre.laggauss(40)
    return float(np.dot(weights, (1.0 + nodes / (decay * w)) ** power)) / decay


def _by_distance(
    stretch: Stretch, integrand: Integrand, decay: float, noise: float = 0.0
) -> End | None:
    """Fit f(s) = s**power h(s) with a polynomial h close to a finite end; integrate exactly.

    Its nodes stay away from the end, where the place has no digits for the distance.
    """
    for part in (0.1, 2e-3, 2e-5, 1e-7):
        tails = []
        for degree in (5, 7):
            t = _chebyshev(0.0, 1.0, 2 * degree + 3)
            v = -np.log(part * t)
            with np.errstate(all="ignore"):
                scaled = stretch.values(v, integrand) * np.exp(decay * v)
            if not np.isfinite(scaled).all():
                return None
            fit = np.polynomial.Polynomial.fit(t, scaled, degree)
            misfit = float(np.abs(fit(t) - scaled).max())
            coefficients = np.asarray(fit.convert(domain=[-1, 1]).coef, dtype=float)
            terms = coefficients / (decay + np.arange(coefficients.size))
            tails.append(float(terms.sum()) * part**decay)
        error = abs(tails[1] - tails[0]) + 1e-15 * abs(tails[1]) + misfit * part**decay
        stop = -math.log(part)
        is_good = misfit + abs(tails[1]) > 0.0 and misfit <= 1e-9 * float(np.abs(scaled).max())
        if is_good and _holds_below(stretch, integrand, fit, decay, stop, noise):
            return End(stretch.cut(stop, tail=tails[1], tail_error=error), "tail")
    return None


def _holds_below(
    stretch: Stretch, integrand: Integrand, fit: Any, decay: float, stop: float, noise: float
) -> bool:
    """Whether a fit agrees with values at all scales below, and hides no peak.

    `noise` is that of the integrand times the square of the distance, where values cancel.
    """
    deepest = min(stretch.deepest, 15.0 if noise else 30.0)
    cells = (np.arange(400) + np.random.default_rng(5).random(400)) / 400
    v = stop + np.r_[(deepest - stop) * cells, -np.log(cells[cells > 1e-3])]
    expected = fit(np.exp(stop - v))
    with np.errstate(all="ignore"):
        off = np.abs(stretch.values(v, integrand) * np.exp(decay * v) - expected)
        rounding = 1e-15 * np.exp(v) * abs(stretch.end) / stretch.length
        rounding = np.maximum(rounding, 1e-15 * np.exp(v)) + 1e-7
        rounding = rounding + noise * np.exp(2.0 * v) / stretch.length**2
    return bool(np.all(off <= 30.0 * rounding * np.abs(expected).max()))


def _chebyshev(lower: float, upper: float, n: int) -> Array:
    x = np.cos((2.0 * np.arange(n) + 1.0) * math.pi / (2 * n))
    return 0.5 * (lower + upper) + 0.5 * (upper - lower) * x
