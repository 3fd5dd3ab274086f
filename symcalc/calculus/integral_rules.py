"""Rules of quadrature that symcalc is compared with: each a function of integrand and ranges."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..numeric.quadrature import Box
from ..outcome import Estimate, Outcome, Trust

__all__ = ["Rule", "rules_for_one", "rules_for_several"]

ORDERS = (8, 16, 32, 64)
#: Places of Monte Carlo.
N_RANDOM = 100_000

#: How `scipy.integrate.tanhsinh` ends when it does not succeed.
_TANH_SINH_ENDS = {
    -2: "the greatest level was reached",
    -3: "a value was not finite",
}

Rule = Callable[[Callable[..., Any]], Estimate]


def rules_for_one(lower: float, upper: float, seed: int) -> Iterator[tuple[str, Rule]]:
    """Yield the rules for one variable by name; each takes the integrand."""
    yield "quad", partial(_quad, lower, upper)
    yield "tanh-sinh", partial(_tanh_sinh, lower, upper)
    for order in ORDERS:
        yield f"Gauss-Legendre {order}", partial(_gauss, lower, upper, order)
    yield "Monte Carlo", partial(_monte_carlo_of_one, lower, upper, seed)


def rules_for_several(ranges: Sequence[Any], seed: int) -> Iterator[tuple[str, Rule]]:
    """Yield the rules for several variables by name; ends may be functions of outer variables."""
    yield "nquad", partial(_nquad, ranges)
    yield "cubature", partial(_cubature, ranges)
    yield "Monte Carlo", partial(_monte_carlo_of_several, ranges, seed)


def _estimate(value: Any, error: Any, method: str, note: str = "") -> Estimate:
    """Return what a rule says, with its complaint where it has one."""
    value, error = float(value), float(error)
    outcome = Outcome.UNDECIDED if note else Outcome.DONE
    if not math.isfinite(value):
        outcome = Outcome.NOT_FINITE
    return Estimate(value, error, method, Trust.ESTIMATED, outcome, note)


# -- one variable -----------------------------------------------------------------------------


def _quad(lower: float, upper: float, f: Callable[..., Any]) -> Estimate:
    """Call QUADPACK with SciPy's defaults; a sentence of its complaint is kept."""
    from scipy.integrate import quad

    value, error, _, *complaint = quad(f, lower, upper, full_output=1)
    note = " ".join(str(complaint[0]).split()).partition(".")[0] if complaint else ""
    return _estimate(value, error, "scipy.integrate.quad", note)


def _tanh_sinh(lower: float, upper: float, f: Callable[..., Any]) -> Estimate:
    """Call SciPy's tanh-sinh rule with its defaults."""
    from scipy.integrate import tanhsinh

    found = tanhsinh(f, lower, upper)
    status = int(found.status)
    note = "" if found.success else _TANH_SINH_ENDS.get(status, f"it ended with status {status}")
    return _estimate(found.integral, found.error, "scipy.integrate.tanhsinh", note)


def _gauss(lower: float, upper: float, order: int, f: Callable[..., Any]) -> Estimate:
    """Apply one Gauss-Legendre rule, which states no error; infinite ranges are mapped."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    x, slope = _mapped(nodes, lower, upper)
    return _estimate(
        weights @ (f(x) * slope), math.nan, f"Gauss-Legendre of order {order}{_map(lower, upper)}"
    )


def _monte_carlo_of_one(lower: float, upper: float, seed: int, f: Callable[..., Any]) -> Estimate:
    """Take the mean of random values, with its standard error."""
    x, slope = _mapped(np.random.default_rng(seed).uniform(-1.0, 1.0, N_RANDOM), lower, upper)
    return _mean(2.0 * f(x) * slope, _map(lower, upper))


def _mapped(t: Any, lower: float, upper: float) -> tuple[Any, Any]:
    """Return places for t in (-1, 1) and the slope of the map."""
    if math.isfinite(lower) and math.isfinite(upper):
        half = 0.5 * (upper - lower)
        return 0.5 * (lower + upper) + half * t, np.full_like(t, half)
    if math.isinf(lower) and math.isinf(upper):
        w = 1.0 - t * t
        return t / w, (1.0 + t * t) / (w * w)
    distance, slope = (1.0 + t) / (1.0 - t), 2.0 / (1.0 - t) ** 2
    return (lower + distance if math.isfinite(lower) else upper - distance), slope


def _map(lower: float, upper: float) -> str:
    """Return the map of an infinite range in words."""
    if math.isfinite(lower) and math.isfinite(upper):
        return ""
    whole = math.isinf(lower) and math.isinf(upper)
    return ", x = t/(1 - t^2)" if whole else ", distance (1 + t)/(1 - t)"


def _mean(values: Any, where: str) -> Estimate:
    return _estimate(
        values.mean(),
        values.std(ddof=1) / math.sqrt(values.size),
        f"mean of {values.size} random values{where}; its standard error",
    )


# -- several variables ------------------------------------------------------------------------


def _nquad(ranges: Sequence[Any], f: Callable[..., Any]) -> Estimate:
    """Call nested QUADPACK with SciPy's defaults."""
    from scipy.integrate import nquad

    limits = [pair if not any(map(callable, pair)) else partial(_ends_at, pair) for pair in ranges]
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        value, error = nquad(f, limits)
    note = str(complaints[0].message).split(".")[0] if complaints else ""
    return _estimate(value, error, "scipy.integrate.nquad", " ".join(note.split()))


def _ends_at(pair: tuple[Any, Any], *outer: float) -> tuple[float, float]:
    """Return the ends of a range at places of the outer variables."""
    lower, upper = (float(end(*outer)) if callable(end) else end for end in pair)
    return lower, upper


def _cubature(ranges: Sequence[Any], f: Callable[..., Any]) -> Estimate:
    """Call SciPy's adaptive cubature with its defaults, on the unit cube."""
    from scipy.integrate import cubature

    box = Box(f, ranges)
    d = box.n_variables
    found = cubature(box.smoothed, np.zeros(d), np.ones(d))
    note = "" if found.status == "converged" else "it did not converge"
    return _estimate(found.estimate, found.error, "scipy.integrate.cubature, unit cube", note)


def _monte_carlo_of_several(ranges: Sequence[Any], seed: int, f: Callable[..., Any]) -> Estimate:
    """Take the mean of random values on the unit cube, with its standard error."""
    box = Box(f, ranges)
    u = np.random.default_rng(seed).uniform(size=(N_RANDOM, box.n_variables))
    return _mean(box.smoothed(u), ", unit cube")
