"""Kernels on arrays that need SciPy, which is imported at the first call of one of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..functions import AIRY_END, LOG_GAMMA_SERIES

__all__ = [
    "airyai",
    "airyaiprime",
    "airybi",
    "airybiprime",
    "assoc_laguerre",
    "chebyshevt",
    "chebyshevu",
    "cosh_integral",
    "cosine_integral",
    "digamma",
    "expint",
    "factorial",
    "fresnelc",
    "fresnels",
    "gammaln",
    "gegenbauer",
    "hermite",
    "hyp1f1",
    "hyp2f1",
    "laguerre",
    "lambertw",
    "legendre",
    "li",
    "loggamma",
    "lowergamma",
    "polygamma",
    "sine_integral",
    "sinh_integral",
    "spherical_jn",
    "uppergamma",
]

Array = Any

#: 1/e as the sum of two doubles.
INVERSE_E = (0.36787944117144233, -1.2428753672788363e-17)

#: Taylor coefficients of the Lambert function at its branch point in p = sqrt(2*(e*x + 1));
#: Corless et al., On the Lambert W function (1996), equation 4.22.
BRANCH_SERIES = (
    -1,
    1,
    -1 / 3,
    11 / 72,
    -43 / 540,
    769 / 17280,
    -221 / 8505,
    680863 / 43545600,
    -1963 / 204120,
)


def _special() -> Any:
    """Return `scipy.special`."""
    import scipy.special

    return scipy.special


# -- gamma family -------------------------------------------------------------------------


def gammaln(x: Array) -> Array:
    """Return log(abs(gamma(x))); from 1/2 to 5/2 by series, which keeps the zeros at 1 and 2.

    Near 0, where SciPy overflows, that is -log(abs(x)).
    """
    tiny = (np.abs(x) < 1e-300) & np.not_equal(x, 0)
    near = np.abs(np.subtract(x, 1.5)) <= 1
    first = np.less(x, 1.5)
    z = np.where(near, np.subtract(x, np.where(first, 1.0, 2.0)), 0.0)
    series = np.polynomial.polynomial.polyval(z, LOG_GAMMA_SERIES) * z
    value = series - np.where(first, np.log1p(z), 0.0)
    value = np.where(near, value, _special().gammaln(np.where(near | tiny, 3.0, x)))
    return np.where(tiny, -np.log(np.abs(np.where(tiny, x, 1.0))), value)[()]


def loggamma(x: Array) -> Array:
    """Return log(gamma(x)); NaN for x < 0."""
    return np.where(np.less(x, 0), np.nan, gammaln(np.abs(x)))[()]


def factorial(x: Array) -> Array:
    """Return gamma(x + 1)."""
    return _special().gamma(np.add(x, 1.0))


def digamma(x: Array) -> Array:
    """Return the derivative of log(gamma); close to its poles by reflection, where SciPy fails."""
    special = _special()
    if np.iscomplexobj(x):
        return special.digamma(x)
    negative = np.where(np.less(x, -0.9) & np.isfinite(x), x, -0.5)
    distance = negative - np.round(negative)
    near = (np.abs(distance) < 0.05) & (distance != 0)
    reflected = special.digamma(1 - np.where(near, x, 0.0))
    pole = math.pi / np.tan(math.pi * np.where(near, distance, 0.25))
    return np.where(near, reflected - pole, special.digamma(np.where(near, 1.0, x)))[()]


def polygamma(n: Array, x: Array) -> Array:
    """Return the derivative of order n of digamma; NaN for an order that is not 0, 1, 2, ..."""
    order, whole = _order(n)
    return np.where(whole, _special().polygamma(order, x), np.nan)[()]


def lowergamma(a: Array, x: Array) -> Array:
    """Return the integral of t**(a-1)*exp(-t) from 0 to x."""
    return _special().gamma(a) * _special().gammainc(a, x)


def uppergamma(a: Array, x: Array) -> Array:
    """Return the integral of t**(a-1)*exp(-t) from x to infinity."""
    return _special().gamma(a) * _special().gammaincc(a, x)


# -- integral functions -------------------------------------------------------------------


def expint(n: Array, x: Array) -> Array:
    """Return E_n(x) for whole n; below 0 by the recurrence, all of whose terms are positive."""
    n, x = np.broadcast_arrays(np.asarray(n, float), np.asarray(x, float))
    known = (n == np.floor(n)) & (x > 0)
    x = np.where(known, x, np.nan)
    value = _special().expn(np.where(known & (n >= 0), n, 0).astype(int), x)
    for order in range(-1, int(np.min(n, where=known, initial=0)) - 1, -1):
        value = np.where(n <= order, (np.exp(-x) - order * value) / x, value)
    return value[()]


def li(x: Array) -> Array:
    """Return Ei(log(x))."""
    return _special().expi(np.log(x))


def sine_integral(x: Array) -> Array:
    """Return the sine integral."""
    return _special().sici(x)[0]


def cosine_integral(x: Array) -> Array:
    """Return the cosine integral; NaN for x < 0."""
    return _special().sici(np.where(np.less(x, 0), np.nan, x))[1]


def sinh_integral(x: Array) -> Array:
    """Return the hyperbolic sine integral."""
    return _special().shichi(x)[0]


def cosh_integral(x: Array) -> Array:
    """Return the hyperbolic cosine integral; NaN for x < 0."""
    return _special().shichi(np.where(np.less(x, 0), np.nan, x))[1]


def fresnels(x: Array) -> Array:
    """Return the integral of sin(pi*t**2/2) from 0 to x."""
    return _fresnel(x, 0)


def fresnelc(x: Array) -> Array:
    """Return the integral of cos(pi*t**2/2) from 0 to x."""
    return _fresnel(x, 1)


def _fresnel(x: Array, index: int) -> Array:
    """Return a Fresnel integral; beyond 1e16, where SciPy fails, it is 1/2 to the last digit."""
    far = np.abs(x) > 1e16
    value = _special().fresnel(np.where(far, 0.0, x))[index]
    return np.where(far, np.copysign(0.5, x), value)[()]


# -- Bessel, Airy, Lambert, Gauss ---------------------------------------------------------


def airyai(x: Array) -> Array:
    """Return Ai(x)."""
    return _airy(x, 0, 0.0)


def airyaiprime(x: Array) -> Array:
    """Return the derivative of Ai."""
    return _airy(x, 1, -0.0)


def airybi(x: Array) -> Array:
    """Return Bi(x)."""
    return _airy(x, 2, np.inf)


def airybiprime(x: Array) -> Array:
    """Return the derivative of Bi."""
    return _airy(x, 3, np.inf)


def _airy(x: Array, which: int, beyond: float) -> Array:
    """Return one of SciPy's four; right of AIRY_END it is 0 or infinite, where SciPy has NaN."""
    value = _special().airy(np.minimum(x, AIRY_END))[which]
    return np.where(np.greater(x, AIRY_END), beyond, value)[()]


