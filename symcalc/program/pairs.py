"""Functions that share most of their work: a logarithm of exponentials and its derivative."""

from __future__ import annotations

from ..graph.graph import Graph, Node
from .program import Program

__all__ = ["shared_exponentials"]


def shared_exponentials(program: Program) -> dict[Node, Node]:
    """Return the derivatives that are computed together with a function, by that function.

    They are `exp(x - logsumexp(x))` with its `logsumexp(x)`, and `sigmoid(x)` with `softplus(x)`,
    where both are needed outside of branches.
    """
    graph, found = program.graph, dict[Node, Node]()
    softplus = {
        graph.args[node][0]: node for node in program.order if graph.kinds[node] == "softplus"
    }
    for node in program.order:
        kind, args = graph.kinds[node], graph.args[node]
        base: Node | None = None
        if kind == "sigmoid":
            base = softplus.get(args[0])
        elif kind == "exp":
            base = _logarithm(graph, args[0])
        if base is not None and program.regions.get(base) == program.regions.get(node):
            found.setdefault(base, node)
    return found


def _logarithm(graph: Graph, difference: Node) -> Node | None:
    """Return logsumexp(x) for the difference of x and that, broadcast to x or a number."""
    if graph.kinds[difference] != "add" or len(graph.args[difference]) != 2:
        return None
    whole, subtracted = graph.args[difference]
    factors = _factors(graph, subtracted)
    numbers = [graph.value(factor) for factor in factors if graph.value(factor) is not None]
    rest = [factor for factor in factors if graph.value(factor) is None]
    if numbers != [-1] or len(rest) != 1:
        return None
    (base,) = rest
    if graph.kinds[base] == "ein" and len(graph.args[base]) == 1:
        data = graph.data[base]
        (base,), (kept,) = graph.args[base], data.factors
        axis = graph.data[base]
        others = tuple(label for place, label in enumerate(data.out) if place != axis)
        if kept != others:
            return None
    is_own = graph.kinds[base] == "lse" and graph.args[base] == (whole,)
    return base if is_own else None


def _factors(graph: Graph, node: Node) -> list[Node]:
    """Return the factors of a product and of those inside it, arrays of ones apart."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if graph.kinds[node] == "mul":
            waiting += graph.args[node]
        elif graph.kinds[node] != "ein" or graph.args[node]:
            found.append(node)
    return found
