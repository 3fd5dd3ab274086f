"""Integrals of compiled code: each integrand becomes a function of its ends and parameters."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from ..balls import enclose_integral
from ..errors import CompileError, SymcalcError
from ..facts import IntegrandFacts, SpecialPoint
from ..graph.graph import Graph, Node
from ..graph.integrand import BOUND, Integrand, parameter_name
from ..numeric.quadrature import Landmark, ParametricIntegral
from ..symbolic import prepare
from ..symbolic.integrands import Convergence, convergence, integrand_facts, landmark_terms

__all__ = ["compile_integral"]

#: `spell(graph, root, names)`: the array function of a root.
Spell = Callable[[Graph, Node, Sequence[str]], Callable[[Sequence[Any]], Any]]

#: Integrals inside of an integrand are asked for at many places: few of them are hard.
MAX_HARD_INSIDE = 4
#: For the proof of one value that no rule has found.
PROOF_SECONDS = 0.5

_ABSENT = frozenset({Convergence.DIVERGES, Convergence.UNDEFINED, Convergence.NOT_REAL})
_LOCK = threading.RLock()


def compile_integral(
    integrand: Integrand, spell: Spell, *, is_inside: bool = False
) -> ParametricIntegral:
    """Return the integral as a function `(lower, upper, *parameters)` of arrays or floats.

    Parameters
    ----------
    integrand : Integrand
    spell : callable
        Compiles one root of a graph for arrays.
    is_inside : bool
        Whether it stands inside of another integrand.
    """
    with _LOCK:
        return _compiled(integrand, spell, is_inside)


@lru_cache(maxsize=512)
def _compiled(integrand: Integrand, spell: Spell, is_inside: bool) -> ParametricIntegral:
    names = [BOUND, *map(parameter_name, range(integrand.n_parameters))]
    function = _of_arguments(spell(*prepare(integrand.graph, integrand.root), names))
    graph = integrand.graph.copy()
    landmarks = []
    for term in landmark_terms(graph, integrand.root, BOUND):
        try:
            landmarks.append(Landmark(_of_arguments(spell(graph, term.node, names)), term.kind))
        except CompileError:
            continue
    facts_at, prove = partial(_facts_at, integrand), partial(_proven, integrand)
    if is_inside:
        return ParametricIntegral(function, landmarks, facts_at, max_alone=MAX_HARD_INSIDE)
    return ParametricIntegral(function, landmarks, facts_at, prove)


def _of_arguments(function: Callable[[Sequence[Any]], Any]) -> Callable[..., Any]:
    return lambda *args: function(args)


def _point(values: Sequence[float]) -> dict[str, float]:
    return {parameter_name(index): value for index, value in enumerate(values)}


def _facts_at(
    integrand: Integrand, lower: float, upper: float, values: Sequence[float]
) -> IntegrandFacts | None:
    """Return the facts of an integrand, None where its integral does not exist."""
    try:
        facts = integrand_facts(
            integrand.graph, integrand.root, BOUND, lower, upper, _point(values)
        )
    except SymcalcError:
        return IntegrandFacts()
    return None if convergence(facts, lower, upper).convergence in _ABSENT else facts


def _proven(
    integrand: Integrand,
    lower: float,
    upper: float,
    values: Sequence[float],
    facts: IntegrandFacts,
) -> float:
    """Return the middle of an enclosure with the digits of a double, else NaN."""
    found = enclose_integral(
        integrand.graph,
        integrand.root,
        BOUND,
        lower,
        upper,
        _point(values),
        splits=[_exact(point) for point in facts.points if point.kind != "peak"],
        seconds=PROOF_SECONDS,
    )
    return math.nan if found.ball is None or found.reason else float(found.ball.mid())


def _exact(point: SpecialPoint) -> float | Fraction:
    """Return a special place as the rational number that it is, where that is known."""
    try:
        return Fraction(point.exact)
    except ValueError:
        return point.at
