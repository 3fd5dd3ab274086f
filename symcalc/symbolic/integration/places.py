"""Where a function of one variable vanishes inside a range."""

from __future__ import annotations

from typing import Any

import sympy

from ..deadline import within_seconds

__all__ = ["between", "is_certain", "is_inside", "zeros"]

#: For one equation.
SECONDS = 1.0

#: An equation with more solutions in the range than this is given up.
MAX_ZEROS = 300


def zeros(g: Any, x: Any, a: Any, b: Any) -> list[Any] | None:
    """Return the places strictly between a and b where g vanishes, or None where that is open."""
    if not g.has(x):
        return []
    found = within_seconds(SECONDS, lambda: _solutions(g, x, a, b))
    if found is None:
        return None
    inside: list[Any] = []
    for root in found:
        verdict = is_inside(root, a, b)
        if verdict is None:
            return None
        if verdict and root not in inside:
            inside.append(root)
    return inside


def _solutions(g: Any, x: Any, a: Any, b: Any) -> list[Any] | None:
    """Return real solutions, those outside of the range not yet removed."""
    g = sympy.together(g).as_numer_denom()[0]
    if g.is_polynomial(x):
        if sympy.degree(g, x) == 1:
            return list(sympy.roots(g, x))
        found = sympy.roots(g, x)
        if sum(found.values()) == sympy.degree(g, x):
            return [root for root in found if root.is_real is not False and _is_real(root)]
        if not (g.free_symbols - {x}):
            return list(set(sympy.Poly(g, x).real_roots()))
        return None
    if any(end.free_symbols for end in (a, b)) or g.free_symbols - {x}:
        t = sympy.Symbol("t", real=True)
        answers = sympy.solve(g.xreplace({x: t}), t)
        return [answer for answer in answers if answer.is_real is not False]
    t = sympy.Symbol("t", real=True)
    domain = sympy.Interval.open(a, b)
    answer = sympy.solveset(g.xreplace({x: t}), t, domain)
    if isinstance(answer, sympy.FiniteSet):
        return list(answer)
    if answer is sympy.S.EmptySet:
        return []
    if isinstance(answer, sympy.Intersection | sympy.Union | sympy.ImageSet):
        return _listed(answer, a, b)
    return None


def _is_real(root: Any) -> bool:
    """Whether a root is real; one in radicals of complex numbers is looked at in digits."""
    if root.is_real or not root.is_number:
        return True
    return bool(abs(sympy.im(root.evalf(30))) < sympy.Float("1e-20"))


def _listed(answer: Any, a: Any, b: Any) -> list[Any] | None:
    """Return the members of families k -> p*k + q that lie in a finite range."""
    if not (a.is_finite and b.is_finite):
        return None
    found: list[Any] = []
    sets = answer.args if isinstance(answer, sympy.Union) else (answer,)
    for family in sets:
        if isinstance(family, sympy.FiniteSet):
            found += list(family)
            continue
        if isinstance(family, sympy.Intersection):
            family = next((s for s in family.args if isinstance(s, sympy.ImageSet)), None)
        if not isinstance(family, sympy.ImageSet):
            return None
        k, value = family.lamda.variables[0], family.lamda.expr
        step = sympy.diff(value, k)
        if step.has(k) or step == 0:
            return None
        start = value.subs(k, 0)
        ends = sorted(int(sympy.floor((end - start) / step)) for end in (a, b))
        if ends[1] - ends[0] > MAX_ZEROS:
            return None
        found += [value.subs(k, n) for n in range(ends[0] - 1, ends[1] + 2)]
    return found


def is_inside(root: Any, a: Any, b: Any) -> bool | None:
    """Whether a place lies strictly between a and b; None where the parameters leave it open."""
    above, below = sympy.Gt(root, a), sympy.Lt(root, b)
    if is_certain(above) and is_certain(below):
        return True
    if is_certain(sympy.Le(root, a)) or is_certain(sympy.Ge(root, b)):
        return False
    return None


def is_certain(relation: Any) -> bool:
    """Whether a relation is known to hold, by the signs of its symbols or by its digits."""
    if relation in (True, False):
        return bool(relation)
    difference = sympy.expand(relation.lhs - relation.rhs)
    if difference.is_number:
        value = difference.evalf(30)
        if not value.is_real:
            return False
        return bool(relation.func(value, 0))
    facts = {">": "is_positive", "<": "is_negative", ">=": "is_nonnegative", "<=": "is_nonpositive"}
    if getattr(difference, facts.get(relation.rel_op, "is_zero")):
        return True
    return bool(getattr(sympy.factor(difference), facts.get(relation.rel_op, "is_zero")))


def between(low: Any, high: Any) -> Any:
    """Return a point inside a range, no special one."""
    if low == -sympy.oo and high == sympy.oo:
        return sympy.Rational(1, 7)
    if low == -sympy.oo:
        return high - sympy.Rational(8, 7)
    if high == sympy.oo:
        return low + sympy.Rational(8, 7)
    return low + (high - low) * sympy.Rational(10, 21)
