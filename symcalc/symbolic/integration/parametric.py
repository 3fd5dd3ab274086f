"""Differentiation under the integral sign, in a parameter put in or found there.

With I(c) the integral of f(x, c), the integral of df/dc is often in the tables where f is not;
I(c) follows by integrating it over c from a value at which f vanishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sympy

from ..deadline import within_seconds
from .primitives import ERRORS
from .view import Definite

__all__ = ["by_parameter"]

#: For one parameter.
SECONDS = 4.0

_HEADS = (sympy.atan, sympy.log, sympy.asin, sympy.atanh, sympy.asinh, sympy.erf, sympy.sin)


def by_parameter(problem: Definite, inner: Callable[[Definite], Iterator[Any]]) -> Iterator[Any]:
    """Propose by Feynman's trick: the argument of one function is scaled by c, from 0 to 1."""
    f, x = problem.f, problem.x
    for part in sorted(f.atoms(*_HEADS), key=sympy.default_sort_key):
        if not part.has(x) or (part.args[0] == x and isinstance(part, sympy.log)):
            continue
        found = within_seconds(SECONDS, partial(_scaled, problem, part, inner))
        if found is not None:
            yield found


def _scaled(problem: Definite, part: Any, inner: Callable[[Definite], Iterator[Any]]) -> Any:
    """Return the integral where f vanishes at c = 0 and the one of df/dc has a closed form."""
    f, x = problem.f, problem.x
    c = sympy.Dummy("c", positive=True)
    for scaled in _families(part, x, c):
        family = f.xreplace({part: scaled})
        if sympy.simplify(family.subs(c, 0)) != 0:
            continue
        slope = sympy.simplify(sympy.diff(family, c))
        value = next(inner(problem.with_integrand(slope)), None)
        if value is None or value.has(sympy.nan, sympy.zoo):
            continue
        try:
            found = next(
                inner(Definite(sympy.simplify(value), c, sympy.Integer(0), sympy.Integer(1))), None
            )
        except ERRORS:
            continue
        if found is not None:
            return found
    return None


def _families(part: Any, x: Any, c: Any) -> Iterator[Any]:
    """Yield the function with c in its argument: f(c*g), and log(1 + c*(g - 1))."""
    inner = part.args[0]
    if isinstance(part, sympy.log):
        constant, moving = sympy.expand(inner).as_independent(x, as_Add=True)
        if constant == 1:
            yield sympy.log(1 + c * moving)
            yield sympy.log(1 + c**2 * moving)
        return
    yield part.func(c * inner)
