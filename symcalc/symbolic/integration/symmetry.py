"""Symmetries of the range: a substitution that maps it to itself is added to the integrand.

If u maps (a, b) to itself then the integral is half of that of f(x) + f(u(x))*|u'(x)|, and that
sum is often constant, or shorter. Families of u: a + b - x; c/x on (0, oo); (1 - x)/(1 + x) on
(0, 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy

from ..deadline import within_seconds
from .primitives import ERRORS
from .view import Definite

__all__ = ["reflected"]

#: For the simplification of one sum.
SECONDS = 1.5

#: With larger numbers a sum is not shortened: `exp(1000000*x)` would be a power of that degree.
MAX_INTEGER = 1000

#: Points inside the range, as fractions of it, where a sum is looked at.
_LOOKS = (0.137, 0.291, 0.422, 0.643, 0.871)

#: Functions whose values at x and u(x) may add up to a constant, and how exactly they do.
_CONJUGATE = (sympy.log, sympy.atan, sympy.acot, sympy.asin, sympy.acos)
_SAME = 1e-11


def reflected(problem: Definite, inner: Callable[[Definite], Iterator[Any]]) -> Iterator[Any]:
    """Propose by symmetry; `inner` integrates the shorter sum where it is not constant."""
    sums = [(u, _folded(problem, u)) for u in _maps(problem)]
    for u, total in sums:
        constant = _constant(problem, total, u)
        if constant is not None:
            yield constant
            return
        yield from _by_weight(problem, u, inner)
    for _, total in sums:
        yield from _by_shorter_sum(problem, total, inner)


def _maps(problem: Definite) -> Iterator[Any]:
    x, a, b = problem.x, problem.a, problem.b
    if problem.is_half_line:
        yield 1 / x
        for c in _scales(problem.f, x):
            yield c / x
    elif problem.is_line:
        yield -x
    elif a.is_finite is not False and b.is_finite is not False and b != sympy.oo:
        yield a + b - x
        if a == 0 and b == 1:
            yield (1 - x) / (1 + x)


def _scales(f: Any, x: Any) -> list[Any]:
    """Return products of the ends of quadratics x**2 + ... + c in the denominator."""
    found: list[Any] = []
    for p in f.atoms(sympy.Pow):
        if p.exp.is_negative and p.base.is_polynomial(x) and sympy.degree(p.base, x) == 2:
            poly = sympy.Poly(p.base, x)
            c = sympy.cancel(poly.coeff_monomial(1) / poly.LC())
            if c.is_positive and c != 1:
                found.append(c)
    return found


def _folded(problem: Definite, u: Any) -> Any:
    """Return f(x) + f(u(x))*|u'(x)|."""
    f, x = problem.f, problem.x
    slope = sympy.Abs(sympy.diff(u, x))
    return f + _angles(f.subs(x, u), x) * sympy.simplify(slope)


def _by_shorter_sum(
    problem: Definite, total: Any, inner: Callable[[Definite], Iterator[Any]]
) -> Iterator[Any]:
    f, x = problem.f, problem.x
    if any(abs(number.p) > MAX_INTEGER for number in total.atoms(sympy.Rational)):
        return
    shorter = within_seconds(SECONDS, lambda: _shortened(total, x))
    if shorter is None:
        return
    if not shorter.has(x):
        if shorter == 0:
            yield sympy.Integer(0)
        elif problem.b != sympy.oo:
            yield shorter * (problem.b - problem.a) / 2
    elif _is_simpler(shorter, f, x):
        for value in inner(problem.with_integrand(shorter)):
            yield value / 2


