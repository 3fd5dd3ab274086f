"""`gradient`: all partial derivatives in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import DerivativeError
from ..expression import Expression
from ..graph.derive import jacobian_nodes
from ..graph.graph import Graph, Node
from ..language import Limits
from .budget import budgeted
from .derived import Orders, closed_forms, judged
from .reading import Formula, derived_names, to_expression, to_names
from .results import Gradient

__all__ = ["gradient", "partials"]


@budgeted
def gradient(
    expr: Formula,
    wrt: Any = None,
    *,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Gradient:
    """Return the gradient of a formula in closed form, judged before it is shown.

    Parameters
    ----------
    expr : str, Expression or SymPy expression
        A scalar formula.
    wrt : str or sequence of str, optional
        The variables, "x, y" or ["x", "y"]; default: all scalars, sorted by name.
    shapes : dict or str, optional
        Shapes of arrays, `"X: m n; w: n"` or `{"x": "rows"}`.
    assume : str, optional
        What is known of the variables, `"a > 0"`.
    syntax : str
        "symcalc" or "latex".
    limits : Limits, optional

    Returns
    -------
    Gradient
        A mapping from variable to `Expression`, in order, with `check` and `at`. Each partial
        derivative has the shape of its variable.

    Raises
    ------
    ParseError, LimitError, ArgumentError
        Before any work.
    DerivativeError
        A function in the formula has no derivative in closed form.
    OutcomeError
        The closed form disagrees with an independent derivative; it is not returned.

    Notes
    -----
    Reverse accumulation on the graph of the formula: the cost does not depend on the number of
    variables. The judge compares with differences of the *value* in ball arithmetic.

    Examples
    --------
    >>> import symcalc as sc
    >>> g = sc.gradient("100*(y - x^2)^2 + (1 - x)^2")
    >>> print(g["x"])
    2*x - 400*x*(y - x**2) - 2
    """
    names = to_names(wrt)
    expression = to_expression(
        expr, declared=names or (), shapes=shapes, assume=assume, syntax=syntax, limits=limits
    )
    if expression.graph.shape(expression.root):
        raise DerivativeError(
            "The expression has one value per row; "
            "take its mean(...) or sum(...) to differentiate it, or ask for its jacobian."
        )
    return partials(expression, names or derived_names(expression))


def partials(expression: Expression, names: Sequence[str]) -> Gradient:
    """Return the derivatives of a formula, an array or not, in some variables."""
    expression = to_expression(expression, declared=names)

    def derive(graph: Graph, root: Node) -> dict[Orders, Node]:
        nodes = jacobian_nodes(graph, root, [_variable(expression, graph, n) for n in names])
        return {((name, 1),): node for name, node in zip(names, nodes, strict=True)}

    forms = closed_forms(expression, derive)
    check = judged(expression, forms)
    return Gradient(expression, {name: forms[((name, 1),)] for name in names}, check)


def _variable(expression: Expression, graph: Graph, name: str) -> Node:
    """Return the node of a variable, with the shape that it has."""
    shapes = {variable.name: variable.shape for variable in expression.variables}
    return graph.var(name, shapes.get(name, ()))
