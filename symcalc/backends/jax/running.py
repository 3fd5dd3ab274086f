"""Formulas as functions that JAX traces and compiles, for the calls of a compiled function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...expression import Expression
from ..arguments import Bound
from ..lambdified import Generated
from ..outputs import returned_text
from ..running import Runner
from .arguments import JaxArguments
from .emitter import traceable
from .engine import get_jax, precision

__all__ = ["JaxRunner", "as_floats"]


class JaxRunner(Runner):
    """Has JAX trace and compile the code of one formula and its derivatives, and runs it."""

    def __init__(
        self, expression: Expression, arguments: JaxArguments, wrt: tuple[str, ...], order: int,
        *, accuracy: str,
    ) -> None:  # fmt: skip
        super().__init__(expression, arguments, wrt, order, backend="numpy", accuracy=accuracy)
        self._own = arguments
        self._traced: dict[str, Generated] = {}
        self._jitted: dict[str, Callable[..., Any]] = {}

    def source(self, what: str) -> str:
        """Return the generated Python that JAX traces."""
        return self._trace(what).source

    def made(self, what: str) -> Callable[..., Any]:
        """Return a function for other JAX code."""
        key = f"{what} for JAX"
        with self._lock:
            if key not in self._jitted:
                self._jitted[key] = get_jax().jit(self._arranged(what))
            return self._jitted[key]

    # -- inside -----------------------------------------------------------------------------

    def _run(self, what: str, bound: Bound) -> Any:
        """Run the code for what is asked for."""
        with precision(self._own.dtype):
            found = self._compiled(what)(*bound.values)
        if what == "value":
            return np.array(found)
        return np.array(found[0]), np.array(found[1])

    def _trace(self, what: str) -> Generated:
        """Return the generated code, made at the first call."""
        with self._lock:
            if what not in self._traced:
                graph, nodes, extra = self.outputs(what)
                names = (*self._names, *extra)
                self._traced[what] = traceable(graph, nodes, names, returned_text(what))
            return self._traced[what]

    def _compiled(self, what: str) -> Callable[..., Any]:
        """Return the jitted function of value and entries of a derivative: `(k, *batch)`."""
        with self._lock:
            if what not in self._jitted:
                self._jitted[what] = get_jax().jit(self._pure(what))
            return self._jitted[what]

    def _pure(self, what: str) -> Callable[..., Any]:
        import jax.numpy as jnp

        code, own, n = self._trace(what).function, self._own, len(self._names)

        def pure(*args: Any) -> Any:
            arrays = as_floats(args)
            dtype = jnp.result_type(*arrays, float)
            value, entries = (code(arrays), []) if what == "value" else code(arrays)
            batch = jnp.shape(value) if own.shapes else own.batch_of(arrays[:n])
            value = jnp.broadcast_to(jnp.asarray(value, dtype), batch)
            if what == "value":
                return value
            full = [jnp.broadcast_to(jnp.asarray(entry, dtype), batch) for entry in entries]
            stacked = jnp.stack(full) if full else jnp.zeros((0, *batch), dtype)
            return value, jnp.where(jnp.isnan(value), jnp.nan, stacked)

        return pure

    def _arranged(self, what: str) -> Callable[..., Any]:
        """Return value or derivatives in the shapes that callers see."""
        import jax.numpy as jnp

        if what == "value":
            return self._pure("value")
        run = self._pure(what.removeprefix("value_and_"))
        n = len(self._wrt)
        if what == "product":
            return lambda direction, *args: jnp.moveaxis(
                run(*args, *[direction[k] for k in range(n)])[1], 0, -1
            )
        if what == "hessian":
            places = self.parts.hessian_places
            rows = np.full((n, n), len(places))
            for k, (row, column) in enumerate(places):
                rows[row, column] = rows[column, row] = k

            def hessian(*args: Any) -> Any:
                value, entries = run(*args)
                nothing = jnp.where(jnp.isnan(value), jnp.nan, jnp.zeros_like(value))
                table = jnp.concatenate([entries, nothing[None]])
                return jnp.moveaxis(table[rows], (0, 1), (-2, -1))

            return hessian

        def with_value(*args: Any) -> Any:
            value, entries = run(*args)
            return value, jnp.moveaxis(entries, 0, -1)

        return with_value if what == "value_and_gradient" else lambda *args: with_value(*args)[1]

    def _first_value(self, args: Sequence[Any]) -> Any:
        return self.run("value", self._plain(args)).item()

    def _first_gradient(self, args: Sequence[Any]) -> Any:
        if not self._order:
            raise ValueError("There is no derivative.")
        value, entries = self.run("gradient", self._plain(args))
        return value.item(), entries

    def _plain(self, args: Sequence[Any]) -> Bound:
        """Return plain floats as arguments; what they do not suit is told by the usual way."""
        if len(args) != len(self._names) or not self._own.has_fast_path:
            raise ValueError("There is no path for plain floats.")
        return Bound(tuple(args), True, (), self._own.dtype)


def as_floats(args: Sequence[Any]) -> list[Any]:
    """Return arguments as JAX's arrays of floating point numbers."""
    import jax.numpy as jnp

    arrays = [jnp.asarray(arg) for arg in args]
    dtype = jnp.result_type(*arrays, float)
    return [a if jnp.issubdtype(a.dtype, jnp.inexact) else a.astype(dtype) for a in arrays]
