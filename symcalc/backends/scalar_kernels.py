"""Kernels on plain floats, for the scalar path; each may raise what `math` raises."""

from __future__ import annotations

import math

__all__ = [
    "scalar_acot",
    "scalar_acoth",
    "scalar_acsc",
    "scalar_acsch",
    "scalar_asec",
    "scalar_asech",
    "scalar_bose",
    "scalar_cathetus",
    "scalar_ceil",
    "scalar_cosm1",
    "scalar_cot",
    "scalar_coth",
    "scalar_csc",
    "scalar_csch",
    "scalar_direction",
    "scalar_exprel",
    "scalar_floor",
    "scalar_heaviside",
    "scalar_log1mexp",
    "scalar_logaddexp",
    "scalar_logcosh",
    "scalar_logit",
    "scalar_logsumexp",
    "scalar_maximum",
    "scalar_minimum",
    "scalar_relu",
    "scalar_sec",
    "scalar_sech",
    "scalar_sigmoid",
    "scalar_sign",
    "scalar_sinc",
    "scalar_softplus",
    "scalar_xlogy",
]

LOG2 = math.log(2)


def scalar_cot(x: float) -> float:
    """Return 1/tan(x)."""
    return 1 / math.tan(x)


def scalar_sec(x: float) -> float:
    """Return 1/cos(x)."""
    return 1 / math.cos(x)


def scalar_csc(x: float) -> float:
    """Return 1/sin(x)."""
    return 1 / math.sin(x)


def scalar_coth(x: float) -> float:
    """Return 1/tanh(x)."""
    return 1 / math.tanh(x)


def scalar_sech(x: float) -> float:
    """Return 1/cosh(x) without overflow."""
    t = math.exp(-abs(x))
    return 2 * t / (1 + t * t)


def scalar_csch(x: float) -> float:
    """Return 1/sinh(x) without overflow."""
    size = abs(x)
    return math.copysign(2 * math.exp(-size), x) / -math.expm1(-2 * size)


def scalar_acot(x: float) -> float:
    """Return atan(1/x), pi/2 at 0."""
    return math.atan2(-1.0 if x < 0 else 1.0, abs(x))


def scalar_asec(x: float) -> float:
    """Return acos(1/x)."""
    size = abs(x)
    return math.atan2(math.sqrt(size - 1) * math.sqrt(size + 1), math.copysign(1.0, x))


def scalar_acsc(x: float) -> float:
    """Return asin(1/x)."""
    size = abs(x)
    return math.copysign(math.atan2(1.0, math.sqrt(size - 1) * math.sqrt(size + 1)), x)


def scalar_acoth(x: float) -> float:
    """Return atanh(1/x)."""
    size = abs(x)
    return math.copysign(math.log1p(2 / (size - 1)) / 2 if size >= 1 else math.nan, x)


def scalar_asech(x: float) -> float:
    """Return acosh(1/x)."""
    if x < 1e-300:
        return LOG2 - math.log(x)
    return math.asinh(math.sqrt(1 - x) * math.sqrt(1 + x) / x)


def scalar_acsch(x: float) -> float:
    """Return asinh(1/x)."""
    size = abs(x)
    return math.copysign(LOG2 - math.log(size), x) if size < 1e-300 else math.asinh(1 / x)


def scalar_direction(*xs: float) -> float:
    """Return x/hypot(x, ...), 0 at the origin."""
    length = math.hypot(*xs)
    return xs[0] / length if length != 0 else xs[0]


def scalar_cathetus(x: float) -> float:
    """Return sqrt(1 - x**2)."""
    return math.sqrt((1 - x) * (1 + x))


def scalar_bose(x: float) -> float:
    """Return 1/(exp(x) - 1)."""
    return 1 / math.expm1(x) if x < 700 else math.exp(-x)


def scalar_sign(x: float) -> float:
    """Return -1, 0 or 1."""
    return 1.0 if x > 0 else -1.0 if x < 0 else x + 0.0


def scalar_heaviside(x: float) -> float:
    """Return the unit step, 1/2 at 0."""
    return 1.0 if x > 0 else 0.0 if x < 0 else x * 0.0 + 0.5


def scalar_relu(x: float) -> float:
    """Return max(x, 0)."""
    return 0.0 if x <= 0 else x


def scalar_maximum(*xs: float) -> float:
    """Return the greatest of the arguments; NaN when one is NaN."""
    best = xs[0]
    for x in xs:
        if not x < best:
            best = x
            if x != x:
                break
    return best


def scalar_minimum(*xs: float) -> float:
    """Return the least of the arguments; NaN when one is NaN."""
    best = xs[0]
    for x in xs:
        if not x > best:
            best = x
            if x != x:
                break
    return best


def scalar_floor(x: float) -> float:
    """Return the greatest whole number <= x; 0 has the sign of x."""
    return float(math.floor(x)) or x * 0.0


def scalar_ceil(x: float) -> float:
    """Return the least whole number >= x; 0 has the sign of x."""
    return float(math.ceil(x)) or x * 0.0


def scalar_softplus(x: float) -> float:
    """Return log(1 + exp(x))."""
    return x + math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x))


def scalar_logcosh(x: float) -> float:
    """Return log(cosh(x)); near 0 from cosh(x) - 1 = 2*sinh(x/2)**2."""
    x = abs(x)
    if x < 1:
        half = math.sinh(x / 2)
        return math.log1p(2 * half * half)
    return x + math.log1p(math.exp(-2 * x)) - LOG2


def scalar_sigmoid(x: float) -> float:
    """Return 1/(1 + exp(-x))."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    t = math.exp(x)
    return t / (1 + t)


def scalar_logit(x: float) -> float:
    """Return log(x/(1-x))."""
    return 2 * math.atanh(2 * x - 1) if abs(x - 0.5) < 0.25 else math.log(x / (1 - x))


def scalar_logaddexp(x: float, y: float) -> float:
    """Return log(exp(x) + exp(y))."""
    if x == y:
        return x + LOG2
    return x + math.log1p(math.exp(y - x)) if x > y else y + math.log1p(math.exp(x - y))


def scalar_logsumexp(*xs: float) -> float:
    """Return log(exp(x) + exp(y) + ...)."""
    place = max(range(len(xs)), key=xs.__getitem__)
    greatest = xs[place]
    if math.isinf(greatest):
        return greatest + sum(0.0 * x for x in xs if not math.isinf(x))
    others = sum(math.exp(x - greatest) for j, x in enumerate(xs) if j != place)
    return greatest + math.log1p(others)


def scalar_log1mexp(x: float) -> float:
    """Return log(1 - exp(x))."""
    return math.log1p(-math.exp(x)) if x < -LOG2 else math.log(-math.expm1(x))


def scalar_xlogy(x: float, y: float) -> float:
    """Return x*log(y), 0 where x is 0."""
    return 0.0 if x == 0 and y == y else x * math.log(y)


def scalar_exprel(x: float) -> float:
    """Return (exp(x) - 1)/x."""
    if x > 700:
        half = math.exp(x / 2)
        return half * (half / x) if x < math.inf else x
    return math.expm1(x) / x if x else 1.0


def scalar_cosm1(x: float) -> float:
    """Return cos(x) - 1."""
    half = math.sin(x / 2)
    return -2 * half * half


def scalar_sinc(x: float) -> float:
    """Return sin(x)/x."""
    return math.sin(x) / x if x else 1.0
