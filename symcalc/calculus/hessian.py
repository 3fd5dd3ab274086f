"""`hessian`: all second partial derivatives in closed form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..backends import second_derivatives
from ..expression import Expression
from ..graph.derive import gradient_nodes
from ..graph.graph import Graph, Node
from ..language import Limits
from .budget import budgeted
from .derived import Orders, closed_forms, judged
from .reading import Formula, derived_names, to_expression, to_names
from .results import Hessian

__all__ = ["hessian"]


@budgeted
def hessian(
    expr: Formula,
    wrt: Any = None,
    *,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Hessian:
    """Return the Hessian of a formula in closed form, judged before it is shown.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        A scalar formula.
    wrt : str or sequence of str, optional
        The variables; default: all, sorted by name.
    shapes, assume, syntax, limits
        As for `gradient`.

    Returns
    -------
    Hessian
        `h["x", "y"]` is an `Expression`; entries that are identically zero are known as such.
        Its axes are those of `x`, then those of `y`. `h.action("x", "y")` is what it does to a
        change of `y`, which is short where `x` and `y` are matrices.

    Raises
    ------
    ParseError, LimitError, ArgumentError, DerivativeError, OutcomeError
        As for `gradient`.

    Notes
    -----
    Each partial derivative is differentiated again, in the variables that it depends on only.

    Examples
    --------
    >>> import symcalc as sc
    >>> h = sc.hessian("x^2*y + exp(x*y)")
    >>> print(h["y", "y"])
    x**2*exp(x*y)
    """
    names = to_names(wrt)
    expression = to_expression(
        expr, declared=names or (), shapes=shapes, assume=assume, syntax=syntax, limits=limits
    )
    chosen = names or derived_names(expression)

    def derive(graph: Graph, root: Node) -> dict[Orders, Node]:
        variables = [graph.var(name) for name in chosen]
        rows = gradient_nodes(graph, root, variables)
        entries = second_derivatives(graph, rows, variables)
        return {
            _orders(chosen[row], chosen[column]): node for (row, column), node in entries.items()
        }

    forms = closed_forms(expression, derive)
    check = judged(expression, _with_zeros(expression, forms, chosen))
    entries = {
        (row, column): forms[_orders(row, column)]
        for index, row in enumerate(chosen)
        for column in chosen[: index + 1]
        if _orders(row, column) in forms
    }
    return Hessian(expression, chosen, entries, check)


def _with_zeros(
    expression: Expression, forms: Mapping[Orders, Expression], names: Sequence[str]
) -> dict[Orders, Expression]:
    """Return the blocks of a Hessian over arrays with those that vanish, so that all are judged."""
    whole = dict(forms)
    if any(variable.shape for variable in expression.variables):
        graph = Graph()
        zero = Expression(graph, graph.const(0), expression.variables)
        for index, row in enumerate(names):
            for column in names[: index + 1]:
                whole.setdefault(_orders(row, column), zero)
    return whole


def _orders(row: str, column: str) -> Orders:
    return ((row, 2),) if row == column else ((row, 1), (column, 1))