def _by_weight(
    problem: Definite, u: Any, inner: Callable[[Definite], Iterator[Any]]
) -> Iterator[Any]:
    """Propose for f = g*h with g(u)*|u'| = g and h + h(u) constant: half of it times that of g."""
    f, x = problem.f, problem.x
    heads = [p for p in sympy.Mul.make_args(f) if p.has(*_CONJUGATE)]
    h = sympy.Mul(*heads)
    g = f / h
    if not heads or not g.has(x) or len(heads) > 1:
        return
    slope = sympy.Abs(sympy.diff(u, x))
    looks = [x * 2 for x in _LOOKS] if problem.is_half_line else list(_LOOKS)
    width = 1 if problem.is_half_line else problem.b - problem.a
    draws = {s: sympy.Rational(17 + 4 * k, 13) for k, s in enumerate(f.free_symbols - {x})}
    sums: list[Any] = []
    for part in looks:
        point = {**draws, x: (problem.a + part * width).subs(draws)}
        weight = ((g.subs(x, u) * slope / g).subs(point)).evalf()
        sums.append((h + h.subs(x, u)).subs(point).evalf())
        if not weight.is_number or not abs(weight - 1) < _SAME or not sums[-1].is_real:
            return
        if abs(sums[-1] - sums[0]) > _SAME * (1 + abs(sums[0])):
            return
    if abs(sums[0]) < _SAME:
        yield sympy.Integer(0)
        return
    half = _exact(Definite(h, x, problem.a, problem.b), u) / 2
    if not half.has(sympy.nan, sympy.oo, sympy.zoo):
        for value in inner(problem.with_integrand(g)):
            yield half * value


def _is_simpler(shorter: Any, f: Any, x: Any) -> bool:
    """Whether a sum has fewer operations, or has lost a factor x beside functions of x."""
    if sympy.count_ops(shorter) < 0.8 * sympy.count_ops(f) + 1:
        return True
    was_bare, is_bare = (
        g.xreplace({p: sympy.Dummy() for p in g.atoms(sympy.Function)}).has(x) for g in (f, shorter)
    )
    return was_bare and not is_bare and sympy.count_ops(shorter) <= sympy.count_ops(f) + 3


def _angles(g: Any, x: Any) -> Any:
    """Return a function with the sines of shifted angles written out."""
    return g.replace(
        lambda p: isinstance(p, sympy.sin | sympy.cos | sympy.tan) and p.args[0].is_Add,
        lambda p: sympy.expand_trig(p),
    )


def _constant(problem: Definite, total: Any, u: Any) -> Any:
    """Return the integral where the sum takes one value at all points that are looked at."""
    x, a, b = problem.x, problem.a, problem.b
    if total.free_symbols != {x} or not (a.is_number and b.is_number):
        return None
    low, high = (float(end) if end.is_finite else None for end in (a.evalf(), b.evalf()))
    if low is None or high is None:
        return None
    seen: list[Any] = []
    sizes: list[Any] = []
    for part in _LOOKS:
        place = low + part * (high - low)
        value, own = total.subs(x, place).evalf(15), problem.f.subs(x, place).evalf(15)
        if not value.is_real or not value.is_finite or not own.is_finite:
            return None
        seen.append(value)
        sizes.append(abs(own))
    if max(seen) - min(seen) > 1e-11 * max(sizes):
        return None
    if abs(seen[0]) < 1e-12 * max(sizes):
        return sympy.Integer(0)
    return (b - a) / 2 * _exact(problem, u)


def _exact(problem: Definite, u: Any) -> Any:
    """Return the value of a constant sum: at an end, or in the middle."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    middle = 2 * f.subs(x, (a + b) / 2) if u.diff(x) == -1 else sympy.nan
    try:
        at_end = f.subs(x, a) + f.subs(x, b)
    except ERRORS:
        at_end = sympy.nan
    good = [
        sympy.simplify(v)
        for v in (at_end, middle)
        if not v.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)
    ]
    return min(good, key=sympy.count_ops) if good else sympy.nan


def _shortened(total: Any, x: Any) -> Any:
    """Return a sum as one short fraction; powers of the variable are letters meanwhile."""
    heads = (sympy.tan, sympy.sin, sympy.cos, sympy.exp)
    letters: dict[Any, Any] = {}
    together = sympy.powsimp(sympy.together(sympy.expand_log(total, force=True)))
    candidates = [total, together]
    for p in sorted(together.atoms(*heads), key=sympy.default_sort_key):
        letters[p] = sympy.Dummy("t", positive=True)
    backward = {letter: p for p, letter in letters.items()}
    for step in (sympy.cancel, sympy.simplify, sympy.trigsimp):
        try:
            found = step(together.xreplace(letters) if step is sympy.cancel else together)
            candidates.append(found.xreplace(backward))
        except ERRORS:
            continue
    return min(candidates, key=sympy.count_ops)
