"""Integrals as nodes: the integrand is a function apart, so no bound variable is in the formula.

The node of an integral has the kind "integral", the arguments (lower, upper, parameter, ...) and
an `Integrand` as its data. What the integrand contains without the bound variable is a parameter:
in `integral(exp(-a^2*x), x, 0, b)` the parameters are `-a^2`, and the ends 0 and b. (Church's
lambda lifting; every walk over the formula stays as it is.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import ArgumentError
from ..functions import TABLE
from .graph import REDUCTIONS, Graph, Node
from .rewrite import make

__all__ = [
    "BOUND",
    "Integrand",
    "instantiate",
    "jumps_with",
    "make_integral",
    "parameter_name",
    "with_bound_names",
]

#: The name that the variable of integration has inside an `Integrand`; no text can say it.
BOUND = "0"

_CONDITIONS = frozenset({"compare", "and", "or", "not"})


class Integrand:
    """A function of the bound variable and of parameters, in an arena of its own.

    Attributes
    ----------
    graph : Graph
        Its variables are `BOUND` and `parameter_name(0)`, `parameter_name(1)`, ...
    root : Node
    n_parameters : int
    name : str
        The bound variable as it was typed. Two integrands that differ in it alone are equal.
    """

    __slots__ = ("_key", "graph", "n_parameters", "name", "root")

    def __init__(self, graph: Graph, root: Node, n_parameters: int, name: str) -> None:
        self.graph, self.root, self.n_parameters, self.name = graph, root, n_parameters, name
        order = {node: place for place, node in enumerate(_depth_first(graph, root))}
        rows = [
            (graph.kinds[node], graph.data[node], *[order[arg] for arg in graph.args[node]])
            for node in order
        ]
        self._key = (n_parameters, tuple(rows))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Integrand) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __reduce__(self) -> tuple[Any, ...]:
        graph, (root,) = self.graph.extract([self.root])
        return Integrand, (graph, root, self.n_parameters, self.name)


def parameter_name(index: int) -> str:
    """Return the name that a parameter has inside an `Integrand`; no text can say it."""
    return str(index + 1)


def make_integral(
    graph: Graph, body: Node, variable: Node, lower: Node, upper: Node, name: str = ""
) -> Node:
    """Append the integral of `body` over `variable` from `lower` to `upper`; return its node.

    Parameters
    ----------
    graph : Graph
    body : Node
        It need not contain the variable.
    variable : Node
        A scalar variable; it is bound: only the ends may still speak of it.
    lower, upper : Node
    name : str
        What the bound variable is called in print; by default the name of `variable`.

    Raises
    ------
    ArgumentError
        The integrand reduces a data column that depends on the bound variable.
    """
    inside, parameters = Graph(), list[Node]()
    place = {variable: inside.var(BOUND)}
    bound = _dependent(graph, body, variable)
    closed = _without_variables(graph, body)
    for node in _depth_first(graph, body, bound | closed):
        if node in place:
            continue
        kind, args = graph.kinds[node], graph.args[node]
        if kind in REDUCTIONS and node in bound:
            raise ArgumentError(
                "A total over data rows cannot depend on the variable of integration; "
                "write the total of the integrals."
            )
        if node in bound or node in closed or kind in _CONDITIONS:
            place[node] = _copied(graph, node, inside, tuple(place[arg] for arg in args))
        else:
            place[node] = inside.var(parameter_name(len(parameters)))
            parameters.append(node)
    data = Integrand(inside, place[body], len(parameters), name or str(graph.data[variable]))
    return graph.node("integral", (lower, upper, *parameters), data)


def instantiate(
    graph: Graph, integrand: Integrand, parameters: Sequence[Node], bound: Node
) -> Node:
    """Append an integrand with nodes in place of its parameters and its bound variable."""
    inside = integrand.graph
    place: dict[Node, Node] = {inside.var(BOUND): bound}
    for index, node in enumerate(parameters):
        place[inside.var(parameter_name(index))] = node
    for node in inside.reachable([integrand.root]):
        if node not in place:
            args = tuple(place[arg] for arg in inside.args[node])
            place[node] = _copied(inside, node, graph, args)
    return place[integrand.root]


def with_bound_names(graph: Graph, root: Node) -> tuple[Graph, Node]:
    """Return a formula to look at: each integral has the arguments (body, variable, lower, upper).

    The bound variable has the name it was given, or that with a number behind where the integrand
    uses the name for something else. Without integrals the formula is returned as it is.
    """
    nodes = graph.reachable([root])
    if all(graph.kinds[node] != "integral" for node in nodes):
        return graph, root
    shown = Graph()
    place: dict[Node, Node] = {}
    for node in nodes:
        args = tuple(place[arg] for arg in graph.args[node])
        if graph.kinds[node] == "integral":
            place[node] = _shown(shown, graph.data[node], *args)
        else:
            place[node] = _copied(graph, node, shown, args)
    return shown, place[root]


def _shown(shown: Graph, integrand: Integrand, lower: Node, upper: Node, *parameters: Node) -> Node:
    """Return an integral in the form for looking at; those inside of its integrand as well."""
    inside, root = with_bound_names(integrand.graph, integrand.root)
    whole = Integrand(inside, root, integrand.n_parameters, integrand.name)
    taken = {shown.data[node] for node in shown.variables(parameters)}
    taken |= {inside.data[node] for node in inside.variables([root])}
    name, number = integrand.name, 1
    while name in taken:
        name, number = f"{integrand.name}{number}", number + 1
    bound = shown.var(name)
    return shown.node(
        "integral", (instantiate(shown, whole, parameters, bound), bound, lower, upper)
    )


def jumps_with(integrand: Integrand, index: int) -> str:
    """Return what jumps at a place that moves with a parameter, "" for nothing.

    Leibniz' rule for such an integrand has a term for the jump, which a derivative of the
    integrand between the jumps does not have.
    """
    graph, root = integrand.graph, integrand.root
    moving = _dependent(graph, root, graph.var(BOUND)) & _dependent(
        graph, root, graph.var(parameter_name(index))
    )
    for node in moving:
        kind = graph.kinds[node]
        if kind == "compare":
            return "a condition"
        if kind in TABLE and any(kink.kind == "jump" for kink in TABLE[kind].kinks):
            return f"`{kind}`"
    return ""


def _copied(source: Graph, node: Node, target: Graph, args: tuple[Node, ...]) -> Node:
    """Append a node of another arena whose arguments are there already."""
    kind, data = source.kinds[node], source.data[node]
    if kind == "const":
        return target.const(data, source.spellings.get(node))
    if kind == "var":
        return target.var(data, source.shape(node))
    return make(target, kind, args, data)


def _dependent(graph: Graph, root: Node, variable: Node) -> set[Node]:
    """Return the nodes under a root that depend on a variable, itself included."""
    found = {variable}
    for node in graph.reachable([root]):
        if not found.isdisjoint(graph.args[node]):
            found.add(node)
    return found


def _without_variables(graph: Graph, root: Node) -> set[Node]:
    """Return the nodes under a root that are constant."""
    found: set[Node] = set()
    for node in graph.reachable([root]):
        if graph.kinds[node] != "var" and found.issuperset(graph.args[node]):
            found.add(node)
    return found


def _depth_first(graph: Graph, root: Node, opened: set[Node] | None = None) -> Iterator[Node]:
    """Yield nodes in the order of a walk, arguments first, whatever their numbers are.

    Below nodes that are not in `opened`, and are no conditions, the walk does not go.
    """
    done: set[Node] = set()
    stack = [root]
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
            continue
        goes_on = opened is None or node in opened or graph.kinds[node] in _CONDITIONS
        args: Sequence[Node] = graph.args[node] if goes_on else ()
        waiting = [arg for arg in args if arg not in done]
        if waiting:
            stack.extend(reversed(waiting))
            continue
        stack.pop()
        done.add(node)
        yield node
