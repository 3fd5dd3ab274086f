"""Beta integrals: powers at both ends of (0, c), and of sine and cosine on a quarter period.

On (0, c) with u = (x/c)**m a term is x**p * (c**m - x**m)**q * log(x)**n * log(c**m - x**m)**k; on
(0, pi/2) it is sin(x)**p * cos(x)**q * log(sin(x))**n * log(cos(x))**k. Powers of logarithms are
derivatives in the exponents. Terms that diverge one by one are continued as in `mellin.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .cyclotomic import in_binomials
from .mellin import at_zero
from .view import Definite

__all__ = ["beta_integrals"]

_POWERS = {
    sympy.sin: (1, 0),
    sympy.cos: (0, 1),
    sympy.tan: (1, -1),
    sympy.cot: (-1, 1),
    sympy.sec: (0, -1),
    sympy.csc: (-1, 0),
}


def beta_integrals(problem: Definite) -> Iterator[Any]:
    """Propose integrals of the Beta family."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    if f.has(*_POWERS):
        for g, folds in _quarter(f, x, a, b):
            value = _sum(g, x, _trigonometric)
            if value is not None:
                yield folds * value
                return
    if b.is_finite is not False and a.is_finite is not False and b != sympy.oo and a != -sympy.oo:
        yield from _algebraic(f, x, a, b)
    if a != 0 and b == sympy.oo and a.is_positive and not f.has(*_POWERS, sympy.exp):
        # x = a/t takes (a, oo) to (0, 1).
        t = sympy.Dummy("x", positive=True)
        inner = sympy.powsimp(sympy.expand_log(sympy.simplify(f.subs(x, a / t) * a / t**2)))
        yield from beta_integrals(Definite(inner, t, sympy.Integer(0), sympy.Integer(1)))


def _algebraic(f: Any, x: Any, a: Any, b: Any) -> Iterator[Any]:
    """Propose on (0, c), and on (a, b) moved there; on (0, 1) also by x = exp(-t)."""
    if a != 0:
        t = sympy.Dummy("x", positive=True)
        f = sympy.powsimp(sympy.simplify(f.subs(x, a + (b - a) * t) * (b - a)))
        x, a, b = t, sympy.Integer(0), sympy.Integer(1)
    if b != 1:
        t = sympy.Dummy("x", positive=True)
        f = sympy.expand_log(
            sympy.powdenest(_unit(f.subs(x, b * t) * b, t), force=True), force=True
        )
        x = t
    value = _sum(f, x, _powers)
    if value is None:
        other = in_binomials(f, x)
        value = None if other is None else _sum(other, x, _powers)
    if value is not None:
        yield value


def _unit(f: Any, t: Any) -> Any:
    """Return a function with (c - c*t**m) written as c*(1 - t**m) in all powers."""
    return f.replace(
        lambda p: p.is_Pow and p.base.is_Add, lambda p: sympy.factor_terms(p.base) ** p.exp
    )


def _quarter(f: Any, x: Any, a: Any, b: Any) -> Iterator[tuple[Any, Any]]:
    """Yield integrands on (0, pi/2) and factors, for ranges that fold there."""
    quarter = sympy.cancel((b - a) / (sympy.pi / 2))
    if a != 0 or quarter not in (1, 2, 4):
        return
    if quarter == 1:
        yield f, 1
        return
    rest = [f]
    for k in range(1, int(quarter)):
        shift = k * sympy.pi / 2
        rest.append(f.subs(x, shift + x) if k % 2 == 0 else f.subs(x, shift + sympy.pi / 2 - x))
    total = sympy.expand(sympy.Add(*rest))
    yield total, 1


def _sum(f: Any, x: Any, rule: Any) -> Any:
    """Return the sum over the terms of an integrand, or None where one is no Beta integral."""
    e = sympy.Dummy("e", positive=True)
    f = sympy.expand_mul(sympy.expand_multinomial(f))
    parts: list[Any] = []
    for term in sympy.Add.make_args(f):
        coefficient, rest = term.as_independent(x, as_Add=False)
        part = rule(rest, x, e)
        if part is None:
            return None
        parts.append(coefficient * part)
    return at_zero(parts, e)


