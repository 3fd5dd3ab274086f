"""How large a compiled formula over arrays is, for sizes of its dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.dimensions import polynomial
from ..program import count_operations, in_layout, in_steps, lower
from .array_running import ArrayRunner
from .array_sparsity import hessian_rows
from .report import Size, SizeReport
from .sizes import check_parts, known_size

__all__ = ["report_on_arrays"]


def report_on_arrays(
    runner: ArrayRunner,
    expression: Expression,
    wrt: Sequence[str],
    order: int,
    sizes: Mapping[str, int],
) -> SizeReport:
    """Return the operations of value and derivatives, and the entries of the Hessian.

    Raises
    ------
    ArgumentError
        The size of a dimension is missing.
    """
    shapes = {variable.name: variable.shape for variable in expression.variables}
    names = {
        name
        for shape in shapes.values()
        for dimension in shape
        for own in polynomial(dimension)
        for name in own
    }
    missing = sorted(name for name in names if name not in sizes)
    if missing:
        given = ", ".join(f"{name!r}: …" for name in sorted(names))
        raise ArgumentError(
            f"How much a formula over arrays computes depends on their sizes; that of "
            f"`{missing[0]}` is missing. Give them all: report({{{given}}})."
        )
    wanted = ("value", "gradient", "hessian")[: order + 1]
    found = [_size(runner, what, sizes) for what in wanted]
    matrix = (0, 0)
    if order == 2:
        rows = hessian_rows(expression, wrt, sizes)
        n = sum(_n_entries(shapes.get(name, ()), sizes) for name in wrt)
        matrix = n * n if rows is None else sum(map(len, rows)), n * n
    n_inputs = sum(_n_entries(shape, sizes) for shape in shapes.values())
    return SizeReport(n_inputs, tuple(found), *matrix)


def _size(runner: ArrayRunner, what: str, sizes: Mapping[str, int]) -> Size:
    """Return the size of what is asked for, in the order of products that would be compiled."""
    graph, outputs, _ = runner.derivation(scaled=False).outputs(what)
    check_parts(graph, outputs, sizes)
    stepped, roots = in_steps(*in_layout(graph, outputs, sizes), sizes)
    counts = count_operations(lower(stepped, roots), sizes)
    n_outputs = sum(_n_entries(shape, sizes) for shape in runner.result_shapes(what))
    return Size(what, counts, n_outputs, {})


def _n_entries(shape: Sequence[str | int], sizes: Mapping[str, int]) -> int:
    return prod(known_size(dimension, sizes) for dimension in shape)
