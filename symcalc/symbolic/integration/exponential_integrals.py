"""Antiderivatives by Ei, Si, Ci, li, erf and log-gamma: waves and exponentials over lines.

With u = x + d the antiderivative of exp(p*u)/u is Ei(p*u), real on both sides of u = 0, and that
of cos(p*u)/u is Ci(|p*u|); powers of u go down by parts.
"""

from __future__ import annotations

from typing import Any

import sympy

from .waves import distributed, linear_in_waves

__all__ = ["by_special_functions"]

#: Denominators up to this power.
MAX_POWER = 6


def by_special_functions(f: Any, x: Any) -> Any:
    """Return an antiderivative, real on both sides of its poles, or None."""
    if f.is_rational_function(x) or len(f.free_symbols) > 4:
        return None
    if f.has(sympy.gamma, sympy.loggamma, sympy.polygamma):
        return _of_gamma(f, x)
    if f.has(sympy.log):
        return _over_logarithm(f, x)
    squares = _even_hyperbolic(f, x)
    if squares is not None:
        return squares
    if f.has(sympy.sinh, sympy.cosh):
        f = f.rewrite(sympy.exp)
    if not f.has(sympy.exp, sympy.sin, sympy.cos, sympy.erf, sympy.erfc):
        return None
    parts = [_error_function(term, x) for term in distributed(f)]
    if None not in parts:
        return sympy.Add(*parts)
    total: Any = 0
    for term in _terms(f, x):
        part = _term(term, x)
        if part is None:
            return None
        total += part
    return total


def _terms(f: Any, x: Any) -> list[Any]:
    """Return a sum of waves and exponentials of one linear function each, times fractions."""
    found: list[Any] = []
    for term in distributed(f):
        factors = sympy.Mul.make_args(sympy.powsimp(term))
        moving = [p for p in factors if p.has(sympy.exp, sympy.sin, sympy.cos)]
        rest = sympy.Mul(*[p for p in factors if p not in moving])
        if not rest.is_rational_function(x):
            return [term]
        product = sympy.expand(linear_in_waves(sympy.Mul(*moving)))
        fractions = sympy.apart(rest, x, full=False) if rest.has(x) else rest
        found += [
            wave * fraction
            for wave in sympy.Add.make_args(product)
            for fraction in sympy.Add.make_args(fractions)
        ]
    return found


def _term(term: Any, x: Any) -> Any:
    """Return the antiderivative of one wave or exponential times a power of a linear function."""
    coefficient, rest = term.as_independent(x, as_Add=False)
    below: Any = sympy.Integer(1)
    above: Any = sympy.Integer(1)
    heads: list[Any] = []
    for factor in sympy.Mul.make_args(rest):
        if isinstance(factor, sympy.exp | sympy.sin | sympy.cos):
            heads.append(factor)
        elif factor.is_polynomial(x):
            above *= factor
        elif factor.is_Pow and factor.exp.is_Integer and factor.exp < 0:
            below *= factor.base**-factor.exp
        else:
            return None
    if below == 1 and above.as_base_exp()[0] in (x, 1):
        degree = sympy.degree(above, x) if above != 1 else 0
        F = _damped(heads, int(degree), x)
        return None if F is None else coefficient * F
    if len(heads) > 1 or (above != 1 and below != 1):
        return None
    if not heads or below == 1:
        F = sympy.integrate(sympy.expand(rest), x)
        return None if F.has(sympy.Integral) else coefficient * F
    base, n = sympy.factor(below).as_base_exp()
    lead, base = sympy.factor(below).as_independent(x, as_Add=False)
    base, n = base.as_base_exp()
    inner = heads[0].args[0]
    if not all(g.is_polynomial(x) and sympy.degree(g, x) == 1 for g in (base, inner)):
        return None
    if not (n.is_Integer and 0 < n <= MAX_POWER):
        return None
    c = base.coeff(x, 1)
    u = x + sympy.cancel(base.coeff(x, 0) / c)
    p = inner.coeff(x, 1)
    phase = sympy.expand(inner - p * u)
    return coefficient / (lead * c**n) * _powers(type(heads[0]), p, phase, u, int(n))


def _even_hyperbolic(f: Any, x: Any) -> Any:
    """Return the antiderivative of even negative powers of cosh, by t = tanh, or None."""
    total: Any = 0
    t = sympy.Dummy("t")
    for term in sympy.Add.make_args(f):
        c, rest = term.as_independent(x, as_Add=False)
        base, n = rest.as_base_exp()
        if isinstance(base, sympy.sech):
            base, n = sympy.cosh(base.args[0]), -n
        if not (isinstance(base, sympy.cosh) and n.is_Integer and n < 0 and n % 2 == 0):
            return None
        slope = sympy.diff(base.args[0], x)
        if slope.has(x):
            return None
        F = sympy.integrate(sympy.expand((1 - t**2) ** (-n / 2 - 1)), t)
        total += c / slope * F.subs(t, sympy.tanh(base.args[0]))
    return total


