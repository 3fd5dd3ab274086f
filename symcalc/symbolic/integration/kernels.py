"""Mellin transforms of kernels: M(s), the integral of x**(s-1) K(x) over (0, oo).

Sources: F. Oberhettinger, Tables of Mellin Transforms (1974); I. S. Gradshteyn and I. M. Ryzhik,
Table of Integrals, Series, and Products, chapters 3.3 to 4.2. All are written with gamma
functions, so that poles are seen (pi/sin(pi*s) = gamma(s)*gamma(1 - s)).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import sympy

from .rational_mellin import rational_transform

__all__ = ["transform"]

#: Fractions in exp(-c*x**m) of a higher degree are not taken apart.
MAX_POWER = 24


def transform(kernel: Any, x: Any, s: Any) -> Any:
    """Return M(s) of a kernel, or None where it is not in the table."""
    if kernel.is_rational_function(x):
        found = _binomial(kernel, x, s)
        return found if found is not None else rational_transform(kernel, x, s)
    for rule in (_exponential, _binomial, _planck, _logarithm, _inverse, _special, _product):
        found = rule(kernel, x, s)
        if found is not None:
            return found
    return None


def monomial(g: Any, x: Any) -> tuple[Any, Any] | None:
    """Return c and m where g = c*x**m, m != 0."""
    c, rest = g.as_independent(x, as_Add=False)
    base, m = rest.as_base_exp()
    return (c, m) if base == x and not m.has(x) else None


def _scaled(M: Callable[[Any], Any], c: Any, m: Any, s: Any) -> Any:
    """Return the transform of K(c*x**m) from that of K(x)."""
    size = m if m.is_positive else -m if m.is_negative else sympy.Abs(m)
    return M(s / m) * c ** (-s / m) / size


def _exponential(kernel: Any, x: Any, s: Any) -> Any:
    """Transform exp(-c*x**m), times cos or sin(b*x**m); exp(-c*x**m - d*x**-m)."""
    waves = [p for p in sympy.Mul.make_args(kernel) if isinstance(p, sympy.sin | sympy.cos)]
    powers = [p for p in sympy.Mul.make_args(kernel) if isinstance(p, sympy.exp)]
    if len(waves) + len(powers) != len(sympy.Mul.make_args(kernel)) or len(waves) > 1:
        return None
    exponent = sympy.expand(sympy.Add(*[p.args[0] for p in powers]))
    if not waves:
        return _decay(exponent, x, s)
    wave = waves[0]
    if sympy.expand(wave.args[0]).is_Add:
        return _with_phase(kernel, wave, x, s)
    found = monomial(wave.args[0], x)
    if found is None:
        return None
    b, m = found
    c: Any = sympy.Integer(0)
    if exponent != 0:
        decay = monomial(exponent, x)
        if decay is None or sympy.simplify(decay[1] - m) != 0 or not (-decay[0]).is_positive:
            return None
        c = -decay[0]
    size = b if b.is_positive else sympy.Abs(b)
    turn = sympy.pi / 2 if c == 0 else sympy.atan(size / c)
    radius = size if c == 0 else sympy.sqrt(c**2 + b**2)
    head = sympy.cos if isinstance(wave, sympy.cos) else sympy.sin
    side = 1 if head is sympy.cos or b.is_positive else sympy.sign(b)
    return side * _scaled(lambda z: sympy.gamma(z) * head(turn * z), radius, m, s)


def _with_phase(kernel: Any, wave: Any, x: Any, s: Any) -> Any:
    """Transform a wave with a phase, cos(b*x + c)."""
    phase, moving = sympy.expand(wave.args[0]).as_independent(x, as_Add=True)
    if phase == 0 or moving.is_Add:
        return None
    rest = kernel / wave
    cosine = transform(rest * sympy.cos(moving), x, s)
    sine = transform(rest * sympy.sin(moving), x, s)
    if cosine is None or sine is None:
        return None
    if isinstance(wave, sympy.cos):
        return sympy.cos(phase) * cosine - sympy.sin(phase) * sine
    return sympy.sin(phase) * cosine + sympy.cos(phase) * sine


def _decay(exponent: Any, x: Any, s: Any) -> Any:
    constant, exponent = exponent.as_independent(x, as_Add=True)
    factor = sympy.exp(constant)
    terms = [monomial(term, x) for term in sympy.Add.make_args(exponent)]
    if any(term is None or not (-term[0]).is_positive for term in terms):
        return None
    pairs = [(-term[0], term[1]) for term in terms if term is not None]
    if len(pairs) == 1:
        return factor * _scaled(sympy.gamma, *pairs[0], s)
    if len(pairs) == 2 and sympy.simplify(pairs[0][1] + pairs[1][1]) == 0:
        (c, m), (d, _) = sorted(pairs, key=lambda pair: not pair[1].is_positive)
        if not m.is_positive:
            return None
        order = s / m
        bessel = sympy.besselk(order, 2 * sympy.sqrt(c * d))
        return factor * 2 / m * (d / c) ** (order / 2) * bessel
    return None


def _binomial(kernel: Any, x: Any, s: Any) -> Any:
    """Transform (a + c*x**m)**-r, a and c positive: a Beta function."""
    base, exponent = kernel.as_base_exp()
    if not (base.is_Add and not exponent.has(x)):
        factored = sympy.factor(kernel)
        coefficient, rest = factored.as_independent(x, as_Add=False)
        base, exponent = rest.as_base_exp()
        if not (base.is_Add and not exponent.has(x)) or exponent == 1:
            return None
    else:
        coefficient = sympy.Integer(1)
    a, moving = base.as_independent(x, as_Add=True)
    found = monomial(moving, x)
    if found is None or not a.is_positive or not found[0].is_positive:
        return None
    c, m = found
    r = -exponent

    def beta(z: Any) -> Any:
        return sympy.gamma(z) * sympy.gamma(r - z) / sympy.gamma(r)

    return coefficient * a**exponent * _scaled(beta, c / a, m, s)


def _planck(kernel: Any, x: Any, s: Any) -> Any:
    """Transform rational functions of exp(-c*x**m) with poles at 1, -1, or i and -i."""
    e = sympy.Dummy("E", positive=True)
    exps = sorted(kernel.atoms(sympy.exp), key=sympy.default_sort_key)
    if not exps:
        return None
    first = monomial(exps[0].args[0], x)
    if first is None:
        return None
    m = first[1]
    found = [monomial(p.args[0], x) for p in exps]
    if any(f is None or f[1] != m or not f[0].is_real for f in found):
        return None
    rates = [f[0] for f in found if f is not None]
    unit = _unit(rates)
    if unit is None:
        return None
    swap = {p: e ** (-rate / unit) for p, rate in zip(exps, rates, strict=True)}
    g = kernel.xreplace(swap)
    if g.has(x) or not g.is_rational_function(e):
        return None
    return _series_transform(sympy.cancel(sympy.together(g)), e, unit, m, s)


def _unit(rates: list[Any]) -> Any:
    """Return a positive rate of which all others are whole multiples."""
    first = next((abs(rate) for rate in rates if rate != 0), None)
    if first is None or not (first.is_positive or (-first).is_positive):
        return None
    ratios = [sympy.cancel(rate / first) for rate in rates]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    parts = sympy.ilcm(1, *[ratio.q for ratio in ratios])
    return first / parts if max(abs(r * parts) for r in ratios) <= MAX_POWER else None


def _series_transform(g: Any, e: Any, unit: Any, m: Any, s: Any) -> Any:
    """Transform a rational function of E = exp(-unit*x**m), poles at roots of unity only."""
    total: Any = 0
    for term in sympy.Add.make_args(sympy.apart(g, e)):
        upper, lower = term.as_numer_denom()
        found = _one_fraction(upper, lower, e)
        if found is None:
            return None
        total += found(s / m)
    size = m if m.is_positive else sympy.Abs(m)
    return sympy.expand_mul(total) * unit ** (-s / m) / size


def _one_fraction(upper: Any, lower: Any, e: Any) -> Callable[[Any], Any] | None:
    """Return z -> transform of a partial fraction in E = exp(-x)."""
    zeta: Any = sympy.zeta
    gamma = sympy.gamma
    poly = sympy.Poly(lower, e)
    if poly.degree() == 0 or lower.is_Mul or (lower.is_Pow and lower.base == e) or lower == e:
        power = sympy.cancel(upper / lower)
        c, rest = power.as_independent(e, as_Add=False)
        if rest == 1:
            return lambda z: sympy.Integer(0)
        base, k = rest.as_base_exp()
        if base == e and k.is_positive:
            return lambda z: c * gamma(z) * k ** (-z)
        if not lower.is_Mul:
            return None
    for sign in (1, -1):
        for n in range(1, 7):
            c = sympy.cancel(upper / lower * (1 - sign * e) ** n)
            if c.has(e):
                continue
            # (1 - q*E)**-1 is the sum of q**k E**k; its constant term contributes nothing.
            value = zeta if sign == 1 else _minus_eta
            return partial(_planck_value, value, c, n)
    if sympy.expand(lower / lower.subs(e, 0) - 1 - e**2) == 0:
        a, b = sympy.Poly(upper / lower.subs(e, 0), e).all_coeffs()[::-1] + [0] * (
            2 - len(sympy.Poly(upper, e).all_coeffs())
        )
        return lambda z: gamma(z) * (a * 2 ** (-z) * _minus_eta(z) + b * _beta(z))
    return None


def _planck_value(value: Callable[[Any], Any], c: Any, n: int, z: Any) -> Any:
    """Return the transform of c/(1 -+ exp(-x))**n.

    The coefficient of E**k is a polynomial in k, (k + 1)...(k + n - 1)/(n - 1)!, and the sum of
    k**j * k**-z is a zeta function of z - j.
    """
    k = sympy.Dummy("k")
    weight = sympy.Poly(sympy.Mul(*[k + i for i in range(1, n)]) / sympy.factorial(n - 1), k)
    total = sympy.Add(*[a * value(z - j) for (j,), a in weight.terms()])
    return c * sympy.gamma(z) * total


def _minus_eta(z: Any) -> Any:
    return -(1 - 2 ** (1 - z)) * sympy.zeta(z)


def _beta(z: Any) -> Any:
    """Return Dirichlet's beta function through Hurwitz' zeta function."""
    return 4 ** (-z) * (sympy.zeta(z, sympy.Rational(1, 4)) - sympy.zeta(z, sympy.Rational(3, 4)))


def _logarithm(kernel: Any, x: Any, s: Any) -> Any:
    """Transform log(a + c*x**m), log(1 -+ exp(-c*x**m)), log((x**m + a)/(x**m + b)) by parts."""
    if not isinstance(kernel, sympy.log):
        return None
    g = kernel.args[0]
    slope = sympy.cancel(sympy.together(sympy.diff(g, x) / g))
    terms = [sympy.powsimp(t) for t in sympy.Add.make_args(sympy.expand(slope * x))]
    return _by_parts(terms, x, s)


def _inverse(kernel: Any, x: Any, s: Any) -> Any:
    """Transform atan, acot, erf, erfc, Si and the like by parts, from their derivatives."""
    heads = (sympy.atan, sympy.acot, sympy.erf, sympy.erfc, sympy.asinh, sympy.atanh)
    integrals = (sympy.Si, sympy.Ci, sympy.Ei, sympy.fresnels, sympy.fresnelc, sympy.uppergamma)
    if not isinstance(kernel, (*heads, *integrals)):
        return None
    slope = sympy.diff(kernel, x)
    terms = sympy.Add.make_args(sympy.expand_mul(sympy.powsimp(slope * x)))
    return _by_parts(list(terms), x, s)


def _by_parts(terms: list[Any], x: Any, s: Any) -> Any:
    """Return -1/s times the transform of x*K'(x), given as terms."""
    total: Any = 0
    for term in terms:
        coefficient, rest = term.as_independent(x, as_Add=False)
        power: Any = sympy.Integer(0)
        kernel: Any = sympy.Integer(1)
        for factor in sympy.Mul.make_args(rest):
            base, exponent = factor.as_base_exp()
            if base == x and not exponent.has(x):
                power += exponent
            else:
                kernel *= factor
        if kernel == 1:
            continue
        M = transform(kernel, x, s)
        if M is None:
            return None
        total += coefficient * M.subs(s, s + power)
    return -total / s


