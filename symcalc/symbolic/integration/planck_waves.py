"""Integrals over (0, oo) of waves times rational functions of exp(x), by the digamma function.

Let q = exp(-x). A rational function of q with poles at roots of unity is a sum of powers of q
over (1 - q**M)**k, and with w = M*x, z = c + i*b the integral of exp(-z*w)/(1 - exp(-w))**k is the
sum over n of binomial(n + k - 1, k - 1)/(n + z): -p(z)*digamma(z) and a polynomial, its infinite
part left out, which cancels where the whole converges. Digammas are taken to real parts
0 < c <= 1; those at c and 1 - c go together by Euler's reflection, Im digamma(1 + i*b) and
Im digamma(1/2 + i*b) are elementary. Powers of x are derivatives in b.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from .mellin import exponentials
from .view import Definite
from .waves import linear_in_waves

__all__ = ["planck_waves"]

#: Denominators are multiplied up to 1 - q**M with M at most this, and to this power.
MAX_ORDER, MAX_POWER = 12, 4
#: Powers of x, and terms.
MAX_DERIVATIVES, MAX_TERMS = 4, 60


def planck_waves(problem: Definite) -> Iterator[Any]:
    """Propose integrals over (0, oo) and (-oo, oo)."""
    f, x = problem.f, problem.x
    if not f.has(sympy.exp, sympy.cosh, sympy.sinh, sympy.tanh, sympy.coth, sympy.sech, sympy.csch):
        return
    t = sympy.Dummy("x", positive=True)
    if problem.is_half_line:
        f = f.xreplace({x: t})
    elif problem.is_line:
        f = f.xreplace({x: t}) + f.subs(x, -t)
    else:
        return
    value = _integral(exponentials(f, t), t)
    if value is not None:
        yield value


def _integral(f: Any, x: Any) -> Any:
    """Return the integral over (0, oo), or None."""
    whole = _term(f, x)
    if whole is not None or not f.is_Add:
        return whole
    total: Any = 0
    for term in sympy.Add.make_args(f):
        part = _term(term, x)
        if part is None:
            return None
        total += part
    return total


def _term(term: Any, x: Any) -> Any:
    upper, lower = (_grown(part, x) for part in _fraction(sympy.together(sympy.powsimp(term))))
    found = _denominator(lower, x)
    if found is None:
        return None
    unit, order, power, cofactor = found
    terms = sympy.Add.make_args(linear_in_waves(sympy.expand(upper * cofactor)))
    if len(terms) > MAX_TERMS:
        return None
    groups: dict[tuple[int, Any, Any], list[tuple[Any, Any]]] = {}
    for one in terms:
        parts = _monomial(one, x)
        if parts is None:
            return None
        coefficient, rate, n, head, b = parts
        groups.setdefault((n, head, b), []).append((coefficient, -rate / (unit * order)))
    total: Any = 0
    for (n, head, b), rows in groups.items():
        part = _group(rows, n, head, b / (unit * order), power)
        if part is None:
            return None
        total += part / (unit * order) ** (n + 1)
    return total


def _fraction(term: Any) -> tuple[Any, Any]:
    """Return numerator and denominator; exponentials by themselves stay above."""
    upper, lower = sympy.Integer(1), sympy.Integer(1)
    for factor in sympy.Mul.make_args(term):
        base, exponent = factor.as_base_exp()
        if base.is_Add and exponent.is_Integer and exponent < 0:
            lower *= base**-exponent
        else:
            upper *= factor
    return upper, lower


def _grown(g: Any, x: Any) -> Any:
    return sympy.expand(g).replace(sympy.exp, lambda z: sympy.exp(sympy.expand(z)))


def _denominator(lower: Any, x: Any) -> tuple[Any, int, int, Any] | None:
    """Return unit, M, k and g with lower*g = (1 - exp(-unit*M*x))**k."""
    rates: list[Any] = []
    for p in lower.atoms(sympy.exp):
        rate = sympy.cancel(p.args[0] / x)
        if rate.has(x) or not rate.is_real:
            return None
        rates.append(rate)
    if not rates or not lower.subs(dict.fromkeys(lower.atoms(sympy.exp), 2)).is_number:
        return None
    first = next((abs(rate) for rate in rates if rate != 0), None)
    if first is None or not first.is_positive:
        return None
    ratios = [sympy.cancel(rate / first) for rate in rates]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    unit = first / sympy.ilcm(1, *[ratio.q for ratio in ratios])
    q = sympy.Dummy("q")
    swap = {p: q ** (-sympy.cancel(p.args[0] / (x * unit))) for p in lower.atoms(sympy.exp)}
    top, polynomial = sympy.together(lower.xreplace(swap)).as_numer_denom()
    shift = sympy.Poly(polynomial, q)
    if len(shift.terms()) != 1:
        return None
    whole = sympy.Poly(top, q)
    for power in range(1, MAX_POWER + 1):
        for order in range(1, MAX_ORDER + 1):
            target = sympy.Poly((1 - q**order) ** power, q)
            ground = sympy.Poly(whole.as_expr() / q ** min(m[0] for m in whole.monoms()), q)
            quotient, rest = sympy.div(target, ground)
            if rest.is_zero and not quotient.is_zero:
                low = min(m[0] for m in whole.monoms())
                cofactor = quotient.as_expr() * polynomial / q**low
                return unit, order, power, sympy.expand(cofactor).subs(q, sympy.exp(-unit * x))
    return None


def _monomial(term: Any, x: Any) -> tuple[Any, Any, int, Any, Any] | None:
    """Return c, r, n, head, b of c*exp(r*x)*x**n*head(b*x)."""
    coefficient, rest = term.as_independent(x, as_Add=False)
    rate: Any = sympy.Integer(0)
    n, head, b = 0, None, sympy.Integer(0)
    for factor in sympy.Mul.make_args(sympy.powsimp(rest)):
        if isinstance(factor, sympy.exp):
            own = sympy.cancel(factor.args[0] / x)
            if own.has(x):
                return None
            rate += own
        elif isinstance(factor, sympy.sin | sympy.cos) and head is None:
            b, head = sympy.cancel(factor.args[0] / x), type(factor)
            if b.has(x):
                return None
        else:
            base, exponent = factor.as_base_exp()
            if factor == 1:
                continue
            if base != x or not exponent.is_Integer or not 0 < exponent <= MAX_DERIVATIVES:
                return None
            n += int(exponent)
    return coefficient, rate, n, head, b


def _group(rows: list[tuple[Any, Any]], n: int, head: Any, b: Any, power: int) -> Any:
    """Return the integral of w**n * wave(b*w) * sum of c*exp(-r*w), over (1 - exp(-w))**power."""
    if head is None:
        return _transformed(rows, sympy.Integer(0), power, sympy.cos) if n == 0 else None
    beta = sympy.Dummy("b", positive=True)
    # w**n*cos(b*w) and w**n*sin(b*w) are derivatives in b of one of the two waves.
    turned = head if n % 2 == 0 else (sympy.sin if head is sympy.cos else sympy.cos)
    value = _transformed(rows, beta, power, turned)
    if value is None:
        return None
    sign = (-1) ** (n // 2) * (-1 if n % 2 and head is sympy.sin else 1)
    return sign * sympy.diff(value, beta, n).subs(beta, b)


def _transformed(rows: list[tuple[Any, Any]], beta: Any, power: int, head: Any) -> Any:
    """Return the integral of a wave times powers of exp(-w) over (1 - exp(-w))**power."""
    weights: dict[Any, Any] = {}
    total: Any = 0
    for c, r in rows:
        z = r + sympy.I * beta
        polynomial, rest = _sum_over(z, power)
        r0, extra = _shifted(r, z, beta)
        weights[r0] = weights.get(r0, 0) - c * polynomial
        total += c * (rest - polynomial * extra)
    unknown: dict[Any, Any] = {}
    for r, weight in weights.items():
        total += sympy.expand(weight) * _digamma(r, beta, unknown, list(weights))
    total = sympy.expand(total)
    re, im = total.as_real_imag() if beta != 0 else (total, sympy.Integer(0))
    value = sympy.expand(re if head is sympy.cos else -im)
    for letter, meant in unknown.items():
        if sympy.simplify(value.coeff(letter)) == 0:
            value = value.coeff(letter, 0)
        elif beta != 0 or meant is None:
            return None
        else:
            value = value.subs(letter, meant)
    return value if beta != 0 else sympy.simplify(value)


def _sum_over(z: Any, power: int) -> tuple[Any, Any]:
    """Return p and g: the sum of binomial(n + k - 1, k - 1)/(n + z) is -p*digamma(z) + g."""
    m = sympy.Dummy("m")
    weight = sympy.Poly(
        sympy.expand(sympy.Mul(*[m - z + i for i in range(1, power)])) / sympy.factorial(power - 1),
        m,
    )
    rest: Any = 0
    for (j,), a in weight.terms():
        if j > 0:
            rest -= a * sympy.bernoulli(j, z) / j
    return weight.coeff_monomial(1), sympy.expand(rest)


def _shifted(r: Any, z: Any, beta: Any) -> tuple[Any, Any]:
    """Return 0 < r0 <= 1 and e: digamma(z) = digamma(r0 + i*beta) + e; parameters stay."""
    if not r.is_Rational:
        return r, sympy.Integer(0)
    steps = int(sympy.ceiling(r)) - 1
    start = r - steps + sympy.I * beta
    if steps >= 0:
        return r - steps, sympy.Add(*[1 / (start + k) for k in range(steps)])
    return r - steps, -sympy.Add(*[1 / (z + k) for k in range(-steps)])


def _digamma(r: Any, beta: Any, unknown: dict[Any, Any], known: list[Any]) -> Any:
    """Return digamma(r + i*beta), what is not elementary as a letter; `unknown` explains these."""
    if beta == 0:
        partner = next((k for k in known if k != r and sympy.expand(k + r) == 1), None)
        if partner is not None and known.index(partner) < known.index(r):
            return _letter(partner, unknown) + sympy.pi * sympy.cot(sympy.pi * partner)
        return _letter(r, unknown)
    if r == 1:
        height = -1 / (2 * beta) + sympy.pi / 2 * sympy.coth(sympy.pi * beta)
        return _letter(("re", r), unknown) + sympy.I * height
    if r == sympy.Rational(1, 2):
        height = sympy.pi / 2 * sympy.tanh(sympy.pi * beta)
        return _letter(("re", r), unknown) + sympy.I * height
    if r.is_Rational and r > sympy.Rational(1, 2):
        re, im = (_letter((part, 1 - r), unknown) for part in ("re", "im"))
        angle = 2 * sympy.pi * (1 - r)
        wide = 2 * sympy.pi * beta
        below = sympy.cosh(wide) - sympy.cos(angle)
        cot_re, cot_im = sympy.sin(angle) / below, -sympy.sinh(wide) / below
        return re + sympy.pi * cot_re - sympy.I * (im + sympy.pi * cot_im)
    return _letter(("re", r), unknown) + sympy.I * _letter(("im", r), unknown)


def _letter(meaning: Any, unknown: dict[Any, Any]) -> Any:
    name = f"d{meaning}"
    found = next((letter for letter in unknown if letter.name == name), None)
    if found is None:
        found = sympy.Symbol(name, real=True)
        unknown[found] = None if isinstance(meaning, tuple) else sympy.digamma(meaning)
    return found
