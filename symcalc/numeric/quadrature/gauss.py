"""Gauss rules for expectations: nodes and weights that belong to a distribution."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...outcome import Outcome, Trust
from .estimate import QuadratureEstimate
from .integrand import Integrand
from .panels import EPSILON, Array

__all__ = ["gauss_expectation", "gauss_rule"]

#: Orders that are tried in turn; beyond, weights of infinite ranges underflow.
ORDERS = (10, 20, 40, 80, 160)
#: Two orders agree below this part of the mean absolute value.
AGREEMENT = 1e-12
#: What the doubling before may have changed: agreement of two orders is no chance then.
BEFORE = 1e-4


def gauss_rule(distribution: str, parameters: tuple[float, ...], order: int) -> tuple[Array, Array]:
    """Return nodes and weights with sum 1: polynomials have their exact mean.

    Parameters
    ----------
    distribution : str
        "normal" (mean, deviation), "lognormal" (the same of the logarithm), "uniform" (lower,
        upper), "exponential" (rate), "gamma" (shape, rate) or "beta" (a, b).
    parameters : tuple of float
    order : int

    Returns
    -------
    nodes, weights : array, shape (order,)

    Examples
    --------
    >>> from symcalc.numeric.quadrature import gauss_rule
    >>> z, w = gauss_rule("normal", (1.0, 2.0), 5)
    >>> round(float(w @ z**2), 12)
    5.0
    """
    make = _RULES.get(distribution)
    if make is None:
        raise ArgumentError(
            f"There is no Gauss rule for {distribution!r:.40}; known are {', '.join(_RULES)}."
        )
    try:
        nodes, weights = make(order, *map(float, parameters))
    except TypeError:
        raise ArgumentError(f"{len(parameters)} parameters do not fit {distribution}.") from None
    return nodes, weights / weights.sum()


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not 0.0 < value < math.inf:
            raise ArgumentError(f"The {name} of the distribution must be positive, not {value!r}.")


def _normal(order: int, mean: float, deviation: float) -> tuple[Array, Array]:
    from scipy.special import roots_hermitenorm

    _positive(deviation=deviation)
    x, w = roots_hermitenorm(order)
    return mean + deviation * x, w


def _lognormal(order: int, mean: float, deviation: float) -> tuple[Array, Array]:
    x, w = _normal(order, mean, deviation)
    return np.exp(x), w


def _uniform(order: int, lower: float, upper: float) -> tuple[Array, Array]:
    _positive(width=upper - lower)
    x, w = np.polynomial.legendre.leggauss(order)
    return lower + (upper - lower) * 0.5 * (1.0 + x), w


def _exponential(order: int, rate: float) -> tuple[Array, Array]:
    return _gamma(order, 1.0, rate)


def _gamma(order: int, shape: float, rate: float) -> tuple[Array, Array]:
    from scipy.special import roots_genlaguerre

    _positive(shape=shape, rate=rate)
    x, w = roots_genlaguerre(order, shape - 1.0)
    return x / rate, w


def _beta(order: int, a: float, b: float) -> tuple[Array, Array]:
    from scipy.special import roots_jacobi

    _positive(a=a, b=b)
    x, w = roots_jacobi(order, b - 1.0, a - 1.0)
    return 0.5 * (1.0 + x), w


_RULES: dict[str, Callable[..., tuple[Array, Array]]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "exponential": _exponential,
    "gamma": _gamma,
    "beta": _beta,
}


def gauss_expectation(
    f: Callable[..., Any],
    distribution: str,
    parameters: tuple[float, ...],
    *,
    relative_tolerance: float = AGREEMENT,
) -> QuadratureEstimate:
    """Return the mean of a function of a random variable, doubling the order of a Gauss rule.

    Parameters
    ----------
    f : callable
        Takes an array of places, or single floats.
    distribution : str
        As for `gauss_rule`.
    parameters : tuple of float
    relative_tolerance : float

    Returns
    -------
    QuadratureEstimate
        `Trust.ESTIMATED`: one rule at two orders, which agree. Kinks and narrow peaks make it
        `Trust.SUSPECT`; `quadrature` of the integrand times the density is for those.

    Examples
    --------
    >>> import numpy as np
    >>> from symcalc.numeric.quadrature import gauss_expectation
    >>> found = gauss_expectation(np.cos, "normal", (0.0, 1.0))
    >>> round(found.value - float(np.exp(-0.5)), 12), found.trust.value
    (0.0, 'estimated')
    """
    integrand = Integrand(f)
    values: list[float] = []
    changes: list[float] = [math.inf]
    size, is_done = math.nan, False
    for order in ORDERS:
        nodes, weights = gauss_rule(distribution, parameters, order)
        if not np.isfinite(weights).all():
            break
        found = integrand(nodes)
        terms = np.where(weights > 0.0, found * weights, 0.0)
        values.append(float(terms.sum()))
        size = float(np.abs(terms).sum())
        if len(values) > 1:
            changes.append(abs(values[-1] - values[-2]))
            goal = max(relative_tolerance * abs(values[-1]), 20.0 * EPSILON * size)
            # the order before was near already: so the agreement of two is not by chance
            is_done = changes[-1] <= goal and changes[-2] <= max(BEFORE * size, goal)
            if is_done:
                break
    error = changes[-1] + 20.0 * EPSILON * size
    is_done = is_done and math.isfinite(error)
    return QuadratureEstimate(
        values[-1],
        error if is_done else max(error, *changes[1:]),
        f"Gauss rule of order {order} for the {distribution} distribution",
        Trust.ESTIMATED if is_done else Trust.SUSPECT,
        Outcome.DONE if is_done else Outcome.UNDECIDED,
        "" if is_done else "doubling the order changes the value",
        other=values[-2] if len(values) > 1 else math.nan,
        n_evaluations=integrand.n_evaluations,
    )