def _special(kernel: Any, x: Any, s: Any) -> Any:
    """Transform Bessel and Airy functions."""
    gamma = sympy.gamma
    if isinstance(kernel, sympy.besselj | sympy.besselk):
        n, argument = kernel.args
        found = monomial(argument, x)
        if found is None or not found[0].is_positive or n.has(x):
            return None
        if isinstance(kernel, sympy.besselj):
            return _scaled(
                lambda z: 2 ** (z - 1) * gamma((n + z) / 2) / gamma(1 + (n - z) / 2), *found, s
            )
        return _scaled(lambda z: 2 ** (z - 2) * gamma((z - n) / 2) * gamma((z + n) / 2), *found, s)
    if isinstance(kernel, sympy.airyai):
        third = sympy.Rational(1, 3)
        found = monomial(kernel.args[0], x)
        if found is None or not found[0].is_positive:
            return None
        return _scaled(
            lambda z: gamma(z) / (3 ** ((z + 2) / 3) * gamma((z + 2) * third)), *found, s
        )
    return None


def _product(kernel: Any, x: Any, s: Any) -> Any:
    """Transform products of two tabled kernels: exp(-p*x)*besselj(n, q*x)."""
    n = sympy.Wild("n", exclude=[x])
    p, q = sympy.Wild("p", exclude=[x]), sympy.Wild("q", exclude=[x])
    found = kernel.match(sympy.exp(-p * x) * sympy.besselj(n, q * x))
    if found is None or not (found[p].is_positive and found[q].is_positive):
        return None
    a, b, order = found[p], found[q], found[n]
    head = (b / 2) ** order / a ** (s + order) * sympy.gamma(s + order) / sympy.gamma(order + 1)
    if order == 0:
        return None
    half = sympy.Rational(1, 2)
    return head * sympy.hyper(
        [(s + order) * half, (s + order + 1) * half], [order + 1], -(b**2) / a**2
    )
