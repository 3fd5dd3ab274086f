"""Closed forms of limits: continuity, Gruntz' algorithm, and the same on other spellings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import sympy

from ...expression import Expression
from ..deadline import within_seconds
from ..integration.primitives import ERRORS
from ..integration.problem import Candidate, IntegralProblem
from ..integration.tidy import tidy
from ..integration.view import FORBIDDEN, to_expression, view

__all__ = ["propose_limits"]

#: For one spelling.
SECONDS = 3.0

_SPELLINGS: tuple[Callable[[Any], Any], ...] = (
    sympy.powsimp,
    lambda f: sympy.gammasimp(sympy.combsimp(f)),
    sympy.radsimp,
    lambda f: sympy.expand_log(sympy.expand_trig(f)),
    lambda f: f.rewrite(sympy.exp),
    sympy.simplify,
)


def propose_limits(
    formula: Expression,
    name: str,
    place: Expression,
    side: int,
    way: str,
    report: Callable[[Any], None] | None = None,
) -> tuple[Candidate, ...]:
    """Return closed forms of a one-sided limit; nothing of them has been checked.

    Parameters
    ----------
    formula : Expression
    name : str
        The variable.
    place : Expression
        Where it goes; infinite ones have no side.
    side : int
        1 from above, -1 from below.
    way : str
        "continuity", "stirling", "gruntz" or "spellings".
    report : callable, optional
        Gets each candidate as soon as it is found.
    """
    f, ((x, at, _),) = view(IntegralProblem(formula, ((name, place, place),)))
    found: list[Candidate] = []
    for value in _WAYS[way](f, x, at, side):
        form = _shown(value)
        if form is not None and form not in [one.form for one in found]:
            found.append(Candidate(form, way))
            if report is not None:
                report(found[-1])
    return tuple(found)


def _shown(value: Any) -> Expression | None:
    """Return a limit as an expression: a tidy form, or an infinity with its sign."""
    if value is None or value.has(*FORBIDDEN, sympy.Dummy, sympy.nan, sympy.zoo, sympy.I):
        return None
    if value.has(sympy.oo, -sympy.oo):
        return to_expression(value)
    form = tidy(value)
    return None if form is None else to_expression(form)


def _by_continuity(f: Any, x: Any, at: Any, side: int) -> Iterator[Any]:
    if at.is_infinite:
        return
    try:
        yield f.subs(x, at)
    except ERRORS:
        return


def _by_gruntz(f: Any, x: Any, at: Any, side: int) -> Iterator[Any]:
    yield _limit(f, x, at, side)
    yield _moved(f, x, at, side)


def _by_stirling(f: Any, x: Any, at: Any, side: int) -> Iterator[Any]:
    """Propose the limit with Gamma functions at infinity replaced by Stirling's formula."""
    f = f.rewrite(sympy.gamma)
    if at != sympy.oo or not f.has(sympy.gamma):
        return
    t = sympy.Dummy("t", positive=True)
    try:
        logarithm = sympy.expand_log(sympy.log(f.subs(x, t)), force=True)
        plain = logarithm.replace(
            lambda part: isinstance(part, sympy.log) and isinstance(part.args[0], sympy.gamma),
            lambda part: _stirling(part.args[0].args[0]),
        )
        exponent = _limit(sympy.expand(plain), t, sympy.oo, 1)
    except ERRORS:
        return
    if exponent is not None and not exponent.has(*FORBIDDEN, sympy.Dummy):
        yield sympy.exp(exponent)


def _stirling(z: Any) -> Any:
    """Return the logarithm of Gamma(z) but for what vanishes."""
    return (z - sympy.Rational(1, 2)) * sympy.log(z) - z + sympy.log(2 * sympy.pi) / 2


def _by_spellings(f: Any, x: Any, at: Any, side: int) -> Iterator[Any]:
    seen = {f}
    for spell in _SPELLINGS:
        try:
            other = within_seconds(SECONDS, partial(spell, f))
        except ERRORS:
            continue
        if other is not None and other not in seen:
            seen.add(other)
            yield _limit(other, x, at, side)


def _limit(f: Any, x: Any, at: Any, side: int) -> Any:
    """Return SymPy's limit, or None."""
    direction = "+" if side > 0 else "-"
    try:
        return within_seconds(SECONDS, lambda: sympy.limit(f, x, at, direction))
    except ERRORS:
        return None


def _moved(f: Any, x: Any, at: Any, side: int) -> Any:
    """Return the limit in t = 1/|x - at|, which is positive and goes to infinity."""
    t = sympy.Dummy("t", positive=True)
    there = at + side / t if not at.is_infinite else (t if at == sympy.oo else -t)
    try:
        return _limit(f.subs(x, there), t, sympy.oo, 1)
    except ERRORS:
        return None


_WAYS = {
    "continuity": _by_continuity,
    "stirling": _by_stirling,
    "gruntz": _by_gruntz,
    "spellings": _by_spellings,
}
