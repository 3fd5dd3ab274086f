"""(m*x + n)/(A*x**2 + B*x + C) where parameters decide whether the denominator has real zeros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .evaluate import newton_leibniz
from .view import Definite

__all__ = ["over_a_quadratic"]


def over_a_quadratic(problem: Definite) -> Iterator[Any]:
    """Propose by arctangent, by logarithm, and as a choice between the two."""
    f, x = problem.f, problem.x
    if not f.is_rational_function(x) or not f.free_symbols - {x}:
        return
    upper, lower = sympy.cancel(sympy.together(f)).as_numer_denom()
    if sympy.degree(lower, x) != 2 or sympy.degree(upper, x) > 1:
        return
    A, B, C = (sympy.Poly(lower, x).coeff_monomial(x**k) for k in (2, 1, 0))
    m, n = (sympy.Poly(upper, x).coeff_monomial(x**k) for k in (1, 0))
    gap = sympy.factor(4 * A * C - B**2)
    if gap.is_positive or gap.is_negative or gap.is_zero:
        return
    d = sympy.Dummy("d", positive=True)
    line = 2 * A * x + B
    first = m / (2 * A) * sympy.log(lower)
    weight = n - m * B / (2 * A)
    arc = newton_leibniz(problem, first + weight * 2 / d * sympy.atan(line / d))
    ratio = newton_leibniz(problem, first + weight / d * sympy.log((line - d) / (line + d)))
    forms: list[Any] = []
    for value, inside in ((arc, gap), (ratio, -gap)):
        if value is not None:
            forms.append(value.subs(d, sympy.sqrt(inside)))
            yield forms[-1]
    if len(forms) == 2:
        yield sympy.Piecewise((forms[0], gap > 0), (forms[1], True))
