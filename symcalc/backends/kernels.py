"""Numerical kernels of the functions that NumPy, SciPy and `math` lack in exactly our meaning.

A kernel `NAME` takes and returns NumPy arrays (or floats) and broadcasts; `scalar_NAME`, where
speed matters, takes and returns plain floats and may raise what `math` raises. None warns where
its value is right. SciPy is imported when a kernel that needs it is first called.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from . import scalar_kernels, special_kernels
from .scalar_kernels import *  # noqa: F403 - all of them, by the names of their own `__all__`
from .special_kernels import *  # noqa: F403

__all__ = [
    *scalar_kernels.__all__,
    *special_kernels.__all__,
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
    "hypot",
    "length",
    "log1mexp",
    "logcosh",
    "logit",
    "logsumexp",
    "maximum",
    "minimum",
    "relu",
    "sec",
    "sech",
    "sigmoid",
    "sinc",
    "softplus",
    "xlogy",
]

Array = Any

LOG2 = math.log(2)


# -- reciprocals and inverses -------------------------------------------------------------


def cot(x: Array) -> Array:
    """Return 1/tan(x)."""
    return 1 / np.tan(x)


def sec(x: Array) -> Array:
    """Return 1/cos(x)."""
    return 1 / np.cos(x)


def csc(x: Array) -> Array:
    """Return 1/sin(x)."""
    return 1 / np.sin(x)


def coth(x: Array) -> Array:
    """Return 1/tanh(x)."""
    return 1 / np.tanh(x)


def sech(x: Array) -> Array:
    """Return 1/cosh(x), beyond the range of cosh(x) too."""
    if np.iscomplexobj(x):
        with np.errstate(over="ignore"):
            return 1 / np.cosh(x)
    t = np.exp(-np.abs(x))
    return 2 * t / (1 + t * t)


def csch(x: Array) -> Array:
    """Return 1/sinh(x) without overflow."""
    size = np.abs(x)
    return np.copysign(2 * np.exp(-size), x) / -np.expm1(-2 * size)


def acot(x: Array) -> Array:
    """Return atan(1/x), pi/2 at 0 of either sign."""
    return np.arctan2(np.where(np.less(x, 0), -1.0, 1.0), np.abs(x))


def asec(x: Array) -> Array:
    """Return acos(1/x), accurate near 1 and -1."""
    size = np.abs(x)
    return np.arctan2(np.sqrt(size - 1) * np.sqrt(size + 1), np.copysign(1.0, x))


def acsc(x: Array) -> Array:
    """Return asin(1/x), accurate near 1 and -1."""
    size = np.abs(x)
    return np.copysign(np.arctan2(1.0, np.sqrt(size - 1) * np.sqrt(size + 1)), x)


def acoth(x: Array) -> Array:
    """Return atanh(1/x), accurate near 1 and -1."""
    size = np.abs(x)
    domain = np.where(size >= 1, size, np.nan)
    return np.copysign(np.log1p(2 / (domain - 1)) / 2, x)


def asech(x: Array) -> Array:
    """Return acosh(1/x), accurate near 1; below 1e-300, where 1/x overflows, log(2/x)."""
    tiny = np.less(x, 1e-300)
    usual = np.where(tiny, 1.0, x)
    value = np.arcsinh(np.sqrt(1 - usual) * np.sqrt(1 + usual) / usual)
    return np.where(tiny, LOG2 - np.log(np.where(tiny, x, 1.0)), value)[()]


def acsch(x: Array) -> Array:
    """Return asinh(1/x); below 1e-300, where 1/x overflows, log(2/x)."""
    tiny = np.abs(x) < 1e-300
    large = LOG2 - np.log(np.where(tiny, np.abs(x), 1.0))
    return np.where(tiny, np.copysign(large, x), np.arcsinh(1 / np.where(tiny, 1.0, x)))[()]


# -- lengths, extrema, steps --------------------------------------------------------------


def hypot(*xs: Array) -> Array:
    """Return the square root of the sum of the squares."""
    return functools.reduce(length, xs) if len(xs) > 1 else np.abs(xs[0])


def length(x: Array, y: Array) -> Array:
    """Return what `numpy.hypot` does in six times the time, by it where squares lose digits."""
    with np.errstate(over="ignore", under="ignore"):
        squares = x * x + y * y
    if np.ndim(squares) == 0:
        return np.hypot(x, y)
    least = np.finfo(squares.dtype).tiny * 2.0**60
    far = (squares < least) | (squares > 1 / least) | np.isnan(squares)
    root = np.sqrt(squares)
    return np.hypot(x, y, out=root, where=far) if far.any() else root


def direction(*xs: Array) -> Array:
    """Return x/hypot(x, ...), 0 at the origin."""
    length = hypot(*xs)
    return xs[0] / np.where(length == 0, 1.0, length)


def cathetus(x: Array) -> Array:
    """Return sqrt(1 - x**2)."""
    return np.sqrt((1 - x) * (1 + x))


def bose(x: Array) -> Array:
    """Return 1/(exp(x) - 1), oo at 0 of either sign; what is beyond 700 is a factor of its own."""
    return np.exp(np.minimum(700 - x, 0.0)) / np.expm1(np.minimum(x, 700.0) + 0.0)


def maximum(*xs: Array) -> Array:
    """Return the greatest of the arguments; NaN when one is NaN."""
    return functools.reduce(np.maximum, xs)


def minimum(*xs: Array) -> Array:
    """Return the least of the arguments; NaN when one is NaN."""
    return functools.reduce(np.minimum, xs)


def heaviside(x: Array) -> Array:
    """Return the unit step, 1/2 at 0."""
    return np.heaviside(x, 0.5)


def relu(x: Array) -> Array:
    """Return max(x, 0)."""
    return np.maximum(x, 0.0)


# -- stable atoms -------------------------------------------------------------------------


def logcosh(x: Array) -> Array:
    """Return log(cosh(x)); near 0 from cosh(x) - 1 = 2*sinh(x/2)**2."""
    x = np.abs(x)
    half = np.sinh(np.minimum(x, 1) / 2)
    return np.where(x < 1, np.log1p(2 * half * half), x + np.log1p(np.exp(-2 * x)) - LOG2)


def softplus(x: Array) -> Array:
    """Return log(1 + exp(x)), which is x where exp(x) comes to overflow."""
    return np.maximum(x, np.log1p(np.exp(np.minimum(x, 700.0))))


def sigmoid(x: Array) -> Array:
    """Return 1/(1 + exp(-x)) through exp(x), cut off where it is beyond all digits of 1."""
    t = np.exp(np.minimum(x, 700.0))
    return t / (1 + t)


def logit(x: Array) -> Array:
    """Return log(x/(1-x)); near 1/2 as 2*atanh(2x - 1), where 2x - 1 is exact."""
    middle = np.abs(np.subtract(x, 0.5)) < 0.25
    inner = 2 * np.arctanh(2 * np.where(middle, x, 0.5) - 1)
    outer = np.where(middle, 0.25, x)
    return np.where(middle, inner, np.log(outer / (1 - outer)))[()]


def logsumexp(*xs: Array) -> Array:
    """Return log(exp(x) + exp(y) + ...): the greatest plus log1p of the others relative to it."""
    values = np.stack(np.broadcast_arrays(*xs)).astype(float)
    greatest = values.max(axis=0)
    with np.errstate(invalid="ignore"):
        relative = np.exp(values - greatest)
    np.put_along_axis(relative, values.argmax(axis=0)[np.newaxis], 0.0, axis=0)
    return np.where(np.isinf(greatest), greatest, greatest + np.log1p(relative.sum(axis=0)))[()]


def log1mexp(x: Array) -> Array:
    """Return log(1 - exp(x)): through expm1 near 0, through log1p below -log(2)."""
    near = np.log(-np.expm1(np.maximum(x, -1.0)))
    return np.where(np.less(x, -LOG2), np.log1p(-np.exp(np.minimum(x, -0.5))), near)[()]


def xlogy(x: Array, y: Array) -> Array:
    """Return x*log(y), 0 where x is 0."""
    zero = np.equal(x, 0) & ~np.isnan(y)
    return np.where(zero, 0.0, x * np.log(np.where(zero, 1.0, y)))[()]


def exprel(x: Array) -> Array:
    """Return (exp(x) - 1)/x, 1 at 0; beyond 700, where exp(x) overflows first, by halves."""
    zero, far, large = np.equal(x, 0), np.isinf(x), np.greater(x, 700) & ~np.isinf(x)
    usual = np.where(zero | far | large, 1.0, x)
    half = np.exp(np.where(large, x, 0.0) / 2)
    value = np.where(large, half * (half / np.where(large, x, 1.0)), np.expm1(usual) / usual)
    return np.where(far, np.maximum(x, 0.0), np.where(zero, 1.0, value))[()]


def cosm1(x: Array) -> Array:
    """Return cos(x) - 1 as -2*sin(x/2)**2."""
    half = np.sin(x / 2)
    return -2 * half * half


def sinc(x: Array) -> Array:
    """Return sin(x)/x, 1 at 0 and 0 at infinity."""
    zero, far = np.equal(x, 0), np.isinf(x)
    usual = np.where(zero | far, 1.0, x)
    return np.where(far, 0.0, np.where(zero, 1.0, np.sin(usual) / usual))[()]
