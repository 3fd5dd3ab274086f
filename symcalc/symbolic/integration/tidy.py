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
    lambda form: sympy.logcombine(sympy.expand(form), force=True) if form.has(sympy.log) else form,
    sympy.simplify,
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
    return int(sympy.count_ops(form)) + len(str(form)) // 8


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
        (sympy.dirichlet_eta, lambda s: (1 - 2 ** (1 - s)) * sympy.zeta(s)),
    )
    for head, made in swaps:
        if form.has(head):
            form = form.replace(head, made)
    return form


def _upper(s: Any, z: Any) -> Any:
    return sympy.E1(z) if s == 0 else sympy.uppergamma(s, z)
