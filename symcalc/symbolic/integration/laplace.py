"""Laplace transforms of periodic functions: one period, and a geometric series of the others.

A floor is a line less a function of period 1: floor(x) = x - frac(x).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy

from .primitives import ERRORS
from .view import Definite, definite

__all__ = ["periodic_over_half_line"]

#: Powers of x beside the periodic function.
MAX_POWER = 4

STEPS = (sympy.floor, sympy.ceiling, sympy.frac, sympy.Abs, sympy.sign, sympy.Max, sympy.Min)


def periodic_over_half_line(
    problem: Definite, inner: Callable[[Definite], Iterator[Any]]
) -> Iterator[Any]:
    """Propose integrals over (a, oo) of periodic functions times powers and exp(-c*x)."""
    f, x, a = problem.f, problem.x, problem.a
    if problem.b != sympy.oo or not f.has(*STEPS) or not f.has(sympy.exp):
        return
    f = f.replace(sympy.floor, lambda u: u - sympy.frac(u))
    f = f.replace(sympy.ceiling, lambda u: u + sympy.frac(-u))
    total: Any = 0
    for term in sympy.Add.make_args(sympy.expand(f)):
        part = _transformed(term, x, a, inner)
        if part is None:
            return
        total += part
    yield sympy.simplify(total)


def _transformed(term: Any, x: Any, a: Any, inner: Callable[[Definite], Iterator[Any]]) -> Any:
    """Return the integral of c*P(x)*x**k*exp(-r*x) over (a, oo), or None."""
    rate: Any = sympy.Integer(0)
    k = 0
    periodic: Any = sympy.Integer(1)
    for factor in sympy.Mul.make_args(sympy.powsimp(term)):
        base, exponent = factor.as_base_exp()
        if isinstance(factor, sympy.exp) and not sympy.diff(factor.args[0], x).has(x):
            slope = sympy.diff(factor.args[0], x)
            rate -= slope
            periodic *= sympy.exp(factor.args[0] - slope * x)
        elif base == x and exponent.is_Integer and 0 < exponent <= MAX_POWER:
            k += int(exponent)
        else:
            periodic *= factor
    if not rate.is_positive:
        return None
    period = _period(periodic, x)
    if period is None:
        return None
    c = sympy.Dummy("c", positive=True)
    one = definite(periodic * sympy.exp(-c * x), x, a, sympy.expand(a + period))
    value = next(inner(one), None)
    if value is None:
        return None
    whole = value / (1 - sympy.exp(-c * period))
    return (-1) ** k * sympy.diff(whole, c, k).subs(c, rate)


def _period(g: Any, x: Any) -> Any:
    """Return a positive period of a function, 1 for a constant, or None."""
    if not g.has(x):
        return sympy.Integer(1)
    periods: list[Any] = []
    for part in g.atoms(sympy.frac, sympy.sin, sympy.cos):
        slope = sympy.diff(part.args[0], x)
        if slope.has(x) or slope == 0:
            return None
        own = 1 if isinstance(part, sympy.frac) else 2 * sympy.pi
        periods.append(sympy.Abs(own / slope))
    if not periods or g.xreplace({p: sympy.Integer(2) for p in g.atoms(*_WAVES)}).has(x):
        return None
    ratios = [sympy.cancel(period / periods[0]) for period in periods]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    whole = (
        periods[0] * sympy.ilcm(1, *[r.p for r in ratios]) / sympy.igcd(0, *[r.q for r in ratios])
    )
    return _halved(g, x, whole)


def _halved(g: Any, x: Any, period: Any) -> Any:
    """Return half of a period where that is one already, as it is of |sin(x)|."""
    half = period / 2
    try:
        moved = sympy.expand_trig(g.subs(x, x + half))
        return half if sympy.simplify(moved - g) == 0 else period
    except ERRORS:
        return period


_WAVES = (sympy.frac, sympy.sin, sympy.cos)
