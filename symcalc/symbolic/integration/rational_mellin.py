"""The Mellin transform of a rational function, by residues.

The integral of x**(s-1) R(x) over (0, oo) is pi/sin(pi*s) times the sum of the residues of
(-z)**(s-1) R(z), principal branch, over the poles of R. A simple pole c > 0 with the residue r
counts as -pi*cot(pi*s)*r*c**(s-1): the principal value, as half of the two sides of the cut.
"""

from __future__ import annotations

from typing import Any

import sympy

__all__ = ["poles", "rational_transform"]

#: Denominators of a higher degree are not tried.
MAX_DEGREE = 12


def poles(denominator: Any, z: Any) -> dict[Any, int] | None:
    """Return all zeros of a polynomial with their multiplicities, or None."""
    degree = sympy.degree(denominator, z)
    if degree > MAX_DEGREE:
        return None
    found: dict[Any, int] = {}
    _, factors = sympy.factor_list(denominator, z)
    for factor, multiplicity in factors:
        if not factor.has(z):
            continue
        roots = _binomial_roots(factor, z)
        if roots is None:
            roots = sympy.roots(factor, z)
            if sum(roots.values()) != sympy.degree(factor, z):
                return None
        for root, m in roots.items():
            found[root] = found.get(root, 0) + m * multiplicity
    return found


def _binomial_roots(factor: Any, z: Any) -> dict[Any, int] | None:
    """Return the roots of c*z**n + a with a/c positive, in polar form where n > 2."""
    poly = sympy.Poly(factor, z)
    n = poly.degree()
    if n < 2 or any(poly.coeff_monomial(z**k) != 0 for k in range(1, n)):
        return None
    ratio = sympy.cancel(poly.coeff_monomial(1) / poly.LC())
    if not ratio.is_positive:
        return None
    radius = sympy.root(ratio, n)
    turns = [sympy.pi * (2 * k + 1) / n for k in range(n)]
    return {sympy.expand(radius * (sympy.cos(t) + sympy.I * sympy.sin(t))): 1 for t in turns}


def rational_transform(R: Any, x: Any, s: Any) -> Any:
    """Return M(s) of a rational function, or None where its poles are not found."""
    z = sympy.Dummy("z")
    upper, lower = sympy.cancel(sympy.together(R.xreplace({x: z}))).as_numer_denom()
    places = poles(lower, z)
    if not places or not upper.is_polynomial(z):
        return None
    total: Any = 0
    done: set[Any] = set()
    for place, order in places.items():
        if place == 0 or (place.is_positive and order > 1):
            return None
        if place.is_positive:
            rest = sympy.cancel(sympy.together(_without(lower, z, place, 1)))
            total -= (upper / rest).subs(z, place) * place ** (s - 1) * sympy.cos(sympy.pi * s)
            continue
        if place in done:
            continue
        part = _residue(upper, lower, z, place, order, s)
        conjugate = sympy.expand(sympy.conjugate(place))
        if sympy.im(place) == 0:
            total += part
            continue
        partner = next((p for p in places if sympy.expand(p - conjugate) == 0), None)
        if partner is None:
            return None
        done.update((place, partner))
        total += 2 * _real(part)
    return sympy.gamma(s) * sympy.gamma(1 - s) * total


def _residue(upper: Any, lower: Any, z: Any, place: Any, order: int, s: Any) -> Any:
    """Return the residue of (-z)**(s-1)*upper/lower at a pole."""
    rest = sympy.cancel(sympy.together(_without(lower, z, place, order)))
    g = upper / rest
    total: Any = 0
    for k in range(order):
        # Leibniz: the k-th derivative of (-z)**(s-1), the others on g.
        falling = sympy.Mul(*[s - 1 - j for j in range(k)])
        power = (-1) ** k * falling * _power(-place, s - 1 - k)
        other = sympy.diff(g, z, order - 1 - k).subs(z, place)
        total += sympy.binomial(order - 1, k) * power * sympy.radsimp(sympy.expand_complex(other))
    return total / sympy.factorial(order - 1)


def _without(lower: Any, z: Any, place: Any, order: int) -> Any:
    """Return the denominator divided by (z - place)**order, by synthetic division."""
    coefficients = sympy.Poly(lower, z).all_coeffs()
    for _ in range(order):
        quotient = [coefficients[0]]
        for c in coefficients[1:-1]:
            quotient.append(sympy.expand(c + quotient[-1] * place))
        coefficients = quotient
    return sympy.Poly(coefficients, z).as_expr()


def _power(base: Any, exponent: Any) -> Any:
    """Return a power of a complex number in polar form."""
    if base.is_positive:
        return base**exponent
    re, im = base.as_real_imag()
    radius = sympy.sqrt(sympy.simplify(re**2 + im**2))
    angle = sympy.simplify(sympy.atan2(im, re))
    turn = angle * exponent
    return radius**exponent * (sympy.cos(turn) + sympy.I * sympy.sin(turn))


def _real(part: Any) -> Any:
    """Return the real part, s taken as real."""
    return sympy.expand(part.subs(sympy.I, sympy.I)).as_real_imag()[0]
