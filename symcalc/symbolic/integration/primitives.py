"""Antiderivatives: rational functions in real form, rules of integration by hand, Risch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy
from sympy.integrals.heurisch import heurisch
from sympy.integrals.manualintegrate import manualintegrate
from sympy.integrals.rationaltools import ratint
from sympy.integrals.risch import risch_integrate

from ..deadline import within_seconds
from .evaluate import newton_leibniz
from .view import FORBIDDEN, Definite

__all__ = ["ERRORS", "antiderivatives", "by_heurisch", "by_risch", "by_rules", "proper"]

#: What SymPy raises where an algorithm meets what it does not know.
ERRORS = (
    NotImplementedError,
    ValueError,
    TypeError,
    AttributeError,
    ZeroDivisionError,
    ArithmeticError,
    KeyError,
    IndexError,
    RecursionError,
    sympy.PolynomialError,
    AssertionError,
)

RULES_SECONDS, RISCH_SECONDS, HEURISCH_SECONDS = 2.0, 3.0, 4.0


def by_rules(problem: Definite) -> Iterator[Any]:
    """Propose by the rules that people use, rational functions first."""
    yield from _through(problem, (_rational, _manual))


def by_risch(problem: Definite) -> Iterator[Any]:
    """Propose by Risch's algorithm for transcendental functions."""
    yield from _through(problem, (_risch,))


def by_heurisch(problem: Definite) -> Iterator[Any]:
    """Propose by the parallel Risch heuristic, the slowest."""
    yield from _through(problem, (_heurisch,))


def antiderivatives(f: Any, x: Any) -> Iterator[tuple[str, Any]]:
    """Yield antiderivatives of a function with the name of what found them."""
    for name, way in (
        ("rational", _rational),
        ("rules", _manual),
        ("Risch", _risch),
        ("heurisch", _heurisch),
    ):
        F = way(f, x)
        if F is not None:
            yield name, F


def _through(problem: Definite, ways: tuple[Callable[[Any, Any], Any], ...]) -> Iterator[Any]:
    """Propose the integral from each antiderivative that is found."""
    for way in ways:
        F = way(problem.f, problem.x)
        if F is not None:
            value = newton_leibniz(problem, F)
            if value is not None:
                yield value


def proper(F: Any) -> Any:
    """Return an antiderivative without a rest, its special cases of parameters left out."""
    if F is None or F.has(*(set(FORBIDDEN) - {sympy.Dummy})) or F.has(sympy.nan, sympy.zoo):
        return None
    for _ in range(8):
        choice = next(iter(F.atoms(sympy.Piecewise)), None)
        if choice is None:
            return F
        F = F.xreplace({choice: _generic(choice)})
    return None


def _generic(choice: Any) -> Any:
    """Return the branch of a piecewise that holds for almost all parameters."""
    for value, condition in choice.args:
        if isinstance(condition, sympy.Ne) or condition == True:  # noqa: E712 - SymPy's own true
            return value
    return next((v for v, c in choice.args if not isinstance(c, sympy.Eq)), choice.args[-1][0])


def _rational(f: Any, x: Any) -> Any:
    if not f.is_rational_function(x):
        return None

    def work() -> Any:
        try:
            t = sympy.Dummy("t", real=True)
            F = ratint(sympy.together(f.xreplace({x: t})), t, real=True)
            return proper(F.xreplace({t: x}))
        except ERRORS:
            return None

    return within_seconds(RULES_SECONDS, work)


def _manual(f: Any, x: Any) -> Any:
    def work() -> Any:
        for form in _forms(f):
            try:
                F = proper(manualintegrate(form, x))
            except ERRORS:
                continue
            if F is not None:
                return F
        return None

    return within_seconds(RULES_SECONDS, work)


def _forms(f: Any) -> Iterator[Any]:
    """Yield a function, and the function expanded where that is another."""
    yield f
    expanded = sympy.expand(f)
    if expanded != f and expanded.is_Add and len(expanded.args) < 30:
        yield expanded


def _risch(f: Any, x: Any) -> Any:
    def work() -> Any:
        try:
            return proper(risch_integrate(f, x))
        except ERRORS:
            return None

    return within_seconds(RISCH_SECONDS, work)


def _heurisch(f: Any, x: Any) -> Any:
    def work() -> Any:
        try:
            return proper(heurisch(f, x))
        except ERRORS:
            return None

    return within_seconds(HEURISCH_SECONDS, work)
