"""`JaxFunction`: a formula as jitted JAX functions behind the interface of `CompiledFunction`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import CompileError
from ..compiled import CompiledFunction
from ..definition import Definition
from .arguments import JaxArguments
from .engine import get_jax
from .jitted import Jitted
from .running import JaxRunner

__all__ = ["JaxFunction", "OnJax"]


class OnJax(Definition):
    """What all functions on JAX share: JAX is there, and arguments may be its own arrays."""

    _own: JaxArguments

    def _read_arguments(self, args: Sequence[str] | None, dtype: str) -> JaxArguments:
        get_jax()
        self._own = JaxArguments.of(self.expression, args, dtype)
        if self._own.is_complex:
            raise CompileError("backend='jax' computes real numbers; use backend='numpy'.")
        return self._own

    def _make_runner(self) -> JaxRunner:
        return JaxRunner(self.expression, self._own, self.wrt, self.order, accuracy=self.accuracy)


class JaxFunction(OnJax, CompiledFunction):
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

    _runner: JaxRunner

    @property
    def jax(self) -> Jitted:
        """The jitted functions themselves, for other JAX code; see `Jitted`."""
        return Jitted(self._made)

    @property
    def source(self) -> str:
        """The generated Python that JAX traces: value, and gradient when `order` is at least 1."""
        return self._runner.source("gradient" if self.order else "value")

    # -- inside -----------------------------------------------------------------------------

    def _made(self, what: str) -> Callable[..., Any]:
        """Return a function for other JAX code."""
        self._require({"value": 0, "hessian": 2}.get(what, 1))
        return self._runner.made(what)
