"""A formula prepared once and evaluated in ball arithmetic at any precision."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError, SymcalcError
from ..functions import TABLE
from ..graph.graph import Graph, Node
from .arithmetic import (
    choose,
    compare,
    conjunction,
    disjunction,
    general_power,
    integer_power,
    negation,
    rational_power,
)
from .precision import to_ball, working_precision

if TYPE_CHECKING:
    from flint import arb

    from .precision import Point

__all__ = ["OPERATIONS", "BallProgram", "NoBall", "Operation", "ball_value", "operation_of"]

#: What a node becomes: a function of the values of its arguments.
Operation = Callable[[Sequence[Any]], Any]

#: Kinds of nodes whose evaluation is built upon this module enter what makes their operation.
OPERATIONS: dict[str, Callable[[Graph, Node], Operation]] = {}


class NoBall(SymcalcError, LookupError):  # noqa: N818 - the lack is a fact, not a fault
    """The formula uses functions that ball arithmetic has not; `names` lists them."""

    def __init__(self, names: Sequence[str]) -> None:
        listed = ", ".join(f"`{name}`" for name in names)
        super().__init__(f"No rigorous evaluation of {listed}: python-flint has no such function.")
        self.names = tuple(names)


class BallProgram:
    """The steps that evaluate some roots of a graph rigorously.

    Parameters
    ----------
    graph : Graph
    roots : sequence of Node
        Scalar nodes. A root may be a condition; its value is then True, False or None
        (not decided at this precision).

    Attributes
    ----------
    nodes : list of Node
        What is evaluated, leaves first.
    names : tuple of str
        The variables that a point must give.

    Raises
    ------
    NoBall
        A function of the formula has no ball in the table.

    Notes
    -----
    Every ball contains the real value that the formula has at the point. Where the balls do not
    prove that there is one (a pole, the edge of a domain, a condition on its boundary) the
    result is a NaN ball: never a wrong enclosure.

    The precision of python-flint belongs to the process, so evaluations in several threads
    take turns.
    """

    def __init__(self, graph: Graph, roots: Sequence[Node]) -> None:
        self.graph, self.roots = graph, tuple(roots)
        self.nodes = graph.reachable(roots)
        missing = [k for k in dict.fromkeys(graph.kinds[n] for n in self.nodes) if _lacks(k)]
        if missing:
            raise NoBall(missing)
        place = {node: index for index, node in enumerate(self.nodes)}
        self._inputs: list[tuple[int, str]] = []
        self._steps: list[tuple[int, Operation, tuple[int, ...]]] = []
        for index, node in enumerate(self.nodes):
            if graph.kinds[node] == "var":
                self._inputs.append((index, graph.data[node]))
            else:
                args = tuple(place[arg] for arg in graph.args[node])
                self._steps.append((index, operation_of(graph, node), args))
        self.names = tuple(name for _, name in self._inputs)
        self._outputs = [place[root] for root in roots]

    def evaluate(self, point: Point, precision_bits: int) -> list[Any]:
        """Return the balls of the roots at a point whose floats are taken exactly."""
        with working_precision(precision_bits):
            values = self._run(point)
        return [values[index] for index in self._outputs]

    def evaluate_all(self, point: Point, precision_bits: int) -> dict[Node, Any]:
        """Return the balls (and truth values of the conditions) of all nodes at a point."""
        with working_precision(precision_bits):
            return dict(zip(self.nodes, self._run(point), strict=True))

    def apply(self, node: Node, args: Sequence[Any]) -> Any:
        """Return the value that one node has for given values of its arguments."""
        return operation_of(self.graph, node)(args)

    def _run(self, point: Point) -> list[Any]:
        values: list[Any] = [None] * len(self.nodes)
        for index, name in self._inputs:
            if name not in point:
                raise ArgumentError(f"The point has no value for the variable `{name}`.")
            values[index] = to_ball(point[name])
        for index, operation, args in self._steps:
            values[index] = operation([values[arg] for arg in args])
        return values


def ball_value(
    graph: Graph,
    root: Node,
    point: Point,
    precision_bits: int = 128,
) -> Any:
    """Return the ball of one root at a point."""
    return BallProgram(graph, [root]).evaluate(point, precision_bits)[0]


def _lacks(kind: str) -> bool:
    """Say whether ball arithmetic cannot evaluate nodes of this kind."""
    if kind in _ARITHMETIC or kind in _LEAVES or kind in OPERATIONS:
        return False
    return kind not in TABLE or TABLE[kind].ball is None


def operation_of(graph: Graph, node: Node) -> Operation:
    """Return what evaluates a node from the balls of its arguments."""
    kind = graph.kinds[node]
    if _lacks(kind):
        raise NoBall([kind])
    if kind in _LEAVES:
        return _LEAVES[kind](graph, node)
    if kind in _ARITHMETIC:
        return _ARITHMETIC[kind](graph, node)
    if kind in OPERATIONS:
        return OPERATIONS[kind](graph, node)
    ball = TABLE[kind].ball
    if isinstance(ball, str):
        import flint

        return _strict(getattr(flint.arb, ball))
    return _strict(ball)  # type: ignore[arg-type]


def _strict(function: Callable[..., arb]) -> Operation:
    """Return the function of balls that is NaN wherever an argument is.

    Arb reads a NaN as "any number" and encloses, so atan2(NaN, -1) is a finite ball there.
    """

    def apply(args: Sequence[arb]) -> arb:
        for arg in args:
            if arg.is_nan():
                return arg
        return function(*args)

    return apply


def _number(graph: Graph, node: Node) -> Operation:
    value = graph.data[node]
    if isinstance(value, int):
        exact = to_ball(value)  # whatever the precision
        return lambda args: exact
    return lambda args: to_ball(value)


def _power(graph: Graph, node: Node) -> Operation:
    exponent = graph.value(graph.args[node][1])
    if exponent is None:
        return lambda args: general_power(args[0], args[1])
    if isinstance(exponent, int):
        return lambda args: integer_power(args[0], exponent)
    p, q = exponent.numerator, exponent.denominator
    return lambda args: rational_power(args[0], p, q)


def _comparison(graph: Graph, node: Node) -> Operation:
    first, second = graph.args[node]
    left, right = graph.value(first), graph.value(second)
    if left is not None and right is not None:  # 4.62 < 4.62: no ball of 4.62 tells
        truth = _EXACTLY[graph.data[node]](left, right)
        return lambda args: truth
    if first == second:  # one number, whatever it is
        truth = _EXACTLY[graph.data[node]](0, 0)
        return lambda args: None if args[0].is_nan() else truth
    relation = compare(graph.data[node])
    return lambda args: relation(args[0], args[1])


def _plain(function: Operation) -> Callable[[Graph, Node], Operation]:
    """Return the maker of an operation that needs nothing but its arguments."""
    return lambda graph, node: function


def _named(name: str) -> Callable[[Graph, Node], Operation]:
    """Return the maker of a constant of `flint.arb`."""

    def make(graph: Graph, node: Node) -> Operation:
        import flint

        return _strict(getattr(flint.arb, name))

    return make


_EXACTLY: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}

_LEAVES: dict[str, Callable[[Graph, Node], Operation]] = {
    "const": _number,
    "var": _number,
    "nan": _named("nan"),
    "oo": _named("pos_inf"),
}

_ARITHMETIC: dict[str, Callable[[Graph, Node], Operation]] = {
    "add": _plain(lambda args: reduce(operator.add, args)),
    "mul": _plain(lambda args: reduce(operator.mul, args)),
    "pow": _power,
    "compare": _comparison,
    "and": _plain(conjunction),
    "or": _plain(disjunction),
    "not": _plain(lambda args: negation(args[0])),
    "piecewise": _plain(choose),
}
