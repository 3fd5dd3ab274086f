"""`JaxArrayFunction`: a formula over arrays as jitted JAX functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...expression import Expression
from ...program import in_steps, lower
from ..arguments import Bound
from ..array_function import ArrayFunction, refuse_large
from ..lambdified import Generated
from ..native_path import NativePath
from ..sizes import check_parts, known_size
from .arguments import JaxArguments
from .emitter import traceable_for_sizes
from .engine import get_jax, precision
from .function import as_floats, refuse_complex
from .jitted import Jitted

__all__ = ["JaxArrayFunction"]


class JaxArrayFunction(ArrayFunction):
    """A formula over arrays as jitted JAX functions, called like any `ArrayFunction`.

    Arguments may be JAX's arrays, which are not copied; results are NumPy's. JAX compiles anew for
    new shapes. SciPy's sparse arrays are refused.
    """

    def __init__(
        self,
        expression: Expression,
        args: Sequence[str] | None = None,
        *,
        order: int = 0,
        wrt: Sequence[str] | None = None,
        dtype: str = "float64",
        backend: str = "jax",
        accuracy: str = "fast",
    ) -> None:
        get_jax()
        super().__init__(
            expression, args, order=order, wrt=wrt, dtype=dtype, backend=backend, accuracy=accuracy
        )
        refuse_complex(self._arguments.is_complex)
        self._own = JaxArguments.of(expression, args, dtype)
        self._arguments = self._own
        self._jitted: dict[str, Callable[..., Any]] = {}

    @property
    def jax(self) -> Jitted:
        """The jitted functions themselves, for other JAX code; see `Jitted`.

        Derivatives are dicts as those of the methods are, `direction` is one too.
        """
        return Jitted(self._made)

    def run(self, what: str, bound: Bound, extra: Sequence[Any] = ()) -> list[Any]:
        """Return the value and what else is asked for, in their shapes."""
        if any(not size for size in bound.sizes.values()):
            raise ArgumentError("backend='jax' takes arrays with at least one entry.")
        with precision(self._arguments.dtype):
            found = self._compiled(what)(*bound.values, *extra)
        return [np.array(entry) if entry.ndim else entry.item() for entry in found]

    # -- inside -----------------------------------------------------------------------------

    def _native_path(self) -> NativePath:
        return NativePath.none(self.accuracy)

    def _compiled(self, what: str) -> Callable[..., Any]:
        with self._lock:
            if what not in self._jitted:
                self._jitted[what] = get_jax().jit(lambda *args: self._traced(what, args))
            return self._jitted[what]

    def _traced(self, what: str, args: Sequence[Any]) -> list[Any]:
        """Return the outputs for JAX's arrays, or what stands for them in a trace."""
        import jax.numpy as jnp

        arrays = as_floats(args)
        sizes = self._own.sizes_of(arrays[: len(self.names)])
        results = [tuple(known_size(d, sizes) for d in s) for s in self._result_shapes(what)]
        refuse_large(sum(map(prod, results)))
        code = self._last = self._coded(what, sizes)
        dtype = jnp.result_type(*arrays, float)
        found = [
            jnp.broadcast_to(jnp.asarray(entry, dtype), size)
            for entry, size in zip(code.function(arrays), results, strict=True)
        ]
        undefined = jnp.isnan(found[0])
        for place in range(1, len(found)):
            rest = (1,) * (found[place].ndim - undefined.ndim)
            away = undefined.reshape(undefined.shape + rest) if self._shape else undefined
            found[place] = jnp.where(away, jnp.nan, found[place])
        return found

    def _coded(self, what: str, sizes: dict[str, int]) -> Generated:
        with self._lock:
            graph, outputs, extra = self._derivation().outputs(what)
            check_parts(graph, outputs, sizes)
            program = lower(*in_steps(graph, outputs, sizes))
            return traceable_for_sizes(program, (*self.names, *extra), sizes, self._definite)

    def _made(self, what: str) -> Callable[..., Any]:
        """Return a function for other JAX code."""
        self._require({"value": 0, "hessian": 2}.get(what, 1))
        if what != "value":
            self._require_scalar()
        key = f"{what} for JAX"
        with self._lock:
            if key not in self._jitted:
                self._jitted[key] = get_jax().jit(self._arranged(what))
            return self._jitted[key]

    def _arranged(self, what: str) -> Callable[..., Any]:
        """Return value or derivatives by name."""
        import jax.numpy as jnp

        def gradient(*args: Any) -> Any:
            value, *parts = self._traced("gradient", args)
            named = dict(zip(self.wrt, parts, strict=True))
            found = named if self.is_by_name else jnp.stack(parts)
            return (value, found) if what == "value_and_gradient" else found

        def hessian(*args: Any) -> Any:
            _, *entries = self._traced("hessian", args)
            blocks = self.blocks_of(entries)
            n = len(self.wrt)
            if self.is_by_name:
                return blocks
            return jnp.stack(list(blocks.values())).reshape(n, n)

        def product(direction: Any, *args: Any) -> Any:
            named = direction if self.is_by_name else dict(zip(self.wrt, direction, strict=True))
            _, *parts = self._traced("product", (*args, *[named[name] for name in self.wrt]))
            return dict(zip(self.wrt, parts, strict=True)) if self.is_by_name else jnp.stack(parts)

        if what == "value":
            return lambda *args: self._traced("value", args)[0]
        return {"hessian": hessian, "product": product}.get(what, gradient)
