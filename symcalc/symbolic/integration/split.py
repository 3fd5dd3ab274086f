"""Absolute values, signs, steps and branches leave the integrand: its range is split instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import sympy

from .places import between, is_certain, zeros
from .view import Definite, definite
from .waves import unrooted

__all__ = ["cases", "pieces"]

#: More steps of a floor than this are not summed one by one.
MAX_PIECES = 200

STEPS = (sympy.Abs, sympy.sign, sympy.Heaviside, sympy.Max, sympy.Min, sympy.Piecewise)
ROUNDINGS = (sympy.floor, sympy.ceiling, sympy.Mod, sympy.frac)


def pieces(problem: Definite) -> list[Definite] | None:
    """Return integrals of smooth functions that add up to this one, or None where it cannot.

    A break whose place is not known to lie inside or outside of the range makes it None.
    """
    f, x = unrooted(problem.f), problem.x
    problem = problem.with_integrand(f)
    if not f.has(*STEPS, *ROUNDINGS):
        return [problem]
    found: set[Any] = set()
    for place in _equations(f, x, problem.a, problem.b):
        roots = zeros(place, x, problem.a, problem.b)
        if roots is None:
            return None
        found.update(roots)
    if len(found) > MAX_PIECES:
        return None
    order = sorted(found, key=lambda root: root.evalf())
    ends = [problem.a, *order, problem.b]
    parts = [_smooth(problem, low, high) for low, high in pairwise(ends)]
    return None if any(part is None for part in parts) else [p for p in parts if p is not None]


def _equations(f: Any, x: Any, a: Any, b: Any) -> list[Any]:
    """Return what vanishes where a branch of the integrand begins or ends."""
    equations: list[Any] = []
    for part in f.atoms(sympy.Abs, sympy.sign, sympy.Heaviside):
        equations.append(part.args[0])
    for part in f.atoms(sympy.Max, sympy.Min):
        args = part.args
        equations += [p - q for i, p in enumerate(args) for q in args[i + 1 :]]
    for part in f.atoms(sympy.Piecewise):
        for _, condition in part.args:
            equations += [r.lhs - r.rhs for r in condition.atoms(sympy.core.relational.Relational)]
    for part in f.atoms(*ROUNDINGS):
        inner = part.args[0] / part.args[1] if isinstance(part, sympy.Mod) else part.args[0]
        ends = [sympy.limit(inner, x, end, side) for end, side in ((a, "+"), (b, "-"))]
        if not all(end.is_number and end.is_finite for end in ends):
            equations.append(sympy.sin(sympy.pi * inner))
            continue
        low, high = sorted(int(sympy.floor(end)) for end in ends)
        if high - low > MAX_PIECES:
            return [sympy.sin(sympy.pi * inner)]
        equations += [inner - k for k in range(low, high + 2)]
    return [equation for equation in equations if equation.has(x)]


def _smooth(problem: Definite, low: Any, high: Any) -> Definite | None:
    """Return the part of the integral between two breaks, its branches chosen."""
    middle = between(low, high)
    f = problem.f
    for _ in range(20):
        part = _innermost(f)
        if part is None:
            return definite(f, problem.x, low, high)
        chosen = _chosen(part, problem.x, middle)
        if chosen is None:
            return None
        f = f.xreplace({part: chosen})
    return None


def _innermost(f: Any) -> Any:
    """Return a step function whose arguments hold no other."""
    for part in f.atoms(*STEPS, *ROUNDINGS):
        if not any(arg.has(*STEPS, *ROUNDINGS) for arg in part.args):
            return part
    return None


def _chosen(part: Any, x: Any, middle: Any) -> Any:
    """Return the branch that a step function takes at a point."""
    if isinstance(part, sympy.Piecewise):
        for value, condition in part.args:
            holds = _holds(condition.subs(x, middle))
            if holds is None:
                return None
            if holds:
                return value
        return sympy.nan
    if isinstance(part, ROUNDINGS):
        return _rounded(part, x, middle)
    if isinstance(part, sympy.Max | sympy.Min):
        wins = [_sign(p - part.args[0], x, middle) for p in part.args]
        if None in wins:
            return None
        numbers = [p.subs(x, middle).evalf() for p in part.args]
        if not all(number.is_number for number in numbers):
            best = part.args[1] if len(part.args) == 2 and wins[1] == 1 else part.args[0]
            other = part.args[0] if best == part.args[1] else part.args[1]
            if len(part.args) != 2:
                return None
            return best if isinstance(part, sympy.Max) else other
        choose = max if isinstance(part, sympy.Max) else min
        return part.args[choose(range(len(numbers)), key=lambda i: numbers[i])]
    side = _sign(part.args[0], x, middle)
    if side is None:
        return None
    values = {sympy.Abs: side * part.args[0], sympy.sign: sympy.Integer(side)}
    return values.get(type(part), sympy.Integer((side + 1) // 2))


def _rounded(part: Any, x: Any, middle: Any) -> Any:
    """Return floor, ceiling, frac or mod on a range where its whole part does not change."""
    inner = part.args[0] / part.args[1] if isinstance(part, sympy.Mod) else part.args[0]
    level = sympy.floor(inner.subs(x, middle))
    if not level.is_Integer:
        return None
    if isinstance(part, sympy.Mod):
        return part.args[0] - part.args[1] * level
    if isinstance(part, sympy.frac):
        return part.args[0] - level
    return level if isinstance(part, sympy.floor) else level + 1


def _sign(g: Any, x: Any, middle: Any) -> int | None:
    """Return the sign of a function at a point, None where the parameters leave it open."""
    value = g.subs(x, middle)
    if value.is_number:
        number = value.evalf()
        return None if not number.is_real else 1 if number > 0 else -1 if number < 0 else 0
    if is_certain(value > 0):
        return 1
    if is_certain(value < 0):
        return -1
    return 1 if g.is_positive else -1 if g.is_negative else None


def _holds(condition: Any) -> bool | None:
    """Return whether a condition at a point holds, None where it is open."""
    if condition in (True, False):
        return bool(condition)
    simple = sympy.simplify(condition)
    return bool(simple) if simple in (True, False) else None


def cases(problem: Definite, inner: Callable[[Definite], Iterator[Any]]) -> Iterator[Any]:
    """Propose a piecewise form where parameters decide whether the only break is in the range."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    roots: set[Any] = set()
    for equation in _equations(f, x, a, b):
        if not equation.is_polynomial(x) or sympy.degree(equation, x) != 1:
            return
        roots.update(sympy.roots(equation, x))
    if len(roots) != 1:
        return
    root = roots.pop()
    gap = sympy.Dummy("gap", positive=True)
    left, right = _with_branches(f, x, root - gap), _with_branches(f, x, root + gap)
    if left is None or right is None:
        return
    rows = [
        ([(left, a, root), (right, root, b)], sympy.And(root > a, root < b)),
        ([(right, a, b)], root <= a),
        ([(left, a, b)], root >= b),
    ]
    forms: list[Any] = []
    for integrals, condition in rows:
        condition = _without_certain(condition)
        if condition == False:  # noqa: E712 - SymPy's own false
            continue
        values = [next(inner(definite(g, x, low, high)), None) for g, low, high in integrals]
        if None in values:
            return
        forms.append((sympy.simplify(sympy.Add(*values)), condition))
    if forms:
        yield sympy.Piecewise(*forms[:-1], (forms[-1][0], True))


def _with_branches(f: Any, x: Any, place: Any) -> Any:
    """Return the integrand with its branches as they are at a place."""
    for _ in range(20):
        part = _innermost(f)
        if part is None:
            return f
        chosen = _chosen(part, x, place)
        if chosen is None:
            return None
        f = f.xreplace({part: chosen})
    return None


def _without_certain(condition: Any) -> Any:
    """Return a conjunction without what is known to hold, false where a part cannot hold."""
    rest = []
    for part in sympy.And.make_args(condition):
        if part in (True, False):
            if not part:
                return sympy.false
        elif is_certain(part.negated):
            return sympy.false
        elif not is_certain(part):
            rest.append(part)
    return sympy.And(*rest)