def spherical_jn(n: Array, x: Array) -> Array:
    """Return the spherical Bessel function; near 0 by its series, NaN unless n is whole."""
    order, whole = _order(n)
    near = np.abs(x) < 0.5
    value = _special().spherical_jn(order, np.where(near, 1.0, x))
    z = np.where(near, x, 0.0)
    half, series = z * z / 2, np.ones_like(z * order)
    for k in range(9, 0, -1):
        series = 1 - half / (k * (2 * order + 2 * k + 1)) * series
    double_factorial = _special().poch(1.5, order) * 2.0**order
    small = z**order / double_factorial * series
    return np.where(whole, np.where(near, small, value), np.nan)[()]


def lambertw(x: Array) -> Array:
    """Return the principal branch; near the branch point by its series, NaN below it."""
    p_squared = 2 * math.e * (np.add(x, INVERSE_E[0]) + INVERSE_E[1])
    p = np.sqrt(np.where(p_squared >= 0, p_squared, np.nan))
    near = p < 0.03
    series = np.polynomial.polynomial.polyval(np.where(near, p, 0.0), BRANCH_SERIES)
    usual = _special().lambertw(np.where(near, 0.0, x)).real
    return np.where(np.isnan(p), np.nan, np.where(near, series, usual))[()]


def hyp1f1(a: Array, b: Array, x: Array) -> Array:
    """Return the function of Kummer; for positive a and b infinite from 1e5 on, 0 at -oo.

    SciPy does not come to an end at numbers much larger.
    """
    rising = np.greater(a, 0) & np.greater(b, 0)
    far = np.isinf(x) | (np.greater(x, 1e5) & rising)
    value = _special().hyp1f1(a, b, np.where(far, 0.0, x))
    limit = np.where(rising, np.where(np.less(x, 0), 0.0, np.inf), np.nan)
    return np.where(far, limit, value)[()]


