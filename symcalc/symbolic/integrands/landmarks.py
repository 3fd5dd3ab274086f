"""Places to split an integral at, as zeros of formulas: for any values of the parameters."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import SymcalcError
from ...graph.derive import derivative
from ...graph.graph import Graph, Node
from .peaks import features
from .places import critical_terms

__all__ = ["LandmarkTerm", "landmark_terms"]

#: Formulas with more features than this are sampled without all of them.
MAX_TERMS = 40


@dataclass(frozen=True, slots=True)
class LandmarkTerm:
    """A formula that vanishes where an integrand is special.

    Attributes
    ----------
    node : Node
    kind : str
        "place": a kink, jump, pole or edge; "step": the argument of a function that changes on a
        distance of 1 around 0; "peak": the slope of the logarithm of a factor.
    """

    node: Node
    kind: str


def landmark_terms(graph: Graph, root: Node, variable: str) -> list[LandmarkTerm]:
    """Append the formulas whose zeros are landmarks of an integrand; return them."""
    x = graph.var(variable)
    found: dict[Node, LandmarkTerm] = {}
    for term in critical_terms(graph, root, variable):
        node = term.node
        while graph.kinds[node] == "pow":  # it vanishes where its base does
            node = graph.args[node][0]
        if term.is_whole:  # sin(pi*u) vanishes where u is a whole number
            node = graph.call("sin", (graph.mul((graph.call("pi", ()), node)),))
        found.setdefault(node, LandmarkTerm(node, "place"))
    for feature, is_step in dict.fromkeys(features(graph, root, variable)):
        if not is_step and _repeats(graph, feature):
            continue
        try:
            node = feature if is_step else derivative(graph, feature, x)
        except SymcalcError:
            continue
        if x in graph.variables([node]):
            found.setdefault(node, LandmarkTerm(node, "step" if is_step else "peak"))
    return list(found.values())[:MAX_TERMS]


def _repeats(graph: Graph, feature: Node) -> bool:
    """Whether a feature is the logarithm of a power: that of the base has the same landmarks."""
    inner = graph.args[feature][-1] if graph.kinds[feature] == "mul" else feature
    return graph.kinds[inner] == "log" and graph.kinds[graph.args[inner][0]] == "pow"
