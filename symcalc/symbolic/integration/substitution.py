"""Substitutions that bring an integral to a range and a form that the tables know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import sympy

from ..deadline import within_seconds
from .primitives import ERRORS
from .view import Definite

__all__ = ["radical_free", "substituted"]

#: For writing an integrand in the new variable.
SECONDS = 1.0

_WAVES = (sympy.sin, sympy.cos, sympy.tan, sympy.cot, sympy.sec, sympy.csc)


@dataclass(frozen=True)
class _Change:
    """x = h(t), increasing or decreasing from `low` to `high` as x goes from a to b."""

    h: Any
    t: Any
    low: Any
    high: Any


def substituted(problem: Definite, inner: Callable[[Definite], Iterator[Any]]) -> Iterator[Any]:
    """Propose by substitution; `inner` integrates in the new variable."""
    for change in _changes(problem):
        other = within_seconds(SECONDS, partial(_changed, problem, change))
        if other is not None and other.f != problem.f:
            yield from inner(other)


def radical_free(problem: Definite, inner: Callable[[Definite], Iterator[Any]]) -> Iterator[Any]:
    """Propose with a root as the new variable."""
    for change in _radicals(problem):
        other = within_seconds(SECONDS, partial(_changed, problem, change))
        if other is not None and other.f != problem.f:
            yield from inner(other)


def _changed(problem: Definite, change: _Change) -> Definite | None:
    """Return the integral in the new variable."""
    x, t, h = problem.x, change.t, change.h
    low, high = change.low, change.high
    try:
        f = problem.f.subs(x, h) * sympy.diff(h, t)
        f = sympy.powdenest(sympy.expand_log(f, force=True), force=True)
        f = sympy.simplify(f) if not f.is_rational_function(t) else sympy.cancel(sympy.together(f))
    except ERRORS:
        return None
    if (high - low).is_negative or low == sympy.oo:
        low, high, f = high, low, -f
    if f.has(sympy.nan, sympy.zoo) or low.has(sympy.nan, sympy.zoo):
        return None
    return Definite(f, t, low, high)


def _changes(problem: Definite) -> Iterator[_Change]:
    """Yield substitutions suggested by the parts of the integrand."""
    f, x = problem.f, problem.x
    yield from _half_angle(problem)
    for p in sorted(f.atoms(sympy.exp), key=sympy.count_ops):
        c = sympy.cancel(p.args[0] / x)
        if not c.has(x) and c.is_real and c != 0:
            t = sympy.Dummy("x", positive=True)
            yield from _through(problem, sympy.log(t) / c, t, sympy.exp(c * x))
    if f.has(sympy.log(x)):
        t = sympy.Dummy("x", real=True)
        if problem.a == 0 and problem.b == 1:
            t = sympy.Dummy("x", positive=True)
            yield from _through(problem, sympy.exp(-t), t, -sympy.log(x))
        else:
            yield from _through(problem, sympy.exp(t), t, sympy.log(x))
    yield from _radicals(problem)
    yield from _legs(problem)
    if any(w.args[0] == x for w in f.atoms(*_WAVES)):
        yield from _tangent(problem)
    if problem.b == sympy.oo and problem.a.is_positive:
        t = sympy.Dummy("x", positive=True)
        yield _Change(problem.a / t, t, sympy.Integer(1), sympy.Integer(0))
    if f.has(sympy.asin(x), sympy.acos(x)):
        t = sympy.Dummy("x", real=True)
        yield from _through(problem, sympy.sin(t), t, sympy.asin(x))
    if f.has(sympy.atan(x)):
        t = sympy.Dummy("x", real=True)
        yield from _through(problem, sympy.tan(t), t, sympy.atan(x))
    if f.has(1 / x) and problem.a == 0:
        t = sympy.Dummy("x", positive=True)
        high = 1 / problem.b if problem.b != sympy.oo else sympy.Integer(0)
        yield _Change(1 / t, t, sympy.oo, high)


def _through(problem: Definite, h: Any, t: Any, g: Any) -> Iterator[_Change]:
    """Yield the change x = h(t), t = g(x), with its limits."""
    ends = [_end(g, problem.x, problem.a, "+"), _end(g, problem.x, problem.b, "-")]
    if all(end is not None for end in ends):
        yield _Change(h, t, *ends)


def _end(g: Any, x: Any, place: Any, side: str) -> Any:
    try:
        if place in (sympy.oo, -sympy.oo):
            return sympy.limit(g, x, place)
        value = g.subs(x, place)
        if value.has(sympy.nan, sympy.zoo):
            value = sympy.limit(g, x, place, side)
        return value
    except ERRORS:
        return None


def _half_angle(problem: Definite) -> Iterator[_Change]:
    """Yield t = tan(x/2) for functions of period 2*pi, the range moved to (-pi, pi)."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    waves = f.atoms(*_WAVES)
    if not waves or not all(sympy.cancel(w.args[0] / x).is_Integer for w in waves):
        return
    swap = {w: sympy.Dummy() for w in waves}
    inner = f.xreplace(swap)
    if inner.has(x) or not inner.is_rational_function(*swap.values()):
        return
    periods = sympy.cancel((b - a) / (2 * sympy.pi))
    u = sympy.Dummy("x", real=True)
    if periods.is_Integer:
        # The whole line in t; whole periods add up, and the start does not matter.
        yield (
            _Change(2 * sympy.atan(u), u, -sympy.oo, sympy.oo)
            if periods == 1
            else _Change(2 * periods * sympy.atan(u), u, -sympy.oo, sympy.oo)
        )
        return
    half = [sympy.cancel(end / sympy.pi) for end in (a, b)]
    if all(h.is_Rational and -1 <= h <= 1 for h in half):
        low = -sympy.oo if half[0] == -1 else sympy.tan(a / 2)
        high = sympy.oo if half[1] == 1 else sympy.tan(b / 2)
        t = sympy.Dummy("x", positive=True) if half[0] >= 0 else u
        yield _Change(2 * sympy.atan(t), t, low, high)


