"""Integrals of log-gamma over ranges of whole length: Raabe's formula and Kummer's series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .view import Definite

__all__ = ["log_gamma_integrals"]

#: Unit steps that are added up.
MAX_STEPS = 60


def log_gamma_integrals(problem: Definite) -> Iterator[Any]:
    """Propose sums of multiples of log-gamma of linear functions, and of such times a wave."""
    f, x = problem.f, problem.x
    f = f.replace(
        lambda p: isinstance(p, sympy.log) and isinstance(p.args[0], sympy.gamma),
        lambda p: sympy.loggamma(p.args[0].args[0]),
    )
    if not f.has(sympy.loggamma):
        return
    total: Any = 0
    for term in sympy.Add.make_args(sympy.expand_mul(f)):
        c, rest = term.as_independent(x, as_Add=False)
        if isinstance(rest, sympy.loggamma):
            part = _raabe(rest.args[0], x, problem.a, problem.b)
        elif not rest.has(sympy.loggamma):
            part = sympy.integrate(rest, (x, problem.a, problem.b))
        else:
            part = _kummer(rest, problem)
        if part is None:
            return
        total += c * part
    yield total


def _raabe(inner: Any, x: Any, a: Any, b: Any) -> Any:
    """Integrate log-gamma: over (z, z + 1) it gives z*log(z) - z + log(2*pi)/2."""
    slope = sympy.diff(inner, x)
    low, high = inner.subs(x, a), inner.subs(x, b)
    if slope.is_negative:
        slope, low, high = -slope, high, low
    steps = sympy.expand(high - low)
    if slope.has(x) or not steps.is_Integer or not 0 < steps <= MAX_STEPS:
        return None
    places = [sympy.expand(low + k) for k in range(int(steps))]
    total = sympy.Add(*[z * sympy.log(z) - z for z in places if z != 0])
    return (total + steps * sympy.log(2 * sympy.pi) / 2) / slope


def _kummer(rest: Any, problem: Definite) -> Any:
    """Integrate log-gamma(x) times cos or sin(2*pi*n*x) over (0, 1), from its Fourier series."""
    x = problem.x
    wave = sympy.cancel(rest / sympy.loggamma(x))
    if (problem.a, problem.b) != (0, 1) or not isinstance(wave, sympy.sin | sympy.cos):
        return None
    n = sympy.cancel(wave.args[0] / (2 * sympy.pi * x))
    if not (n.is_integer and n.is_positive):
        return None
    if isinstance(wave, sympy.cos):
        return 1 / (4 * n)
    return (sympy.EulerGamma + sympy.log(2 * sympy.pi * n)) / (2 * sympy.pi * n)
