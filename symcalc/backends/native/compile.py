"""Nodes → native code, where every one of them has a form that machines compute."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import CompileError
from ...graph.graph import Graph, Node
from ...program import (
    Formulas,
    Program,
    lower,
    missing_primitives,
    row_passes,
    to_primitives,
)
from .body import Body
from .calls import BatchCall, PointCall, SumsCall
from .elementwise import ElementwiseCall
from .engine import get_engine
from .module import batch_module, grid_module, point_module, sums_module
from .rows import RowsCall, Stage

__all__ = [
    "compile_batch",
    "compile_elementwise",
    "compile_point",
    "compile_rows",
    "compile_sums",
    "count_instructions",
    "require_native_forms",
]


def compile_batch(
    graph: Graph, outputs: Sequence[Node], names: Sequence[str], *, strict: bool = False
) -> BatchCall:
    """Return native code for many points; where the first output is NaN, so are the others.

    With `strict` every function is that of C's libm for one double, else that for vectors, right
    to 4 units in the last place.

    Raises
    ------
    MissingExtraError
        llvmlite is not installed.
    CompileError
        A function has no native form.
    """
    engine, program = get_engine(), lowered(graph, outputs)
    letter = "" if strict else engine.letter
    code = engine.compile(batch_module(program, names, engine.width, letter))
    return BatchCall(code, len(outputs), engine.width)


def compile_elementwise(
    graph: Graph, outputs: Sequence[Node], names: Sequence[str], *, strict: bool = False
) -> ElementwiseCall:
    """Return formulas of scalars as a function of arrays, computed in one pass.

    Parameters
    ----------
    graph, outputs
        Formulas in which no node is an array; a name of a variable stands for one element.
    names : sequence of str
        The order of the arguments.
    strict : bool
        See `compile_batch`.

    Examples
    --------
    >>> import numpy as np
    >>> import symcalc as sc
    >>> formula = sc.parse("exp(x)*s - b")
    >>> run = compile_elementwise(formula.graph, [formula.root], ["x", "s", "b"])
    >>> (found,) = run([np.zeros((2, 3)), 2.0, np.arange(3.0)], (2, 3))
    >>> found
    array([[2., 1., 0.],
           [2., 1., 0.]])
    """
    engine, program = get_engine(), lowered(graph, outputs)
    letter = "" if strict else engine.letter
    code = engine.compile(grid_module(program, names, engine.width, letter))
    return ElementwiseCall(code, len(names), len(outputs), engine.width)


def compile_point(graph: Graph, outputs: Sequence[Node], names: Sequence[str]) -> PointCall:
    """Return native code for one point; see `compile_batch`."""
    engine, program = get_engine(), lowered(graph, outputs)
    return PointCall(engine.compile(point_module(program, names)), len(names), len(outputs))


def compile_sums(
    graph: Graph, outputs: Sequence[Node], names: Sequence[str], *, strict: bool = False
) -> SumsCall:
    """Return native code for the totals of formulas over many points; see `compile_batch`."""
    engine = get_engine()
    letter = "" if strict else engine.letter
    module = sums_module(lowered(graph, outputs), names, engine.width, letter)
    return SumsCall(engine.compile(module), len(outputs), engine.width)


def compile_rows(
    graph: Graph, outputs: Sequence[Node], names: Sequence[str], *, strict: bool = False
) -> RowsCall | None:
    """Return native code for numbers made of totals over columns; None for anything else.

    See `compile_batch`.
    """
    found = row_passes(graph, outputs)
    if found is None:
        return None
    engine = get_engine()
    letter = "" if strict else engine.letter
    stages = []
    for before, inside in found.passes:
        reads, over = _read_by(before), _read_by(inside)
        numbers = None
        if before.roots:
            module = point_module(lowered(before.graph, before.roots), reads, are_derivatives=False)
            numbers = PointCall(engine.compile(module), len(reads), len(before.roots))
        module = sums_module(lowered(inside.graph, inside.roots), over, engine.width, letter)
        sums = SumsCall(engine.compile(module), len(inside.roots), engine.width)
        stages.append(
            Stage(numbers, reads, tuple(before.names), sums, over, tuple(inside.names))
        )  # fmt: skip
    reads = _read_by(found.outputs)
    outputs_call = compile_point(found.outputs.graph, found.outputs.roots, reads)
    return RowsCall(stages, outputs_call, reads, names)


def _read_by(formulas: Formulas) -> tuple[str, ...]:
    """Return the names of what formulas read."""
    graph = formulas.graph
    return tuple(graph.data[node] for node in graph.variables(formulas.roots))


def count_instructions(graph: Graph, outputs: Sequence[Node]) -> int:
    """Return how many instructions LLVM is given for one point."""
    program = lowered(graph, outputs)
    names = {graph.data[node]: "%in" for node in graph.variables(outputs)}
    body = Body(program, 1, names, lambda name, n_args: (name, False))
    body.run()
    return len(body.lines)


def require_native_forms(graph: Graph, outputs: Sequence[Node]) -> None:
    """Raise a CompileError that names a function without a native form."""
    missing = missing_primitives(graph, outputs, library=True)
    if missing:
        raise CompileError(
            f"`{missing}` has no native form; leave `backend` at 'auto', or use 'numpy'."
        )


def lowered(graph: Graph, outputs: Sequence[Node]) -> Program:
    """Return the program in what machines compute."""
    require_native_forms(graph, outputs)
    return lower(*to_primitives(graph, outputs, library=True))
