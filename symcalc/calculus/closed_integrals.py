"""Closed forms in place of the integrals inside of a formula, where one holds everywhere."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..expression import Expression, Variable
from ..graph.graph import Graph, Node
from ..graph.integrand import BOUND, Integrand, instantiate, parameter_name
from ..graph.rewrite import make, substitute
from ..outcome import Trust
from .integrate import integrate

__all__ = ["with_closed_integrals"]

#: Steps and functions that are analytic on the whole real line.
_ANALYTIC = frozenset(
    "add mul exp sin cos sinh cosh tanh sech atan asinh erf erfc sigmoid softplus sinc".split()
)
#: Names inside of a form; no text can say them once it is put in.
_VARIABLE, _LOWER, _UPPER = "x", "lower", "upper"


def with_closed_integrals(expression: Expression, seconds: float) -> Expression:
    """Return a formula in which integrals are replaced by their closed forms.

    Parameters
    ----------
    expression : Expression
    seconds : float
        For the search, all integrals together.

    Returns
    -------
    Expression
        The given one where nothing is replaced.

    Notes
    -----
    A form is put in when it agreed with the integral at five draws of its parameters, needs no
    condition, and both it and the integrand are analytic in all real values of the parameters:
    then they agree everywhere. `(exp(a) - 1)/a`, which has no value at 0 and few digits beside
    it, is not put in for `integral(exp(a*x), x, 0, 1)`.
    """
    graph = expression.graph.copy()
    deadline = time.monotonic() + seconds
    place: dict[Node, Node] = {}
    for node in expression.graph.reachable([expression.root]):
        kind, data = graph.kinds[node], graph.data[node]
        args = tuple(place[arg] for arg in graph.args[node])
        place[node] = node if args == graph.args[node] else make(graph, kind, args, data)
        left = deadline - time.monotonic()
        if kind == "integral" and left > 0:
            place[node] = _replaced(graph, place[node], left)
    if place[expression.root] == expression.root:
        return expression
    return Expression(graph, place[expression.root], expression.variables)


def _replaced(graph: Graph, node: Node, seconds: float) -> Node:
    """Return the closed form of an integral, or the integral."""
    lower, upper, *parameters = graph.args[node]
    ends = [
        None if graph.variables([end]) else Expression(*_alone(graph, end))
        for end in (lower, upper)
    ]
    form = _form(graph.data[node], ends[0], ends[1], seconds)
    if form is None:
        return node
    inside, root = form.graph.copy(), form.root
    names = {_LOWER: lower, _UPPER: upper}
    names |= {_name(index): parameter for index, parameter in enumerate(parameters)}
    variables = [v for v in inside.variables([root]) if inside.data[v] in names]
    apart = {v: inside.var(f"{inside.data[v]}'") for v in variables}
    (moved,) = graph.absorb(inside, [substitute(inside, root, apart)])
    values = {graph.var(f"{name}'"): value for name, value in names.items()}
    return substitute(graph, moved, values)


def _alone(graph: Graph, node: Node) -> tuple[Graph, Node]:
    small, (root,) = graph.extract([node])
    return small, root


def _name(index: int) -> str:
    return f"p{index + 1}"


def _form(
    integrand: Integrand, lower: Expression | None, upper: Expression | None, seconds: float
) -> Expression | None:
    """Return the closed form of an integral in its parameters, and in ends that are not given."""
    inside, root = integrand.graph, integrand.root
    free = [parameter_name(index) for index in range(integrand.n_parameters)]
    if lower is None or upper is None:
        free.append(BOUND)  # it meets the ends
    if not _is_analytic(inside, root, free):
        return None
    graph = Graph()
    bound, *parameters = [
        graph.var(name) for name in (_VARIABLE, *map(_name, range(integrand.n_parameters)))
    ]
    body = instantiate(graph, integrand, parameters, bound)
    used = [Variable(str(graph.data[node])) for node in graph.variables([body])]
    found = integrate(
        Expression(graph, body, used),
        (_VARIABLE, lower or _LOWER, upper or _UPPER),
        budget=seconds,
        method="symbolic",
        throw=False,
    )
    form = found.closed_form
    if form is None or found.conditions or found.check is None:
        return None
    if found.check.trust not in (Trust.CHECKED, Trust.PROVEN):
        return None
    return form if _is_analytic(form.graph, form.root, form.names) else None


def _is_analytic(graph: Graph, root: Node, names: Sequence[str]) -> bool:
    """Whether a formula is seen to be analytic in all real values of some variables."""
    moving: set[Node] = set()
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "var" and graph.data[node] in names:
            moving.add(node)
        elif not moving.isdisjoint(args):
            moving.add(node)
            if kind == "pow":
                if not _is_entire_power(graph, *args):
                    return False
            elif kind not in _ANALYTIC:
                return False
    return True


def _is_entire_power(graph: Graph, base: Node, exponent: Node) -> bool:
    """Whether a power is a polynomial, or an exponential of a positive number."""
    power, number = graph.value(exponent), graph.value(base)
    if power is not None:
        return isinstance(power, int) and power >= 0
    return graph.kinds[base] in ("e", "pi") or (number is not None and number > 0)
