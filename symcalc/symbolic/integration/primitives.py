"""Antiderivatives: rational functions in real form, rules of integration by hand, Risch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.integrals.heurisch import heurisch
from sympy.integrals.manualintegrate import manualintegrate
from sympy.integrals.rationaltools import ratint
from sympy.integrals.risch import risch_integrate

from ..deadline import within_seconds
from .evaluate import newton_leibniz
from .exponential_integrals import by_special_functions
from .view import FORBIDDEN, Definite
from .waves import is_product_of_waves, linear_in_waves

__all__ = ["ERRORS", "antiderivatives", "by_heurisch", "by_risch", "by_rules", "proper", "quick"]

#: What SymPy raises where an algorithm meets what it does not know.
ERRORS = (
    NotImplementedError,
    ValueError,
    TypeError,
    AttributeError,
    ZeroDivisionError,
    ArithmeticError,
    KeyError,
    IndexError,
    RecursionError,
    sympy.PolynomialError,
    AssertionError,
)

#: With larger numbers no function is written in a new variable.
MAX_INTEGER = 100

#: Up to this power waves are written as a sum.
MAX_WAVES = 12

RULES_SECONDS, RISCH_SECONDS, HEURISCH_SECONDS = 1.5, 2.0, 4.0


def by_rules(problem: Definite) -> Iterator[Any]:
    """Propose by the rules that people use, rational functions first."""
    yield from _through(problem, (_rational, _special, _manual, _inner))


def by_risch(problem: Definite) -> Iterator[Any]:
    """Propose by Risch's algorithm for transcendental functions."""
    yield from _through(problem, (_risch,))


def by_heurisch(problem: Definite) -> Iterator[Any]:
    """Propose by the parallel Risch heuristic, the slowest."""
    yield from _through(problem, (_heurisch,))


def antiderivatives(f: Any, x: Any) -> Iterator[tuple[str, Any]]:
    """Yield antiderivatives of a function with the name of what found them."""
    for name, way in (
        ("rational", _rational),
        ("special functions", _special),
        ("rules", _manual),
        ("substitution", _inner),
        ("Risch", _risch),
        ("heurisch", _heurisch),
    ):
        F = way(f, x)
        if F is not None:
            yield name, F


def quick(f: Any, x: Any) -> Any:
    """Return an antiderivative by the cheap ways, or None."""
    for way in (_rational, _special, _manual, _inner):
        F = way(f, x)
        if F is not None:
            return F
    return None


def _through(problem: Definite, ways: tuple[Callable[[Any, Any], Any], ...]) -> Iterator[Any]:
    """Propose the integral from each antiderivative that is found."""
    for way in ways:
        F = way(problem.f, problem.x)
        if F is not None:
            value = newton_leibniz(problem, F)
            if value is not None:
                yield value


def proper(F: Any) -> Any:
    """Return an antiderivative without a rest, its special cases of parameters left out."""
    if F is None or F.has(*FORBIDDEN) or F.has(sympy.nan, sympy.zoo):
        return None
    for _ in range(8):
        choice = next(iter(F.atoms(sympy.Piecewise)), None)
        if choice is None:
            return F
        F = F.xreplace({choice: _generic(choice)})
    return None


def _generic(choice: Any) -> Any:
    """Return the branch of a piecewise that holds for almost all parameters."""
    for value, condition in choice.args:
        if isinstance(condition, sympy.Ne) or condition == True:  # noqa: E712 - SymPy's own true
            return value
    return next((v for v, c in choice.args if not isinstance(c, sympy.Eq)), choice.args[-1][0])


def _rational(f: Any, x: Any) -> Any:
    if not f.is_rational_function(x):
        return None

    def work() -> Any:
        try:
            t = sympy.Dummy("t", real=True)
            F = ratint(sympy.together(f.xreplace({x: t})), t, real=True)
            return proper(F.xreplace({t: x}))
        except ERRORS:
            return None

    return within_seconds(RULES_SECONDS, work)


def _special(f: Any, x: Any) -> Any:
    def work() -> Any:
        try:
            return by_special_functions(f, x)
        except ERRORS:
            return None

    return within_seconds(RULES_SECONDS, work)


def _inner(f: Any, x: Any) -> Any:
    """Integrate u'(x)*R(u(x)) with R rational and u a wave, an exponential or a logarithm."""
    if f.is_rational_function(x):
        return None
    if any(abs(number.p) > MAX_INTEGER for number in f.atoms(sympy.Rational)):
        return None  # exp(1000*x) would be a polynomial of that degree

    def work() -> Any:
        t = sympy.Dummy("t", real=True)
        for u in _inner_functions(f, x):
            try:
                R = _in_terms_of(f / sympy.diff(u, x), u, x, t)
                F = _rational(R, t) if R is not None else None
            except ERRORS:
                continue
            if F is not None:
                return F.xreplace({t: u})
        return None

    return within_seconds(RULES_SECONDS, work)


