"""What every verb accepts as a formula, and as the variables to differentiate in."""

from __future__ import annotations

import keyword
import numbers
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..graph.graph import Graph
from ..language import CONDITIONS, Limits, check_name, read
from ..language.calls import is_callable
from ..language.declarations import read_shapes
from ..language.tokens import tokenize

__all__ = ["Formula", "called_in", "derived_names", "to_expression", "to_names"]

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
        The object is neither text nor a formula, has parts that symcalc does not know, or is a
        relation, which is true or false and has no value.
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
        for name in expression.names:
            if not keyword.iskeyword(name):  # SymPy's users have a symbol `lambda`
                check_name(name)
    else:
        raise ArgumentError(
            "A formula is a string, an Expression or a SymPy expression, "
            f"not {type(formula).__name__}."
        )
    if expression.graph.kinds[expression.root] in CONDITIONS:
        raise ArgumentError(
            f"A relation is not a formula: {expression.text:.60} is true or false and has no value."
        )
    return _with_variables(expression, declared, shapes)


def called_in(formula: Formula) -> frozenset[str]:
    """Return the names of functions that a text calls, but for those that it has as variables too.

    A column of data may have such a name: `mean(v)` is a mean in a file with a column `mean`.
    """
    return _called_in(formula) if isinstance(formula, str) else frozenset()


@lru_cache(maxsize=64)
def _called_in(text: str) -> frozenset[str]:
    words = tokenize(text).texts
    pairs = list(zip(words, words[1:], strict=False))
    called = {word for word, after in pairs if after == "("}
    return frozenset(
        word
        for word in called - {word for word, after in pairs if after != "("}
        if is_callable(word)
    )


def to_names(names: Any) -> tuple[str, ...] | None:
    """Return names from "x", "x, y", an iterable of names or SymPy symbols; None stays None.

    Raises
    ------
    ArgumentError
        One is not a name, or stands twice.
    """
    if names is None:
        return None
    if isinstance(names, str):
        names = names.split(",")
    elif hasattr(names, "free_symbols"):
        names = (names,)
    elif not isinstance(names, Iterable):
        raise ArgumentError(f'Variables are named "x, y" or ["x", "y"], not {names!r:.40}.')
    found = tuple(check_name(str(name).strip()) for name in names)
    if len(set(found)) != len(found):
        twice = next(name for index, name in enumerate(found) if name in found[:index])
        raise ArgumentError(f"`{twice}` is named twice in {', '.join(found):.120}.")
    return found


def derived_names(expression: Expression) -> tuple[str, ...]:
    """Return the variables that a formula is differentiated in when none are named.

    These are its scalars; arrays are data unless they are named.

    Raises
    ------
    ArgumentError
        The formula has variables, but none of them is a scalar.
    """
    names = tuple(variable.name for variable in expression.variables if not variable.shape)
    if expression.names and not names:
        arrays = ", ".join(f"`{name}`" for name in expression.names)
        raise ArgumentError(
            f"There is no scalar variable to differentiate in; name the arrays that are meant, "
            f"wrt=...: {arrays}."
        )
    return names


def _with_variables(expression: Expression, names: Iterable[str], shapes: Any) -> Expression:
    """Return the expression with further variables in its list, which it need not contain."""
    known = set(expression.names)
    missing = [name for name in names if name not in known]
    if not missing:
        return expression
    declared = read_shapes(shapes)
    more = [Variable(name, declared.get(name, ())) for name in missing]
    graph: Graph = expression.graph
    return Expression(graph, expression.root, (*expression.variables, *more))
