"""The form that is shown: real, short, in functions of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from ..deadline import within_seconds
from .primitives import ERRORS
from .view import is_form, to_expression

__all__ = ["tidy"]

#: For all simplifications of one form.
SECONDS = 0.6

_STEPS: tuple[Callable[[Any], Any], ...] = (
    lambda form: form.doit(),
    sympy.expand,
    sympy.factor_terms,
    lambda form: sympy.powsimp(sympy.gammasimp(form)) if form.has(sympy.gamma) else form,
    sympy.simplify,
    lambda form: (
        sympy.expand_log(sympy.simplify(form), force=True) if form.has(sympy.log) else form
    ),
)


def tidy(form: Any) -> Any:
    """Return the shortest equal form that symcalc can write, or None where there is none."""
    form = _named(form)
    if form.has(sympy.I):
        form = within_seconds(SECONDS, lambda: _real(form))
        if form is None:
            return None
    best = form if is_form(form) and to_expression(form) is not None else None

    def work() -> None:
        nonlocal best
        for step in _STEPS:
            try:
                found = _named(step(form))
            except ERRORS:
                continue
            if best is not None and _weight(found) >= _weight(best):
                continue
            if is_form(found) and to_expression(found) is not None:
                best = found

    if best is None or _weight(best) > 2:
        within_seconds(SECONDS, work)
    return best


def _weight(form: Any) -> int:
    """Return how much there is to read."""
    powers = len([log for log in form.atoms(sympy.log) if log.args[0].is_Pow])
    operations: int = sympy.count_ops(form)
    return operations + len(str(form)) // 8 + 12 * powers


def _real(form: Any) -> Any:
    """Return the real part of a form whose imaginary part should vanish."""
    for step in (sympy.simplify, _real_part):
        try:
            found = step(form)
        except ERRORS:
            continue
        if not found.has(sympy.I):
            return found
    return None


def _real_part(form: Any) -> Any:
    return sympy.simplify(sympy.expand_complex(form).as_real_imag()[0])


def _named(form: Any) -> Any:
    """Return a form in functions that symcalc has."""
    form = sympy.piecewise_fold(form) if form.has(sympy.Piecewise) else form
    swaps: tuple[tuple[Any, Callable[..., Any]], ...] = (
        (sympy.uppergamma, _upper),
        (sympy.polylog, lambda s, z: sympy.expand_func(sympy.polylog(s, z))),
        (sympy.exp_polar, sympy.exp),
        (sympy.expint, lambda n, z: sympy.E1(z) if n == 1 else sympy.expint(n, z)),
        (sympy.zeta, _hurwitz),
        (sympy.polygamma, _reflected),
        (sympy.dirichlet_eta, lambda s: (1 - 2 ** (1 - s)) * sympy.zeta(s)),
    )
    for head, made in swaps:
        if form.has(head):
            form = form.replace(head, made)
    return form


def _hurwitz(s: Any, q: Any = sympy.S.One) -> Any:
    """Return Hurwitz' zeta function of whole order by polygamma."""
    if q == 1 or not (s.is_Integer and s > 1):
        return sympy.zeta(s, q)
    return (-1) ** s * sympy.polygamma(s - 1, q) / sympy.factorial(s - 1)


def _reflected(n: Any, q: Any) -> Any:
    """Return polygamma at fractions of quarters, those above 1/2 by reflection."""
    if n == 1 and q == sympy.Rational(1, 4):
        return sympy.pi**2 + 8 * sympy.Catalan
    if not (q.is_Rational and sympy.Rational(1, 2) < q < 1 and n.is_Integer and n > 0):
        return sympy.polygamma(n, q)
    t = sympy.Dummy("t")
    slope = sympy.diff(sympy.cot(sympy.pi * t), t, n).subs(t, 1 - q)
    return (-1) ** n * (_reflected(n, 1 - q) + sympy.pi * slope)


def _upper(s: Any, z: Any) -> Any:
    return sympy.E1(z) if s == 0 else sympy.uppergamma(s, z)
