"""Principal values in closed form: an antiderivative, with the poles passed symmetrically."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from ..deadline import within_seconds
from .evaluate import breaks_of, one_sided_limit
from .mellin import half_line
from .primitives import ERRORS, antiderivatives
from .residues import residues
from .view import Definite, is_value
from .waves import distributed

__all__ = ["principal_values"]

#: For the passage of one pole.
SECONDS = 2.0


def principal_values(problem: Definite) -> Iterator[Any]:
    """Propose by residues and Mellin transforms, then from each antiderivative that is found.

    With F real on both sides of a pole c, the value gains lim (F(c - h) - F(c + h)) as h falls
    to 0, where each of the two limits by itself is infinite.
    """
    for way in (residues, half_line, _hilbert):
        try:
            yield from way(problem)
        except ERRORS:
            continue
    for _, F in antiderivatives(problem.f, problem.x):
        value = _passed(problem, _real_logarithms(F))
        if value is not None:
            yield value


def _hilbert(problem: Definite) -> Iterator[Any]:
    """Propose that of exp(-c*x**2)/(x - d) over the line, by Dawson's integral."""
    f, x = problem.f, problem.x
    if not problem.is_line:
        return
    total: Any = 0
    c, k = (sympy.Wild(name, exclude=[x]) for name in "ck")
    for term in distributed(f):
        upper, lower = _fraction(term)
        if not lower.is_polynomial(x) or sympy.degree(lower, x) != 1:
            return
        found = (upper / lower.coeff(x, 1)).match(k * sympy.exp(-c * x**2))
        if found is None or not found[c].is_positive:
            return
        place = -lower.coeff(x, 0) / lower.coeff(x, 1)
        decay = sympy.exp(-found[c] * place**2)
        total -= found[k] * sympy.pi * decay * sympy.erfi(sympy.sqrt(found[c]) * place)
    yield total


def _fraction(term: Any) -> tuple[Any, Any]:
    """Return numerator and denominator; an exponential stays above."""
    below = [p for p in sympy.Mul.make_args(term) if p.is_Pow and p.exp == -1 and p.base.is_Add]
    lower = 1 / sympy.Mul(*below)
    return term * lower, lower


def _real_logarithms(F: Any) -> Any:
    """Return an antiderivative with log|u| for log(u), which has the same derivative."""
    return F.replace(sympy.log, lambda u: sympy.log(sympy.Abs(u)))


def _passed(problem: Definite, F: Any) -> Any:
    """Return the value of an antiderivative at the ends, and across each pole inside."""
    x, a, b = problem.x, problem.a, problem.b
    breaks = breaks_of(F, x, a, b)
    if not breaks:
        return None
    ends = [one_sided_limit(F, x, a, "+"), one_sided_limit(F, x, b, "-")]
    steps = [_step(F, x, place) for place in breaks]
    if any(part is None for part in (*ends, *steps)):
        return None
    return ends[1] - ends[0] + sum(steps)


def _step(F: Any, x: Any, place: Any) -> Any:
    """Return what the principal value gains across a place, None where that is not finite."""
    h = sympy.Dummy("h", positive=True)

    F = _near(F, x, place)

    def work() -> Any:
        gained = sympy.expand_log(F.subs(x, place - h) - F.subs(x, place + h), force=True)
        try:
            return sympy.limit(sympy.expand(gained), h, 0, "+")
        except ERRORS:
            return None

    found = within_seconds(SECONDS, work)
    return found if found is not None and is_value(found) else None


def _near(F: Any, x: Any, place: Any) -> Any:
    """Return F with log|u| for Ei(u), Ci(u), li(1 + u) where u is 0: the rest is continuous."""
    swap: dict[Any, Any] = {}
    for part in F.atoms(sympy.Ei, sympy.Ci, sympy.li):
        u = sympy.log(part.args[0]) if isinstance(part, sympy.li) else part.args[0]
        if u.subs(x, place) == 0:
            swap[part] = sympy.log(sympy.Abs(u))
    return F.xreplace(swap)
