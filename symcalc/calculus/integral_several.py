"""The value of an integral over several ranges: refused, proven as a product, or by two rules."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

from ..backends import compile_expression
from ..errors import CompileError
from ..expression import Expression, Variable
from ..graph.graph import Graph, Node
from ..numeric.quadrature import (
    Layer,
    QuadratureEstimate,
    View,
    cubature,
    divergence,
    nested_quadrature,
)
from ..outcome import Outcome, Trust
from ..symbolic.integrands import (
    Convergence,
    Verdict,
    coalescences,
    convergence,
    integrand_facts,
    seen_from_formula,
    special_places,
)
from ..symbolic.integrands.places import critical_terms
from ..writing import to_text
from .integral_value import (
    IntegralNumber,
    compiled_integrand,
    constant_ball,
    no_value,
    range_limit,
)
from .integration_ranges import IntegrationRange, RangedIntegral

__all__ = ["REFUSED", "number_over_several"]

#: Verdicts that leave an integral without a value.
REFUSED = {
    Convergence.DIVERGES: Outcome.DIVERGENT,
    Convergence.UNDEFINED: Outcome.NO_LIMIT,
    Convergence.NOT_REAL: Outcome.NOT_REAL,
}

#: Where in the outer ranges the innermost integral is looked at, in shares of them.
_SHARES = (Fraction(389, 1000), Fraction(83, 1000), Fraction(617, 1000), Fraction(941, 1000))
#: One place may be special by chance.
_WITNESSES = 2
#: Beyond so many variables iterated rules take too long.
MAX_NESTED = 3
#: Seconds for iterated rules, in units of the time for a proof.
NESTED_SHARE = 3.0


def number_over_several(
    problem: RangedIntegral, seconds: float, deadline: float = math.inf
) -> IntegralNumber:
    """Return the value over several ranges, innermost first, until the clock says `deadline`."""
    refused = _refusal(problem)
    if refused is not None:
        return refused
    try:
        found = _estimated(problem, NESTED_SHARE * seconds, deadline)
    except CompileError as error:
        return no_value(Outcome.UNDECIDED, str(error), Trust.UNCHECKED)
    if not found.outcome.is_good and found.outcome is not Outcome.UNDECIDED:
        return no_value(found.outcome, found.note or _ITERATED, found.trust)
    if found.outcome is Outcome.DONE and not math.isfinite(found.value + found.error):
        found = replace(found, outcome=Outcome.UNDECIDED, trust=Trust.SUSPECT)
    return IntegralNumber(
        found.value, found.error, found.method, found.trust, found.outcome, found.note
    )


_ITERATED = "an integral over the outer variables does not exist"


# -- whether there is a value ---------------------------------------------------------------------


def _refusal(problem: RangedIntegral) -> IntegralNumber | None:
    """Return why there is no value where the innermost integral has none, at several places."""
    inner = problem.ranges[0]
    failing: list[tuple[Verdict, str]] = []
    for point in _outer_points(problem):
        found = _inner_verdict(problem, inner, point)
        if found is None or found.convergence not in REFUSED:
            continue
        where = ", ".join(f"{name} = {float(value):.6g}" for name, value in point.items())
        failing.append((found, where))
        if len(failing) == _WITNESSES:
            verdict, where = failing[0]
            note = f"{verdict.sentence}, where {where}"
            return no_value(REFUSED[verdict.convergence], note)
    return None


def _inner_verdict(
    problem: RangedIntegral, inner: IntegrationRange, point: dict[str, Fraction]
) -> Verdict | None:
    """Return what the innermost integral does at a place of the outer variables."""
    fixed = replace(problem, parameters=tuple(point), ranges=(inner,)).at(point)
    (only,) = fixed.ranges
    ends = [constant_ball(fixed.graph, node) for node in (only.lower, only.upper)]
    if any(end is None or end.is_nan() for end in ends):
        return None
    lower, upper = ends if ends[0] < ends[1] else ends[::-1]
    if not lower < upper:
        return None
    facts = integrand_facts(fixed.graph, fixed.root, only.name, lower, upper, {})
    return convergence(facts, float(lower), float(upper), only.name)


def _outer_points(problem: RangedIntegral) -> Iterator[dict[str, Fraction]]:
    """Yield places inside the outer ranges, as exact numbers."""
    for first in range(len(_SHARES)):
        point: dict[str, Fraction] = {}
        for place in range(len(problem.ranges) - 1, 0, -1):
            one = replace(problem, parameters=tuple(point), ranges=(problem.ranges[place],))
            (fixed,) = (at := one.at(point)).ranges
            ends = [constant_ball(at.graph, node) for node in (fixed.lower, fixed.upper)]
            if any(end is None or end.is_nan() for end in ends):
                break
            share = _SHARES[(first + place) % len(_SHARES)]
            point[fixed.name] = _between(float(ends[0]), float(ends[1]), share)
        else:
            yield point


def _between(lower: float, upper: float, share: Fraction) -> Fraction:
    if math.isfinite(lower) and math.isfinite(upper):
        return Fraction(lower) + (Fraction(upper) - Fraction(lower)) * share
    if math.isfinite(lower) or math.isfinite(upper):
        end, side = (lower, 1) if math.isfinite(lower) else (upper, -1)
        return Fraction(end) + side * 3 * share
    return 4 * (share - Fraction(1, 2))


# -- the number -----------------------------------------------------------------------------------


def _estimated(problem: RangedIntegral, seconds: float, deadline: float) -> QuadratureEstimate:
    """Return the number: iterated rules where something is special, else rules for boxes."""
    is_few = len(problem.ranges) <= MAX_NESTED
    has_places = is_few and _is_special(problem)
    if has_places or not is_few:
        first = _nested(problem, seconds, deadline) if is_few else _on_boxes(problem, deadline)
    else:
        first = _on_boxes(problem, deadline)
    if (first.outcome is not Outcome.UNDECIDED and not _is_vague(first)) or not is_few:
        return first
    second = _on_boxes(problem, deadline) if has_places else _nested(problem, seconds, deadline)
    if second.outcome is not Outcome.UNDECIDED and not second.outcome.is_good:
        return second
    both = [one for one in (first, second) if math.isfinite(one.value + one.error)]
    if not both:
        return second
    return min(both, key=lambda one: one.error)


def _is_vague(found: QuadratureEstimate) -> bool:
    return found.trust is not Trust.CHECKED and found.outcome.is_good


def _is_special(problem: RangedIntegral) -> bool:
    """Whether a step of the integrand, or of an end of a range, is special anywhere."""
    graph = problem.graph.copy()
    nodes = [problem.root, *(node for r in problem.ranges[:-1] for node in (r.lower, r.upper))]
    return any(critical_terms(graph, node, name) for node in nodes for name in problem.names)


def _nested(problem: RangedIntegral, seconds: float, deadline: float) -> QuadratureEstimate:
    """Integrate from the inside out, unless the integral diverges over the outer variable."""
    started = time.monotonic()
    seconds = min(seconds, max(deadline - started, 0.0))
    layer = _layer(problem)
    failing = divergence(layer, seconds=0.5 * seconds)
    note = ""
    if failing is None and _may_depend_on_order(problem):
        graph = problem.graph.copy()
        size = replace(problem, graph=graph, root=graph.call("abs", (problem.root,)))
        layer_of_size = _layer(size)
        failing = divergence(layer_of_size, seconds=0.5 * seconds)
        note = ", for the absolute value: the order of integration would decide"
    if failing is not None:
        note = _divergent_at(problem, *failing) + note
        return QuadratureEstimate(
            math.nan, math.nan, "measured growth", Trust.ESTIMATED, Outcome.DIVERGENT, note
        )
    left = max(seconds - (time.monotonic() - started), min(0.2, seconds))
    return nested_quadrature(layer, seconds=left)


def _may_depend_on_order(problem: RangedIntegral) -> bool:
    """Whether an integrand with poles is integrated over bounded ranges."""
    graph = problem.graph.copy()
    if not all(_is_finite(graph, end) for one in problem.ranges for end in (one.lower, one.upper)):
        return False
    return any(
        term.kind == "edge"
        for name in problem.names
        for term in critical_terms(graph, problem.root, name)
    )


def _divergent_at(problem: RangedIntegral, place: int, side: int, power: float) -> str:
    """Return a sentence on a divergent outermost integral."""
    name, graph = problem.names[-1], problem.graph.copy()
    if place < 0:
        return f"divergent at {name} = {'oo' if side > 0 else '-oo'}, like |{name}|^{power:.4g}"
    text = to_text(graph, _places(replace(problem, graph=graph))[place])
    distance = f"|{name} - {text}|" if text != "0" else f"|{name}|"
    return f"divergent at {name} = {text}, like {distance}^{power:.4g}"


def _is_finite(graph: Graph, node: Node) -> bool:
    return not any(graph.kinds[n] == "oo" for n in graph.reachable([node]))


def _on_boxes(problem: RangedIntegral, deadline: float) -> QuadratureEstimate:
    """Integrate over the unit cube, to which the ranges are mapped."""
    names = problem.names
    ranges = [
        tuple(range_limit(problem, node, names[place + 1 :]) for node in (one.lower, one.upper))
        for place, one in enumerate(problem.ranges)
    ]
    return cubature(compiled_integrand(problem, names), ranges, deadline=deadline)


# -- layers ---------------------------------------------------------------------------------------


def _layer(
    problem: RangedIntegral, small: frozenset[str] = frozenset(), outer: tuple[str, ...] = ()
) -> Layer:
    """Return the integral over the outermost range that is left, as a function of what is outer.

    `small` are the outer variables that measure distances.
    """
    problem = replace(problem, graph=problem.graph.copy())
    graph = problem.graph
    places = _places(problem)
    (*inside, last) = problem.ranges
    layers = [_function(graph, place, outer) for place in places]
    views = [
        View(index, side, _view(problem, tuple(inside), last.name, place, side, small, outer))
        for index, place in enumerate(places)
        for side in (1, -1)
        if _is_finite(graph, place)
    ]
    return Layer(layers, views)


def _view(
    problem: RangedIntegral,
    inside: tuple[IntegrationRange, ...],
    name: str,
    place: Node,
    side: int,
    small: frozenset[str],
    outer: tuple[str, ...],
) -> Callable[[], Any]:
    """Return what makes the integrand, or the layer inside, as seen from a place."""

    @cache
    def make() -> Any:
        graph = problem.graph.copy()

        def seen(node: Node) -> Node:
            return seen_from_formula(graph, node, name, place, side, small)

        root = seen(problem.root)
        if not inside:
            return _function(graph, root, (name, *outer))
        ranges = tuple(IntegrationRange(r.name, seen(r.lower), seen(r.upper)) for r in inside)
        within = RangedIntegral(graph, root, ranges)
        return _layer(within, small | {name}, (name, *outer))

    return make


def _places(problem: RangedIntegral) -> list[Node]:
    """Return the ends of the outermost range and the places inside it at which to cut."""
    graph = problem.graph
    terms: list[Node] = []
    places: list[Node] = []
    for index, one in enumerate(problem.ranges):
        hidden = frozenset(r.name for r in problem.ranges[:index])
        ends = [one.lower, one.upper]
        found = special_places(graph, problem.root, one.name, hidden, terms)
        places = [*ends, *(node for node in found if node not in ends)]
        finite = [node for node in places if _is_finite(graph, node)]
        if not finite:
            places.append(graph.const(0))
        terms += coalescences(graph, finite)
    return places


def _function(graph: Graph, node: Node, names: Sequence[str]) -> Callable[..., Any]:
    """Return a formula as a function of arrays, compiled when it is first called."""

    @cache
    def compiled() -> Callable[..., Any]:
        small, (root,) = graph.extract([node])
        expression = Expression(small, root, [Variable(name) for name in names])
        return compile_expression(expression, names)

    def values(*places: Any) -> Any:
        return compiled()(*places)

    return values
