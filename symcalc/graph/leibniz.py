"""Leibniz' rule: how an integral depends on its ends and on what is in its integrand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set

from ..errors import DerivativeError
from .graph import Graph, Node
from .integrand import Integrand, instantiate, jumps_with, make_integral, parameter_name

__all__ = ["leibniz"]

#: `gradient(graph, root, wrt)`: the derivation itself.
Gradient = Callable[[Graph, Node, Sequence[Node]], list[Node]]


def leibniz(
    graph: Graph, integral: Node, active: Set[Node], gradient: Gradient
) -> Iterator[tuple[Node, Node]]:
    """Yield the active arguments of an integral, each with the derivative in it.

    For the ends f(upper) and -f(lower), for a parameter the integral of the derivative of f.

    Raises
    ------
    DerivativeError
        The integrand jumps at a place that moves with a parameter: the derivative between the
        jumps is not all of it.
    """
    integrand: Integrand = graph.data[integral]
    lower, upper, *parameters = graph.args[integral]
    if upper in active:
        yield upper, instantiate(graph, integrand, parameters, upper)
    if lower in active:
        yield lower, graph.neg(instantiate(graph, integrand, parameters, lower))
    for index, parameter in enumerate(parameters):
        if parameter in active:
            slope = _differentiated(integrand, index, gradient)
            yield parameter, _integrated(graph, slope, parameters, lower, upper)


def _integrated(
    graph: Graph, integrand: Integrand, parameters: Sequence[Node], lower: Node, upper: Node
) -> Node:
    """Return the integral of an integrand, with those parameters only that it has left."""
    if integrand.graph.value(integrand.root) == 0:
        return graph.const(0)
    bound = graph.var(f"{integrand.name}'")  # a name that no text can say
    body = instantiate(graph, integrand, parameters, bound)
    return make_integral(graph, body, bound, lower, upper, integrand.name)


def _differentiated(integrand: Integrand, index: int, gradient: Gradient) -> Integrand:
    """Return the derivative of an integrand in one of its parameters."""
    if what := jumps_with(integrand, index):
        raise DerivativeError(
            f"The integrand jumps ({what}) at a place that moves with a parameter; "
            "the derivative of its integral needs the integral split there."
        )
    inside = integrand.graph.copy()
    variable = inside.var(parameter_name(index))
    slope = gradient(inside, integrand.root, [variable])[0]
    return Integrand(inside, slope, integrand.n_parameters, integrand.name)