def _error_function(term: Any, x: Any) -> Any:
    """Return the antiderivative of exp of a falling quadratic, or of erf of a line, or None."""
    c, rest = term.as_independent(x, as_Add=False)
    if isinstance(rest, sympy.erf | sympy.erfc):
        u = rest.args[0]
        slope = sympy.diff(u, x)
        sign = 1 if isinstance(rest, sympy.erf) else -1
        tail = sign * sympy.exp(-(u**2)) / sympy.sqrt(sympy.pi)
        return None if slope.has(x) else c / slope * (u * rest + tail)
    exponent = sympy.Add(*[p.args[0] for p in sympy.Mul.make_args(rest)])
    if not all(isinstance(p, sympy.exp) for p in sympy.Mul.make_args(rest)):
        return None
    exponent = sympy.expand(exponent)
    if not exponent.is_polynomial(x) or sympy.degree(exponent, x) != 2:
        return None
    low, b, a = (exponent.coeff(x, k) for k in range(3))
    if not (-a).is_positive:
        return None
    root = sympy.sqrt(-a)
    height = sympy.exp(sympy.expand(low - b**2 / (4 * a)))
    half = sympy.sqrt(sympy.pi) / (2 * root)
    return c * half * height * sympy.erf(root * x - b / (2 * root))


def _damped(heads: list[Any], n: int, x: Any) -> Any:
    """Return the antiderivative of x**n*exp(p*x + s)*cos(q*x + r) or sine, a factor of them 1."""
    powers = [h for h in heads if isinstance(h, sympy.exp)]
    waves = [h for h in heads if not isinstance(h, sympy.exp)]
    exponent = sympy.Add(*[h.args[0] for h in powers])
    if len(waves) > 1 or not heads or n > MAX_POWER:
        return None
    arguments = [exponent, *[w.args[0] for w in waves]]
    slopes = [sympy.diff(g, x) for g in arguments]
    if any(slope.has(x) for slope in slopes):
        return None
    p, growth = slopes[0], sympy.exp(exponent)
    # The antiderivative of growth*wave is growth*(u*cos + v*sin); and so on for that one.
    u, v = sympy.Integer(1), sympy.Integer(0)
    cosine, sine, q = sympy.Integer(1), sympy.Integer(0), sympy.Integer(0)
    if waves:
        q, inner = slopes[1], waves[0].args[0]
        cosine, sine = sympy.cos(inner), sympy.sin(inner)
        u, v = (1, 0) if isinstance(waves[0], sympy.cos) else (0, 1)
    size = p**2 + q**2
    total: Any = 0
    for k in range(n + 1):
        u, v = (p * u - q * v) / size, (p * v + q * u) / size
        falling = (-1) ** k * sympy.ff(n, k) * x ** (n - k)
        total += falling * growth * (u * cosine + v * sine)
    return total


def _powers(head: Any, p: Any, phase: Any, u: Any, n: int) -> Any:
    """Return the antiderivative of head(p*u + phase)/u**n in u."""
    if head is sympy.exp:
        if n == 1:
            return sympy.exp(phase) * sympy.Ei(p * u)
        return (
            -sympy.exp(p * u + phase) / u ** (n - 1) + p * _powers(head, p, phase, u, n - 1)
        ) / (n - 1)
    if n == 1:
        Ci, Si = sympy.Ci(sympy.Abs(p * u)), sympy.Si(p * u)
        if head is sympy.cos:
            return sympy.cos(phase) * Ci - sympy.sin(phase) * Si
        return sympy.sin(phase) * Ci + sympy.cos(phase) * Si
    other, sign = (sympy.sin, -1) if head is sympy.cos else (sympy.cos, 1)
    rest = sign * p * _powers(other, p, phase, u, n - 1)
    return (-head(p * u + phase) / u ** (n - 1) + rest) / (n - 1)


def _over_logarithm(f: Any, x: Any) -> Any:
    """Return the antiderivative of c*x**k/log(x), or None."""
    total: Any = 0
    for term in sympy.Add.make_args(sympy.expand(f)):
        c, rest = term.as_independent(x, as_Add=False)
        k = sympy.cancel(sympy.powsimp(rest * sympy.log(x)))
        base, exponent = k.as_base_exp()
        if k == 1:
            total += c * sympy.li(x)
        elif base == x and not exponent.has(x) and exponent != -1:
            total += c * sympy.Ei((exponent + 1) * sympy.log(x))
        else:
            return None
    return total


def _of_gamma(f: Any, x: Any) -> Any:
    """Return the antiderivative of polygamma functions of linear functions, or None."""
    total: Any = 0
    for term in sympy.Add.make_args(sympy.expand(f)):
        c, rest = term.as_independent(x, as_Add=False)
        if rest == 1:
            total += c * x
            continue
        if not isinstance(rest, sympy.polygamma):
            return None
        n, inner = rest.args
        slope = sympy.diff(inner, x)
        if slope.has(x) or not n.is_Integer:
            return None
        total += c / slope * (sympy.loggamma(inner) if n == 0 else sympy.polygamma(n - 1, inner))
    return total
