"""Integrals over the line by residues: rational functions times waves.

For R rational and w > 0 the integral of R(x)*exp(i*w*x) over the line is 2*pi*i times the sum of
the residues in the upper half plane, plus pi*i times those on the real axis, which count as half:
a finite part, whose divergent pieces cancel where the whole integrand is regular.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .rational_mellin import poles
from .view import Definite
from .waves import linear_in_waves

__all__ = ["residues"]


def residues(problem: Definite) -> Iterator[Any]:
    """Propose integrals over (-oo, oo), and over (0, oo) of even functions."""
    f, x = problem.f, problem.x
    if problem.is_half_line:
        t = sympy.Dummy("x", real=True)
        f = f.xreplace({x: t})
        if sympy.simplify(f.subs(t, -t) - f) != 0:
            return
        x, share = t, sympy.Rational(1, 2)
    elif problem.is_line:
        share = sympy.Integer(1)
    else:
        return
    value = _line(f, x)
    if value is not None:
        yield share * value


def _line(f: Any, x: Any) -> Any:
    """Return the integral over the line, or None."""
    waves = [w for w in f.atoms(sympy.sin, sympy.cos) if w.has(x)]
    rational, product = sympy.Integer(1), sympy.Integer(1)
    total: Any = 0
    for term in sympy.Add.make_args(sympy.expand_mul(f) if waves else f):
        rational, product = sympy.Integer(1), sympy.Integer(1)
        for factor in sympy.Mul.make_args(term):
            if factor.has(sympy.sin, sympy.cos):
                product *= factor
            else:
                rational *= factor
        if not rational.is_rational_function(x):
            return None
        for wave in sympy.Add.make_args(linear_in_waves(product)):
            part = _wave(rational, wave, x)
            if part is None:
                return None
            total += part
    return total


def _wave(rational: Any, wave: Any, x: Any) -> Any:
    """Return the finite part of the integral of a rational function times one wave."""
    coefficient, wave = wave.as_independent(x, as_Add=False)
    w: Any = sympy.Integer(0)
    phase: Any = sympy.Integer(0)
    if wave != 1:
        if not isinstance(wave, sympy.sin | sympy.cos):
            return None
        inner = sympy.expand(wave.args[0])
        if not inner.is_polynomial(x) or sympy.degree(inner, x) != 1:
            return None
        w, phase = inner.coeff(x, 1), inner.coeff(x, 0)
    side: Any = 1
    if w.is_negative:
        w, phase, side = -w, -phase, (-1 if isinstance(wave, sympy.sin) else 1)
    if w != 0 and not w.is_positive:
        w_abs = sympy.Abs(w)
        if isinstance(wave, sympy.sin):
            side = sympy.sign(w)
        w = w_abs
        if phase != 0:
            return None
    found = _halves(rational, w, phase, x)
    if found is None:
        return None
    re, im = found
    return coefficient * side * (im if isinstance(wave, sympy.sin) else re)


def _halves(rational: Any, w: Any, phase: Any, x: Any) -> tuple[Any, Any] | None:
    """Return real and imaginary part of the integral of R(x)*exp(i*(w*x + phase))."""
    z = sympy.Dummy("z")
    upper, lower = sympy.cancel(sympy.together(rational.xreplace({x: z}))).as_numer_denom()
    places = poles(lower, z)
    if places is None or not upper.is_polynomial(z):
        return None
    if sympy.degree(upper, z) >= sympy.degree(lower, z) + (0 if w != 0 else -1):
        return None
    total: Any = 0
    lead = sympy.Poly(lower, z).LC() if places else 1
    for place, order in places.items():
        height = sympy.im(place)
        if height.is_negative:
            continue
        if not (height.is_positive or height.is_zero):
            return None
        rest = lead * sympy.Mul(*[(z - p) ** m for p, m in places.items() if p != place])
        g = upper / rest * sympy.exp(sympy.I * (w * z + phase))
        residue = sympy.diff(g, z, order - 1).subs(z, place) / sympy.factorial(order - 1)
        total += (2 if height.is_positive else 1) * sympy.pi * sympy.I * residue
    total = sympy.expand_complex(total)
    re, im = total.as_real_imag()
    return sympy.simplify(re), sympy.simplify(im)
