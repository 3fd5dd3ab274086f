"""The form of a derivative that people read."""

from __future__ import annotations

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.graph import REDUCTIONS, Shape
from .array_forms import tidy_arrays
from .atoms import stabilize_for_display

__all__ = ["simplify_for_display"]

#: Formulas with more nodes than this are shown as they were derived, with `where` parts.
MAX_NODES = 400

#: The kinds that SymPy's view does not have, but for totals over columns of data.
ARRAYS = REDUCTIONS - {"sum", "size"}


def simplify_for_display(expression: Expression) -> Expression:
    """Return the formula as SymPy arranges it, its terms in reading order, when it is small.

    SymPy's automatic simplification collects equal terms and factors; nothing is expanded,
    factored or searched for, so that the cost stays small and the form predictable.
    """
    graph, root = expression.graph, expression.root
    order = graph.reachable([root])
    if any(graph.kinds[node] in ARRAYS or _is_array(graph.shape(node)) for node in order):
        return _arranged(expression)
    if len(order) > MAX_NODES or any(graph.kinds[node] in REDUCTIONS for node in order):
        return expression
    decimals = any(node in graph.spellings for node in order)
    try:
        found = Expression.from_sympy(expression.sympy, expression.variables, decimals=decimals)
    except ArgumentError:
        return expression
    graph, (root,) = stabilize_for_display(found.graph, [found.root])
    return Expression(graph, root, found.variables)


def _is_array(shape: Shape) -> bool:
    """Whether a shape is that of an array, other than a column of data."""
    return shape not in ((), ("rows",))


def _arranged(expression: Expression) -> Expression:
    """Return a formula of arrays in its plainest form."""
    graph, roots = tidy_arrays(expression.graph, [expression.root])
    graph, roots = stabilize_for_display(graph, roots)
    graph, (root,) = tidy_arrays(graph, roots)
    return Expression(graph, root, expression.variables)
