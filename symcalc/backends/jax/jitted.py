"""The jitted functions below a compiled function, for use inside other JAX code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Jitted"]


class Jitted:
    """Value and derivatives as pure JAX functions of the arguments in order.

    They take and give JAX's arrays, and may stand under `jax.vmap`, in `jax.jit` or in
    `jax.lax.scan`. They compute with the type of their arguments: doubles where the caller has
    enabled them (`jax_enable_x64`), else singles.

    Parameters
    ----------
    make : callable
        `make(what)` returns a jitted function; it raises where the order is too low.
    """

    def __init__(self, make: Callable[[str], Callable[..., Any]]) -> None:
        self._make = make

    @property
    def value(self) -> Callable[..., Any]:
        """`value(*args)`."""
        return self._make("value")

    @property
    def gradient(self) -> Callable[..., Any]:
        """`gradient(*args)`."""
        return self._make("gradient")

    @property
    def value_and_gradient(self) -> Callable[..., Any]:
        """`value_and_gradient(*args)`, a pair."""
        return self._make("value_and_gradient")

    @property
    def hessian(self) -> Callable[..., Any]:
        """`hessian(*args)`."""
        return self._make("hessian")

    @property
    def hessian_product(self) -> Callable[..., Any]:
        """`hessian_product(direction, *args)`."""
        return self._make("product")

    def __repr__(self) -> str:
        return "Jitted(value, gradient, value_and_gradient, hessian, hessian_product)"
