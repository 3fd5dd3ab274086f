"""Gaussian integrals over the line: powers, exponentials and waves times exp(-a*x**2).

The integral of x**n * exp(-a*x**2 + z*x) is the n-th derivative of sqrt(pi/a)*exp(z**2/(4*a)) in
z; a wave is the real or imaginary part at z = b + i*q.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .view import Definite
from .waves import distributed, linear_in_waves

__all__ = ["gaussian_integrals"]

#: Powers of x.
MAX_POWER = 24


def gaussian_integrals(problem: Definite) -> Iterator[Any]:
    """Propose integrals over (-oo, oo), and over (0, oo) of even functions."""
    f, share = problem.f, sympy.Integer(1)
    if not f.has(sympy.exp) or not (problem.is_line or problem.is_half_line):
        return
    x = sympy.Dummy("x", real=True)
    f = f.xreplace({problem.x: x})
    if problem.is_half_line:
        if sympy.expand(f - f.subs(x, -x)) != 0:
            return
        share = sympy.Rational(1, 2)
    total: Any = 0
    for term in distributed(f.rewrite(sympy.exp) if f.has(sympy.cosh, sympy.sinh) else f):
        part = _term(term, x)
        if part is None:
            return
        total += part
    yield share * total


def _term(term: Any, x: Any) -> Any:
    coefficient, rest = term.as_independent(x, as_Add=False)
    exponent: Any = sympy.Integer(0)
    waves: Any = sympy.Integer(1)
    n = 0
    for factor in sympy.Mul.make_args(rest):
        base, power = factor.as_base_exp()
        if isinstance(factor, sympy.exp):
            exponent += factor.args[0]
        elif base == x and power.is_Integer and 0 < power <= MAX_POWER:
            n += int(power)
        elif isinstance(base, sympy.sin | sympy.cos):
            waves *= factor
        else:
            return None
    if not exponent.is_polynomial(x) or sympy.degree(exponent, x) != 2:
        return None
    c, b, a = (sympy.expand(exponent).coeff(x, k) for k in range(3))
    if not (-a).is_positive:
        return None
    total: Any = 0
    for wave in sympy.Add.make_args(linear_in_waves(waves)):
        size, wave = wave.as_independent(x, as_Add=False)
        part = _moment(n, -a, b, wave, x)
        if part is None:
            return None
        total += size * part
    return coefficient * sympy.exp(c) * total


def _moment(n: int, a: Any, b: Any, wave: Any, x: Any) -> Any:
    """Return the integral of x**n*exp(-a*x**2 + b*x) times one wave, or 1."""
    q, phase = sympy.Integer(0), sympy.Integer(0)
    if wave != 1:
        inner = sympy.expand(wave.args[0])
        if not inner.is_polynomial(x) or sympy.degree(inner, x) != 1:
            return None
        q, phase = inner.coeff(x, 1), inner.coeff(x, 0)
    z = sympy.Dummy("z")
    polynomial: Any = sympy.Integer(1)
    for _ in range(n):
        polynomial = sympy.expand(sympy.diff(polynomial, z) + polynomial * z / (2 * a))
    turn = b * q / (2 * a) + phase
    value = sympy.expand(polynomial.subs(z, b + sympy.I * q))
    re, im = value.subs(sympy.I, 0), value.coeff(sympy.I)
    scale = sympy.sqrt(sympy.pi / a) * sympy.exp((b**2 - q**2) / (4 * a))
    if isinstance(wave, sympy.sin):
        return scale * (re * sympy.sin(turn) + im * sympy.cos(turn))
    return scale * (re * sympy.cos(turn) - im * sympy.sin(turn))
