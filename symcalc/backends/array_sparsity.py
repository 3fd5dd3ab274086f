"""Which second derivatives of a formula over arrays can differ from zero, for given sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from ..expression import Expression
from ..graph.dimensions import size_of
from ..graph.interactions import interactions
from ..graph.unroll import unroll, unrolled_size

__all__ = ["hessian_rows", "is_short"]

#: Formulas of more elements than this are not written out to find which of them interact.
MAX_ELEMENTS = 5 * 10**6

#: A formula that computes more numbers for each entry of its variables is not short.
PER_ENTRY = 30

#: A Hessian with more entries than this for each variable does not count as sparse.
PER_VARIABLE = 200


def hessian_rows(
    expression: Expression, wrt: Sequence[str], sizes: Mapping[str, int]
) -> list[set[int]] | None:
    """Return the places of the entries in each row, of all variables as one vector.

    The formula is written out in scalars for it. None where there are too many entries.
    """
    graph, root = expression.graph, expression.root
    if unrolled_size(graph, [root], sizes) > MAX_ELEMENTS:
        return None
    shapes = {variable.name: variable.shape for variable in expression.variables}
    found = unroll(graph, [root], sizes)
    nodes = []
    for name in wrt:
        lengths = [size_of(dimension, sizes) for dimension in shapes.get(name, ())]
        entries = found.entries.get(name, {})
        for index in product(*map(range, lengths)):
            nodes.append(
                found.graph.var(entries.get(index, f"{name} {index}") if lengths else name)
            )
    return interactions(found.graph, found.roots[0][()], nodes, PER_VARIABLE * len(nodes))


def is_short(expression: Expression, wrt: Sequence[str], sizes: Mapping[str, int]) -> bool:
    """Whether a formula computes few numbers for each entry of the variables."""
    shapes = {variable.name: variable.shape for variable in expression.variables}
    n = sum(prod(size_of(d, sizes) for d in shapes.get(name, ())) for name in wrt)
    return unrolled_size(expression.graph, [expression.root], sizes) <= PER_ENTRY * n
