"""Series by SymPy: the terms below an order, in the distance t from the place."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from ...expression import Expression
from ..deadline import within_seconds
from ..integration.primitives import ERRORS
from ..integration.problem import IntegralProblem
from ..integration.tidy import tidy
from ..integration.view import is_form, to_expression, view
from .terms import SeriesTerm

__all__ = ["propose_series"]

SECONDS = 4.0


def propose_series(
    formula: Expression,
    name: str,
    place: Expression,
    side: int,
    order: int,
    way: str,
    report: Callable[[Any], None] | None = None,
) -> tuple[tuple[SeriesTerm, ...], ...]:
    """Return the terms of a series below an order; nothing of them has been checked.

    Parameters
    ----------
    formula : Expression
    name : str
        The variable.
    place : Expression
    side : int
        1: t = x - place, or 1/x towards infinity; -1: t = place - x, or -1/x towards -infinity.
    order : int
        The powers of t below it.
    way : str
        "taylor" (derivatives at the place), "series" or "longer" (of SymPy, cut later).
    report : callable, optional
        Gets the terms.
    """
    f, ((x, at, _),) = view(IntegralProblem(formula, ((name, place, place),)))
    t = sympy.Dummy("t", positive=True)
    there = side / t if at.is_infinite else at + side * t
    try:
        g = f.subs(x, there)
        found = within_seconds(SECONDS, lambda: _WAYS[way](g, t, order))
        terms = None if found is None else _terms(sympy.expand(found), t, order)
    except ERRORS:
        return ()
    if terms is None:
        return ()
    if report is not None:
        report(terms)
    return (terms,)


def _taylor(g: Any, t: Any, order: int) -> Any:
    total, derivative = sympy.Integer(0), g
    for k in range(order):
        total += derivative.subs(t, 0) / sympy.factorial(k) * t**k
        derivative = sympy.diff(derivative, t)
    return total


_WAYS: dict[str, Callable[[Any, Any, int], Any]] = {
    "series": lambda g, t, order: g.series(t, 0, order).removeO(),
    "longer": lambda g, t, order: g.series(t, 0, 2 * order + 4).removeO(),
    "taylor": _taylor,
}


def _terms(total: Any, t: Any, order: int) -> tuple[SeriesTerm, ...] | None:
    """Return the terms of a sum by their powers; None where it is no series in t."""
    found: dict[tuple[Any, int], Any] = {}
    for part in sympy.Add.make_args(sympy.expand_log(total)):
        coefficient, moving = part.as_independent(t)
        power, logs = sympy.Integer(0), 0
        for base, exponent in moving.as_powers_dict().items():
            if base == t and exponent.is_Rational:
                power = exponent
            elif base == sympy.log(t) and exponent.is_Integer and exponent > 0:
                logs = int(exponent)
            elif base != 1:
                return None
        if power < order:
            found[power, logs] = found.get((power, logs), sympy.Integer(0)) + coefficient
    terms = []
    for (power, logs), coefficient in found.items():
        form = tidy(coefficient)
        if form is None or not is_form(form):
            return None
        shown = to_expression(form)
        if shown is None:
            return None
        if form != 0:
            terms.append(SeriesTerm(Fraction(int(power.p), int(power.q)), logs, shown))
    return tuple(sorted(terms, key=lambda term: (term.power, -term.log_power)))
