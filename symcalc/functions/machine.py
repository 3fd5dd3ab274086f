"""How a function is computed where only C's mathematics is to be had.

Every function takes the term factory `m` of a graph and terms; it returns the value in arithmetic,
comparisons and functions that C has, in the form that keeps its digits: the formulas of the
kernels for arrays, written as terms. Native code, exported source and accelerators are made of
them; what two of these forms share is computed once, like any other node.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

__all__ = [
    "acot",
    "acoth",
    "acsc",
    "acsch",
    "asec",
    "asech",
    "bose",
    "cathetus",
    "cosm1",
    "cot",
    "coth",
    "csc",
    "csch",
    "direction",
    "exprel",
    "heaviside",
    "log1mexp",
    "logaddexp",
    "logcosh",
    "logit",
    "logsumexp",
    "relu",
    "sec",
    "sech",
    "sigmoid",
    "sign",
    "sinc",
    "softplus",
    "xlogy",
]

#: A sum of more exponentials is taken in parts, so that what is written grows like their number.
MAX_EXPONENTS = 8

#: The double nearest to log(2).
LOG2 = Fraction(math.log(2.0))

#: Below this 1/x overflows.
TINY = Fraction(1, 10**300)


def cot(m: Any, x: Any) -> Any:
    """Return 1/tan(x)."""
    return 1 / m.tan(x)


def sec(m: Any, x: Any) -> Any:
    """Return 1/cos(x)."""
    return 1 / m.cos(x)


def csc(m: Any, x: Any) -> Any:
    """Return 1/sin(x)."""
    return 1 / m.sin(x)


def coth(m: Any, x: Any) -> Any:
    """Return 1/tanh(x)."""
    return 1 / m.tanh(x)


def sech(m: Any, x: Any) -> Any:
    """Return 1/cosh(x) without overflow."""
    t = m.exp(-m.abs(x))
    return 2 * t / (1 + t * t)


def csch(m: Any, x: Any) -> Any:
    """Return 1/sinh(x); from 700 on, where sinh(x) comes to overflow, 2*exp(-abs(x))."""
    size = m.abs(x)
    return m.where(m.compare("<", size, 700), 1 / m.sinh(x), 2 * sign(m, x) * m.exp(-size))


def acot(m: Any, x: Any) -> Any:
    """Return atan(1/x), pi/2 at 0 of either sign."""
    return m.atan2(m.where(m.compare("<", x, 0), -1, 1), m.abs(x))


def _leg(m: Any, size: Any) -> Any:
    """Return sqrt(size**2 - 1) without cancellation."""
    return m.sqrt(size - 1) * m.sqrt(size + 1)


def asec(m: Any, x: Any) -> Any:
    """Return acos(1/x), accurate near 1 and -1."""
    return m.atan2(_leg(m, m.abs(x)), sign(m, x))


def acsc(m: Any, x: Any) -> Any:
    """Return asin(1/x), accurate near 1 and -1."""
    return sign(m, x) * m.atan2(m(1), _leg(m, m.abs(x)))


def acoth(m: Any, x: Any) -> Any:
    """Return atanh(1/x), accurate near 1 and -1."""
    size = m.abs(x)
    value = sign(m, x) * (m.log1p(2 / (size - 1)) / 2)
    return m.where(m.compare(">=", size, 1), value, m.nan)


def asech(m: Any, x: Any) -> Any:
    """Return acosh(1/x), accurate near 1; below 1e-300, where 1/x overflows, log(2/x)."""
    usual = m.asinh(m.sqrt(1 - x) * m.sqrt(1 + x) / x)
    return m.where(m.compare("<", x, TINY), LOG2 - m.log(x), usual)


def acsch(m: Any, x: Any) -> Any:
    """Return asinh(1/x); below 1e-300, where 1/x overflows, log(2/x)."""
    size = m.abs(x)
    side = m.where(m.compare("<", 1 / x, 0), -1, 1)
    return m.where(m.compare("<", size, TINY), side * (LOG2 - m.log(size)), m.asinh(1 / x))


def direction(m: Any, *xs: Any) -> Any:
    """Return x/hypot(x, ...), 0 at the origin."""
    length = m.hypot(*xs)
    return xs[0] / m.where(m.compare("==", length, 0), 1, length)


def cathetus(m: Any, x: Any) -> Any:
    """Return sqrt(1 - x**2)."""
    return m.sqrt((1 - x) * (1 + x))


def bose(m: Any, x: Any) -> Any:
    """Return 1/(exp(x) - 1), beyond 700 by halves; with b on the right it is -1 - b on the left.

    So what is computed for x serves -x, which stands in the derivative.
    """
    size = m.abs(x)
    far = m.compare(">", size, 700)
    half = 1 / m.expm1(m.where(far, size / 2, size))
    right = m.where(far, half * half, half)
    return m.where(m.compare("<", x, 0), -1 - right, right)


def sign(m: Any, x: Any) -> Any:
    """Return -1, 0 or 1."""
    return m.where(m.compare(">", x, 0), 1, m.compare("<", x, 0), -1, 0)


def heaviside(m: Any, x: Any) -> Any:
    """Return the unit step, 1/2 at 0."""
    return m.where(m.compare(">", x, 0), 1, m.compare("<", x, 0), 0, m.ratio(1, 2))


def relu(m: Any, x: Any) -> Any:
    """Return max(x, 0)."""
    return m.max(x, 0)


def logcosh(m: Any, x: Any) -> Any:
    """Return log(cosh(x)); near 0 from cosh(x) - 1 = 2*sinh(x/2)**2."""
    size = m.abs(x)
    half = m.sinh(m.min(size, 1) / 2)
    far = size + m.log1p(m.exp(-2 * size)) - LOG2
    return m.where(m.compare("<", size, 1), m.log1p(2 * half * half), far)


def softplus(m: Any, x: Any) -> Any:
    """Return log(1 + exp(x)) as max(x, 0) + log1p(exp(-abs(x)))."""
    return m.max(x, 0) + m.log1p(m.exp(-m.abs(x)))


def sigmoid(m: Any, x: Any) -> Any:
    """Return 1/(1 + exp(-x)) through exp(-abs(x)), which never overflows."""
    t = m.exp(-m.abs(x))
    return m.where(m.compare("<", x, 0), t, 1) / (1 + t)


def logit(m: Any, x: Any) -> Any:
    """Return log(x/(1-x)); near 1/2 as 2*atanh(2x - 1), where 2x - 1 is exact."""
    middle = m.compare("<", m.abs(x - m.ratio(1, 2)), m.ratio(1, 4))
    return m.where(middle, 2 * m.atanh(2 * x - 1), m.log(x / (1 - x)))


def logaddexp(m: Any, x: Any, y: Any) -> Any:
    """Return log(exp(x) + exp(y)); equal arguments, infinite ones too, need no difference."""
    usual = m.max(x, y) + m.log1p(m.exp(-m.abs(x - y)))
    return m.where(m.compare("==", x, y), x + LOG2, usual)


def logsumexp(m: Any, *xs: Any) -> Any:
    """Return log(exp(x) + exp(y) + ...); of many, that of those of a few each."""
    while len(xs) > MAX_EXPONENTS:
        groups = [xs[k : k + MAX_EXPONENTS] for k in range(0, len(xs), MAX_EXPONENTS)]
        xs = tuple([_few_exponentials(m, group) for group in groups])
    return _few_exponentials(m, xs)


def _few_exponentials(m: Any, xs: tuple[Any, ...]) -> Any:
    """Return the logarithm of a sum: the greatest plus log1p of the others relative to it."""
    if len(xs) == 1:
        return xs[0]
    greatest = m.max(*xs)
    taken, others = None, m(0)
    for x in xs:
        is_greatest = m.compare("==", x, greatest)
        first = is_greatest if taken is None else m.both(is_greatest, m.no(taken))
        others = others + m.where(first, 0, m.exp(x - greatest))
        taken = is_greatest if taken is None else m.either(taken, is_greatest)
    far = m.compare("==", m.abs(greatest), m.oo)
    return m.where(far, greatest, greatest + m.log1p(others))


def log1mexp(m: Any, x: Any) -> Any:
    """Return log(1 - exp(x)): through expm1 near 0, through log1p below -log(2)."""
    return m.where(
        m.compare("<", x, -LOG2), m.log1p(-m.exp(x)), m.log(-m.expm1(x))
    )  # fmt: skip


def xlogy(m: Any, x: Any, y: Any) -> Any:
    """Return x*log(y), 0 where x is 0 and y a number."""
    return m.where(m.both(m.compare("==", x, 0), m.compare("==", y, y)), 0, x * m.log(y))


def exprel(m: Any, x: Any) -> Any:
    """Return (exp(x) - 1)/x, 1 at 0; beyond 700, where exp(x) overflows first, by halves."""
    half = m.exp(x / 2)
    return m.where(
        m.compare("==", x, 0), 1, m.compare("==", x, m.oo), x,
        m.compare(">", x, 700), half * (half / m.max(x, 700)), m.expm1(x) / x,
    )  # fmt: skip


def cosm1(m: Any, x: Any) -> Any:
    """Return cos(x) - 1 as -2*sin(x/2)**2."""
    half = m.sin(x / 2)
    return -2 * half * half


def sinc(m: Any, x: Any) -> Any:
    """Return sin(x)/x, 1 at 0 and 0 at infinity."""
    return m.where(
        m.compare("==", x, 0), 1, m.compare("==", m.abs(x), m.oo), 0, m.sin(x) / x
    )  # fmt: skip
