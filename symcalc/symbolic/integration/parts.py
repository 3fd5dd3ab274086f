"""Integration by parts of a definite integral: a boundary term and an integral that is in reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sympy

from ..deadline import within_seconds
from .evaluate import boundary
from .primitives import quick
from .view import Definite

__all__ = ["by_parts"]

#: For one split into two factors.
SECONDS = 2.5

#: What is differentiated: its derivative is simpler than it is.
_SIMPLER = (
    sympy.log,
    sympy.atan,
    sympy.acot,
    sympy.asin,
    sympy.acos,
    sympy.atanh,
    sympy.asinh,
    sympy.acosh,
    sympy.erf,
    sympy.erfc,
    sympy.Si,
    sympy.Ci,
    sympy.Ei,
)


def by_parts(problem: Definite, inner: Callable[[Definite], Iterator[Any]]) -> Iterator[Any]:
    """Propose [u*V] minus the integral of u'*V for each promising split f = u*v."""
    for u in _splits(problem.f, problem.x):
        found = within_seconds(SECONDS, partial(_parted, problem, u, inner))
        if found is not None:
            yield found


def _splits(f: Any, x: Any) -> Iterator[Any]:
    """Yield the factors to differentiate."""
    factors = sympy.Mul.make_args(f)
    simpler: Any = sympy.Mul(*[p for p in factors if isinstance(p.as_base_exp()[0], _SIMPLER)])
    powers: Any = sympy.Mul(*[p for p in factors if p.as_base_exp()[0] == x])
    waves: Any = sympy.Mul(
        *[p for p in factors if isinstance(p.as_base_exp()[0], sympy.sin | sympy.cos)]
    )
    seen: set[Any] = set()
    for u in (simpler, powers, f / powers, waves):
        if u.has(x) and u not in seen and not _has_pole(u, powers):
            seen.add(u)
            yield u


def _has_pole(u: Any, powers: Any) -> bool:
    """Whether u is a negative power of the variable, which derivatives make worse."""
    return bool(u == powers and powers.as_base_exp()[1].is_nonpositive)


def _parted(problem: Definite, u: Any, inner: Callable[[Definite], Iterator[Any]]) -> Any:
    """Return the integral by parts, or None."""
    x = problem.x
    V = quick(problem.f / u, x)
    if V is None or V.has(sympy.I):
        return None
    ends = boundary(problem, u * V)
    if ends is None:
        return None
    rest = sympy.simplify(-sympy.diff(u, x) * V)
    if sympy.count_ops(rest) > 2 * sympy.count_ops(problem.f) + 6:
        return None
    value = next(inner(problem.with_integrand(rest)), None)
    return None if value is None else ends + value
