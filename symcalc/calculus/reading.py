"""What every verb accepts as a formula, and as the variables to differentiate in."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..graph.graph import Graph
from ..language import Limits, check_name, read

__all__ = ["Formula", "to_expression", "to_names"]

#: A formula: text, an `Expression`, a SymPy expression, or a number.
Formula = Any


def to_expression(
    formula: Formula,
    *,
    declared: Iterable[str] = (),
    variables: Sequence[str] | None = None,
    shapes: Any = None,
    assume: str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> Expression:
    """Return the formula as an `Expression`; names in `declared` are variables of it.

    Raises
    ------
    ParseError
        The text is not a formula.
    ArgumentError
        The object is neither text nor a formula, or has parts that symcalc does not know.
    """
    declared = tuple(declared)
    if isinstance(formula, str):
        expression = read(
            formula,
            variables=variables,
            declared=declared,
            shapes=shapes,
            assume=assume,
            syntax=syntax,
            limits=limits,
        )
    elif isinstance(formula, Expression):
        expression = formula
    elif isinstance(formula, numbers.Real) or hasattr(formula, "free_symbols"):
        expression = Expression.from_sympy(formula)
    else:
        raise ArgumentError(
            "A formula is a string, an Expression or a SymPy expression, "
            f"not {type(formula).__name__}."
        )
    return _with_variables(expression, declared)


def to_names(wrt: Any) -> tuple[str, ...] | None:
    """Return names from "x", "x, y", an iterable of names or SymPy symbols; None stays None."""
    if wrt is None:
        return None
    if isinstance(wrt, str):
        wrt = wrt.split(",")
    elif hasattr(wrt, "free_symbols"):
        wrt = (wrt,)
    names = tuple(check_name(str(name).strip()) for name in wrt)
    if len(set(names)) != len(names):
        raise ArgumentError(f"`wrt` names a variable twice: {', '.join(names)}.")
    return names


def _with_variables(expression: Expression, names: Iterable[str]) -> Expression:
    """Return the expression with further variables in its list, which it need not contain."""
    known = set(expression.names)
    more = [Variable(name) for name in names if name not in known]
    if not more:
        return expression
    graph: Graph = expression.graph
    return Expression(graph, expression.root, (*expression.variables, *more))
