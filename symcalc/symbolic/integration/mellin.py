"""Integrals over (0, oo) by Mellin transforms.

Each term of the integrand is c * x**p * log(x)**n * K(x) with a kernel K whose Mellin transform
M(s), the integral of x**(s-1) K(x), is known (`kernels.py`). The integral is the value of
c * d^n/ds^n M(s) at s = p + 1, by analytic continuation: with the factor x**e the poles of the
terms at e = 0 must cancel, as they do where terms diverge one by one and the sum does not
(`(exp(-a*x) - exp(-b*x))/x`, `(1 - cos(x))/x^2`); powers alone contribute nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .kernels import transform
from .primitives import ERRORS
from .view import Definite
from .waves import is_product_of_waves, is_wave, linear_in_waves

__all__ = ["at_zero", "exponentials", "half_line", "mellin", "terms_of"]

#: More terms than this are not tried.
MAX_TERMS = 60


def half_line(problem: Definite) -> Iterator[Any]:
    """Propose integrals over (0, oo), and over other ranges that a shift or mirror takes there."""
    f, x, a, b = problem.f, problem.x, problem.a, problem.b
    if problem.is_half_line:
        yield from _proposals(f, x)
    elif problem.is_line:
        t = sympy.Dummy("x", positive=True)
        both = _folded(f.xreplace({x: t}), f.subs(x, -t))
        yield from _proposals(both, t)
    elif b == sympy.oo and a.is_finite is not False:
        t = sympy.Dummy("x", positive=True)
        yield from _proposals(f.subs(x, t + a), t)
    elif a == -sympy.oo and b.is_finite is not False:
        t = sympy.Dummy("x", positive=True)
        yield from _proposals(f.subs(x, b - t), t)
    elif a == 0 and b == 1 and f.has(sympy.log):
        t = sympy.Dummy("x", positive=True)
        inner = sympy.expand_log(f.subs(x, sympy.exp(-t)), force=True)
        yield from _proposals(sympy.powsimp(inner * sympy.exp(-t)), t)


def _folded(right: Any, left: Any) -> Any:
    """Return f(x) + f(-x), short where f is even or odd."""
    if sympy.expand(right - left) == 0:
        return 2 * right
    return 0 if sympy.expand(right + left) == 0 else right + left


def _proposals(f: Any, x: Any) -> Iterator[Any]:
    value = mellin(f, x)
    if value is not None:
        yield value


def mellin(f: Any, x: Any) -> Any:
    """Return the integral of f over (0, oo), x positive, or None where a kernel is unknown."""
    terms = terms_of(f, x)
    if terms is None or len(terms) > MAX_TERMS:
        return None
    e, s = sympy.Dummy("e", positive=True), sympy.Dummy("s", positive=True)
    parts: list[Any] = []
    for term in terms:
        split = _split(term, x)
        if split is None:
            return None
        coefficient, power, logs, kernel = split
        if kernel == 1:
            continue
        try:
            M = transform(kernel, x, s)
        except ERRORS:
            return None
        if M is None:
            return None
        parts.append(coefficient * sympy.diff(M, s, logs).subs(s, power + 1 + e))
    if not parts:
        return None
    return at_zero(parts, e)


def terms_of(f: Any, x: Any) -> list[Any] | None:
    """Return the terms of an integrand, products and powers of sines as sums of sines."""
    if f.has(sympy.sinh, sympy.cosh, sympy.tanh, sympy.sech, sympy.csch, sympy.coth):
        f = exponentials(f, x)
    f = sympy.expand_log(f)
    f = sympy.expand(f, deep=False)
    f = sympy.expand_mul(sympy.expand_multinomial(f))
    found: list[Any] = []
    for term in sympy.Add.make_args(f):
        if is_product_of_waves(term):
            product = sympy.Mul(*[p for p in sympy.Mul.make_args(term) if is_wave(p)])
            rest = sympy.Mul(*[p for p in sympy.Mul.make_args(term) if not is_wave(p)])
            found += [rest * part for part in sympy.Add.make_args(linear_in_waves(product))]
        else:
            found.append(term)
    return found


def exponentials(f: Any, x: Any) -> Any:
    """Return an integrand with hyperbolic functions as fractions of decaying exponentials."""

    def decaying(head: Any, z: Any) -> Any:
        q = sympy.exp(-2 * z)
        h = sympy.exp(-z)
        return {
            sympy.sinh: sympy.exp(z) / 2 - h / 2,
            sympy.cosh: sympy.exp(z) / 2 + h / 2,
            sympy.tanh: (1 - q) / (1 + q),
            sympy.coth: (1 + q) / (1 - q),
            sympy.sech: 2 * h / (1 + q),
            sympy.csch: 2 * h / (1 - q),
        }[head]

    for p in list(f.atoms(sympy.Pow)):
        if p.exp.is_negative and isinstance(p.base, sympy.sinh | sympy.cosh):
            z = p.base.args[0]
            swap = sympy.csch(z) if isinstance(p.base, sympy.sinh) else sympy.sech(z)
            f = f.xreplace({p: swap ** (-p.exp)})
    for head in (sympy.sinh, sympy.cosh, sympy.tanh, sympy.sech, sympy.csch, sympy.coth):
        f = f.replace(head, lambda z, head=head: decaying(head, z))
    return f


def _split(term: Any, x: Any) -> tuple[Any, Any, int, Any] | None:
    """Return coefficient, power of x, power of log(x) and the rest of a term."""
    coefficient, rest = term.as_independent(x, as_Add=False)
    power: Any = sympy.Integer(0)
    logs = 0
    kernel: Any = sympy.Integer(1)
    for factor in sympy.Mul.make_args(sympy.powsimp(rest)):
        base, exponent = factor.as_base_exp()
        if base == x and not exponent.has(x):
            power += exponent
        elif base == sympy.log(x) and exponent.is_Integer and exponent > 0:
            logs += int(exponent)
        else:
            lowest = _lowest_power(base, x)
            power += lowest * exponent
            kernel *= factor if lowest == 0 else sympy.expand(base / x**lowest) ** exponent
    return coefficient, power, logs, kernel


def _lowest_power(base: Any, x: Any) -> Any:
    """Return the least power in a sum of broken powers of x, 0 for any other function."""
    if not base.is_Add:
        return sympy.Integer(0)
    powers = [term.as_independent(x, as_Add=False)[1].as_base_exp() for term in base.args]
    if any(root != x or not exponent.is_Rational for root, exponent in powers):
        return sympy.Integer(0)
    return min(exponent for _, exponent in powers)


def at_zero(parts: list[Any], e: Any) -> Any:
    """Return the value of a sum at e = 0 where poles of its terms cancel, or None."""
    total: Any = 0
    poles: dict[int, Any] = {}
    for part in parts:
        for term in sympy.Add.make_args(sympy.expand_mul(part)):
            order, regular = _regular(term, e)
            if order is None:
                return None
            for k in range(order + 1):
                value = sympy.diff(regular, e, order - k).subs(e, 0) / sympy.factorial(order - k)
                if value.has(sympy.nan, sympy.zoo, sympy.oo):
                    return None
                if k == 0:
                    total += value
                else:
                    poles[k] = poles.get(k, 0) + value
    for pole in poles.values():
        if sympy.simplify(sympy.expand_log(sympy.expand_func(pole), force=True)) != 0:
            return None
    return total


def _regular(term: Any, e: Any) -> tuple[Any, Any]:
    """Return the order of a term's pole at e = 0 and the term times e**order, without the pole."""
    order = 0
    regular: Any = sympy.Integer(1)
    for factor in sympy.Mul.make_args(term):
        base, exponent = factor.as_base_exp()
        if not factor.has(e):
            regular *= factor
            continue
        if isinstance(base, sympy.gamma):
            shift, base = _gamma(base.args[0], e)
            order += shift * exponent
        elif isinstance(base, sympy.polygamma):
            shift, base = _polygamma(base.args[0], base.args[1], e)
            order += shift * exponent
        elif isinstance(base, sympy.zeta) and exponent == 1 and _is_reflected(base, e):
            shift, base = _regular(_reflection(base.args[0]), e)
            order += shift
        elif isinstance(base, sympy.zeta) and base.args[0].subs(e, 0) == 1:
            u = base.args[0] - 1
            order += exponent
            gamma = -sympy.digamma(base.args[1]) if len(base.args) > 1 else sympy.EulerGamma
            base = (1 + gamma * u) * (e / u).cancel()
        else:
            value = base.subs(e, 0)
            if value == 0 and base.is_polynomial(e):
                multiplicity = min(m[0] for m in sympy.Poly(base, e).monoms())
                order -= multiplicity * exponent
                base = sympy.cancel(base / e**multiplicity)
            elif value == 0 and isinstance(base, sympy.sin | sympy.cos):
                order, base = _zero_of_wave(base, e, order, exponent)
        regular *= base**exponent
    if not isinstance(order, int) and not order.is_Integer:
        return None, None
    order = int(order)
    if order < 0:
        return 0, sympy.Integer(0)
    return order, regular


