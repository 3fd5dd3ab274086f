"""Complex continuations of special functions and polynomials: as in `continuations`."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from .continuations import Ball, nowhere, touches_left

__all__ = [
    "bessel",
    "beta",
    "binomial",
    "expint",
    "exponential_integral",
    "first_exponential_integral",
    "gammaln",
    "gegenbauer",
    "hyp1f1",
    "hyp2f1",
    "incomplete_gamma",
    "laguerre",
    "lambertw",
    "logarithmic_integral",
    "of_whole_order",
    "polygamma",
    "spherical_jn",
]


def _is_whole(n: Ball) -> bool:
    return bool(n.imag.is_zero() and n.real.is_exact() and n.real.is_integer() and n.real >= 0)


def exponential_integral(z: Ball) -> Ball:
    """Continue Ei, which is -E1(-x) for x < 0, from either side of zero."""
    if z.real > 0:
        return z.ei()
    return -(-z).expint(1) if z.real < 0 else nowhere()


def logarithmic_integral(z: Ball) -> Ball:
    """Continue li(z) = Ei(log(z)) from either side of 1."""
    return exponential_integral(z.log(analytic=True)) if z.real > 0 else nowhere()


def expint(n: Ball, z: Ball) -> Ball:
    """Continue E_n(z) for whole n off (-oo, 0]."""
    whole = n.imag.is_zero() and n.real.is_exact() and n.real.is_integer()
    return z.expint(n) if whole and not touches_left(z, 0) else nowhere()


def first_exponential_integral(z: Ball) -> Ball:
    """Continue E1 off (-oo, 0]."""
    return nowhere() if touches_left(z, 0) else z.expint(1)


def gammaln(z: Ball) -> Ball:
    """Continue log(abs(gamma(z))) from the right half-plane."""
    return z.lgamma() if z.real > 0 else nowhere()


def polygamma(n: Ball, z: Ball) -> Ball:
    """Continue the derivative of order n of digamma from the right half-plane."""
    return z.polygamma(n) if _is_whole(n) and z.real > 0 else nowhere()


def beta(a: Ball, b: Ball) -> Ball:
    """Continue gamma(a)*gamma(b)/gamma(a + b)."""
    return a.gamma() * b.gamma() * (a + b).rgamma()


def binomial(n: Ball, k: Ball) -> Ball:
    """Continue gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1))."""
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def incomplete_gamma(method: str) -> Callable[[Ball, Ball], Ball]:
    """Return the continuation of an incomplete gamma function (a, z) off (-oo, 0]."""

    def continued(a: Ball, z: Ball) -> Ball:
        return getattr(z, method)(a) if a.real > 0 and not touches_left(z, 0) else nowhere()

    return continued


def lambertw(z: Ball) -> Ball:
    """Continue the principal branch off (-oo, -1/e]."""
    return nowhere() if touches_left(z, -(z.real * 0 - 1).exp()) else z.lambertw()


def hyp1f1(a: Ball, b: Ball, z: Ball) -> Ball:
    """Continue the function of Kummer, which is entire."""
    return z.hypgeom_1f1(a, b)


def hyp2f1(a: Ball, b: Ball, c: Ball, z: Ball) -> Ball:
    """Continue the function of Gauss off [1, oo)."""
    return nowhere() if touches_left(-z, -1) else z.hypgeom_2f1(a, b, c)


def bessel(method: str, *, is_entire: bool) -> Callable[[Ball, Ball], Ball]:
    """Return the continuation of a Bessel function (n, z): off (-oo, 0], or entire for whole n."""

    def continued(n: Ball, z: Ball) -> Ball:
        if touches_left(z, 0) and not (is_entire and _is_whole(n)):
            return nowhere()
        return getattr(z, method)(n)

    return continued


def spherical_jn(n: Ball, z: Ball) -> Ball:
    """Continue z**n/(2n+1)!! * 0F1(n + 3/2; -z**2/4), which is entire."""
    if not _is_whole(n):
        return nowhere()
    order = int(n.real.unique_fmpz())
    if z.real > order + 1:
        return (z.pi() / (2 * z)).sqrt(analytic=True) * z.bessel_j(n + 0.5)
    if z.real < -order - 1:
        return (-1) ** order * spherical_jn(n, -z)
    series = (-z * z / 4).hypgeom_0f1(n + 1.5)
    return reduce(lambda y, k: y * z / (2 * k + 1), range(1, order + 1), series)


# -- polynomials --------------------------------------------------------------------------


def of_whole_order(method: str) -> Callable[[Ball, Ball], Ball]:
    """Return the continuation of a polynomial (n, z) of order n = 0, 1, 2, ..."""

    def continued(n: Ball, z: Ball) -> Ball:
        return getattr(z, method)(n) if _is_whole(n) else nowhere()

    return continued


def gegenbauer(n: Ball, a: Ball, z: Ball) -> Ball:
    """Continue the Gegenbauer polynomial of order n = 0, 1, 2, ..."""
    return z.gegenbauer_c(n, a) if _is_whole(n) else nowhere()


def laguerre(n: Ball, a: Ball, z: Ball) -> Ball:
    """Continue the associated Laguerre polynomial of order n = 0, 1, 2, ..."""
    return z.laguerre_l(n, a) if _is_whole(n) else nowhere()
