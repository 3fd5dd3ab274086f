"""Which kind of compiled function an expression becomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import CompileError
from ..expression import Expression
from ..symbolic import lengths
from .array_function import ArrayFunction, needs_shapes
from .compiled import CompiledFunction
from .several import VectorFunction

__all__ = ["compile_expression", "compile_several"]


def compile_expression(
    expression: Expression,
    args: Sequence[str] | None = None,
    *,
    order: int = 0,
    wrt: Sequence[str] | None = None,
    dtype: str = "float64",
    backend: str = "auto",
    accuracy: str = "fast",
    sparse: bool = False,
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
        expression, args, order=order, wrt=wrt, dtype=dtype, backend=backend, accuracy=accuracy,
        sparse=sparse,
    )  # fmt: skip


def compile_several(
    expressions: Sequence[Expression], args: Sequence[str] | None = None, *, backend: str = "auto",
    **options: Any,
) -> VectorFunction:  # fmt: skip
    """Return several formulas of numbers as one compiled function; see `VectorFunction`.

    Raises
    ------
    ArgumentError
        As `compile_expression`; one of the formulas is over arrays.
    CompileError
        The backend cannot run a node of a formula, or is "jax".
    """
    if backend == "jax":
        raise CompileError("backend='jax' compiles one formula; give several to 'numpy'.")
    return VectorFunction(expressions, args, backend=backend, **options)
