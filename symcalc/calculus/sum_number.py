"""The value of a sum without parameters: enclosed, or by two methods that agree, or none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..balls import BallProgram, NoBall, to_ball, working_precision
from ..balls.sums import UndefinedTermError, partial_sum
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from ..outcome import Outcome, Trust
from .infinite_sum import InfiniteSum
from .integral_value import IntegralNumber, enclosed, no_value
from .integration_ranges import RangedIntegral

__all__ = ["MAX_TERMS", "sum_number"]

#: A finite sum of more terms is not added up term by term.
MAX_TERMS = 20_000
BITS = 256


def sum_number(problem: RangedIntegral) -> IntegralNumber:
    """Return the value of a sum whose parameters have values.

    Finite sums are added up in balls, the innermost range first; one sum to infinity is split
    into terms that are added up and a rest; see `InfiniteSum`.
    """
    try:
        ends = [(_whole(problem, r.lower), _whole(problem, r.upper)) for r in problem.ranges[-1:]]
        if len(problem.ranges) > 1:
            return _nested(problem)
        ((lower, upper),) = ends
        return _one_range(problem.graph, problem.root, problem.names[0], lower, upper)
    except _NotWholeError as error:
        return no_value(Outcome.UNDEFINED, str(error))
    except UndefinedTermError as error:
        where = f"{problem.names[0]} = {error.index}"
        return no_value(Outcome.UNDEFINED, f"the term at {where} has no real value")
    except (NoBall, _TooLongError) as error:
        return no_value(Outcome.UNDECIDED, str(error), Trust.UNCHECKED)


class _TooLongError(ArithmeticError):
    """A sum over several ranges has more terms than are added up."""


class _NotWholeError(ArithmeticError):
    """An end of a range is neither a whole number nor infinite."""


def _one_range(graph: Graph, root: Node, name: str, lower: float, upper: float) -> IntegralNumber:
    """Return the sum over one range; its ends are whole or infinite."""
    if upper < lower:
        return IntegralNumber(0.0, 0.0, "the range is empty", Trust.PROVEN, digits="0")
    if math.isinf(lower) and math.isinf(upper):
        right = _one_range(graph, root, name, 0, upper)
        turned = _mirrored(graph, root, name)
        return _added(right, _one_range(*turned, name, 1, math.inf))
    if math.isinf(lower):
        return _one_range(*_mirrored(graph, root, name), name, -upper, math.inf)
    if math.isinf(upper):
        return InfiniteSum(graph, root, name, int(lower)).number()
    if upper - lower < MAX_TERMS:
        ball = partial_sum(graph, root, name, int(lower), int(upper), BITS)
        found = enclosed(ball, "all terms added up")
        return found or no_value(Outcome.UNDECIDED, "the sum is beyond doubles")
    return InfiniteSum(graph, root, name, int(lower), int(upper)).number()


def _mirrored(graph: Graph, root: Node, name: str) -> tuple[Graph, Node]:
    """Return f(-n)."""
    new = graph.copy()
    variable = new.var(name)
    return new, substitute(new, root, {variable: new.neg(variable)})


def _added(left: IntegralNumber, right: IntegralNumber) -> IntegralNumber:
    """Return the sum of two sums; one that has no value is the answer."""
    bad = next((one for one in (left, right) if not one.is_known), None)
    if bad is not None:
        return bad
    value = left.value + right.value
    error = left.error + right.error + math.ulp(value)
    weaker = left if left.trust is not Trust.CHECKED else right
    method = " and ".join(dict.fromkeys((left.method, right.method)))
    return IntegralNumber(value, error, method, weaker.trust)


def _nested(problem: RangedIntegral) -> IntegralNumber:
    """Return a sum over several finite ranges, added up term by term."""
    sums = _Nested(problem)
    with working_precision(BITS):
        ball = sums.total(len(problem.ranges) - 1, {})
    found = enclosed(ball, "all terms added up")
    return found or no_value(Outcome.UNDECIDED, "the sum is beyond doubles")


@dataclass
class _Nested:
    """The terms of a sum over several ranges, one by one."""

    problem: RangedIntegral
    n_terms: int = 0

    def __post_init__(self) -> None:
        graph = self.problem.graph
        ends = [node for one in self.problem.ranges for node in (one.lower, one.upper)]
        self.ends = [BallProgram(graph, [node]) for node in ends]
        self.term = BallProgram(graph, [self.problem.root])

    def total(self, level: int, point: Mapping[str, Fraction]) -> Any:
        """Return the sum over the ranges up to this one, the outer variables given."""
        if level < 0:
            self.n_terms += 1
            ball = self.term.evaluate(point, BITS)[0]
            if not ball.is_finite():
                raise _NotWholeError(f"a term has no real value: {_words(point)}")
            return ball
        lower, upper = (
            _to_whole(self.ends[2 * level + k].evaluate(point, BITS)[0]) for k in (0, 1)
        )
        if math.isinf(lower) or math.isinf(upper) or self.n_terms + upper - lower > MAX_TERMS:
            raise _TooLongError("the sum over several ranges has too many terms to add them up")
        name = self.problem.ranges[level].name
        total = to_ball(0)
        for index in range(int(lower), int(upper) + 1):
            total = total + self.total(level - 1, {**point, name: Fraction(index)})
        return total


def _words(point: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point.items())


def _whole(problem: RangedIntegral, node: Node) -> float:
    return _to_whole(BallProgram(problem.graph, [node]).evaluate({}, BITS)[0])


def _to_whole(ball: Any) -> float:
    """Return a whole number, or an infinity."""
    if ball.is_nan() or not (ball.is_finite() or ball.is_exact()):
        raise _NotWholeError("an end of a range has no value")
    if not ball.is_finite():
        return math.copysign(math.inf, float(ball))
    whole = ball.unique_fmpz()
    if whole is None or not (ball - int(whole)).contains(0):
        raise _NotWholeError("an end of a range is not a whole number")
    if not ball.is_exact():
        raise _NotWholeError("an end of a range is not known to be a whole number")
    return int(whole)
