"""Where an integrand of several variables is special, as formulas of the outer variables."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ...graph.graph import Graph, Node
from ...graph.rewrite import substitute
from ..polynomials import Monomial, Polynomial, multiplied_out, to_node
from .places import critical_terms, vanishing_factors

__all__ = ["coalescences", "seen_from_formula", "special_places"]

#: Terms that are followed at most, places of one variable, and steps of a function with jumps.
MAX_TERMS, MAX_PLACES, MAX_STEPS = 40, 14, 8


def special_places(
    graph: Graph, root: Node, variable: str, hidden: frozenset[str], more: Sequence[Node] = ()
) -> list[Node]:
    """Return formulas for places of a variable at which an integrand may be special.

    Parameters
    ----------
    graph, root
        New nodes are appended.
    variable : str
    hidden : frozenset of str
        The variables inside, over which the integral has been taken by then: terms in which they
        occur say nothing.
    more : sequence of Node
        Further terms at whose zeros the integrand is special.

    Notes
    -----
    The zeros of linear and quadratic terms, and the vertices of the latter, next to which a term
    without real zeros is least. What is of a higher degree is left out.
    """
    found: dict[Node, None] = {}
    terms = [(term.node, term.is_whole) for term in critical_terms(graph, root, variable)]
    for extra in more:
        terms += [(part, False) for part in vanishing_factors(graph, extra)]
        terms += [(t.node, t.is_whole) for t in critical_terms(graph, extra, variable)]
    for node, is_whole in list(dict.fromkeys(terms))[:MAX_TERMS]:
        if not hidden.isdisjoint(_names(graph, node)):
            continue
        coefficients = _coefficients(graph, node, variable)
        if coefficients is None:
            continue
        levels = range(-MAX_STEPS, MAX_STEPS + 1) if is_whole and len(coefficients) == 2 else (0,)
        for level in levels:
            shifted = [graph.add((coefficients[0], graph.const(-level))), *coefficients[1:]]
            found.update(dict.fromkeys(_zeros(graph, shifted)))
    return list(found)[: MAX_PLACES if len(found) < 2 * MAX_STEPS else 2 * MAX_PLACES]


def coalescences(graph: Graph, places: Sequence[Node]) -> list[Node]:
    """Return the terms that vanish where two places meet, or where one begins to exist."""
    terms: dict[Node, None] = {}
    for index, one in enumerate(places):
        for node in graph.reachable([one]):
            if graph.kinds[node] == "pow" and graph.value(graph.args[node][1]) == Fraction(1, 2):
                terms[graph.args[node][0]] = None
        for other in places[:index]:
            terms[graph.sub(one, other)] = None
    return [term for term in terms if graph.variables([term])][:MAX_TERMS]


def seen_from_formula(
    graph: Graph, root: Node, variable: str, place: Node, side: int, small: frozenset[str]
) -> Node:
    """Return the formula in w, where `variable = place + side*w`; w has the variable's name.

    Sums that vanish together with w and the `small` variables, or in which terms cancel, are
    multiplied out, with the power of w in front: 1 - x**2 - y**2 seen from sqrt(1 - y**2) inwards
    is w*(2*sqrt(1 - y**2) - w).
    """
    w = graph.var(variable)
    moved = substitute(graph, root, {w: graph.add((place, graph.scale(side, w)))})
    near = small | {variable}
    tidy: dict[Node, Node] = {}
    for node in graph.reachable([moved]):
        if graph.kinds[node] == "add" and not near.isdisjoint(_names(graph, node)):
            polynomial = multiplied_out(graph, node)
            if polynomial is not None and (
                _vanishes(graph, polynomial, near) or len(polynomial) < _n_terms(graph, node)
            ):
                tidy[node] = _with_factor(graph, polynomial, w)
    # a sum inside of another one that was multiplied out is gone already
    return substitute(graph, moved, tidy) if tidy else moved


def _names(graph: Graph, node: Node) -> set[str]:
    return {str(graph.data[v]) for v in graph.variables([node])}


def _vanishes(graph: Graph, polynomial: Polynomial, near: frozenset[str]) -> bool:
    """Whether every term has a factor that is small."""
    return all(
        any(power > 0 and graph.kinds[f] == "var" and graph.data[f] in near for f, power in term)
        for term in polynomial
    )


def _n_terms(graph: Graph, node: Node) -> int:
    """Count the terms of a sum, those of sums inside of it too."""
    if graph.kinds[node] != "add":
        return 1
    return sum(_n_terms(graph, arg) for arg in graph.args[node])


def _with_factor(graph: Graph, polynomial: Polynomial, w: Node) -> Node:
    """Return a polynomial with the lowest power of w in front."""
    powers = [dict(term).get(w, 0) for term in polynomial]
    low = min(powers, default=0)
    if low <= 0:
        return to_node(graph, polynomial)
    rest: dict[Monomial, int | Fraction] = {}
    for term, coefficient in polynomial.items():
        left = dict(term)
        left[w] = left[w] - low
        rest[frozenset((f, e) for f, e in left.items() if e)] = coefficient
    return graph.mul([graph.pow(w, graph.const(low)), to_node(graph, rest)])


def _coefficients(graph: Graph, node: Node, variable: str) -> list[Node] | None:
    """Return the coefficients of a polynomial of degree 1 or 2 in a variable, else None."""
    polynomial = multiplied_out(graph, node)
    if polynomial is None:
        return None
    x = graph.var(variable)
    parts: list[dict[Monomial, int | Fraction]] = [{}, {}, {}]
    for term, coefficient in polynomial.items():
        rest = dict(term)
        power = rest.pop(x, 0)
        if power not in (0, 1, 2) or any(variable in _names(graph, f) for f in rest):
            return None
        parts[int(power)][frozenset(rest.items())] = coefficient
    while parts and not parts[-1]:
        parts.pop()
    return [to_node(graph, part) for part in parts] if len(parts) > 1 else None


def _zeros(graph: Graph, coefficients: Sequence[Node]) -> list[Node]:
    """Return the zeros of a polynomial of degree 1 or 2, and the vertex of the latter."""
    if len(coefficients) == 2:
        return [_expanded(graph, graph.scale(-1, graph.div(*coefficients)))]
    c, b, a = coefficients
    double = graph.scale(2, a)
    vertex = graph.scale(-1, graph.div(b, double))
    square = graph.sub(graph.pow(b, graph.const(2)), graph.scale(4, graph.mul((a, c))))
    root = graph.pow(_expanded(graph, square), graph.const(Fraction(1, 2)))
    reach = graph.div(root, double)
    places = (vertex, graph.add((vertex, reach)), graph.sub(vertex, reach))
    return [_expanded(graph, place) for place in places]


def _expanded(graph: Graph, node: Node) -> Node:
    polynomial = multiplied_out(graph, node)
    return node if polynomial is None else to_node(graph, polynomial)
