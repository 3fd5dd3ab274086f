"""Rigorous values of the functions that python-flint does not have in exactly our meaning.

Every function takes `flint.arb` balls and returns a ball that contains the value for all reals
in them, or a NaN ball where the balls do not prove that there is a value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

__all__ = [
    "acot",
    "beta",
    "binomial",
    "cbrt",
    "cosm1",
    "direction",
    "elliptic_e",
    "elliptic_k",
    "expint",
    "exprel",
    "gammaln",
    "gegenbauer",
    "golden_ratio",
    "heaviside",
    "hyp2f1",
    "hypot",
    "incomplete_gamma",
    "laguerre",
    "log1mexp",
    "logsumexp",
    "maximum",
    "minimum",
    "of_whole_order",
    "polygamma",
    "sigmoid",
    "sign",
    "sinc",
    "softplus",
    "spherical_jn",
    "xlogy",
]

Ball = Any


def is_whole(n: Ball) -> bool:
    """Whether a ball is exactly one of 0, 1, 2, ..."""
    return bool(n.is_exact() and n.is_integer() and n >= 0)


def _unless_nan(value: Ball, *xs: Ball) -> Ball:
    """Return the value, or the first argument that is NaN: Arb has numbers for some of these."""
    return next((x for x in xs if x.is_nan()), value)


def golden_ratio() -> Ball:
    """Enclose (1 + sqrt(5))/2."""
    from flint import arb

    return (1 + arb(5).sqrt()) / 2


# -- elementary ---------------------------------------------------------------------------


def acot(x: Ball) -> Ball:
    """Enclose atan(1/x), with acot(0) = pi/2."""
    return x.pi() / 2 if x.is_zero() else (1 / x).atan()


def cbrt(x: Ball) -> Ball:
    """Enclose the real cube root."""
    if x > 0:
        return x.root(3)
    if x < 0:
        return -((-x).root(3))
    if x.is_zero() or x.is_nan():
        return x
    largest = x.abs_upper().root(3)
    return largest.union(-largest)


def hypot(*xs: Ball) -> Ball:
    """Enclose the square root of the sum of the squares."""
    return abs(xs[0]) if len(xs) == 1 else sum(x * x for x in xs).sqrt()


def direction(*xs: Ball) -> Ball:
    """Enclose x/hypot(x, ...), 0 at the origin."""
    if all(x.is_zero() for x in xs):
        return xs[0]
    return xs[0] / hypot(*xs)


def maximum(*xs: Ball) -> Ball:
    """Enclose the greatest of the arguments."""
    return reduce(lambda a, b: a.max(b), xs)


def minimum(*xs: Ball) -> Ball:
    """Enclose the least of the arguments."""
    return reduce(lambda a, b: a.min(b), xs)


def sign(x: Ball) -> Ball:
    """Enclose the sign."""
    return _unless_nan(x.sgn(), x)


def heaviside(x: Ball) -> Ball:
    """Enclose the unit step, 1/2 at 0."""
    return (sign(x) + 1) / 2


# -- stable atoms -------------------------------------------------------------------------


def softplus(x: Ball) -> Ball:
    """Enclose log(1 + exp(x)) without an exponential that overflows."""
    return x + (-x).exp().log1p() if x > 0 else x.exp().log1p()


def sigmoid(x: Ball) -> Ball:
    """Enclose 1/(1 + exp(-x)) without an exponential that overflows."""
    if x > 0:
        return 1 / (1 + (-x).exp())
    small = x.exp()
    return small / (1 + small)


def logsumexp(*xs: Ball) -> Ball:
    """Enclose log(exp(x) + exp(y) + ...), shifted by the middle of the greatest ball."""
    shift = maximum(*xs).mid()
    return shift + sum((x - shift).exp() for x in xs).log()


def log1mexp(x: Ball) -> Ball:
    """Enclose log(1 - exp(x)) for x < 0."""
    return (-x.exp()).log1p() if x < -1 else (-x.expm1()).log()


def xlogy(x: Ball, y: Ball) -> Ball:
    """Enclose x*log(y), which is 0 where x is exactly 0."""
    return 0 * y if x.is_zero() else x * y.log()


def exprel(x: Ball) -> Ball:
    """Enclose (exp(x) - 1)/x, an entire function: near 0 as 1F1(1; 2; x)."""
    return x.expm1() / x if abs(x) > 1 else x.hypgeom_1f1(1, 2)


def cosm1(x: Ball) -> Ball:
    """Enclose cos(x) - 1 without cancellation."""
    half = (x / 2).sin()
    return -2 * half * half


def sinc(x: Ball) -> Ball:
    """Enclose sin(x)/x, 1 at 0."""
    return _unless_nan(x.sinc(), x)


# -- special functions --------------------------------------------------------------------


def gammaln(x: Ball) -> Ball:
    """Enclose log(abs(gamma(x)))."""
    return x.lgamma() if x > 0 else abs(x.gamma()).log()


def polygamma(n: Ball, x: Ball) -> Ball:
    """Enclose the derivative of order n = 0, 1, 2, ... of digamma."""
    from flint import acb

    is_pole = x.is_integer() and x <= 0  # Arb takes long to find out
    return acb(x).polygamma(acb(n)).real if is_whole(n) and not is_pole else x.nan()


def beta(a: Ball, b: Ball) -> Ball:
    """Enclose gamma(a)*gamma(b)/gamma(a + b)."""
    return a.gamma() * b.gamma() * (a + b).rgamma()


def binomial(n: Ball, k: Ball) -> Ball:
    """Enclose gamma(n + 1)/(gamma(k + 1)*gamma(n - k + 1))."""
    return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()


def incomplete_gamma(method: str) -> Callable[[Ball, Ball], Ball]:
    """Return the ball of an incomplete gamma function (a, x) for a > 0 and x >= 0."""

    def ball(a: Ball, x: Ball) -> Ball:
        return getattr(x, method)(a) if a > 0 and x >= 0 else x.nan()

    return ball


def expint(n: Ball, x: Ball) -> Ball:
    """Enclose the integral of exp(-x*t)/t**n over t > 1, for whole n (negative too) and x > 0."""
    whole = n.is_exact() and n.is_integer()
    return x.expint(n) if whole and x > 0 else x.nan()


def elliptic_k(m: Ball) -> Ball:
    """Enclose the complete integral of the first kind through the mean of Gauss, for m < 1."""
    return m.pi() / (2 * (1 - m).sqrt().agm(1)) if m < 1 else m.nan()


def elliptic_e(m: Ball) -> Ball:
    """Enclose the complete integral of the second kind, for m <= 1."""
    return m.pi() / 2 * m.hypgeom_2f1(-0.5, 0.5, 1) if m <= 1 else m.nan()


def hyp2f1(a: Ball, b: Ball, c: Ball, x: Ball) -> Ball:
    """Enclose the function of Gauss for x < 1."""
    return x.hypgeom_2f1(a, b, c) if x < 1 else x.nan()


def spherical_jn(n: Ball, x: Ball) -> Ball:
    """Enclose sqrt(pi/(2*x))*J(n + 1/2, x); near 0 as x**n/(2n+1)!! * 0F1(n + 3/2; -x**2/4)."""
    if not is_whole(n):
        return x.nan()
    order = int(n.unique_fmpz())
    if abs(x) > order + 1:
        size = abs(x)
        value = (x.pi() / (2 * size)).sqrt() * size.bessel_j(n + 0.5)
        return -value if order % 2 and x < 0 else value
    series = (-x * x / 4).hypgeom_0f1(n + 1.5)
    return reduce(lambda y, k: y * x / (2 * k + 1), range(1, order + 1), series)


# -- polynomials --------------------------------------------------------------------------


def of_whole_order(method: str) -> Callable[[Ball, Ball], Ball]:
    """Return the ball of a polynomial (n, x) of order n = 0, 1, 2, ..."""

    def ball(n: Ball, x: Ball) -> Ball:
        return _unless_nan(getattr(x, method)(n), x) if is_whole(n) else x.nan()

    return ball


def gegenbauer(n: Ball, a: Ball, x: Ball) -> Ball:
    """Enclose the Gegenbauer polynomial of order n = 0, 1, 2, ..."""
    return _unless_nan(x.gegenbauer_c(n, a), a, x) if is_whole(n) else x.nan()


def laguerre(n: Ball, a: Ball, x: Ball) -> Ball:
    """Enclose the associated Laguerre polynomial of order n = 0, 1, 2, ... for a > -1."""
    return _unless_nan(x.laguerre_l(n, a), a, x) if is_whole(n) and a > -1 else x.nan()
