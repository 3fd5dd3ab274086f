"""Exponentials and waves over x**2 + b**2 on the half line, by Ci, Si and Ei.

The integral of exp(-p*x)/(x**2 + b**2) over (0, oo) is f(b*p)/b, with x above it is g(b*p), f and
g the auxiliary functions of the sine and cosine integrals (Abramowitz and Stegun 5.2.6, 5.2.12).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .view import Definite
from .waves import distributed

__all__ = ["auxiliary_integrals"]


def auxiliary_integrals(problem: Definite) -> Iterator[Any]:
    """Propose integrals over (0, oo) of one exponential or wave times a rational function."""
    f, x = problem.f, problem.x
    if not problem.is_half_line or not f.has(sympy.exp, sympy.sin, sympy.cos):
        return
    total: Any = 0
    for term in distributed(f):
        heads = [p for p in sympy.Mul.make_args(term) if isinstance(p, _HEADS)]
        if len(heads) != 1:
            return
        fractions = sympy.apart(sympy.together(term / heads[0]), x)
        for fraction in sympy.Add.make_args(fractions):
            part = _fraction(fraction, heads[0], x)
            if part is None:
                return
            total += part
    yield total


_HEADS = (sympy.exp, sympy.sin, sympy.cos)


def _fraction(fraction: Any, head: Any, x: Any) -> Any:
    """Return the integral of (m*x + n)/(x**2 + b**2), or of a power of x, times a head."""
    p = sympy.cancel(head.args[0] / x) * (-1 if isinstance(head, sympy.exp) else 1)
    if p.has(x) or not p.is_positive:
        return None
    upper, lower = fraction.as_numer_denom()
    if not upper.is_polynomial(x) or not lower.is_polynomial(x):
        return None
    if sympy.degree(lower, x) != 2 or sympy.degree(upper, x) > 1:
        return None
    A, B, C = (sympy.Poly(lower, x).coeff_monomial(x**k) for k in (2, 1, 0))
    square = sympy.cancel(C / A)
    if B != 0 or not square.is_positive:
        return None
    b = sympy.sqrt(square)
    m, n = (sympy.expand(upper).coeff(x, k) / A for k in (1, 0))
    return n * _even(head, b, p) / b + m * _odd(head, b, p)


def _even(head: Any, b: Any, p: Any) -> Any:
    """Return the integral of b*head/(x**2 + b**2)."""
    z = b * p
    if isinstance(head, sympy.exp):
        rest = sympy.pi / 2 - sympy.Si(z)
        return sympy.Ci(z) * sympy.sin(z) + rest * sympy.cos(z)
    if isinstance(head, sympy.cos):
        return sympy.pi / 2 * sympy.exp(-z)
    return (sympy.exp(-z) * sympy.Ei(z) - sympy.exp(z) * sympy.Ei(-z)) / 2


def _odd(head: Any, b: Any, p: Any) -> Any:
    """Return the integral of x*head/(x**2 + b**2)."""
    z = b * p
    if isinstance(head, sympy.exp):
        rest = sympy.pi / 2 - sympy.Si(z)
        return rest * sympy.sin(z) - sympy.Ci(z) * sympy.cos(z)
    if isinstance(head, sympy.sin):
        return sympy.pi / 2 * sympy.exp(-z)
    return -(sympy.exp(-z) * sympy.Ei(z) + sympy.exp(z) * sympy.Ei(-z)) / 2
