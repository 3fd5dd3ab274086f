"""Integrals over the line by residues: rational functions times waves, logarithms, arctangents.

For R rational and w > 0 the integral of R(x)*exp(i*w*x) over the line is 2*pi*i times the sum of
the residues in the upper half plane, plus pi*i times those on the real axis, which count as half:
a finite part, whose divergent pieces cancel where the whole integrand is regular. For logarithms
and arctangents of real arguments a function without singularities in the upper half plane takes
the place of the wave, log(P) = Re G on the axis, with G(z) a sum of log(-i*(z - p)) over the zeros
p of P that lie below.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from .rational_mellin import poles
from .view import Definite
from .waves import linear_in_waves

__all__ = ["residues"]


def residues(problem: Definite) -> Iterator[Any]:
    """Propose integrals over (-oo, oo), and over (0, oo) of even functions."""
    f, x = problem.f, problem.x
    if f.has(sympy.exp, HyperbolicFunction, sympy.gamma) or any(
        not p.exp.is_Integer for p in f.atoms(sympy.Pow) if p.has(x)
    ):
        return
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
    total: Any = 0
    for term in sympy.Add.make_args(sympy.expand_mul(f) if waves else f):
        rational, product = sympy.Integer(1), sympy.Integer(1)
        heads: list[Any] = []
        for factor in sympy.Mul.make_args(term):
            if factor.has(sympy.sin, sympy.cos):
                product *= factor
            elif isinstance(factor, sympy.log | sympy.atan) and factor.has(x):
                heads.append(factor)
            else:
                rational *= factor
        if not rational.is_rational_function(x) or len(heads) > 1 or (heads and product != 1):
            return None
        if heads:
            part = _with_logarithm(rational, heads[0], x)
            if part is None:
                return None
            total += part
            continue
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


def _with_logarithm(rational: Any, head: Any, x: Any) -> Any:
    """Return the integral of a rational function times a logarithm or an arctangent, or None."""
    z = sympy.Dummy("z")
    inner = head.args[0].xreplace({x: z})
    found = _log_above(inner, z) if isinstance(head, sympy.log) else _atan_above(inner, z)
    if found is None:
        return None
    halves = _enclosed(rational, found, x, z, -1)
    return None if halves is None else halves[0 if isinstance(head, sympy.log) else 1]


def _log_above(P: Any, z: Any) -> Any:
    """Return G, analytic in the upper half plane, with log(P) = Re G on the axis."""
    upper, lower = sympy.cancel(sympy.together(P)).as_numer_denom()
    if not (upper.is_polynomial(z) and lower.is_polynomial(z)):
        return None
    lead = sympy.Poly(upper, z).LC() / sympy.Poly(lower, z).LC()
    total = sympy.log(sympy.sqrt(lead**2))
    for part, sign in ((upper, 1), (lower, -1)):
        if not part.has(z):
            continue
        places = poles(part, z)
        if places is None:
            return None
        for place, order in places.items():
            height = sympy.im(place)
            if height.is_zero:
                total += sign * order * sympy.log(-sympy.I * (z - place))
            elif height.is_negative:
                total += 2 * sign * order * sympy.log(-sympy.I * (z - place))
            elif not height.is_positive:
                return None
    return total


def _atan_above(inner: Any, z: Any) -> Any:
    """Return G, analytic in the upper half plane, with atan(q*z + r) = Im G on the axis."""
    if not inner.is_polynomial(z) or sympy.degree(inner, z) != 1:
        return None
    q = inner.coeff(z, 1)
    if q.is_positive:
        return -sympy.log(1 - sympy.I * inner)
    return sympy.log(1 + sympy.I * inner) if q.is_negative else None


def _halves(rational: Any, w: Any, phase: Any, x: Any) -> tuple[Any, Any] | None:
    """Return real and imaginary part of the integral of R(x)*exp(i*(w*x + phase))."""
    z = sympy.Dummy("z")
    wave = sympy.exp(sympy.I * (w * z + phase))
    return _enclosed(rational, wave, x, z, 0 if w != 0 else -1)


def _enclosed(rational: Any, wave: Any, x: Any, z: Any, least: int) -> tuple[Any, Any] | None:
    """Return real and imaginary part of the integral of R(x)*g(x), g analytic above the axis."""
    upper, lower = sympy.cancel(sympy.together(rational.xreplace({x: z}))).as_numer_denom()
    places = poles(lower, z)
    if places is None or not upper.is_polynomial(z):
        return None
    if sympy.degree(upper, z) >= sympy.degree(lower, z) + least:
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
        g = upper / rest * wave
        residue = sympy.diff(g, z, order - 1).subs(z, place) / sympy.factorial(order - 1)
        total += (2 if height.is_positive else 1) * sympy.pi * sympy.I * residue
    total = sympy.expand_complex(total)
    re, im = total.as_real_imag()
    return sympy.simplify(re), sympy.simplify(im)
