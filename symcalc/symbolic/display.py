"""The form of a derivative that people read."""

from __future__ import annotations

from ..errors import ArgumentError
from ..expression import Expression
from ..graph.graph import REDUCTIONS
from .atoms import stabilize_for_display

__all__ = ["simplify_for_display"]

#: Formulas with more nodes than this are shown as they were derived, with `where` parts.
MAX_NODES = 400


def simplify_for_display(expression: Expression) -> Expression:
    """Return the formula as SymPy arranges it, its terms in reading order, when it is small.

    SymPy's automatic simplification collects equal terms and factors; nothing is expanded,
    factored or searched for, so that the cost stays small and the form predictable.
    """
    graph, root = expression.graph, expression.root
    order = graph.reachable([root])
    if len(order) > MAX_NODES or any(graph.kinds[node] in REDUCTIONS for node in order):
        return expression
    decimals = any(node in graph.spellings for node in order)
    try:
        found = Expression.from_sympy(expression.sympy, expression.variables, decimals=decimals)
    except ArgumentError:
        return expression
    graph, (root,) = stabilize_for_display(found.graph, [found.root])
    return Expression(graph, root, found.variables)
