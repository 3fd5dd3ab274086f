"""Functions that XLA computes too roughly, or otherwise than NumPy at special numbers."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax.scipy import special

__all__ = ["atanh", "cosh", "digamma", "gammaln", "log1p", "sinh"]

Array = Any


def log1p(x: Array) -> Array:
    """Return log(1 + x), near 0 corrected by a step of Newton's: XLA takes (1 + x) - 1 for x."""
    is_near = jnp.abs(x) < 0.5
    near = jnp.where(is_near, x, 0.0)
    rough = jnp.log(1.0 + near)
    corrected = rough - (jnp.expm1(rough) - near) / (1.0 + near)
    return jnp.where(is_near, jnp.copysign(corrected, x), jnp.log(1.0 + x))


def atanh(x: Array) -> Array:
    """Return the area tangent through log1p."""
    size = jnp.abs(x)
    return jnp.copysign(0.5 * log1p(2.0 * size / (1.0 - size)), x)


def cosh(x: Array) -> Array:
    """Return the hyperbolic cosine; the square root of exp(abs(x)) overflows last."""
    root = jnp.exp(0.5 * jnp.abs(x))
    return root * (0.5 * root) + 0.5 / root / root


def sinh(x: Array) -> Array:
    """Return the hyperbolic sine, near 0 through expm1."""
    size = jnp.abs(x)
    small = jnp.expm1(jnp.minimum(size, 1.0))
    root = jnp.exp(0.5 * size)
    near = 0.5 * (small + small / (small + 1.0))
    far = root * (0.5 * root) - 0.5 / root / root
    return jnp.copysign(jnp.where(size < 1.0, near, far), x)


def digamma(x: Array) -> Array:
    """Return the logarithmic derivative of gamma, infinite at 0."""
    return jnp.where(x == 0, -jnp.copysign(jnp.inf, x), special.digamma(x))


def gammaln(x: Array) -> Array:
    """Return log(abs(gamma(x))), with SciPy's value at -oo."""
    return jnp.where(x == -jnp.inf, -jnp.inf, special.gammaln(x))
