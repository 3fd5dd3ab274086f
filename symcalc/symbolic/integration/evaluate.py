"""From an antiderivative to the integral: one-sided limits at its ends and discontinuities."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy

from ..deadline import within_seconds
from .places import zeros
from .view import Definite, is_form

__all__ = ["breaks_of", "newton_leibniz", "one_sided_limit"]

#: For one limit of an antiderivative.
SECONDS = 2.0


def newton_leibniz(problem: Definite, antiderivative: Any) -> Any:
    """Return the integral, or None where a limit or a place of discontinuity is not found.

    The antiderivative may jump inside the range, as those by `tan(x/2)` do; the range is split
    wherever a part of it could be undefined, and each side gets its own one-sided limit.
    """
    x, a, b = problem.x, problem.a, problem.b
    total: Any = 0
    for F in sympy.Add.make_args(antiderivative):
        breaks = breaks_of(F, x, a, b)
        if breaks is None:
            breaks = []
        ends = [a, *sorted(breaks, key=lambda place: place.evalf()), b]
        part: Any = 0
        for low, high in pairwise(ends):
            upper, lower = one_sided_limit(F, x, high, "-"), one_sided_limit(F, x, low, "+")
            if upper is None or lower is None:
                return _whole(problem, antiderivative)
            part += upper - lower
        total += part
    return total


def _whole(problem: Definite, F: Any) -> Any:
    """Return the integral from limits of the whole antiderivative, where terms have none alone."""
    x, a, b = problem.x, problem.a, problem.b
    breaks: set[Any] = set()
    for term in sympy.Add.make_args(F):
        breaks.update(breaks_of(term, x, a, b) or ())
    ends = [a, *sorted(breaks, key=lambda place: place.evalf()), b]
    total: Any = 0
    for low, high in pairwise(ends):
        upper, lower = one_sided_limit(F, x, high, "-"), one_sided_limit(F, x, low, "+")
        if upper is None or lower is None:
            return None
        total += upper - lower
    return total


def breaks_of(F: Any, x: Any, a: Any, b: Any) -> list[Any] | None:
    """Return the places inside the range where the antiderivative could jump."""
    suspects: set[Any] = set()
    for part in sympy.preorder_traversal(F):
        if not part.has(x):
            continue
        if part.is_Pow and part.exp.is_negative:
            suspects.add(part.base)
        elif isinstance(part, sympy.tan | sympy.sec):
            suspects.add(sympy.cos(part.args[0]))
        elif isinstance(part, sympy.cot | sympy.csc):
            suspects.add(sympy.sin(part.args[0]))
        elif isinstance(part, sympy.log | sympy.sign | sympy.Abs):
            suspects.add(part.args[0])
        elif isinstance(part, sympy.floor):
            suspects.add(sympy.sin(sympy.pi * part.args[0]))
    found: set[Any] = set()
    for suspect in suspects:
        roots = zeros(suspect, x, a, b)
        if roots is None:
            continue
        found.update(roots)
    return list(found) if all(not root.free_symbols for root in found) else None


def one_sided_limit(F: Any, x: Any, place: Any, side: str) -> Any:
    """Return the limit of an antiderivative at one side of a place, None where it has none."""
    if not F.has(x):
        return F
    if place.is_finite is not False and place not in (sympy.oo, -sympy.oo):
        value = _plugged(F, x, place)
        if value is not None and not _may_jump(F, x, place):
            return value
    found = within_seconds(SECONDS, lambda: _gruntz(F, x, place, side))
    return found if found is not None and is_form(found) else None


def _plugged(F: Any, x: Any, place: Any) -> Any:
    """Return the value at a place, None where it has none."""
    value = F.subs(x, place)
    return value if is_form(value) else None


def _may_jump(F: Any, x: Any, place: Any) -> bool:
    """Whether a value at the place may differ from the limit: an inner part is infinite there."""
    for part in sympy.preorder_traversal(F):
        if isinstance(part, sympy.sign | sympy.floor | sympy.Heaviside | sympy.acot):
            return True
        if part.has(x) and not part.is_Symbol:
            value = part.subs(x, place)
            if value.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo):
                return True
            if (
                isinstance(part, sympy.tan | sympy.sec)
                and sympy.cos(part.args[0]).subs(x, place) == 0
            ):
                return True
    return False


def _gruntz(F: Any, x: Any, place: Any, side: str) -> Any:
    """Return SymPy's limit, None where it fails."""
    try:
        if place in (sympy.oo, -sympy.oo):
            return sympy.limit(F, x, place)
        return sympy.limit(F, x, place, side)
    except (NotImplementedError, ValueError, TypeError, ZeroDivisionError, AttributeError):
        return None
