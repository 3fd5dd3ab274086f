"""`JaxArrayFunction`: a formula over arrays as jitted JAX functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..array_function import ArrayFunction
from .array_running import JaxArrayRunner
from .function import OnJax
from .jitted import Jitted

__all__ = ["JaxArrayFunction"]


class JaxArrayFunction(OnJax, ArrayFunction):
    """A formula over arrays as jitted JAX functions, called like any `ArrayFunction`.

    Arguments may be JAX's arrays, which are not copied; results are NumPy's. JAX compiles anew for
    new shapes. SciPy's sparse arrays are refused.
    """

    _arrays: JaxArrayRunner

    @property
    def jax(self) -> Jitted:
        """The jitted functions themselves, for other JAX code; see `Jitted`.

        Derivatives are dicts as those of the methods are, `direction` is one too.
        """
        return Jitted(self._made)

    # -- inside -----------------------------------------------------------------------------

    def _make_array_runner(self) -> JaxArrayRunner:
        return JaxArrayRunner(self.expression, self._own, self.wrt)

    def _made(self, what: str) -> Callable[..., Any]:
        """Return a function for other JAX code."""
        self._require({"value": 0, "hessian": 2}.get(what, 1))
        if what != "value":
            self._require_scalar()
        return self._arrays.jitted(f"{what} for JAX", self._arranged(what))

    def _arranged(self, what: str) -> Callable[..., Any]:
        """Return value or derivatives by name."""
        import jax.numpy as jnp

        def gradient(*args: Any) -> Any:
            value, *parts = self._arrays.traced("gradient", args)
            named = dict(zip(self.wrt, parts, strict=True))
            found = named if self.is_by_name else jnp.stack(parts)
            return (value, found) if what == "value_and_gradient" else found

        def hessian(*args: Any) -> Any:
            _, *entries = self._arrays.traced("hessian", args)
            blocks = self.blocks_of(entries)
            n = len(self.wrt)
            if self.is_by_name:
                return blocks
            return jnp.stack(list(blocks.values())).reshape(n, n)

        def product(direction: Any, *args: Any) -> Any:
            named = direction if self.is_by_name else dict(zip(self.wrt, direction, strict=True))
            _, *parts = self._arrays.traced("product", (*args, *[named[name] for name in self.wrt]))
            return dict(zip(self.wrt, parts, strict=True)) if self.is_by_name else jnp.stack(parts)

        if what == "value":
            return lambda *args: self._arrays.traced("value", args)[0]
        return {"hessian": hessian, "product": product}.get(what, gradient)
