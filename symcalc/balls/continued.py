"""A formula of one variable prepared for proofs: over real ranges and over complex rectangles."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from ..functions import TABLE
from ..graph.graph import Graph, Node
from .arithmetic import decided
from .precision import to_ball
from .values import NoBall, operation_of

if TYPE_CHECKING:
    from flint import acb, arb

    from .precision import Coordinate

__all__ = ["ContinuedProgram"]

#: A step of either program: its place, what it does, the places of its arguments, whether the
#: absence of an argument is its own concern.
Step = tuple[int, Callable[[Sequence[Any]], Any], tuple[int, ...], bool]

#: Kinds of the graph itself that a continuation passes through.
_ARITHMETIC = frozenset({"add", "mul", "pow", "compare", "and", "or", "not", "piecewise"})


class ContinuedProgram:
    """The steps that enclose one root for all points of a range at once.

    Parameters
    ----------
    graph : Graph
    root : Node
    variable : str
        The name of the variable of integration.
    others : mapping of str to number
        Values of all other variables.

    Raises
    ------
    NoBall
        A function of the formula has no ball, or one that the variable enters no continuation.

    Notes
    -----
    Both ways to evaluate are strict: None means "not proven". Where an enclosure is returned,
    the real formula has a value at every real point of the range (up to the choice made at a
    condition that changes inside a real range, where all branches are enclosed), and on a
    complex rectangle it continues holomorphically. Everything is done at the working precision;
    call `prepare` when that has changed.
    """

    def __init__(
        self, graph: Graph, root: Node, variable: str, others: Mapping[str, Coordinate]
    ) -> None:
        self.graph, self.others = graph, others
        nodes = graph.reachable([root])
        self._place = {node: index for index, node in enumerate(nodes)}
        varies = _varying(graph, nodes, variable)
        self._constants = [node for node in nodes if node not in varies]
        self._inputs = [self._place[n] for n in varies if graph.kinds[n] == "var"]
        moving = [node for node in nodes if node in varies and graph.kinds[node] != "var"]
        lacking = [graph.kinds[n] for n in moving if _lacks(graph.kinds[n])]
        if lacking:
            raise NoBall(list(dict.fromkeys(lacking)))
        self._real = [self._step(node, _real_operation(graph, node)) for node in moving]
        self._complex = [self._step(node, _complex_operation(graph, node)) for node in moving]
        self._root = self._place[root]
        self._real_values: list[Any] = []
        self._complex_values: list[Any] = []
        self.n_evaluations = 0

    def prepare(self) -> None:
        """Evaluate what does not depend on the variable, at the working precision."""
        import flint

        real: list[Any] = [None] * len(self._place)
        for node in self._constants:
            place = self._place[node]
            if self.graph.kinds[node] == "var":
                real[place] = to_ball(self.others[self.graph.data[node]])
                continue
            args = [real[self._place[arg]] for arg in self.graph.args[node]]
            value = operation_of(self.graph, node)(args)
            real[place] = value
        self._real_values = [None if _is_absent(value) else value for value in real]
        self._complex_values = [
            value if value is None or isinstance(value, bool) else flint.acb(value)
            for value in self._real_values
        ]

    def over_range(self, x: arb) -> arb | None:
        """Enclose the values at all real points of a ball."""
        found: arb | None = self._run(self._real, self._real_values, x)
        return found

    def over_rectangle(self, z: acb) -> acb | None:
        """Enclose the holomorphic continuation over a complex ball, if there is one."""
        found: acb | None = self._run(self._complex, self._complex_values, z)
        return found

    def _step(self, node: Node, operation: Callable[[Sequence[Any]], Any]) -> Step:
        args = tuple(self._place[arg] for arg in self.graph.args[node])
        kind = self.graph.kinds[node]
        return self._place[node], operation, args, kind in ("piecewise", "and", "or", "not")

    def _run(self, steps: Sequence[Step], constants: list[Any], point: Any) -> Any:
        self.n_evaluations += 1
        values = constants.copy()
        for place in self._inputs:
            values[place] = point
        for place, operation, places, is_lenient in steps:
            args = [values[arg] for arg in places]
            if is_lenient or None not in args:
                value = operation(args)
                values[place] = None if _is_absent(value) else value
        return values[self._root]


def _is_absent(value: Any) -> bool:
    """Say whether a value is no finite ball and no decided condition."""
    return value is None or not (isinstance(value, bool) or value.is_finite())


def _varying(graph: Graph, nodes: Sequence[Node], variable: str) -> set[Node]:
    """Return the nodes that the variable enters."""
    found: set[Node] = set()
    for node in nodes:
        if graph.kinds[node] == "var":
            if graph.data[node] == variable:
                found.add(node)
        elif any(arg in found for arg in graph.args[node]):
            found.add(node)
    return found


def _lacks(kind: str) -> bool:
    """Say whether no proof goes through nodes of this kind."""
    if kind in _ARITHMETIC:
        return False
    return kind not in TABLE or TABLE[kind].continuation is None or TABLE[kind].ball is None


# -- over real ranges -----------------------------------------------------------------------


def _real_operation(graph: Graph, node: Node) -> Callable[[Sequence[Any]], Any]:
    return _hull if graph.kinds[node] == "piecewise" else operation_of(graph, node)


def _hull(args: Sequence[Any]) -> Any:
    """Return a ball around all branches that may hold somewhere in the range."""
    hull: Any = None
    for value, condition in zip(args[:-1:2], args[1::2], strict=True):
        if condition is False:
            continue
        if value is None:
            return None
        hull = value if hull is None else hull.union(value)
        if condition is True:
            return hull
    last = args[-1]
    return last if hull is None or last is None else hull.union(last)


# -- over complex rectangles ------------------------------------------------------------------


def _complex_operation(graph: Graph, node: Node) -> Callable[[Sequence[Any]], Any]:
    kind = graph.kinds[node]
    if kind == "add":
        return lambda args: reduce(operator.add, args)
    if kind == "mul":
        return lambda args: reduce(operator.mul, args)
    if kind == "pow":
        return _power(graph, node)
    if kind == "piecewise":
        return decided
    if kind == "compare":
        relation = operation_of(graph, node)
        return lambda args: relation([arg.real for arg in args])
    if kind in _ARITHMETIC:
        return operation_of(graph, node)
    continuation = TABLE[kind].continuation
    if isinstance(continuation, str):
        import flint

        method = getattr(flint.acb, continuation)
        return lambda args: method(args[0])
    return lambda args: continuation(*args)  # type: ignore[misc]


def _power(graph: Graph, node: Node) -> Callable[[Sequence[Any]], Any]:
    """Return base**exponent: any base for a whole exponent, else one that avoids (-oo, 0]."""
    exponent = graph.value(graph.args[node][1])
    if isinstance(exponent, int):
        return lambda args: args[0] ** exponent
    if exponent is None:
        return lambda args: _general_power(args[0], args[1])
    p, q = exponent.numerator, exponent.denominator
    if q == 2 and p > 0:
        return lambda args: args[0].sqrt(analytic=True) ** p
    if q == 2:
        return lambda args: args[0].rsqrt(analytic=True) ** -p
    return lambda args: args[0].pow(to_ball(exponent), analytic=True)


def _general_power(base: Any, exponent: Any) -> Any:
    if exponent.imag.is_zero() and exponent.real.is_exact() and exponent.real.is_integer():
        whole = exponent.real.unique_fmpz()
        if whole is not None and abs(whole) < 2**40:
            return base ** int(whole)
    return (exponent * base.log(analytic=True)).exp()
