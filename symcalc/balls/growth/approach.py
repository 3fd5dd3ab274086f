"""The growth of every node of a formula as its variable approaches a place from one side."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

from ...graph.graph import Graph, Node
from ..precision import to_ball, working_precision
from ..values import BallProgram, NoBall, operation_of
from .bessel_rules import BESSEL
from .integral_rules import INTEGRALS
from .rules import ELEMENTARY, taylor
from .scales import ONE, UnknownGrowthError, W
from .special_rules import SPECIAL
from .terms import (
    BITS,
    CancelledGrowthError,
    Growth,
    NotRealError,
    constant,
    exponential,
    logarithm,
    power,
    to_fraction,
)

__all__ = ["Approach", "growth_at"]

LENGTHS = (4, 9, 18)
RULES = {**ELEMENTARY, **SPECIAL, **INTEGRALS, **BESSEL}


@dataclass(frozen=True, slots=True)
class Approach:
    """A place (an arb; None is infinity) and the side: +1 from above, or towards +infinity."""

    place: Any
    side: int

    def variable(self, length: int) -> Growth:
        """Return the growth of the variable itself."""
        import flint

        if self.place is None:
            return Growth(((flint.acb(self.side), W),), None, length)
        step = Growth(((flint.acb(self.side), W**-1),), None, length)
        return step.shifted(self.place)

    def at(self, w: Any) -> Any:
        """Return the point of the variable for a large W."""
        return self.side * w if self.place is None else self.place + self.side / w


#: The value of a node: a growth, the truth of a condition, or why there is none.
Value = Any


def growth_at(
    graph: Graph,
    root: Node,
    variable: str,
    approach: Approach,
    point: Mapping[str, Any],
    at_least: int = LENGTHS[0],
) -> Growth:
    """Return the leading terms of a formula, `at_least` so many, more of them while they cancel.

    Raises
    ------
    UnknownGrowthError
    """
    found: Growth | None = None
    with working_precision(BITS):
        for length in LENGTHS:
            if length < at_least:
                continue
            try:
                found = _Walk(graph, variable, approach, point, length).of(root)
            except CancelledGrowthError:
                continue
            if found.terms or found.is_zero:
                return found
    if found is None:
        raise CancelledGrowthError("the terms cancel to the last")
    return found


class _Walk:
    """One pass over the nodes of a formula, with series of one length."""

    def __init__(
        self,
        graph: Graph,
        variable: str,
        approach: Approach,
        point: Mapping[str, Any],
        length: int,
    ) -> None:
        self.graph, self.variable, self.approach = graph, variable, approach
        self.point, self.length = point, length
        self.values: dict[Node, Value] = {}
        self.moving: set[Node] = set()

    def of(self, root: Node) -> Growth:
        """Return the growth of one node."""
        for node in self.graph.reachable([root]):
            try:
                self.values[node] = self._of_node(node)
            except UnknownGrowthError as failure:
                self.values[node] = failure
        found: Growth = _known(self.values[root])
        return found

    def _of_node(self, node: Node) -> Value:
        g = self.graph
        kind, args = g.kinds[node], g.args[node]
        if kind == "var" and g.data[node] == self.variable:
            self.moving.add(node)
            return self.approach.variable(self.length)
        values = [self.values[arg] for arg in args]
        if self.moving.isdisjoint(args):
            return self._number(node)
        self.moving.add(node)
        if kind == "piecewise":
            return _known(self._chosen(values))
        for value in values:
            _known(value)
        if kind == "add":
            return reduce(operator.add, values)
        if kind == "mul":
            return reduce(operator.mul, values)
        if kind == "pow":
            return self._power(node, values[0], values[1])
        if kind in _LOGIC:
            return _LOGIC[kind](values)
        if kind == "compare":
            return _RELATIONS[g.data[node]]((values[0] - values[1]).sign())
        return self._call(node, kind, values)

    def _number(self, node: Node) -> Value:
        """Return a constant: exact where it is rational."""
        ball = BallProgram(self.graph, [node]).evaluate(self.point, BITS)[0]
        if isinstance(ball, bool):
            return ball
        if ball is None or not ball.is_finite():
            raise UnknownGrowthError("a constant without a value")
        return constant(ball, self.length)

    def _chosen(self, values: list[Value]) -> Value:
        for index in range(1, len(values) - 1, 2):
            if _known(values[index]):
                return values[index - 1]
        return values[-1]

    def _power(self, node: Node, base: Growth, exponent: Growth) -> Growth:
        exponent_node = self.graph.args[node][1]
        if exponent_node not in self.moving:
            exact = self.graph.value(exponent_node)
            if exact is not None:
                return self._real_power(base, exact)
            number = exponent.split()[1]
            whole = number.unique_fmpz() if number.is_exact() else None
            return self._real_power(base, number if whole is None else int(whole))
        return exponential(exponent * logarithm(base))

    def _real_power(self, base: Growth, exponent: Any) -> Growth:
        try:
            return power(base, exponent)
        except (CancelledGrowthError, NotRealError):
            raise
        except UnknownGrowthError:
            positive = exponent > 0
            if not positive:
                raise
            import flint

            ball = exponent if isinstance(exponent, flint.arb) else to_ball(Fraction(exponent))
            return Growth((), base.bound ** to_fraction(ball), self.length)

    def _call(self, node: Node, kind: str, values: list[Growth]) -> Growth:
        args = self.graph.args[node]
        moving = [k for k, arg in enumerate(args) if arg in self.moving]
        failure: Exception | None = None
        if len(moving) == 1:
            try:
                return taylor(kind, values, moving[0])
            except (ArithmeticError, NoBall, IndexError, KeyError) as caught:
                failure = caught
        rule = RULES.get(kind)
        if rule is not None:
            try:
                return rule(*values)
            except (CancelledGrowthError, NotRealError):
                raise
            except UnknownGrowthError as caught:
                failure = caught
        if isinstance(failure, CancelledGrowthError):
            raise failure
        return self._of_balls(node, values)

    def _of_balls(self, node: Node, values: list[Growth]) -> Growth:
        """Return what a ball of all values of bounded arguments tells."""
        ranges = [value.range() for value in values]
        try:
            ball = operation_of(self.graph, node)(ranges)
        except NoBall as failure:
            raise UnknownGrowthError(str(failure)) from None
        if not ball.is_finite():
            raise UnknownGrowthError("no rule for this function here")
        if ball.contains(0):
            return Growth((), ONE, self.length)
        return constant(ball, self.length)


def _known(value: Value) -> Value:
    """Return a value, or raise why there is none."""
    if isinstance(value, Exception):
        raise value
    return value


_LOGIC: dict[str, Callable[[list[bool]], bool]] = {
    "and": all,
    "or": any,
    "not": lambda values: not values[0],
}

_RELATIONS: dict[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
    "==": lambda sign: sign == 0,
    "!=": lambda sign: sign != 0,
}
