"""`JaxFunction`: a formula as jitted JAX functions behind the interface of `CompiledFunction`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import CompileError
from ...expression import Expression
from ..arguments import Bound
from ..compiled import CompiledFunction
from ..lambdified import Generated
from ..native_path import NativePath
from ..outputs import returned_text
from .arguments import JaxArguments
from .emitter import traceable
from .engine import get_jax, precision
from .jitted import Jitted

__all__ = ["JaxFunction", "as_floats", "refuse_complex"]


class JaxFunction(CompiledFunction):
    """A formula as jitted JAX functions, called like any `CompiledFunction`.

    Arguments are numbers, arrays, or JAX's arrays, which are not copied; results are NumPy's.
    Doubles are JAX's own only inside a call: the setting `jax_enable_x64` of the caller stays.
    XLA rounds by itself, takes numbers below 2.2e-308 for zero, and warns of nothing.

    Examples
    --------
    >>> import symcalc as sc
    >>> f = sc.compile("x**2*y", order=1, backend="jax")  # doctest: +SKIP
    >>> f.gradient([1.0, 3.0], 2.0)  # doctest: +SKIP
    array([[ 4.,  1.],
           [12.,  9.]])
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
        self._traced: dict[str, Generated] = {}
        self._jitted: dict[str, Callable[..., Any]] = {}

    @property
    def jax(self) -> Jitted:
        """The jitted functions themselves, for other JAX code; see `Jitted`."""
        return Jitted(self._made)

    @property
    def source(self) -> str:
        """The generated Python that JAX traces: value, and gradient when `order` is at least 1."""
        return self._trace("gradient" if self.order else "value").source

    # -- inside -----------------------------------------------------------------------------

    def _native_path(self) -> NativePath:
        return NativePath.none(self.accuracy)

    def _trace(self, what: str) -> Generated:
        """Return the generated code, made at the first call."""
        with self._lock:
            if what not in self._traced:
                graph, nodes, extra = self._parts().outputs(what)
                names = (*self.names, *extra)
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

        code, own, n = self._trace(what).function, self._own, len(self.names)

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

    def _made(self, what: str) -> Callable[..., Any]:
        """Return a function for other JAX code."""
        self._require({"value": 0, "hessian": 2}.get(what, 1))
        key = f"{what} for JAX"
        with self._lock:
            if key not in self._jitted:
                self._jitted[key] = get_jax().jit(self._arranged(what))
            return self._jitted[key]

    def _arranged(self, what: str) -> Callable[..., Any]:
        """Return value or derivatives in the shapes that callers see."""
        import jax.numpy as jnp

        if what == "value":
            return self._pure("value")
        run = self._pure(what.removeprefix("value_and_"))
        n = len(self.wrt)
        if what == "product":
            return lambda direction, *args: jnp.moveaxis(
                run(*args, *[direction[k] for k in range(n)])[1], 0, -1
            )
        if what == "hessian":
            places = self._parts().hessian_places
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

    def _run(self, what: str, bound: Bound) -> Any:
        with precision(self._arguments.dtype):
            found = self._compiled(what)(*bound.values)
        if what == "value":
            return np.array(found)
        return np.array(found[0]), np.array(found[1])

    def _first_value(self, args: Sequence[Any]) -> Any:
        return self._run("value", self._plain(args)).item()

    def _first_gradient(self, args: Sequence[Any]) -> Any:
        self._require(1)
        value, entries = self._run("gradient", self._plain(args))
        return value.item(), entries

    def _plain(self, args: Sequence[Any]) -> Bound:
        """Return plain floats as arguments; what they do not suit is told by the usual way."""
        if len(args) != len(self.names) or not self._arguments.has_fast_path:
            raise ValueError("There is no path for plain floats.")
        return Bound(tuple(args), True, (), self._arguments.dtype)


def as_floats(args: Sequence[Any]) -> list[Any]:
    """Return arguments as JAX's arrays of floating point numbers."""
    import jax.numpy as jnp

    arrays = [jnp.asarray(arg) for arg in args]
    dtype = jnp.result_type(*arrays, float)
    return [a if jnp.issubdtype(a.dtype, jnp.inexact) else a.astype(dtype) for a in arrays]


def refuse_complex(is_complex: bool) -> None:
    """Refuse complex formulas."""
    if is_complex:
        raise CompileError("backend='jax' computes real numbers; use backend='numpy'.")
