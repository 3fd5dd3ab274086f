"""How special functions act on a growth: at infinity, at poles and branch points."""

from __future__ import annotations

import math
from typing import Any

from ..series import NotAnalyticError, Series, constant_series
from ..series_rules import series_of_call
from .asymptotic import (
    double_factorial,
    exact,
    is_large,
    number_of,
    odd,
    power_series,
    require_large,
)
from .rules import ELEMENTARY, Rule, of_sign, reciprocal, root, taylor
from .scales import UnknownGrowthError
from .terms import (
    Growth,
    compose,
    constant,
    exponential,
    logarithm,
    power,
)

__all__ = ["SPECIAL"]

#: Polynomials of higher degree have no rule at infinity.
MAX_DEGREE = 40
POLYNOMIALS = (
    *("legendre", "hermite", "chebyshevt", "chebyshevu"),
    *("gegenbauer", "laguerre", "assoc_laguerre"),
)


# -- error functions --------------------------------------------------------------------------


def _gauss_tail(u: Growth, sign: int) -> Growth:
    """Return exp(sign*u²)/(u*sqrt(pi)) * sum of sign^k (2k - 1)!!/(2u²)^k."""
    require_large(u)
    square = u * u
    series = power_series(lambda k: exact(sign**k * double_factorial(k)) / 2**k, reciprocal(square))
    factor = reciprocal(u).times(1 / exact(1).pi().sqrt())
    return exponential(square.times(sign)) * factor * series


def _erfc(u: Growth) -> Growth:
    return of_sign(
        u,
        lambda v: _gauss_tail(v, -1),
        lambda v: (-_gauss_tail(-v, -1)).shifted(2),
        lambda v: constant(1, v.length),
    )


def _erfinv(u: Growth) -> Growth:
    """Return sqrt(-log(1 - u))*(1 + O(log log/log)) for u -> 1."""

    def near(v: Growth) -> Growth:
        level = -logarithm((-v).shifted(1))
        loose = Growth((), (logarithm(level) * reciprocal(level)).bound, v.length)
        return root(level) * loose.shifted(1)

    return odd(near)(u)


# -- the gamma family -------------------------------------------------------------------------


def _bernoulli(k: int) -> Any:
    import flint

    return flint.arb(flint.fmpq.bernoulli(k))


def _loggamma_far(u: Growth) -> Growth:
    """Return Stirling's series."""
    import flint

    require_large(u)
    inverse = reciprocal(u)
    tail = inverse * power_series(
        lambda k: _bernoulli(2 * k + 2) / ((2 * k + 1) * (2 * k + 2)), inverse * inverse
    )
    log = logarithm(u)
    half = (2 * flint.arb.pi()).log() / 2
    return u * log - u - log.times(0.5) + tail.shifted(half)


def _pole_order(u: Growth) -> int:
    """Return n where u -> -n, a pole of gamma."""
    diverging, value, _ = u.split()
    near = None if diverging else (0.5 - value).floor().unique_fmpz()
    if near is None or near < 0 or float(abs(value + near).upper()) > 1e-20:
        raise UnknownGrowthError("no pole of gamma")
    return int(near)


def _gamma(u: Growth) -> Growth:
    if is_large(u):
        if u.sign() < 0:
            raise UnknownGrowthError("gamma has poles towards -oo")
        return exponential(_loggamma_far(u))
    n = _pole_order(u)
    value = taylor("gamma", [u.shifted(n + 1)], 0)
    for k in range(n + 1):
        value = value * reciprocal(u.shifted(k))
    return value


def _any_gamma(u: Growth) -> Growth:
    """Return gamma, wherever it has a growth."""
    try:
        return taylor("gamma", [u], 0)
    except ArithmeticError:
        return _gamma(u)


def _gammaln(u: Growth) -> Growth:
    if is_large(u):
        return _loggamma_far(u)
    return logarithm(ELEMENTARY["abs"](_gamma(u)))


def _digamma(u: Growth) -> Growth:
    if is_large(u):
        if u.sign() < 0:
            raise UnknownGrowthError("digamma has poles towards -oo")
        inverse = reciprocal(u)
        square = inverse * inverse
        tail = square * power_series(lambda k: _bernoulli(2 * k + 2) / (2 * k + 2), square)
        return logarithm(u) - inverse.times(0.5) - tail
    n = _pole_order(u)
    value = taylor("digamma", [u.shifted(n + 1)], 0)
    for k in range(n + 1):
        value = value - reciprocal(u.shifted(k))
    return value