def _beta(p: Any, q: Any, n: int, k: int, e: Any, scale: Any, regular: bool) -> Any:
    """Return the derivatives of B(p, q) of orders n and k, p moved by e where p or q <= 0."""
    u, v = sympy.Dummy("u", positive=True), sympy.Dummy("v", positive=True)
    B = sympy.gamma(u) * sympy.gamma(v) / sympy.gamma(u + v)
    found = sympy.diff(B, u, n, v, k) if n and k else sympy.diff(B, *((u, n) if n else (v, k)))
    if not n and not k:
        found = B
    moved = 0 if regular else e
    return scale * found.subs({u: p + moved, v: q + moved}, simultaneous=True)


def _is_safe(*exponents: Any) -> bool:
    return all(not (z.is_number and z.is_nonpositive) for z in exponents)


def _powers(rest: Any, x: Any, e: Any) -> Any:
    """Return the integral over (0, 1) of x**p*(1 - x**m)**q*log(x)**n*log(1 - x**m)**k."""
    p: Any = sympy.Integer(1)
    q: Any = sympy.Integer(1)
    n = k = 0
    m: Any = None
    scale: Any = sympy.Integer(1)
    for factor in sympy.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        if exponent.has(x):
            return None
        if isinstance(base, sympy.log):
            if not (exponent.is_Integer and exponent > 0):
                return None
            if base.args[0] == x:
                n += int(exponent)
                continue
            own = _one_minus_power(base.args[0], x)
            k += int(exponent)
        elif base == x:
            p += exponent
            continue
        else:
            own = _one_minus_power(base, x)
            if own is None:
                parts = _factored(base, x)
                if parts is None:
                    return None
                own, shift, lead = parts
                p, scale = p + shift * exponent, scale * lead**exponent
            q += exponent
        if own is None or (m is not None and own != m):
            return None
        m = own
    if m is None:
        m = sympy.Integer(1)
    return _beta(p / m, q, n, k, e, scale / m ** (n + 1), _is_safe(p, q))


def _one_minus_power(base: Any, x: Any) -> Any:
    """Return m where base = 1 - x**m."""
    power = sympy.expand(1 - base)
    root, m = power.as_base_exp()
    return m if root == x and not m.has(x) and m.is_positive else None


def _factored(base: Any, x: Any) -> tuple[Any, Any, Any] | None:
    """Return m, p, c where base = c*x**p*(1 - x**m)."""
    terms = sympy.Add.make_args(sympy.expand(base))
    if len(terms) != 2:
        return None
    pairs = []
    for term in terms:
        c, power = term.as_independent(x, as_Add=False)
        root, exponent = power.as_base_exp()
        if power == 1:
            exponent = sympy.Integer(0)
        elif root != x or exponent.has(x):
            return None
        pairs.append((c, exponent))
    (c, p), (d, r) = pairs
    if sympy.expand(c + d) != 0:
        return None
    if not (r - p).is_positive:
        (c, p), (d, r) = (d, r), (c, p)
    return (r - p, p, c) if (r - p).is_positive else None


def _trigonometric(rest: Any, x: Any, e: Any) -> Any:
    """Return the integral over (0, pi/2) of powers of sine, cosine and their logarithms."""
    p: Any = sympy.Integer(0)
    q: Any = sympy.Integer(0)
    n = k = 0
    scale: Any = sympy.Integer(1)
    for factor in sympy.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        if exponent.has(x):
            return None
        if isinstance(base, sympy.log) and exponent.is_Integer and exponent > 0:
            inner = base.args[0]
            if inner == sympy.sin(x):
                n += int(exponent)
            elif inner == sympy.cos(x):
                k += int(exponent)
            else:
                return None
        elif type(base) in _POWERS and base.args[0] == x:
            s, c = _POWERS[type(base)]
            p, q = p + s * exponent, q + c * exponent
        else:
            return None
    scale = sympy.Rational(1, 2 ** (n + k + 1))
    first, second = (p + 1) / 2, (q + 1) / 2
    return _beta(first, second, n, k, e, scale, _is_safe(first, second))
