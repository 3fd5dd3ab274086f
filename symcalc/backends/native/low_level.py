"""Native code that SciPy calls without Python: integrands of `quad`, filters of `ndimage`."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...graph.graph import Graph, Node
from .compile import lowered
from .engine import get_engine
from .module import Module, point_module

__all__ = ["KINDS", "low_level_function"]

_DOUBLES = ctypes.POINTER(ctypes.c_double)


@dataclass(frozen=True)
class _Kind:
    """How SciPy calls a function: the head of its definition, what it returns, its signature.

    `%given` are the `%count` arguments that change, `%fixed` those that stay.
    """

    head: str
    refuses: str
    returns: str
    signature: Callable[..., Any]


#: What SciPy's routines call. A wrong number of arguments is NaN, or the failure that they report.
KINDS = {
    "integrand": _Kind(
        "double @called(i32 %count, ptr %given, ptr %fixed)",
        "ret double 0x7FF8000000000000",
        "ret double %value",
        ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int, _DOUBLES, ctypes.c_void_p),
    ),
    "filter": _Kind(
        "i32 @called(ptr %given, i64 %count, ptr %result, ptr %fixed)",
        "ret i32 0",
        "store double %value, ptr %result\n  ret i32 1",
        ctypes.CFUNCTYPE(ctypes.c_int, _DOUBLES, ctypes.c_ssize_t, _DOUBLES, ctypes.c_void_p),
    ),
}


def low_level_function(
    graph: Graph,
    output: Node,
    names: Sequence[str],
    fixed: Mapping[str, float],
    kind: str,
) -> tuple[Any, Any]:
    """Return a function pointer and its data, as `scipy.LowLevelCallable` takes them.

    Parameters
    ----------
    graph, output
        A formula of scalars.
    names : sequence of str
        All arguments in order.
    fixed : mapping of str to float
        The values of those that SciPy does not pass.
    kind : str
        A key of `KINDS`.
    """
    free = [name for name in names if name not in fixed]
    code = get_engine().compile(_module(graph, output, [*free, *fixed], len(free), kind))
    function = KINDS[kind].signature(code.address)
    function.keeper = code
    data = (ctypes.c_double * max(1, len(fixed)))(*fixed.values())
    return function, ctypes.cast(data, ctypes.c_void_p)


def _module(graph: Graph, output: Node, names: Sequence[str], n_free: int, kind: str) -> Module:
    """Return a module whose entry copies its arguments to where code for one point reads them."""
    module = point_module(lowered(graph, [output]), names, are_derivatives=False)
    form, integer = KINDS[kind], "i32" if kind == "integrand" else "i64"
    copies = []
    for place in range(len(names)):
        source, at = ("%given", place) if place < n_free else ("%fixed", place - n_free)
        copies += [
            f"  %from{place} = getelementptr double, ptr {source}, i64 {at}",
            f"  %number{place} = load double, ptr %from{place}, align 8",
            f"  %to{place} = getelementptr double, ptr %inputs, i64 {place}",
            f"  store double %number{place}, ptr %to{place}, align 8",
        ]
    lines = [
        module.text.replace("define void @point(", "define internal void @point("),
        f"define {form.head} nounwind {{",
        f"  %inputs = alloca [{max(1, len(names))} x double], align 8",
        "  %output = alloca double, align 8",
        f"  %fits = icmp eq {integer} %count, {n_free}",
        "  br i1 %fits, label %run, label %refuse",
        "refuse:",
        f"  {form.refuses}",
        "run:",
        *copies,
        "  call void @point(ptr %inputs, ptr %output)",
        "  %value = load double, ptr %output, align 8",
        f"  {form.returns}",
        "}",
    ]
    return Module("\n".join(lines), "called", module.addresses, module.n_instructions)