def _is_reflected(base: Any, e: Any) -> bool:
    """Whether the factor is Riemann's zeta function at a whole number below 1."""
    at = base.args[0].subs(e, 0)
    return bool(len(base.args) == 1 and at.is_Integer and at <= 0)


def _reflection(u: Any) -> Any:
    """Return zeta(u) by Riemann's functional equation."""
    wave = sympy.sin(sympy.pi * u / 2)
    return 2**u * sympy.pi ** (u - 1) * wave * sympy.gamma(1 - u) * sympy.zeta(1 - u)


def _zero_of_wave(base: Any, e: Any, order: Any, exponent: Any) -> tuple[Any, Any]:
    """Take the zero out of sin(pi*c*e) or the like by Euler's reflection."""
    c = sympy.diff(base.args[0], e)
    slope = sympy.diff(base, e).subs(e, 0) / c
    u = c * e / sympy.pi
    return order - exponent, slope * c / (sympy.gamma(1 + u) * sympy.gamma(1 - u))


def _gamma(z: Any, e: Any) -> tuple[int, Any]:
    """Return gamma(z) with its pole at e = 0 taken out: gamma(1 + u)/(u*(u - 1)*...*(u - n))."""
    at = z.subs(e, 0)
    if not (at.is_Integer and at <= 0):
        return 0, sympy.gamma(z)
    n, u = -int(at), sympy.expand(z - at)
    below = sympy.Mul(*[u - k for k in range(1, n + 1)])
    return 1, sympy.gamma(1 + u) / (below * (u / e).cancel())


def _polygamma(n: Any, z: Any, e: Any) -> tuple[int, Any]:
    """Return polygamma(n, z) with its pole at e = 0 taken out, by the recurrence."""
    at = z.subs(e, 0)
    if not (at.is_Integer and at <= 0):
        return 0, sympy.polygamma(n, z)
    u = sympy.expand(z - at)
    order = int(n) + 1
    steps = [(-1) ** n * sympy.factorial(n) / (u - k) ** order for k in range(1, -int(at) + 1)]
    regular = sympy.polygamma(n, u + 1) - sympy.Add(*steps)
    c = (u / e).cancel()
    return order, regular * e**order - (-1) ** n * sympy.factorial(n) / c**order