def _polygamma(order: Growth, u: Growth) -> Growth:
    m = int(number_of(order).unique_fmpz())
    if m == 0:
        return _digamma(u)
    sign = 1 if m % 2 else -1
    if is_large(u):
        lead = power(u, -m).times(math.factorial(m - 1))
        following = power(u, -m - 1).times(exact(math.factorial(m)) / 2)
        return (lead + following + Growth((), power(u, -m - 2).bound, u.length)).times(sign)
    n = _pole_order(u)
    value = taylor("polygamma", [order, u.shifted(n + 1)], 1)
    for k in range(n + 1):
        value = value + power(u.shifted(k), -m - 1).times(sign * math.factorial(m))
    return value


def _beta(a: Growth, b: Growth) -> Growth:
    return _any_gamma(a) * _any_gamma(b) * reciprocal(_any_gamma(a + b))


def _upper_far(a: Any, u: Growth) -> Growth:
    def coefficient(k: int) -> Any:
        product = exact(1)
        for j in range(1, k + 1):
            product *= a - j
        return product

    require_large(u)
    return power(u, a - 1) * exponential(-u) * power_series(coefficient, reciprocal(u))


def _lower_near(a: Any, u: Growth) -> Growth:
    return power(u, a) * power_series(lambda k: exact((-1) ** k) / (math.factorial(k) * (a + k)), u)


def _uppergamma(order: Growth, u: Growth) -> Growth:
    a = number_of(order)
    return _upper_far(a, u) if is_large(u) else (-_lower_near(a, u)).shifted(a.gamma())


def _lowergamma(order: Growth, u: Growth) -> Growth:
    a = number_of(order)
    return (-_upper_far(a, u)).shifted(a.gamma()) if is_large(u) else _lower_near(a, u)


def _zeta(u: Growth) -> Growth:
    if is_large(u) and u.sign() > 0:
        powers = [exponential(u.times(-exact(n).log())) for n in (2, 3, 4)]
        return (powers[0] + powers[1] + Growth((), powers[2].bound, u.length)).shifted(1)
    pole = reciprocal(u.shifted(-1))
    return pole.shifted(exact(1).const_euler()) + Growth((), pole.bound**-1, u.length)


def _lambertw(u: Growth) -> Growth:
    if is_large(u):
        one = logarithm(u)
        two = logarithm(one)
        ratio = two * reciprocal(one)
        return one - two + ratio + Growth((), (ratio * ratio).bound, u.length)
    p = root((u.times(exact(1).exp())).shifted(1).times(2))
    return compose([exact(-1), exact(1), -exact(1) / 3, exact(11) / 72], p)


def _elliptic(kind: str) -> Rule:
    def near_one(m: Growth) -> Growth:
        gap = (-m).shifted(1)
        log = logarithm(gap.times(exact(1) / 16)).times(-0.5)
        loose = Growth((), (gap * gap * log).bound, m.length)
        if kind == "k":
            return log + (log.shifted(-1) * gap).times(0.25) + loose
        return (gap.times(0.5) * log.shifted(-0.5)).shifted(1) + loose

    return near_one


def _polynomial(name: str) -> Rule:
    """Return the rule of a polynomial of whole order: its Taylor series at 0, which ends."""

    def apply(*args: Growth) -> Growth:
        orders, u = [number_of(arg) for arg in args[:-1]], args[-1]
        degree = orders[0].unique_fmpz()
        if degree is None or not 0 <= degree <= MAX_DEGREE:
            raise UnknownGrowthError("a polynomial of high degree")
        n = int(degree) + 2
        zero = exact(0)
        series = [constant_series(order, n) for order in orders]
        series.append(Series(0, (zero, zero + 1, *(zero,) * (n - 2))))
        try:
            found = series_of_call(name, series, n)
        except NotAnalyticError as failure:
            raise UnknownGrowthError(str(failure)) from None
        total = constant(found.term(n - 2), u.length)
        for k in range(n - 3, -1, -1):
            total = (total * u).shifted(found.term(k))
        return total

    return apply


SPECIAL: dict[str, Rule] = {
    "erf": odd(lambda u: (-_erfc(u)).shifted(1)),
    "erfc": _erfc,
    "erfi": lambda u: _gauss_tail(u, 1),
    "erfinv": _erfinv,
    "gamma": _gamma,
    "factorial": lambda u: _any_gamma(u.shifted(1)),
    "loggamma": _gammaln,
    "gammaln": _gammaln,
    "digamma": _digamma,
    "polygamma": _polygamma,
    "beta": _beta,
    "binomial": lambda n, k: (
        _any_gamma(n.shifted(1))
        * reciprocal(_any_gamma(k.shifted(1)) * _any_gamma((n - k).shifted(1)))
    ),
    "lowergamma": _lowergamma,
    "uppergamma": _uppergamma,
    "zeta": _zeta,
    "lambertw": _lambertw,
    "elliptic_k": _elliptic("k"),
    "elliptic_e": _elliptic("e"),
    **{name: _polynomial(name) for name in POLYNOMIALS},
}
