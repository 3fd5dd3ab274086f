"""How integral functions act on a growth: exponential, sine, cosine and Fresnel integrals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .asymptotic import (
    double_factorial,
    exact,
    is_large,
    number_of,
    odd,
    power_series,
    require_large,
)
from .rules import ELEMENTARY, Rule, reciprocal
from .terms import Growth, compose, exponential, logarithm

__all__ = ["INTEGRALS"]


def _exponential_tail(u: Growth) -> Growth:
    """Return exp(u)/u * sum of k!/u^k."""
    require_large(u)
    inverse = reciprocal(u)
    return exponential(u) * inverse * power_series(lambda k: exact(math.factorial(k)), inverse)


def _near_log(u: Growth, term: Callable[[int], Any]) -> Growth:
    """Return EulerGamma + log|u| + a power series without constant term."""
    series = compose([exact(0), *(term(k) for k in range(1, u.length + 1))], u)
    size = ELEMENTARY["abs"](u)
    return logarithm(size).shifted(exact(0).const_euler()) + series


def _ei(u: Growth) -> Growth:
    if is_large(u):
        return _exponential_tail(u)
    return _near_log(u, lambda k: 1 / exact(k * math.factorial(k)))


def _expint(order: Growth, u: Growth) -> Growth:
    n = number_of(order)
    require_large(u)

    def coefficient(k: int) -> Any:
        product = exact((-1) ** k)
        for j in range(k):
            product *= n + j
        return product

    return exponential(-u) * reciprocal(u) * power_series(coefficient, reciprocal(u))


def _auxiliary(u: Growth) -> tuple[Growth, Growth]:
    """Return the functions f and g of the sine and cosine integrals."""
    require_large(u)
    inverse = reciprocal(u)
    square = inverse * inverse
    f = inverse * power_series(lambda k: exact((-1) ** k * math.factorial(2 * k)), square)
    g = square * power_series(lambda k: exact((-1) ** k * math.factorial(2 * k + 1)), square)
    return f, g


def _si(u: Growth) -> Growth:
    f, g = _auxiliary(u)
    value = f * ELEMENTARY["cos"](u) + g * ELEMENTARY["sin"](u)
    return (-value).shifted(exact(0).pi() / 2)


def _ci(u: Growth) -> Growth:
    if is_large(u):
        f, g = _auxiliary(u)
        return f * ELEMENTARY["sin"](u) - g * ELEMENTARY["cos"](u)
    return _near_log(u, lambda k: _even_term(k, -1))


def _even_term(k: int, sign: int) -> Any:
    """Return the coefficient of u^k in the series of Ci (or Chi) at 0."""
    return exact(0) if k % 2 else exact(sign ** (k // 2)) / (k * math.factorial(k))


def _chi(u: Growth) -> Growth:
    if is_large(u):
        return _exponential_tail(u).times(0.5) + _exponential_tail(-u).times(-0.5).times(-1)
    return _near_log(u, lambda k: _even_term(k, 1))


def _shi(u: Growth) -> Growth:
    return _exponential_tail(u).times(0.5) - _exponential_tail(-u).times(0.5)


def _fresnel(is_sine: bool) -> Rule:
    def far(u: Growth) -> Growth:
        require_large(u)
        pi = exact(0).pi()
        square = u * u
        phase = square.times(pi / 2)
        inverse = reciprocal(square.times(pi))
        fourth = inverse * inverse

        def odd_product(first: int) -> Callable[[int], Any]:
            def term(k: int) -> Any:
                return exact((-1) ** k * double_factorial(2 * k + first))

            return term

        f = u * inverse * power_series(odd_product(0), fourth)
        g = u * inverse * inverse * power_series(odd_product(1), fourth)
        sine, cosine = ELEMENTARY["sin"](phase), ELEMENTARY["cos"](phase)
        value = -(f * cosine) - g * sine if is_sine else f * sine - g * cosine
        return value.shifted(0.5)

    return odd(far)


#: The rules of this family.
INTEGRALS: dict[str, Rule] = {
    "Ei": _ei,
    "E1": lambda u: -_ei(-u),
    "expint": _expint,
    "li": lambda u: _ei(logarithm(u)),
    "Si": odd(_si),
    "Ci": _ci,
    "Shi": _shi,
    "Chi": _chi,
    "fresnels": _fresnel(True),
    "fresnelc": _fresnel(False),
}
