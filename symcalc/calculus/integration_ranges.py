"""Ranges of integration as arguments give them, in one graph with the integrand."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..errors import ArgumentError, ParseError
from ..expression import Expression
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from ..language import Limits, check_name, read_assignments, read_exactly
from .reading import Formula, to_expression

__all__ = [
    "SUM_WORDS",
    "IntegrationRange",
    "RangedIntegral",
    "assumptions_of",
    "end_node",
    "read_problem",
    "read_values",
]

#: What a range looks like, for messages.
_FORM = 'Write ("x", 0, 1); infinite ends are "oo" and "-oo".'


@dataclass(frozen=True, slots=True)
class RangeWords:
    """How messages speak of what is done over the ranges."""

    noun: str
    formula: str
    a_formula: str
    done: str


INTEGRAL_WORDS = RangeWords("integral", "integrand", "An integrand", "integrated")
SUM_WORDS = RangeWords("sum", "summand", "A summand", "summed")


@dataclass(frozen=True, slots=True)
class IntegrationRange:
    """One variable with the ends of its range, nodes of the problem's graph."""

    name: str
    lower: Node
    upper: Node


@dataclass(frozen=True)
class RangedIntegral:
    """An integrand and its ranges, innermost first, in one graph.

    Attributes
    ----------
    graph : Graph
    root : Node
        The integrand.
    ranges : tuple of IntegrationRange
        The ends of each may depend on the variables of ranges behind it, and on parameters.
    parameters : tuple of str
        The variables that stay free, in order of their names.
    assumptions : dict of str to str
        What is vouched for, by parameter.
    """

    graph: Graph
    root: Node
    ranges: tuple[IntegrationRange, ...]
    parameters: tuple[str, ...] = ()
    assumptions: Mapping[str, str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of integration, innermost first."""
        return tuple(one.name for one in self.ranges)

    def at(self, values: Mapping[str, float | Fraction]) -> RangedIntegral:
        """Return the problem with values in place of parameters, which are taken exactly."""
        graph = self.graph.copy()
        place = {
            graph.var(name): graph.const(Fraction(value))
            for name, value in values.items()
            if name in self.parameters
        }
        ranges = tuple(
            IntegrationRange(
                one.name, substitute(graph, one.lower, place), substitute(graph, one.upper, place)
            )
            for one in self.ranges
        )
        left = tuple(name for name in self.parameters if name not in values)
        root = substitute(graph, self.root, place)
        return RangedIntegral(graph, root, ranges, left, self.assumptions)


def read_problem(
    formula: Formula,
    ranges: Sequence[Any],
    *,
    assume: Any = None,
    parameters: Mapping[str, Any] | str | None = None,
    syntax: str = "symcalc",
    limits: Limits | None = None,
    words: RangeWords = INTEGRAL_WORDS,
) -> RangedIntegral:
    """Read an integrand, or a summand, and its ranges.

    Raises
    ------
    ParseError, ArgumentError
        A part is not a formula; a range is not (name, lower, upper); an end depends on a variable
        that is integrated over before; a parameter is not in the problem.
    """
    triples = [_triple(given) for given in ranges]
    names = [name for name, _, _ in triples]
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise ArgumentError(f"`{twice[0]}` is {words.done} over twice.")
    values = read_values(parameters)
    declared = (*names, *values)
    expression = to_expression(
        formula, declared=declared, assume=assume, syntax=syntax, limits=limits
    )
    assumptions = assumptions_of(expression)
    if any(variable.shape for variable in expression.variables):
        raise ArgumentError(f"{words.a_formula} over data columns has no single value.")
    if "I" in expression.graph.kinds:
        raise ArgumentError(f"This {words.formula} is complex; symcalc takes real ones only.")
    graph = expression.graph.copy()
    found = []
    for place, (name, *ends) in enumerate(triples):
        nodes = []
        for end in ends:
            node, assumed = end_node(graph, end, declared, assume, syntax, limits)
            assumptions.update(assumed)
            nodes.append(node)
        inner = {graph.var(bound) for bound in names[: place + 1]}
        bad = next((node for node in graph.variables(nodes) if node in inner), None)
        if bad is not None:
            raise ArgumentError(
                f"The range of `{name}` depends on `{graph.data[bad]}`, which is {words.done} over "
                "by then; ranges are given innermost first."
            )
        found.append(IntegrationRange(name, *nodes))
    root = expression.root
    ends_of_all = [node for one in found for node in (one.lower, one.upper)]
    free = sorted({str(graph.data[n]) for n in graph.variables([root, *ends_of_all])} - set(names))
    unknown = next((name for name in values if name not in free), None)
    if unknown is not None:
        known = ", ".join(free) or "(none)"
        raise ArgumentError(
            f"`{unknown}` is not a parameter of the {words.noun}; they are {known}."
        )
    problem = RangedIntegral(graph, root, tuple(found), tuple(free), assumptions)
    return problem.at(values)


def _triple(given: Any) -> tuple[str, Any, Any]:
    """Return (name, lower, upper) as they were given."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ArgumentError(f"A range is a name and two ends, not {given!r:.60}. {_FORM}")
    parts = tuple(given)
    if len(parts) != 3:
        raise ArgumentError(f"A range has a name and two ends, not {len(parts)} parts. {_FORM}")
    return check_name(str(parts[0]).strip()), parts[1], parts[2]


def assumptions_of(expression: Expression) -> dict[str, str]:
    """Return what is vouched for, by variable."""
    return {v.name: v.assumption for v in expression.variables if v.assumption}


def end_node(
    graph: Graph, end: Any, declared: Sequence[str], assume: Any, syntax: str, limits: Limits | None
) -> tuple[Node, dict[str, str]]:
    """Return an end of a range as a node, and what is vouched for its variables.

    A float is taken as the number that it is.
    """
    if isinstance(end, numbers.Real) and not hasattr(end, "free_symbols"):
        nearest = float(end)
        if math.isnan(nearest):
            raise ArgumentError("An end of a range is NaN.")
        if math.isinf(nearest):
            return graph.scale(1 if nearest > 0 else -1, graph.call("oo")), {}
        return graph.const(Fraction(end if isinstance(end, numbers.Rational) else nearest)), {}
    read = to_expression(end, declared=declared, assume=assume, syntax=syntax, limits=limits)
    if "I" in read.graph.kinds:
        raise ArgumentError(f"{read.text:.60} is complex; ends and places are real.")
    (node,) = graph.absorb(read.graph, [read.root])
    return node, assumptions_of(read)


def read_values(parameters: Mapping[str, Any] | str | None) -> dict[str, Fraction]:
    """Return values of parameters: from "a=1/3, b=pi" or a mapping, rational ones exactly."""
    if isinstance(parameters, str):
        try:
            given: Mapping[str, Any] = read_exactly(parameters)
        except ParseError:
            given = read_assignments(parameters)
    else:
        given = parameters or {}
    return {str(name): _number(str(name), value) for name, value in given.items()}


def _number(name: str, value: Any) -> Fraction:
    """Return the value of a parameter: strings and decimals exactly, floats as they are."""
    if isinstance(value, str):
        expression = to_expression(value)
        known = expression.graph.value(expression.root)
        if known is None:
            from ..language import read_number

            return Fraction(read_number(value))
        return Fraction(known)
    try:
        return Fraction(value)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"`{name}` must be a finite number, not {value!r:.60}.") from None