def _tangent(problem: Definite) -> Iterator[_Change]:
    """Yield t = tan(x) where the range stays within a branch of it."""
    half = [sympy.cancel(end / sympy.pi) for end in (problem.a, problem.b)]
    if all(h.is_Rational and abs(h) <= sympy.Rational(1, 2) for h in half):
        t = sympy.Dummy("x", positive=True) if half[0] >= 0 else sympy.Dummy("x", real=True)
        low = -sympy.oo if half[0] == -sympy.Rational(1, 2) else sympy.tan(problem.a)
        high = sympy.oo if half[1] == sympy.Rational(1, 2) else sympy.tan(problem.b)
        yield _Change(sympy.atan(t), t, low, high)


def _radicals(problem: Definite) -> Iterator[_Change]:
    """Yield t = root of a linear function, of a power of x, or of exp(c*x) + d."""
    f, x = problem.f, problem.x
    seen: set[Any] = set()
    for p in sorted(f.atoms(sympy.Pow), key=sympy.default_sort_key):
        base, exponent = p.as_base_exp()
        if not (exponent.is_Rational and exponent.q > 1 and base.has(x)):
            continue
        root = base ** sympy.Rational(1, exponent.q)
        if root in seen:
            continue
        seen.add(root)
        t = sympy.Dummy("x", positive=True)
        if base.is_polynomial(x) and sympy.degree(base, x) == 1:
            c, d = base.coeff(x, 1), base.coeff(x, 0)
            yield from _through(problem, (t**exponent.q - d) / c, t, root)
        elif base in (sympy.tan(x), sympy.cot(x)) and problem.a.is_nonnegative:
            inverse = sympy.atan if base == sympy.tan(x) else sympy.acot
            yield from _through(problem, inverse(t**exponent.q), t, root)
        else:
            solved = _solved(base, x, t**exponent.q)
            if solved is not None:
                yield from _through(problem, solved, t, root)
    yield from _tangents(problem)
    yield from _chords(problem)
    for p in sorted(f.atoms(sympy.Pow), key=sympy.default_sort_key):
        if p.base == x and p.exp.is_Integer and p.exp > 1 and problem.a.is_nonnegative:
            t = sympy.Dummy("x", positive=True)
            yield from _through(problem, t ** (1 / p.exp), t, x**p.exp)


