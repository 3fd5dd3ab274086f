"""Which kind of compiled function an expression becomes."""

from __future__ import annotations

from collections.abc import Sequence

from ..expression import Expression
from ..symbolic import lengths
from .array_function import ArrayFunction, needs_shapes
from .compiled import CompiledFunction

__all__ = ["compile_expression"]


def compile_expression(
    expression: Expression,
    args: Sequence[str] | None = None,
    *,
    order: int = 0,
    wrt: Sequence[str] | None = None,
    dtype: str = "float64",
    backend: str = "auto",
    accuracy: str = "fast",
) -> CompiledFunction:
    """Return the expression as a compiled function; see `CompiledFunction` and `ArrayFunction`.

    Raises
    ------
    ArgumentError
        An argument is missing, repeated or not a name; `order` or `dtype` is not allowed.
    CompileError
        The backend cannot run a node of the expression.
    MissingExtraError
        The backend "jax" without JAX.
    """
    names = (wrt,) if isinstance(wrt, str) else wrt
    of_arrays = needs_shapes(expression, names, order)
    kind: type[CompiledFunction] = ArrayFunction if of_arrays else CompiledFunction
    if backend == "jax":
        of_arrays = of_arrays or bool(lengths(expression.graph, [expression.root]))
        from .jax import JaxArrayFunction, JaxFunction

        kind = JaxArrayFunction if of_arrays else JaxFunction
    return kind(
        expression, args, order=order, wrt=wrt, dtype=dtype, backend=backend, accuracy=accuracy
    )
