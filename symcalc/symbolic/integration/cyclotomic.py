"""On (0, 1), logarithms and denominators of cyclotomic polynomials by those of 1 - x**m.

1 + x + x**2 = (1 - x**3)/(1 - x), and every product of cyclotomic polynomials is a quotient of
such binomials; so log(1 + x + x**2) is a difference of logarithms that the Beta integrals know,
and 1/(1 + x**2) is (1 - x**2)/(1 - x**4).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy

__all__ = ["in_binomials"]

#: Orders m of the factors of 1 - x**m that are looked for.
MAX_ORDER = 12


def in_binomials(f: Any, x: Any) -> Any:
    """Return a function with its logarithms split and its denominators multiplied up, or None."""
    if not f.has(sympy.log):
        return None
    logs: dict[Any, Any] = {}
    for part in f.atoms(sympy.log):
        split = _split_logarithm(part.args[0], x)
        if split is not None:
            logs[part] = split
    g = f.xreplace(logs)
    below: dict[Any, Any] = {}
    for part in g.atoms(sympy.Pow):
        if part.exp == -1 and part.base.is_polynomial(x) and part.base.has(x):
            found = _multiplied_up(part.base, x)
            if found is not None:
                below[part] = found
    g = g.xreplace(below)
    return g if g != f else None


def _split_logarithm(P: Any, x: Any) -> Any:
    """Return log(P) as a sum of multiples of log(x) and log(1 - x**m), or None."""
    orders = _orders(P, x)
    if orders is None or sympy.expand(P - 1 + x) == 0:
        return None
    constant, shift, found = orders
    quotient: dict[int, int] = {}
    for n, multiplicity in found.items():
        for d in sympy.divisors(n):
            # Phi_n is the product of (1 - x**d)**mu(n/d).
            quotient[d] = quotient.get(d, 0) + multiplicity * int(sympy.mobius(n // d))
    total = sympy.log(constant) + shift * sympy.log(x)
    return total + sympy.Add(*[k * sympy.log(1 - x**d) for d, k in quotient.items() if k])


def _multiplied_up(P: Any, x: Any) -> Any:
    """Return 1/P as a polynomial over 1 - x**m, or None."""
    orders = _orders(P, x)
    if orders is None or any(k > 1 for k in orders[2].values()) or orders[1]:
        return None
    m = int(sympy.ilcm(1, *orders[2]))
    if m > MAX_ORDER:
        return None
    return sympy.cancel((1 - x**m) / P) / (1 - x**m)


def _orders(P: Any, x: Any) -> tuple[Any, int, dict[int, int]] | None:
    """Return c > 0, k and the orders of cyclotomic factors with P = c*x**k*product, or None."""
    if not P.is_polynomial(x) or P.free_symbols - {x}:
        return None
    lead, factors = sympy.factor_list(P, x)
    found: dict[int, int] = {}
    shift, sign = 0, 1
    for factor, multiplicity in factors:
        if factor == x:
            shift = multiplicity
            continue
        monic = sympy.Poly(factor, x)
        n = next((n for n in range(1, MAX_ORDER + 1) if monic == _cyclotomic(n, x)), None)
        if n is None:
            return None
        sign *= (-1) ** multiplicity if n == 1 else 1  # x - 1 is -(1 - x)
        found[n] = multiplicity
    lead = lead * sign
    return (lead, shift, found) if lead.is_positive and found else None


@cache
def _cyclotomic(n: int, x: Any) -> Any:
    return sympy.Poly(sympy.cyclotomic_poly(n, x), x)
