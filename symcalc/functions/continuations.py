"""Complex continuations: what a proof of an integral needs of a function beyond its real values.

Every function takes finite `flint.acb` balls, rectangles of the complex plane. It returns an
enclosure of a function that is holomorphic on the whole rectangle and agrees with our real
function at the real points in it, or a NaN ball where the rectangle touches a branch cut, a
kink or a jump. A finite result therefore says also that every real point of the rectangle lies
inside the real domain: the real part of a cut is exactly where no real value exists.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

__all__ = [
    "absolute",
    "acosh",
    "acot",
    "asin_like",
    "asinh",
    "atan",
    "atan2",
    "cathetus",
    "cbrt",
    "cosm1",
    "cut_left_of",
    "cut_right_of_one",
    "direction",
    "exprel",
    "heaviside",
    "hypot",
    "log",
    "log1mexp",
    "log1p",
    "logcosh",
    "logsumexp",
    "maximum",
    "minimum",
    "mod",
    "nowhere",
    "of_reciprocal",
    "relu",
    "rounding",
    "sigmoid",
    "sign",
    "softplus",
    "touches_left",
]

Ball = Any


def nowhere() -> Ball:
    """Return the ball that says "not holomorphic, or not known to be"."""
    from flint import acb

    return acb("nan")


def _is_real_somewhere(z: Ball) -> bool:
    return bool(z.imag.contains(0))


def touches_left(z: Ball, edge: Any) -> bool:
    """Say whether a rectangle may touch the real half-line below an edge, the edge included."""
    return _is_real_somewhere(z) and not z.real > edge


# -- logarithms and inverse functions -----------------------------------------------------


def cut_left_of(edge: int, method: str) -> Callable[[Ball], Ball]:
    """Return the continuation by a method whose cut is (-oo, edge]."""

    def continued(z: Ball) -> Ball:
        return nowhere() if touches_left(z, edge) else getattr(z, method)()

    return continued


def cut_right_of_one(method: str) -> Callable[[Ball], Ball]:
    """Return the continuation by a method whose cut is [1, oo)."""

    def continued(z: Ball) -> Ball:
        return nowhere() if touches_left(-z, -1) else getattr(z, method)()

    return continued


log = cut_left_of(0, "log")
log1p = cut_left_of(-1, "log1p")
acosh = cut_left_of(1, "acosh")


def asin_like(method: str) -> Callable[[Ball], Ball]:
    """Return the continuation by a method whose cuts are (-oo, -1] and [1, oo)."""

    def continued(z: Ball) -> Ball:
        if touches_left(z, -1) or touches_left(-z, -1):
            return nowhere()
        return getattr(z, method)()

    return continued


def _on_imaginary_cut(z: Ball) -> bool:
    """Say whether a rectangle may touch i*t with abs(t) >= 1."""
    return bool(z.real.contains(0)) and not abs(z.imag) < 1


def atan(z: Ball) -> Ball:
    """Continue atan off its cuts on the imaginary axis."""
    return nowhere() if _on_imaginary_cut(z) else z.atan()


def asinh(z: Ball) -> Ball:
    """Continue asinh off its cuts on the imaginary axis."""
    return nowhere() if _on_imaginary_cut(z) else z.asinh()


def of_reciprocal(continued: Callable[[Ball], Ball]) -> Callable[[Ball], Ball]:
    """Return z -> f(1/z)."""

    def apply(z: Ball) -> Ball:
        inverse = 1 / z
        return continued(inverse) if inverse.is_finite() else nowhere()

    return apply


acot = of_reciprocal(atan)


def atan2(y: Ball, x: Ball) -> Ball:
    """Continue the angle of a point through the half-planes x > 0, y > 0 and y < 0."""
    if x.real > 0:
        return _atan_of_quotient(y, x)
    if y.real > 0:
        return x.pi() / 2 - _atan_of_quotient(x, y)
    if y.real < 0:
        return -x.pi() / 2 - _atan_of_quotient(x, y)
    return nowhere()


def _atan_of_quotient(y: Ball, x: Ball) -> Ball:
    quotient = y / x
    return atan(quotient) if quotient.is_finite() else nowhere()


def cbrt(z: Ball) -> Ball:
    """Continue the real cube root from either side of zero."""
    if z.real > 0:
        return z.root(3)
    return -((-z).root(3)) if z.real < 0 else nowhere()


def hypot(*zs: Ball) -> Ball:
    """Continue the root of the sum of squares where that sum avoids the cut of the root."""
    return sum(z * z for z in zs).sqrt(analytic=True)


def direction(*zs: Ball) -> Ball:
    """Continue x/hypot(x, ...)."""
    return zs[0] / hypot(*zs)


def cathetus(z: Ball) -> Ball:
    """Continue sqrt(1 - z**2)."""
    return ((1 - z) * (1 + z)).sqrt(analytic=True)


# -- kinks and jumps ----------------------------------------------------------------------


def absolute(z: Ball) -> Ball:
    """Continue the absolute value from either side of zero."""
    if z.real > 0:
        return z
    return -z if z.real < 0 else nowhere()


def sign(z: Ball) -> Ball:
    """Continue the sign: a constant on either side of zero."""
    if z.real > 0:
        return 0 * z + 1
    return 0 * z - 1 if z.real < 0 else nowhere()


def heaviside(z: Ball) -> Ball:
    """Continue the unit step."""
    return (sign(z) + 1) / 2


def relu(z: Ball) -> Ball:
    """Continue max(z, 0)."""
    return maximum(z, 0 * z)


def maximum(*zs: Ball) -> Ball:
    """Continue the greatest argument where one leads on the whole rectangle."""
    return reduce(lambda a, b: _greater(a, b, a - b), zs)


def minimum(*zs: Ball) -> Ball:
    """Continue the least argument."""
    return reduce(lambda a, b: _greater(a, b, b - a), zs)


def _greater(a: Ball, b: Ball, lead: Ball) -> Ball:
    if lead.real > 0:
        return a
    return b if lead.real < 0 else nowhere()


def rounding(method: str) -> Callable[[Ball], Ball]:
    """Return the continuation of floor or ceil: a constant between two whole numbers."""

    def continued(z: Ball) -> Ball:
        return nowhere() if z.real.contains_integer() else z * 0 + getattr(z.real, method)()

    return continued


def mod(x: Ball, y: Ball) -> Ball:
    """Continue x - y*floor(x/y)."""
    quotient = x / y
    if not quotient.is_finite() or quotient.real.contains_integer():
        return nowhere()
    return x - y * quotient.real.floor()


# -- stable atoms -------------------------------------------------------------------------


def softplus(z: Ball) -> Ball:
    """Continue log(1 + exp(z))."""
    if z.real > 0:
        return z + (1 + (-z).exp()).log(analytic=True)
    return (1 + z.exp()).log(analytic=True)


def sigmoid(z: Ball) -> Ball:
    """Continue 1/(1 + exp(-z)), which is meromorphic."""
    if z.real > 0:
        return 1 / (1 + (-z).exp())
    small = z.exp()
    return small / (1 + small)


def logsumexp(*zs: Ball) -> Ball:
    """Continue log(exp(x) + exp(y) + ...)."""
    shift = reduce(lambda a, b: a.max(b), [z.real.mid() for z in zs])
    return shift + sum((z - shift).exp() for z in zs).log(analytic=True)


def logcosh(z: Ball) -> Ball:
    """Continue log(cosh(z))."""
    if abs(z.real) < 1:
        return z.cosh().log(analytic=True)
    size = absolute(z)
    return size - z.real.const_log2() + (1 + (-2 * size).exp()).log(analytic=True)


def log1mexp(z: Ball) -> Ball:
    """Continue log(1 - exp(z))."""
    return (-z.expm1()).log(analytic=True)


def exprel(z: Ball) -> Ball:
    """Continue (exp(z) - 1)/z, an entire function."""
    return z.expm1() / z if z.abs_lower() > 1 else z.hypgeom_1f1(1, 2)


def cosm1(z: Ball) -> Ball:
    """Continue cos(z) - 1."""
    half = (z / 2).sin()
    return -2 * half * half
