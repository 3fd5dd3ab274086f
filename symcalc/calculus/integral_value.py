"""Values of integrals: numbers with what is known of them, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..backends import compile_expression
from ..balls import BallProgram, NoBall, correct_decimal, distance_bound, working_precision
from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..facts import IntegrandFacts
from ..graph.graph import Graph, Node
from ..outcome import Estimate, Outcome, Trust
from .integration_ranges import RangedIntegral

__all__ = [
    "BITS",
    "MAX_DIGITS",
    "IntegralNumber",
    "compiled_integrand",
    "constant_ball",
    "enclosed",
    "end_ball",
    "no_value",
    "range_limit",
]

#: Bits of the ends of a range.
BITS = 320
#: Digits shown at most.
MAX_DIGITS = 30


@dataclass(frozen=True, repr=False)
class IntegralNumber(Estimate):
    """A value of an integral, or why it has none; `ball` encloses it where it is proven."""

    ball: Any = None
    facts: IntegrandFacts | None = None
    places: tuple[float, ...] = ()
    is_principal_value: bool = False

    @property
    def is_known(self) -> bool:
        """Whether there is a value that can be relied on."""
        return self.outcome.is_good and math.isfinite(self.value)


def no_value(
    outcome: Outcome,
    note: str,
    trust: Trust = Trust.CHECKED,
    facts: IntegrandFacts | None = None,
) -> IntegralNumber:
    """Return that there is no value, and why."""
    method = "behavior of the integrand"
    return IntegralNumber(math.nan, math.nan, method, trust, outcome, note, facts=facts)


def enclosed(ball: Any, method: str, max_digits: int = MAX_DIGITS) -> IntegralNumber | None:
    """Return the number that a ball encloses, with the digits that it proves."""
    value = float(ball.mid())
    if not math.isfinite(value):
        return None
    with working_precision(BITS):
        error = distance_bound(ball, value)
        texts = (correct_decimal(ball, digits) for digits in range(max_digits, 0, -1))
        digits = next((text for text in texts if text), "")
    return IntegralNumber(value, error, method, Trust.PROVEN, digits=digits, ball=ball)


def compiled_integrand(problem: RangedIntegral, names: Sequence[str]) -> Callable[..., Any]:
    """Return the integrand as a function of arrays."""
    expression = Expression(problem.graph, problem.root, [Variable(name) for name in names])
    function = compile_expression(expression, names)

    def quiet(*args: Any) -> Any:
        import numpy as np

        with np.errstate(all="ignore"):
            return function(*args)

    return quiet


def constant_ball(graph: Graph, node: Node) -> Any:
    """Return the ball of a node without variables; None for one with variables."""
    if graph.variables([node]):
        return None
    try:
        return BallProgram(graph, [node]).evaluate({}, BITS)[0]
    except NoBall:
        import flint

        value = float(compile_expression(Expression(graph, node))())
        return flint.arb(value, abs(value) * 1e-15)


def end_ball(problem: RangedIntegral, node: Node) -> Any:
    """Return the ball of an end of a range."""
    ball = constant_ball(problem.graph, node)
    if ball is None:
        names = ", ".join(str(problem.graph.data[n]) for n in problem.graph.variables([node]))
        raise ArgumentError(f"An end of the range depends on {names}, which has no value.")
    return ball


def range_limit(problem: RangedIntegral, node: Node, outer: Sequence[str]) -> Any:
    """Return an end of a range as a number, or as a function of the outer variables."""
    ball = constant_ball(problem.graph, node)
    if ball is not None:
        return float(ball)
    return compiled_integrand(replace(problem, root=node), outer)
