"""Which kind of compiled function an expression becomes."""

from __future__ import annotations

from collections.abc import Sequence

from ..expression import Expression
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
    """
    names = (wrt,) if isinstance(wrt, str) else wrt
    kind = ArrayFunction if needs_shapes(expression, names, order) else CompiledFunction
    return kind(
        expression, args, order=order, wrt=wrt, dtype=dtype, backend=backend, accuracy=accuracy
    )
