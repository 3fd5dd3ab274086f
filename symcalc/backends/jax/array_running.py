"""Formulas over arrays as functions that JAX traces and compiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...expression import Expression
from ...program import in_steps, lower
from ..arguments import Bound
from ..array_running import ArrayRunner, refuse_large
from ..lambdified import Generated
from ..sizes import check_parts, known_size
from .arguments import JaxArguments
from .emitter import traceable_for_sizes
from .engine import get_jax, precision
from .running import as_floats

__all__ = ["JaxArrayRunner"]


class JaxArrayRunner(ArrayRunner):
    """Has JAX trace and compile a formula over arrays and its derivatives, and runs it."""

    def __init__(
        self, expression: Expression, arguments: JaxArguments, wrt: tuple[str, ...]
    ) -> None:
        super().__init__(expression, arguments, wrt)
        self._own = arguments
        self._jitted: dict[str, Callable[..., Any]] = {}

    def run(self, what: str, bound: Bound, extra: Sequence[Any] = ()) -> list[Any]:
        """Return the value and what else is asked for, in their shapes."""
        if any(not size for size in bound.sizes.values()):
            raise ArgumentError("backend='jax' takes arrays with at least one entry.")
        with precision(self._own.dtype):
            found = self.jitted(what, lambda *args: self.traced(what, args))(*bound.values, *extra)
        return [np.array(entry) if entry.ndim else entry.item() for entry in found]

    def jitted(self, key: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function jitted, made once under its key."""
        with self._lock:
            if key not in self._jitted:
                self._jitted[key] = get_jax().jit(function)
            return self._jitted[key]

    def traced(self, what: str, args: Sequence[Any]) -> list[Any]:
        """Return the outputs for JAX's arrays, or what stands for them in a trace."""
        import jax.numpy as jnp

        arrays = as_floats(args)
        sizes = self._own.sizes_of(arrays[: len(self._names)])
        results = [tuple(known_size(d, sizes) for d in s) for s in self.result_shapes(what)]
        refuse_large(sum(map(prod, results)))
        code = self.last = self._coded(what, sizes)
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
            graph, outputs, extra = self.derivation(scaled=True).outputs(what)
            check_parts(graph, outputs, sizes)
            program = lower(*in_steps(graph, outputs, sizes))
            return traceable_for_sizes(program, (*self._names, *extra), sizes, self._definite)
