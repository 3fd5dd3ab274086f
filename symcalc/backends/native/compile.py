"""Nodes → native code, where every one of them has a form that machines compute."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import CompileError
from ...graph.graph import Graph, Node
from ...program import Program, lower, missing_primitives, to_primitives
from .calls import BatchCall, PointCall
from .engine import get_engine, has_llvm
from .module import batch_module, point_module

__all__ = ["compile_batch", "compile_point", "has_native"]

has_native = has_llvm


def compile_batch(
    graph: Graph, outputs: Sequence[Node], names: Sequence[str], *, strict: bool = False
) -> BatchCall:
    """Return native code for many points; where the first output is NaN, so are the others.

    With `strict` every function is that of C's libm for one double, else that for vectors, right
    to 4 units in the last place.

    Raises
    ------
    CompileError
        llvmlite is not installed, or a function has no native form.
    """
    engine, program = get_engine(), _lower(graph, outputs)
    letter = "" if strict else engine.letter
    code = engine.compile(batch_module(program, names, engine.width, letter))
    return BatchCall(code, len(outputs), engine.width)


def compile_point(graph: Graph, outputs: Sequence[Node], names: Sequence[str]) -> PointCall:
    """Return native code for one point; see `compile_batch`."""
    engine, program = get_engine(), _lower(graph, outputs)
    return PointCall(engine.compile(point_module(program, names)), len(names), len(outputs))


def _lower(graph: Graph, outputs: Sequence[Node]) -> Program:
    missing = missing_primitives(graph, outputs)
    if missing:
        raise CompileError(
            f"`{missing}` has no native form; leave `backend` at 'auto', or use 'numpy'."
        )
    return lower(*to_primitives(graph, outputs))
