"""How special functions act on a growth: at infinity, at poles and branch points."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .rules import ELEMENTARY, Rule, of_sign, reciprocal, root, taylor
from .scales import ONE, UnknownGrowthError, compare
from .terms import (
    Growth,
    compose,
    constant,
    exponential,
    logarithm,
    power,
)

__all__ = ["SPECIAL"]


def _arb(number: Any) -> Any:
    import flint

    return flint.arb(number)


def _is_large(u: Growth) -> bool:
    return compare(u.bound, ONE) > 0


def _number(u: Growth) -> Any:
    """Return the constant that an order is."""
    return u.split()[1]


def _series(term: Callable[[int], Any], v: Growth) -> Growth:
    """Return the (asymptotic) power series with these coefficients at what vanishes."""
    return compose([term(k) for k in range(v.length + 1)], v)


def _odd(far: Rule) -> Rule:
    """Return the rule of an odd function from that at +infinity."""
    return lambda u: of_sign(u, far, lambda v: -far(-v), far)


def _needs_large(u: Growth) -> None:
    if not _is_large(u):
        raise UnknownGrowthError("no rule for this function here")


def _double_factorial(k: int) -> int:
    """Return (2k - 1)!!."""
    return math.prod(range(1, 2 * k, 2))


# -- error functions --------------------------------------------------------------------------


def _gauss_tail(u: Growth, sign: int) -> Growth:
    """Return exp(sign*u²)/(u*sqrt(pi)) * sum of sign^k (2k - 1)!!/(2u²)^k."""
    _needs_large(u)
    square = u * u
    series = _series(lambda k: _arb(sign**k * _double_factorial(k)) / 2**k, reciprocal(square))
    factor = reciprocal(u).times(1 / _arb(1).pi().sqrt())
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

    return _odd(near)(u)


# -- the gamma family -------------------------------------------------------------------------


def _bernoulli(k: int) -> Any:
    import flint

    return flint.arb(flint.fmpq.bernoulli(k))


def _loggamma_far(u: Growth) -> Growth:
    """Return Stirling's series."""
    import flint

    _needs_large(u)
    inverse = reciprocal(u)
    tail = inverse * _series(
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
    if _is_large(u):
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
    if _is_large(u):
        return _loggamma_far(u)
    return logarithm(ELEMENTARY["abs"](_gamma(u)))


def _digamma(u: Growth) -> Growth:
    if _is_large(u):
        if u.sign() < 0:
            raise UnknownGrowthError("digamma has poles towards -oo")
        inverse = reciprocal(u)
        square = inverse * inverse
        tail = square * _series(lambda k: _bernoulli(2 * k + 2) / (2 * k + 2), square)
        return logarithm(u) - inverse.times(0.5) - tail
    n = _pole_order(u)
    value = taylor("digamma", [u.shifted(n + 1)], 0)
    for k in range(n + 1):
        value = value - reciprocal(u.shifted(k))
    return value


def _polygamma(order: Growth, u: Growth) -> Growth:
    m = int(_number(order).unique_fmpz())
    if m == 0:
        return _digamma(u)
    sign = 1 if m % 2 else -1
    if _is_large(u):
        lead = power(u, -m).times(math.factorial(m - 1))
        following = power(u, -m - 1).times(_arb(math.factorial(m)) / 2)
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
        product = _arb(1)
        for j in range(1, k + 1):
            product *= a - j
        return product

    _needs_large(u)
    return power(u, a - 1) * exponential(-u) * _series(coefficient, reciprocal(u))


def _lower_near(a: Any, u: Growth) -> Growth:
    return power(u, a) * _series(lambda k: _arb((-1) ** k) / (math.factorial(k) * (a + k)), u)


def _uppergamma(order: Growth, u: Growth) -> Growth:
    a = _number(order)
    return _upper_far(a, u) if _is_large(u) else (-_lower_near(a, u)).shifted(a.gamma())


def _lowergamma(order: Growth, u: Growth) -> Growth:
    a = _number(order)
    return (-_upper_far(a, u)).shifted(a.gamma()) if _is_large(u) else _lower_near(a, u)


def _zeta(u: Growth) -> Growth:
    if _is_large(u) and u.sign() > 0:
        powers = [exponential(u.times(-_arb(n).log())) for n in (2, 3, 4)]
        return (powers[0] + powers[1] + Growth((), powers[2].bound, u.length)).shifted(1)
    pole = reciprocal(u.shifted(-1))
    return pole.shifted(_arb(1).const_euler()) + Growth((), pole.bound**-1, u.length)


def _lambertw(u: Growth) -> Growth:
    if _is_large(u):
        one = logarithm(u)
        two = logarithm(one)
        ratio = two * reciprocal(one)
        return one - two + ratio + Growth((), (ratio * ratio).bound, u.length)
    p = root((u.times(_arb(1).exp())).shifted(1).times(2))
    return compose([_arb(-1), _arb(1), -_arb(1) / 3, _arb(11) / 72], p)


def _elliptic(kind: str) -> Rule:
    def near_one(m: Growth) -> Growth:
        gap = (-m).shifted(1)
        log = logarithm(gap.times(_arb(1) / 16)).times(-0.5)
        loose = Growth((), (gap * gap * log).bound, m.length)
        if kind == "k":
            return log + (log.shifted(-1) * gap).times(0.25) + loose
        return (gap.times(0.5) * log.shifted(-0.5)).shifted(1) + loose

    return near_one


# -- integral functions -----------------------------------------------------------------------


def _exponential_tail(u: Growth) -> Growth:
    """Return exp(u)/u * sum of k!/u^k."""
    _needs_large(u)
    inverse = reciprocal(u)
    return exponential(u) * inverse * _series(lambda k: _arb(math.factorial(k)), inverse)


def _near_log(u: Growth, term: Callable[[int], Any]) -> Growth:
    """Return EulerGamma + log|u| + a power series without constant term."""
    series = compose([_arb(0), *(term(k) for k in range(1, u.length + 1))], u)
    size = ELEMENTARY["abs"](u)
    return logarithm(size).shifted(_arb(0).const_euler()) + series


def _ei(u: Growth) -> Growth:
    if _is_large(u):
        return _exponential_tail(u)
    return _near_log(u, lambda k: 1 / _arb(k * math.factorial(k)))


def _expint(order: Growth, u: Growth) -> Growth:
    n = _number(order)
    _needs_large(u)

    def coefficient(k: int) -> Any:
        product = _arb((-1) ** k)
        for j in range(k):
            product *= n + j
        return product

    return exponential(-u) * reciprocal(u) * _series(coefficient, reciprocal(u))


def _auxiliary(u: Growth) -> tuple[Growth, Growth]:
    """Return the functions f and g of the sine and cosine integrals."""
    _needs_large(u)
    inverse = reciprocal(u)
    square = inverse * inverse
    f = inverse * _series(lambda k: _arb((-1) ** k * math.factorial(2 * k)), square)
    g = square * _series(lambda k: _arb((-1) ** k * math.factorial(2 * k + 1)), square)
    return f, g


def _si(u: Growth) -> Growth:
    f, g = _auxiliary(u)
    value = f * ELEMENTARY["cos"](u) + g * ELEMENTARY["sin"](u)
    return (-value).shifted(_arb(0).pi() / 2)


def _ci(u: Growth) -> Growth:
    if _is_large(u):
        f, g = _auxiliary(u)
        return f * ELEMENTARY["sin"](u) - g * ELEMENTARY["cos"](u)
    return _near_log(u, lambda k: _even_term(k, -1))


def _even_term(k: int, sign: int) -> Any:
    """Return the coefficient of u^k in the series of Ci (or Chi) at 0."""
    return _arb(0) if k % 2 else _arb(sign ** (k // 2)) / (k * math.factorial(k))


def _chi(u: Growth) -> Growth:
    if _is_large(u):
        return _exponential_tail(u).times(0.5) + _exponential_tail(-u).times(-0.5).times(-1)
    return _near_log(u, lambda k: _even_term(k, 1))


def _shi(u: Growth) -> Growth:
    return _exponential_tail(u).times(0.5) - _exponential_tail(-u).times(0.5)


def _fresnel(is_sine: bool) -> Rule:
    def far(u: Growth) -> Growth:
        _needs_large(u)
        pi = _arb(0).pi()
        square = u * u
        phase = square.times(pi / 2)
        inverse = reciprocal(square.times(pi))
        fourth = inverse * inverse

        def odd_product(first: int) -> Callable[[int], Any]:
            def term(k: int) -> Any:
                return _arb((-1) ** k * _double_factorial(2 * k + first))

            return term

        f = u * inverse * _series(odd_product(0), fourth)
        g = u * inverse * inverse * _series(odd_product(1), fourth)
        sine, cosine = ELEMENTARY["sin"](phase), ELEMENTARY["cos"](phase)
        value = -(f * cosine) - g * sine if is_sine else f * sine - g * cosine
        return value.shifted(0.5)

    return _odd(far)


SPECIAL: dict[str, Rule] = {
    "erf": _odd(lambda u: (-_erfc(u)).shifted(1)),
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
    "Ei": _ei,
    "E1": lambda u: -_ei(-u),
    "expint": _expint,
    "li": lambda u: _ei(logarithm(u)),
    "Si": _odd(_si),
    "Ci": _ci,
    "Shi": _shi,
    "Chi": _chi,
    "fresnels": _fresnel(True),
    "fresnelc": _fresnel(False),
}