def _inner_functions(f: Any, x: Any) -> list[Any]:
    """Return what the new variable of an antiderivative could be."""
    found: list[Any] = []
    for p in sorted(f.atoms(sympy.Function), key=sympy.default_sort_key):
        z = p.args[0]
        if not (z.is_polynomial(x) and sympy.degree(z, x) == 1):
            continue
        if isinstance(p, sympy.sin | sympy.cos | sympy.tan | sympy.cot | sympy.sec | sympy.csc):
            found += [sympy.cos(z), sympy.sin(z), sympy.tan(z), sympy.tan(z / 2)]
        elif isinstance(p, sympy.exp | sympy.log):
            found.append(p)
        elif isinstance(p, HyperbolicFunction):
            found.append(sympy.exp(z))
    return list(dict.fromkeys(found))


def _in_terms_of(f: Any, u: Any, x: Any, t: Any) -> Any:
    """Return a rational function R with f = R(u), or None."""
    if isinstance(u, sympy.exp):
        g = sympy.powsimp(sympy.expand(f.rewrite(sympy.exp)))
        g = g.replace(sympy.exp, lambda z: t ** sympy.cancel(z / u.args[0]))
    elif isinstance(u, sympy.log):
        g = sympy.simplify(f).subs(u, t)
    else:
        g = _wave_in_terms_of(f, u, t)
    if g is None or g.has(x):
        return None
    g = sympy.cancel(sympy.together(g))
    return g if g.is_rational_function(t) else None


def _wave_in_terms_of(f: Any, u: Any, t: Any) -> Any:
    """Return a function of sin(z) and cos(z) in the one of them, or the tangent, that u is."""
    if isinstance(u, sympy.tan):
        z = u.args[0]
        double = 2 * z
        swap = {
            sympy.sin(double): 2 * t / (1 + t**2),
            sympy.cos(double): (1 - t**2) / (1 + t**2),
            sympy.tan(double): 2 * t / (1 - t**2),
            sympy.cot(double): (1 - t**2) / (2 * t),
            sympy.sec(double): (1 + t**2) / (1 - t**2),
            sympy.csc(double): (1 + t**2) / (2 * t),
            sympy.tan(z): t,
            sympy.cot(z): 1 / t,
        }
        return sympy.expand_trig(f).xreplace(swap) if f.has(sympy.tan(z)) else f.xreplace(swap)
    z, s, c = u.args[0], sympy.Dummy("s"), sympy.Dummy("c")
    swap = {
        sympy.sin(z): s,
        sympy.cos(z): c,
        sympy.tan(z): s / c,
        sympy.cot(z): c / s,
        sympy.sec(z): 1 / c,
        sympy.csc(z): 1 / s,
    }
    g = sympy.together(sympy.expand_trig(f).xreplace(swap))
    upper, lower = g.as_numer_denom()
    other, own = (s, c) if isinstance(u, sympy.cos) else (c, s)
    parts = [_even_part(sympy.expand(p), other, own, t) for p in (upper, lower)]
    if None in parts:
        parts = [_even_part(sympy.expand(p * other), other, own, t) for p in (upper, lower)]
    return None if None in parts else parts[0] / parts[1]


def _even_part(p: Any, other: Any, own: Any, t: Any) -> Any:
    """Return a polynomial even in one wave as a polynomial in the other, or None."""
    if not p.is_polynomial(other):
        return None
    total: Any = 0
    for (power,), coefficient in sympy.Poly(p, other).terms():
        if power % 2:
            return None
        total += coefficient * (1 - own**2) ** (power // 2)
    return total.subs(own, t)


def _manual(f: Any, x: Any) -> Any:
    def work() -> Any:
        for form in _forms(f):
            try:
                F = proper(manualintegrate(form, x))
            except ERRORS:
                continue
            if F is not None:
                return F
        return None

    return within_seconds(RULES_SECONDS, work)


_INVERSE = {sympy.sin: sympy.csc, sympy.cos: sympy.sec, sympy.tan: sympy.cot}


def _forms(f: Any) -> Iterator[Any]:
    """Yield a function in the spellings that the rules know, the likeliest first."""
    seen: set[Any] = set()
    if is_product_of_waves(f) and max(f.as_powers_dict().values()) <= MAX_WAVES:
        yield sympy.expand(linear_in_waves(f))
    powers = f.replace(
        lambda p: p.is_Pow and p.exp.is_Integer and p.exp < 0 and type(p.base) in _INVERSE,
        lambda p: _INVERSE[type(p.base)](p.base.args[0]) ** -p.exp,
    )
    exponents = powers.replace(sympy.exp, lambda z: sympy.exp(sympy.expand(z)))
    expanded = sympy.expand(f)
    for form in (exponents, f, expanded):
        if form not in seen and (form is not expanded or len(sympy.Add.make_args(form)) < 30):
            seen.add(form)
            yield form


def _risch(f: Any, x: Any) -> Any:
    def work() -> Any:
        try:
            return proper(risch_integrate(f, x))
        except ERRORS:
            return None

    return within_seconds(RISCH_SECONDS, work)


def _heurisch(f: Any, x: Any) -> Any:
    def work() -> Any:
        try:
            return proper(heurisch(f, x))
        except ERRORS:
            return None

    return within_seconds(HEURISCH_SECONDS, work)