def hyp2f1(a: Array, b: Array, c: Array, x: Array) -> Array:
    """Return the hypergeometric function of Gauss; NaN for x > 1.

    For a = b and x far below 0, where SciPy loses its digits, by Abramowitz and Stegun 15.3.13.
    """
    special = _special()
    rest = np.subtract(c, a)
    far = np.equal(a, b) & np.less(x, -100) & (rest != np.floor(rest))
    value = special.hyp2f1(a, b, c, np.where(np.greater(x, 1), np.nan, np.where(far, 0.0, x)))
    if not np.any(far):
        return value
    rest, z = np.where(far, rest, 0.5), np.where(far, x, -101.0)
    series, factor = np.zeros_like(z), special.gamma(c) * special.rgamma(a)
    for k in range(10):
        logarithm = np.log(-z) + 2 * special.psi(k + 1) - special.psi(a + k) - special.psi(rest - k)
        series = series + factor * special.rgamma(rest - k) * logarithm
        factor = -factor * (a + k) / ((k + 1) ** 2 * z)
    return np.where(far, (-z) ** -np.asarray(a, float) * series, value)[()]


# -- polynomials --------------------------------------------------------------------------


def _order(n: Array) -> tuple[Array, Array]:
    """Return an order as integers, and where it is one of 0, 1, 2, ..."""
    whole = np.equal(n, np.floor(n)) & np.greater_equal(n, 0) & np.less(n, 2**31)
    return np.where(whole, n, 0).astype(int), whole


def legendre(n: Array, x: Array) -> Array:
    """Return the Legendre polynomial; SciPy's of order 0 is 1 even where x is NaN."""
    order, whole = _order(n)
    return np.where(whole & np.equal(x, x), _special().eval_legendre(order, x), np.nan)[()]


def hermite(n: Array, x: Array) -> Array:
    """Return the physicists' Hermite polynomial."""
    order, whole = _order(n)
    return np.where(whole, _special().eval_hermite(order, x), np.nan)[()]


def chebyshevt(n: Array, x: Array) -> Array:
    """Return the Chebyshev polynomial of the first kind."""
    order, whole = _order(n)
    return np.where(whole, _special().eval_chebyt(order, x), np.nan)[()]


def chebyshevu(n: Array, x: Array) -> Array:
    """Return the Chebyshev polynomial of the second kind."""
    order, whole = _order(n)
    return np.where(whole, _special().eval_chebyu(order, x), np.nan)[()]


def gegenbauer(n: Array, a: Array, x: Array) -> Array:
    """Return the Gegenbauer polynomial."""
    order, whole = _order(n)
    return np.where(whole, _special().eval_gegenbauer(order, a, x), np.nan)[()]


def laguerre(n: Array, x: Array) -> Array:
    """Return the Laguerre polynomial."""
    order, whole = _order(n)
    return np.where(whole, _special().eval_laguerre(order, x), np.nan)[()]


def assoc_laguerre(n: Array, a: Array, x: Array) -> Array:
    """Return the associated Laguerre polynomial."""
    order, whole = _order(n)
    return np.where(whole, _special().eval_genlaguerre(order, a, x), np.nan)[()]
