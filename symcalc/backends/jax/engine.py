"""JAX itself: whether it is there, and its doubles without touching the caller's settings."""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ...errors import MissingExtraError

__all__ = ["get_jax", "has_jax", "precision"]


@functools.cache
def has_jax() -> bool:
    """Whether JAX is installed."""
    import importlib.util

    return importlib.util.find_spec("jax") is not None


def get_jax() -> Any:
    """Return the module `jax`.

    Raises
    ------
    MissingExtraError
        Without JAX; the message names the command that installs it.
    """
    if not has_jax():
        raise MissingExtraError(
            "backend='jax' needs JAX, which is not installed: pip install 'symcalc[jax]'"
        )
    import jax

    return jax


def precision(dtype: str) -> AbstractContextManager[Any]:
    """Return the context in which JAX computes with this type, in this thread alone."""
    if dtype != "float64":
        return nullcontext()
    jax = get_jax()
    if hasattr(jax, "enable_x64"):
        found: AbstractContextManager[Any] = jax.enable_x64(True)
        return found
    from jax.experimental import enable_x64

    before: AbstractContextManager[Any] = enable_x64()
    return before
