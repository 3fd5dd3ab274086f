"""Integrals of functions of cos(x) over a period or half of one.

Each rule is the mean over the circle z = exp(i*x): residues of z -> 1/(a + b*(z + 1/z)/2), the
mean value property of log|z - c|, the generating function of the Bessel functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .view import Definite
from .waves import is_product_of_waves, linear_in_waves

__all__ = ["over_a_period"]


def over_a_period(problem: Definite) -> Iterator[Any]:
    """Propose integrals over (0, pi), (0, 2*pi) and other whole periods."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    periods = sympy.cancel((b - a) / (2 * sympy.pi))
    if not f.has(sympy.sin, sympy.cos) or not (2 * periods).is_Integer or periods <= 0:
        return
    if not periods.is_Integer:
        # Half periods are half of whole ones for functions of cos(x).
        start = sympy.cancel(a / sympy.pi)
        if f.has(sympy.sin(x)) and sympy.simplify(f.subs(x, -x) - f) != 0:
            return
        if not start.is_Integer:
            return
    total = _orthogonal(problem)
    if total is not None:
        yield total
        return
    for rule in (_fraction, _logarithm, _bessel):
        mean = rule(f, x)
        if mean is not None:
            yield sympy.simplify(2 * sympy.pi * periods * mean)
            return


def _orthogonal(problem: Definite) -> Any:
    """Return the integral of a product of waves of whole frequencies, or None where one is not."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    if f.is_Add or not is_product_of_waves(f) or not f.free_symbols - {x}:
        return None
    total: Any = 0
    for term in sympy.Add.make_args(sympy.expand(linear_in_waves(f))):
        c, wave = term.as_independent(x, as_Add=False)
        if wave == 1:
            total += c * (b - a)
            continue
        k = sympy.cancel(wave.args[0] / x)
        if not isinstance(wave, sympy.sin | sympy.cos) or k.has(x) or not k.is_integer:
            return None
        if isinstance(wave, sympy.sin):
            total += c * (sympy.cos(k * a) - sympy.cos(k * b)) / k
        elif k.is_zero is None:
            total += sympy.Piecewise((c * (b - a), sympy.Eq(k, 0)), (0, True))
    return total


def _linear(g: Any, x: Any) -> tuple[Any, Any] | None:
    """Return a and b > 0 where g runs through the values of a + b*cos(x)."""
    g = sympy.expand(g)
    c, s = g.coeff(sympy.cos(x)), g.coeff(sympy.sin(x))
    rest = sympy.expand(g - c * sympy.cos(x) - s * sympy.sin(x))
    if rest.has(x) or (c == 0 and s == 0):
        double = sympy.expand(g.subs(sympy.cos(x) ** 2, (1 + sympy.cos(2 * x)) / 2)).subs(
            sympy.sin(x) ** 2, (1 - sympy.cos(2 * x)) / 2
        )
        double = sympy.expand(double)
        d = double.coeff(sympy.cos(2 * x))
        rest = sympy.expand(double - d * sympy.cos(2 * x))
        return None if rest.has(x) or d == 0 else (rest, sympy.sqrt(d**2))
    return rest, sympy.sqrt(c**2 + s**2)


def _fraction(f: Any, x: Any) -> Any:
    """Return the mean of c/(a + b*cos(x))**n, n whole: derivatives of 1/sqrt(a**2 - b**2)."""
    c, rest = f.as_independent(x, as_Add=False)
    base, n = sympy.factor(rest).as_base_exp()
    if not n.is_Integer or n >= 0:
        return None
    found = _linear(base, x)
    if found is None:
        return None
    a, b = found
    u = sympy.Dummy("u", positive=True)
    order = -n - 1
    mean = sympy.diff(1 / sympy.sqrt(u**2 - b**2), u, order) * (-1) ** order
    sign = -1 if a.is_negative and n % 2 else 1
    return sign * c * mean.subs(u, -a if a.is_negative else a) / sympy.factorial(order)


def _logarithm(f: Any, x: Any) -> Any:
    """Return the mean of c*log(a + b*cos(x)): log((a + sqrt(a**2 - b**2))/2)."""
    c, rest = f.as_independent(x, as_Add=False)
    if not isinstance(rest, sympy.log):
        return None
    found = _linear(rest.args[0], x)
    if found is None:
        return None
    a, b = found
    return c * sympy.log((a + sympy.sqrt(sympy.factor(a**2 - b**2))) / 2)


def _bessel(f: Any, x: Any) -> Any:
    """Return the mean of exp(c*cos(x))*cos(n*x), of cos(c*sin(x) - n*x) and the like."""
    nested = [p for p in f.atoms(sympy.exp, sympy.cos) if p.args[0].has(sympy.sin, sympy.cos)]
    if not nested:
        return None
    n, c, k = (sympy.Wild(name, exclude=[x]) for name in "nck")
    cosine, sine = sympy.cos(x), sympy.sin(x)
    found = f.match(k * sympy.exp(c * cosine) * sympy.cos(n * x))
    if found is not None and found[n].is_integer:
        return found[k] * sympy.besseli(sympy.Abs(found[n]), found[c])
    for wave in (cosine, sine):
        found = f.match(k * sympy.exp(c * wave))
        if found is not None and found[c] != 0:
            return found[k] * sympy.besseli(0, found[c])
        found = f.match(k * sympy.cos(c * wave))
        if found is not None and found[c] != 0:
            return found[k] * sympy.besselj(0, found[c])
    found = f.match(k * sympy.cos(n * x + c * sine))
    if found is not None and found[n].is_integer and found[c] != 0:
        return found[k] * sympy.besselj(-found[n], found[c])
    found = f.match(k * sympy.exp(c * cosine) * sympy.cos(c * sine))
    return found[k] if found is not None and found[c] != 0 else None