def _tangents(problem: Definite) -> Iterator[_Change]:
    """Yield t = tan(c*x) where nothing but that tangent depends on the variable."""
    f, x = problem.f, problem.x
    for p in sorted(f.atoms(sympy.tan), key=sympy.default_sort_key):
        c = sympy.cancel(p.args[0] / x)
        if not c.has(x) and c.is_positive and not f.xreplace({p: sympy.Integer(2)}).has(x):
            t = sympy.Dummy("x", positive=True)
            if problem.a.is_nonnegative and (sympy.pi / 2 - c * problem.b).is_nonnegative:
                yield from _through(problem, sympy.atan(t) / c, t, p)


def _chords(problem: Definite) -> Iterator[_Change]:
    """Yield Euler's substitutions for the root of c**2 - x**2, on (0, c) and (-c, c)."""
    f, x, b = problem.f, problem.x, problem.b
    for p in f.atoms(sympy.Pow):
        if p.exp.is_Integer or not p.exp.is_Rational or not b.is_positive:
            continue
        if sympy.expand(p.base.subs(x, b)) != 0 or not p.base.is_polynomial(x):
            continue
        if sympy.degree(p.base, x) != 2 or sympy.Poly(p.base, x).coeff_monomial(x) != 0:
            continue
        t = sympy.Dummy("x", positive=True)
        if problem.a == 0:
            yield _Change(b * t / sympy.sqrt(1 + t**2), t, sympy.Integer(0), sympy.oo)
        elif problem.a == -b:
            yield _Change(b * (t**2 - 1) / (t**2 + 1), t, sympy.Integer(0), sympy.oo)


def _solved(g: Any, x: Any, value: Any) -> Any:
    """Return the only real x where g(x) = value, or None."""
    if not g.has(sympy.exp, sympy.log) and not (g.is_Add or g.is_Mul):
        return None
    if g.has(*_WAVES):
        return None
    try:
        found = sympy.solve(g - value, x)
    except ERRORS:
        return None
    return found[0] if len(found) == 1 else None


def _quadratics(base: Any, x: Any) -> list[Any]:
    """Return the factors of a quartic in x**2, each with a positive constant term."""
    _, factors = sympy.factor_list(base, x)
    merged: dict[Any, Any] = {}
    for factor, _ in factors:
        square = (
            sympy.expand(factor * factor.subs(x, -x)) if sympy.degree(factor, x) == 1 else factor
        )
        merged[sympy.expand(square / square.subs(x, 0))] = None
    return list(merged)


def _legs(problem: Definite) -> Iterator[_Change]:
    """Yield x = c*sin(t), c*tan(t) for the roots of c**2 - x**2 and c**2 + x**2."""
    f, x = problem.f, problem.x
    bases: list[tuple[Any, Any]] = []
    for p in sorted(f.atoms(sympy.Pow), key=sympy.default_sort_key):
        base, exponent = p.as_base_exp()
        if base.is_polynomial(x) and sympy.degree(base, x) == 4:
            bases += [(sympy.expand(part), exponent) for part in _quadratics(base, x)]
        bases.append((base, exponent))
    for base, exponent in bases:
        if not base.is_polynomial(x) or sympy.degree(base, x) != 2 or base.coeff(x, 1) != 0:
            continue
        lead, constant = base.coeff(x, 2), base.coeff(x, 0)
        t = (
            sympy.Dummy("x", positive=bool(problem.a.is_nonnegative))
            if (problem.a.is_nonnegative)
            else sympy.Dummy("x", real=True)
        )
        if lead.is_negative and constant.is_positive and exponent.is_Rational and exponent.q == 2:
            c = sympy.sqrt(-constant / lead)
            yield from _through(problem, c * sympy.sin(t), t, sympy.asin(x / c))
        elif lead.is_positive and constant.is_positive:
            c = sympy.sqrt(constant / lead)
            yield from _through(problem, c * sympy.tan(t), t, sympy.atan(x / c))
