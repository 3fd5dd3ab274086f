"""A limit as its arguments give it: formula, variable, place and side, in one graph."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..balls import BallProgram
from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from ..language import Limits
from ..outcome import Outcome, Trust
from ..verify.one_sided import LimitNumber, one_sided_limit
from .integration_ranges import assumptions_of, end_node, read_values
from .reading import Formula, to_expression

__all__ = ["LimitProblem", "read_limit"]


@dataclass(frozen=True)
class LimitProblem:
    """A formula and where its variable goes.

    Attributes
    ----------
    graph : Graph
    root, place : Node
    name : str
    side : int
        1 from above, -1 from below, 0 both.
    parameters : tuple of str
    assumptions : mapping of str to str
    """

    graph: Graph
    root: Node
    name: str
    place: Node
    side: int
    parameters: tuple[str, ...]
    assumptions: Mapping[str, str]

    def from_side(self, side: int) -> LimitProblem:
        """Return the same from one side."""
        return replace(self, side=side)

    def at_values(self, values: Mapping[str, float | Fraction]) -> LimitProblem:
        """Return the problem with values in place of parameters, taken exactly."""
        graph = self.graph.copy()
        place = {graph.var(n): graph.const(Fraction(v)) for n, v in values.items()}
        left = tuple(name for name in self.parameters if name not in values)
        root, at = (substitute(graph, node, place) for node in (self.root, self.place))
        return replace(self, graph=graph, root=root, place=at, parameters=left)

    def expression(self, node: Node) -> Expression:
        """Return a node as a formula of its own."""
        return self.expression_in(self.graph, node)

    def expression_in(self, graph: Graph, node: Node) -> Expression:
        """Return a node of another graph as a formula with what is known of its variables."""
        graph, (root,) = graph.extract([node])
        names = [str(graph.data[n]) for n in graph.variables([root])]
        return Expression(graph, root, [self._variable(name) for name in sorted(names)])

    def with_parameters(self, form: Expression) -> Expression:
        """Return a closed form as a formula in all parameters."""
        return Expression(form.graph, form.root, [self._variable(n) for n in self.parameters])

    def payload(self) -> tuple[Any, ...]:
        """Return what the worker is told: formula, variable, place, side."""
        return self.expression(self.root), self.name, self.expression(self.place), self.side or 1

    def number(self) -> LimitNumber:
        """Return the limit of a problem without parameters."""
        if self.place_ball(256).is_nan():
            note = "the place has no value"
            return LimitNumber(math.nan, math.nan, "", Trust.CHECKED, Outcome.UNDEFINED, note)
        side = self.end_side()
        if side:
            return one_sided_limit(self.graph, self.root, self.name, None, side)
        if self.side:
            return self._from(self.side)
        return _of_sides(self._from(-1), self._from(1))

    def _from(self, side: int) -> LimitNumber:
        return one_sided_limit(self.graph, self.root, self.name, self.place_ball, side)

    def end_side(self) -> int:
        """Return 1 for a place at infinity, -1 for one at minus infinity, 0 for others."""
        if self.graph.variables([self.place]):
            return 0
        at = self.place_ball(64)
        return 0 if at.is_nan() or at.is_finite() else 1 if at > 0 else -1

    def place_ball(self, bits: int) -> Any:
        """Return the ball of a place without parameters."""
        return BallProgram(self.graph, [self.place]).evaluate({}, bits)[0]

    def _variable(self, name: str) -> Variable:
        return Variable(name, assumption=self.assumptions.get(name, ""))


def _of_sides(left: LimitNumber, right: LimitNumber) -> LimitNumber:
    """Return the limit from both sides."""
    for one, other, word in ((left, right, "left"), (right, left, "right")):
        if one.outcome is Outcome.NOT_REAL and other.is_known:
            return replace(other, note=f"there are no real values on the {word}")
    for one, other, word in ((left, right, "left"), (right, left, "right")):
        if not one.is_known and one.outcome is other.outcome:
            return one
        if not one.is_known:
            return replace(one, note=f"{one.note} on the {word}")
    trust = right.trust if left.trust is Trust.CHECKED else left.trust
    if left.value == right.value and math.isinf(left.value):
        return replace(right, trust=trust)
    if left.ball is not None and right.ball is not None and left.ball.overlaps(right.ball):
        return replace(right, trust=trust)
    return LimitNumber(math.nan, math.nan, right.method, trust, Outcome.SIDES_DIFFER)


def read_limit(
    formula: Formula,
    name: str,
    at: Any,
    side: int,
    *,
    assume: Any = None,
    parameters: Mapping[str, Any] | str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
) -> LimitProblem:
    """Read a formula and the place that its variable approaches.

    Raises
    ------
    ParseError, ArgumentError
        A part is not a formula; the place depends on the variable; a parameter is not in it.
    """
    values = read_values(parameters)
    declared = (name, *values)
    expression = to_expression(
        formula, declared=declared, assume=assume, syntax=syntax, limits=limits
    )
    if any(variable.shape for variable in expression.variables):
        raise ArgumentError("A formula over data columns has no single limit.")
    if "I" in expression.graph.kinds:
        raise ArgumentError("This formula is complex; symcalc takes limits of real ones only.")
    graph = expression.graph.copy()
    place, assumed = end_node(graph, at, declared, assume, syntax, limits)
    free = {str(graph.data[n]) for n in graph.variables([expression.root, place])}
    if graph.var(name) in graph.variables([place]):
        raise ArgumentError(f"The place depends on `{name}` itself, which approaches it.")
    unknown = next((one for one in values if one not in free), None)
    if unknown is not None:
        raise ArgumentError(f"`{unknown}` is not a parameter of the limit.")
    assumptions = {**assumptions_of(expression), **assumed}
    parameters_left = tuple(sorted(free - {name}))
    found = LimitProblem(graph, expression.root, name, place, side, parameters_left, assumptions)
    return found.at_values(values) if values else found
