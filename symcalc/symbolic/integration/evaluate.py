"""From an antiderivative to the integral: one-sided limits at its ends and discontinuities."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy

from ..deadline import within_seconds
from .places import between, zeros
from .view import Definite, is_value

__all__ = ["boundary", "breaks_of", "newton_leibniz", "one_sided_limit"]

#: For one limit of an antiderivative.
SECONDS = 2.0


def newton_leibniz(problem: Definite, antiderivative: Any) -> Any:
    """Return the integral, or None where a limit or a place of discontinuity is not found.

    The antiderivative may jump inside the range, as those by `tan(x/2)` do; the range is split
    wherever a part of it could be undefined, and each side gets its own one-sided limit, of the
    real branch of its logarithms. Where terms have no limits one by one, their sum may have.
    """
    total: Any = 0
    for term in sympy.Add.make_args(antiderivative):
        part = boundary(problem, term)
        if part is None:
            return boundary(problem, antiderivative)
        total += part
    return total


def boundary(problem: Definite, F: Any) -> Any:
    """Return the growth of F over the range without its jumps, or None where a limit fails."""
    x = problem.x
    breaks = breaks_of(F, x, problem.a, problem.b)
    if breaks is None:
        return None
    ends = [problem.a, *sorted(breaks, key=lambda place: place.evalf()), problem.b]
    total: Any = 0
    for low, high in pairwise(ends):
        own = _real_branch(F, x, low, high)
        upper, lower = one_sided_limit(own, x, high, "-"), one_sided_limit(own, x, low, "+")
        if upper is None or lower is None:
            return None
        total += upper - lower
    return total


def _real_branch(F: Any, x: Any, low: Any, high: Any) -> Any:
    """Return F with log(-g) for log(g) where g is negative: it has the same derivative."""
    middle = between(low, high)
    swap: dict[Any, Any] = {}
    for part in F.atoms(sympy.log):
        g = part.args[0]
        if g.has(x):
            value = g.subs(x, middle)
            if value.is_negative or (value.is_number and value.evalf().is_negative):
                swap[part] = sympy.log(-g)
    return F.xreplace(swap) if swap else F


def breaks_of(F: Any, x: Any, a: Any, b: Any) -> list[Any] | None:
    """Return the places inside the range where F could jump, None for poles of unknown place.

    What is not found of other suspects is no obstacle: a form that is wrong fails its check.
    """
    suspects: dict[Any, bool] = {}
    for part in sympy.preorder_traversal(F):
        if not part.has(x):
            continue
        if part.is_Pow and part.exp.is_negative:
            suspects.setdefault(part.base, False)
        elif isinstance(part, sympy.tan | sympy.sec):
            suspects[sympy.cos(part.args[0])] = True
        elif isinstance(part, sympy.cot | sympy.csc):
            suspects[sympy.sin(part.args[0])] = True
        elif isinstance(part, sympy.log | sympy.sign | sympy.Abs | sympy.Ei | sympy.Ci):
            inner = part.args[0]
            suspects.setdefault(inner.args[0] if isinstance(inner, sympy.Abs) else inner, False)
        elif isinstance(part, sympy.li):
            suspects.setdefault(part.args[0] - 1, False)
        elif isinstance(part, sympy.floor):
            suspects[sympy.sin(sympy.pi * part.args[0])] = True
    found: set[Any] = set()
    for suspect, is_pole in suspects.items():
        roots = zeros(suspect, x, a, b)
        if roots is None and is_pole:
            return None
        found.update(root for root in roots or () if not root.free_symbols)
    return list(found)


def one_sided_limit(F: Any, x: Any, place: Any, side: str) -> Any:
    """Return the limit of an antiderivative at one side of a place, None where it has none."""
    if not F.has(x):
        return F
    if place.is_finite is not False and place not in (sympy.oo, -sympy.oo):
        value = _plugged(F, x, place)
        if value is not None and not _may_jump(F, x, place):
            return value
    settled = _far_out(F, x, place)
    if settled is not None:
        return settled
    found = within_seconds(SECONDS, lambda: _gruntz(F, x, place, side))
    return found if found is not None and is_value(found) else None


def _far_out(F: Any, x: Any, place: Any) -> Any:
    """Return the limit at infinity of a multiple of Ei, Si or Ci of a linear function, or None."""
    if place not in (sympy.oo, -sympy.oo):
        return None
    coefficient, head = F.as_independent(x, as_Add=False)
    if not isinstance(head, sympy.Ei | sympy.Si | sympy.Ci):
        return None
    if isinstance(head, sympy.Ci):
        return sympy.Integer(0) if head.args[0].subs(x, place) == sympy.oo else None
    slope = sympy.diff(head.args[0], x) * (1 if place == sympy.oo else -1)
    if slope.has(x):
        return None
    if isinstance(head, sympy.Ei):
        return sympy.Integer(0) if slope.is_negative else None
    if slope.is_positive or slope.is_negative:
        return coefficient * sympy.pi / 2 * (1 if slope.is_positive else -1)
    return None


def _plugged(F: Any, x: Any, place: Any) -> Any:
    """Return the value at a place, None where it has none."""
    value = F.subs(x, place)
    return value if is_value(value) else None


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
