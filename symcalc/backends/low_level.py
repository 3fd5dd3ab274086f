"""A compiled function as SciPy's `LowLevelCallable`."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ArgumentError, CompileError
from ..graph.graph import Graph, Node
from .arguments import Arguments

__all__ = ["make_low_level"]

Outputs = Callable[[str], tuple[Graph, list[Node], tuple[str, ...]]]


def make_low_level(
    arguments: Arguments, outputs: Outputs, kind: str, fixed: Mapping[str, Any]
) -> Any:
    """Return the value as native code for SciPy; see `CompiledFunction.low_level`."""
    from scipy import LowLevelCallable

    from .native import KINDS, low_level_function

    if kind not in KINDS:
        raise ArgumentError(f"`kind` is {kind!r}; allowed are {', '.join(KINDS)}.")
    if not arguments.has_fast_path:
        raise CompileError(
            "SciPy's low-level functions take and return doubles; this one has arrays, complex "
            "numbers or float32. Pass the compiled function itself."
        )
    for name, value in fixed.items():
        if name not in arguments.known:
            raise ArgumentError(
                f"`{name}` is not an argument; they are {', '.join(arguments.names)}."
            )
        if not isinstance(value, numbers.Real):
            raise ArgumentError(f"`{name}` is {value!r}; it must be a number.")
    graph, (output, *_), _ = outputs("value")
    values = {name: float(fixed[name]) for name in arguments.names if name in fixed}
    return LowLevelCallable(*low_level_function(graph, output, arguments.names, values, kind))
