"""What was found out of a formula a moment ago is not found out again.

Runs are repeated: from other starts, on other data, for other values of a parameter. What a text
means, how its formula is compiled and what shows in it are the same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

from ..backends import ArrayFunction, CompiledFunction, compile_expression
from ..expression import Expression, Variable
from ..language import DEFINITIONS, Definition, Limits
from ..symbolic.even_roots import with_absolute_values
from .reading import Formula, to_expression

__all__ = ["array_function_of", "formula_of", "function_of", "remembered", "with_kinks"]

Rest = ParamSpec("Rest")
Found = TypeVar("Found")
Finder = Callable[Concatenate[Expression, Rest], Found]

#: So many answers of each kind are remembered, of graphs with so many nodes at most.
MAX_KNOWN, MAX_NODES = 64, 5000

#: So long a text is remembered.
MAX_LENGTH = 2000


def remembered(find: Finder[Rest, Found]) -> Finder[Rest, Found]:
    """Make a function of a formula remember what it found; all its arguments can be hashed.

    What it finds must not be changed, and not depend on variables that the formula only lists.
    """
    known: Finder[Rest, Found] = lru_cache(maxsize=MAX_KNOWN)(find)

    def ask(expression: Expression, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Found:
        is_large = len(expression.graph) > MAX_NODES
        return (find if is_large else known)(expression, *args, **kwargs)

    update_wrapper(ask, find)
    return ask


def formula_of(
    formula: Formula, *, declared: Iterable[str] = (), shapes: Any = None,
    limits: Limits | None = None,
) -> Expression:  # fmt: skip
    """Return `to_expression` of a formula, the one of an earlier call where it is known.

    Nobody may append to its graph.
    """
    names, pairs = tuple(declared), _pairs({} if shapes is None else shapes)
    if isinstance(formula, str) and len(formula) <= MAX_LENGTH and pairs is not None:
        return _read(formula, names, pairs, limits, DEFINITIONS.known())
    return to_expression(formula, declared=names, shapes=shapes, limits=limits)


def _pairs(shapes: Any) -> tuple[tuple[str, Any], ...] | None:
    """Return shapes of dimensions by name as a key; None for anything else."""
    if not isinstance(shapes, Mapping):
        return None
    for shape in shapes.values():
        dimensions = shape if type(shape) is tuple else (shape,)
        if any(type(dimension) not in (str, int) for dimension in dimensions):
            return None
    return tuple(shapes.items())


@lru_cache(maxsize=MAX_KNOWN)
def _read(
    text: str, declared: tuple[str, ...], shapes: tuple[tuple[str, Any], ...],
    limits: Limits | None, definitions: tuple[Definition, ...],
) -> Expression:  # fmt: skip
    """Read a text; what it means depends on the functions that are defined."""
    return to_expression(text, declared=declared, shapes=dict(shapes), limits=limits)


def function_of(
    expression: Expression, args: Iterable[str], *, order: int = 0, wrt: Iterable[str] | None = None
) -> CompiledFunction:
    """Return `compile_expression` of a formula, the one of an earlier call where it is known."""
    names = tuple(args)
    chosen = names if wrt is None else tuple(wrt)
    return _function(expression, expression.variables, names, order, chosen)


def array_function_of(
    expression: Expression, *, order: int = 0, wrt: Iterable[str]
) -> ArrayFunction:
    """Return an `ArrayFunction`, which takes numbers as well, in the same way."""
    return _array_function(expression, expression.variables, order, tuple(wrt))


def with_kinks(expression: Expression) -> Expression:
    """Return `with_absolute_values` of a formula, with its own variables."""
    return with_absolute_values(expression) if _has_even_roots(expression) else expression


@remembered
def _has_even_roots(expression: Expression) -> bool:
    return with_absolute_values(expression) is not expression


@remembered
def _function(
    expression: Expression, variables: tuple[Variable, ...], names: tuple[str, ...], order: int,
    wrt: tuple[str, ...],
) -> CompiledFunction:  # fmt: skip
    """Compile a formula.

    `variables` are all those that it lists: they make no difference between expressions, but
    between functions.
    """
    return compile_expression(expression, names, order=order, wrt=wrt)


@remembered
def _array_function(
    expression: Expression, variables: tuple[Variable, ...], order: int, wrt: tuple[str, ...]
) -> ArrayFunction:
    return ArrayFunction(expression, order=order, wrt=wrt)
