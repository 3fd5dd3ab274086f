"""Principal values in closed form: an antiderivative, with the poles passed symmetrically."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from ..deadline import within_seconds
from .evaluate import breaks_of, one_sided_limit
from .primitives import ERRORS, antiderivatives
from .view import Definite, is_form

__all__ = ["principal_values"]

#: For the passage of one pole.
SECONDS = 2.0


def principal_values(problem: Definite) -> Iterator[Any]:
    """Propose the principal value from each antiderivative that is found.

    With F real on both sides of a pole c, the value gains lim (F(c - h) - F(c + h)) as h falls
    to 0, where each of the two limits by itself is infinite.
    """
    for _, F in antiderivatives(problem.f, problem.x):
        value = _passed(problem, _real_logarithms(F))
        if value is not None:
            yield value


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

    def work() -> Any:
        gained = sympy.expand_log(F.subs(x, place - h) - F.subs(x, place + h), force=True)
        try:
            return sympy.limit(sympy.expand(gained), h, 0, "+")
        except ERRORS:
            return None

    found = within_seconds(SECONDS, work)
    return found if found is not None and is_form(found) else None
