"""How Bessel and Airy functions act on a growth: at infinity, and at zero."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .asymptotic import exact, is_large, number_of
from .rules import ELEMENTARY, Rule, of_sign, reciprocal, root
from .scales import UnknownGrowthError
from .terms import Growth, compose, constant, exponential, logarithm, power, to_fraction

__all__ = ["BESSEL"]


def _hankel(order: Any, k: int) -> Any:
    """Return a_k = product of (4n² - (2j - 1)²), j = 1 … k, over k! 8^k."""
    product = exact(1)
    for j in range(1, k + 1):
        product *= (4 * order * order - (2 * j - 1) ** 2) / (8 * j)
    return product


def _phase_parts(order: Any, u: Growth) -> tuple[Growth, Growth, Growth, Growth]:
    """Return P, Q, cos(chi), sin(chi) of the expansions at infinity (DLMF 10.17)."""
    inverse = reciprocal(u)
    square = inverse * inverse
    n = u.length
    p = compose([_hankel(order, 2 * k) * (-1) ** k for k in range(n)], square)
    q = inverse * compose([_hankel(order, 2 * k + 1) * (-1) ** k for k in range(n)], square)
    chi = u.shifted(-(order / 2 + exact(1) / 4) * exact(0).pi())
    return p, q, ELEMENTARY["cos"](chi), ELEMENTARY["sin"](chi)


def _amplitude(u: Growth) -> Growth:
    """Return sqrt(2/(pi*u))."""
    return root(reciprocal(u).times(2 / exact(0).pi()))


def _j_far(order: Any, u: Growth) -> Growth:
    p, q, cosine, sine = _phase_parts(order, u)
    return _amplitude(u) * (cosine * p - sine * q)


def _y_far(order: Any, u: Growth) -> Growth:
    p, q, cosine, sine = _phase_parts(order, u)
    return _amplitude(u) * (sine * p + cosine * q)


def _i_far(order: Any, u: Growth) -> Growth:
    inverse = reciprocal(u)
    series = compose([_hankel(order, k) * (-1) ** k for k in range(u.length + 1)], inverse)
    return exponential(u) * _amplitude(u).times(0.5) * series


def _k_far(order: Any, u: Growth) -> Growth:
    inverse = reciprocal(u)
    series = compose([_hankel(order, k) for k in range(u.length + 1)], inverse)
    return exponential(-u) * _amplitude(u).times(exact(0).pi() / 2) * series


def _near_zero(order: Any, u: Growth, sign: int) -> Growth:
    """Return (u/2)^n times the sum of (sign*u²/4)^k/(k! gamma(n + k + 1))."""
    half = u.times(0.5)
    series = compose(
        [(order + k + 1).rgamma() * sign**k / math.factorial(k) for k in range(u.length + 1)],
        half * half,
    )
    whole = order.unique_fmpz() if order.is_exact() else None
    return power(half, order if whole is None else int(whole)) * series


def _regular(far: Callable[[Any, Growth], Growth], sign: int) -> Rule:
    """Return the rule of J (sign -1) or I (sign 1)."""

    def apply(n: Growth, u: Growth) -> Growth:
        order = number_of(n)
        if not is_large(u):
            return _near_zero(order, u, sign)
        if u.sign() > 0:
            return far(order, u)
        whole = order.unique_fmpz() if order.is_exact() else None
        if whole is None:
            raise UnknownGrowthError("a Bessel function of real order at a negative argument")
        return far(order, -u).times((-1) ** int(whole))

    return apply


def _loose(u: Growth, order: Any) -> Growth:
    """Return 1 + O(u^min(2, 2n) log(u))."""
    gain = min(Fraction(2), 2 * abs(to_fraction(order))) or Fraction(2)
    level = power(u, gain) * logarithm(u)
    return constant(1, u.length) + Growth((), level.bound, u.length)


def _singular(far: Callable[[Any, Growth], Growth], log_factor: Any, factor: Any) -> Rule:
    """Return the rule of K or Y: `log_factor*(log(u/2) + EulerGamma)` at 0 for the order 0."""

    def apply(n: Growth, u: Growth) -> Growth:
        order = number_of(n)
        if is_large(u):
            return far(order, u)
        if order.is_zero():
            level = logarithm(u.times(0.5)).shifted(exact(0).const_euler())
            loose = (u * u * logarithm(u)).bound
            return level.times(log_factor(exact(0).pi())) + Growth((), loose, u.length)
        if order < 0:
            raise UnknownGrowthError("a Bessel function of negative order at 0")
        lead = power(u.times(0.5), -to_fraction(order)).times(order.gamma())
        return lead.times(factor(exact(0).pi())) * _loose(u, order)

    return apply


def _spherical(n: Growth, u: Growth) -> Growth:
    order = number_of(n)
    if not is_large(u):
        raise UnknownGrowthError("no rule for this function here")
    sign = 1 if u.sign() > 0 or int(order.unique_fmpz()) % 2 == 0 else -1
    size = u if u.sign() > 0 else -u
    scaled = root(reciprocal(size).times(exact(0).pi() / 2))
    return scaled * _j_far(order + exact(1) / 2, size).times(sign)


def _airy_coefficient(k: int, is_slope: bool) -> Any:
    """Return u_k, or v_k = (6k + 1)/(1 - 6k) u_k (DLMF 9.7)."""
    product = exact(1)
    for j in range(1, k + 1):
        product *= exact((6 * j - 5) * (6 * j - 3) * (6 * j - 1)) / (216 * j * (2 * j - 1))
    return product * (6 * k + 1) / (1 - 6 * k) if is_slope else product


def _airy_scale(u: Growth, is_slope: bool) -> Growth:
    """Return u^(-1/4)/sqrt(pi), for a derivative u^(1/4)/sqrt(pi)."""
    return power(u, Fraction(1 if is_slope else -1, 4)).times(1 / exact(0).pi().sqrt())


def _airy(is_second: bool, is_slope: bool) -> Rule:
    """Return the rule of Ai, Bi or one of their derivatives."""

    def right(u: Growth) -> Growth:
        zeta = power(u, Fraction(3, 2)).times(exact(2) / 3)
        sign = 1 if is_second else -1
        terms = [_airy_coefficient(k, is_slope) * sign**k for k in range(u.length + 1)]
        value = exponential(zeta.times(sign)) * _airy_scale(u, is_slope)
        factor = 1.0 if is_second else -0.5 if is_slope else 0.5
        return value.times(factor) * compose(terms, reciprocal(zeta))

    def left(u: Growth) -> Growth:
        size = -u
        zeta = power(size, Fraction(3, 2)).times(exact(2) / 3)
        inverse = reciprocal(zeta)
        square = inverse * inverse

        def part(first: int) -> Growth:
            numbers = range(u.length)
            terms = [_airy_coefficient(2 * k + first, is_slope) * (-1) ** k for k in numbers]
            return compose(terms, square)

        even, odd = part(0), inverse * part(1)
        chi = zeta.shifted(-exact(0).pi() / 4)
        cosine, sine = ELEMENTARY["cos"](chi), ELEMENTARY["sin"](chi)
        if is_second != is_slope:
            value = cosine * odd - sine * even if is_second else sine * even - cosine * odd
        else:
            value = cosine * even + sine * odd
        return value * _airy_scale(size, is_slope)

    return lambda u: of_sign(u, right, left, right)


#: The rules of this family.
BESSEL: dict[str, Rule] = {
    "besselj": _regular(_j_far, -1),
    "besseli": _regular(_i_far, 1),
    "bessely": _singular(_y_far, lambda pi: 2 / pi, lambda pi: -1 / pi),
    "besselk": _singular(_k_far, lambda pi: exact(-1), lambda pi: exact(1) / 2),
    "spherical_jn": _spherical,
    "airyai": _airy(False, False),
    "airybi": _airy(True, False),
    "airyaiprime": _airy(False, True),
    "airybiprime": _airy(True, True),
}
