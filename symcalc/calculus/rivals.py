"""One derivative at one point by each of the methods that `compare` sets side by side."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from ..backends import compile_expression
from ..balls import NoBall, ball_value
from ..errors import CompileError
from ..expression import Expression
from ..graph.derive import derivative
from ..graph.graph import Node
from ..numeric import Lines, Samples, complex_step, second_difference, single_difference
from ..numeric.door import Counted
from ..outcome import Estimate, Outcome, Trust
from ..verify import derivative_at
from ..verify.plain import PlainProgram
from .comparison import ComparedDerivative, MethodResult, digits_of_agreement

__all__ = ["Rivals"]

REFERENCE_DIGITS = 50
#: Runs of the closed form that are timed; the fastest counts.
TIMED_RUNS = 5
BITS = 128

Place = dict[str, float]
Steps = tuple[str, ...]
Method = Callable[[Counted, Any], Estimate]


@dataclass
class Rivals:
    """A formula made ready for all methods.

    Parameters
    ----------
    expression : Expression
    order : int
        1 or 2.
    """

    expression: Expression
    order: int

    def __post_init__(self) -> None:
        self.names = self.expression.names
        self.compiled = compile_expression(self.expression, self.names, order=self.order)
        self.graph = self.expression.graph.copy()

    def compare(self, point: Place, steps: Steps) -> ComparedDerivative:
        """Return the derivative in `steps` at a point by all methods."""
        nodes = self._nodes(steps)
        second = nodes[2] if len(steps) == 2 else None
        reference = derivative_at(
            self.graph, nodes[0], nodes[1], second, steps, point, REFERENCE_DIGITS
        )
        results = tuple(
            MethodResult(
                name, estimate, digits_of_agreement(estimate.value, reference), count, seconds
            )
            for name, estimate, count, seconds in self._run(point, steps)
        )
        return ComparedDerivative(point, steps, reference, results)

    def _nodes(self, steps: Steps) -> list[Node]:
        """Return function, first and second derivative in the order of `steps`."""
        nodes = [self.expression.root]
        for name in steps:
            nodes.append(derivative(self.graph, nodes[-1], self.graph.var(name)))
        return nodes

    def _run(self, point: Place, steps: Steps) -> Iterator[tuple[str, Estimate, int, float]]:
        """Yield name, estimate, evaluations and seconds of each method."""
        x = np.array([point[name] for name in self.names])
        with np.errstate(all="ignore"):
            yield self._symbolic(x, steps)
            for name, method, count in self._methods(point, steps):
                counted = Counted(self.compiled.flat_value)
                started = time.perf_counter()
                estimate = method(counted, x)
                seconds = time.perf_counter() - started
                yield name, estimate, counted.n_calls + count, seconds

    # -- the closed form --------------------------------------------------------------------

    def _symbolic(self, x: Any, steps: Steps) -> tuple[str, Estimate, int, float]:
        """Return the closed form in doubles, compiled."""
        run = self.compiled.gradient if self.order == 1 else self.compiled.hessian
        place = tuple(self.names.index(name) for name in steps)
        value = float(run(*x.tolist())[place])
        times = []
        for _ in range(TIMED_RUNS):
            started = time.perf_counter()
            run(*x.tolist())
            times.append(time.perf_counter() - started)
        outcome = Outcome.DONE if math.isfinite(value) else Outcome.NOT_FINITE
        estimate = Estimate(value, math.nan, "closed form in doubles", Trust.UNCHECKED, outcome)
        return "symbolic", estimate, 1, min(times)

    # -- methods that see values only ---------------------------------------------------------

    def _methods(self, point: Place, steps: Steps) -> Iterator[tuple[str, Method, int]]:
        """Yield each method by name, with the evaluations that it makes elsewhere."""
        program = self._complex_program(steps)
        if program is not None:
            name = "complex step" if self.order == 1 else "complex step of the gradient"
            yield name, partial(_complex, program, point, steps[-1]), 2
        for kind, next_order in (("forward", 2), ("central", 3)):
            higher = self._higher(point, steps[0], next_order) if self.order == 1 else None
            yield f"{kind} difference", partial(self._single, steps, kind, higher), 0
        yield "adaptive", partial(self._adaptive, steps), 0

    def _complex_program(self, steps: Steps) -> PlainProgram | None:
        """Return the plain program for the complex step, where every function allows it."""
        node = self._nodes(steps)[self.order - 1]
        try:
            program = PlainProgram(self.graph, node)
        except CompileError:
            return None
        return program if program.allows_complex_step else None

    def _single(
        self, steps: Steps, kind: str, higher: float | None, function: Counted, x: Any
    ) -> Estimate:
        """Return a difference of one step, chosen from the next derivatives."""
        i, j = (self.names.index(name) for name in (steps[0], steps[-1]))
        if self.order == 2:
            return second_difference(
                lambda s, t: function(_moved(x, {i: s} if i == j else {i: s, j: t})),
                float(x[i]),
                None if i == j else float(x[j]),
                kind,
            )
        samples = Samples(lambda t: function(_moved(x, {i: t})), float(x[i]))
        return single_difference(samples, kind, higher=higher)

    def _adaptive(self, steps: Steps, function: Counted, x: Any) -> Estimate:
        """Return the adaptive difference."""
        lines = Lines(function, x, None, False)
        i, j = (self.names.index(name) for name in (steps[0], steps[-1]))
        if self.order == 1:
            return lines[i].derivative(1)
        return lines[i].derivative(2) if i == j else lines.mixed(i, j)

    # -- as functions of the step ---------------------------------------------------------------

    def quotients(
        self, point: Place, steps: Steps, widths: Sequence[float]
    ) -> dict[str, list[float]]:
        """Return the plain difference quotients for many steps, by method."""
        x = np.array([point[name] for name in self.names])
        i, j = (self.names.index(name) for name in (steps[0], steps[-1]))

        def value(s: float, t: float = 0.0) -> float:
            offsets = {i: x[i] + s + t} if i == j else {i: x[i] + s, j: x[j] + t}
            return self.compiled.flat_value(_moved(x, offsets))

        if self.order == 1:
            rules: dict[str, Callable[[float], float]] = {
                "forward difference": lambda h: (value(h) - value(0.0)) / h,
                "central difference": lambda h: (value(h) - value(-h)) / (2.0 * h),
            }
        else:
            rules = {
                "forward difference": lambda h: (
                    (value(h, h) - value(h) - value(0.0, h) + value(0.0)) / h / h
                ),
                "central difference": lambda h: (
                    (value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / h / h / 4.0
                ),
            }
        program = self._complex_program(steps)
        if program is not None:
            name, at = steps[-1], point[steps[-1]]
            rules["complex step" if self.order == 1 else "complex step of the gradient"] = (
                lambda h: complex(program({**point, name: complex(at, h)})).imag / h
            )
        return {name: [_guarded(rule, h) for h in widths] for name, rule in rules.items()}

    @cached_property
    def _derived(self) -> dict[tuple[str, int], Node]:
        return {}

    def _higher(self, point: Place, name: str, order: int) -> float | None:
        """Return a higher derivative, which tells the best step; None where it has no value."""
        key = (name, order)
        if key not in self._derived:
            node = self.expression.root
            for _ in range(order):
                node = derivative(self.graph, node, self.graph.var(name))
            self._derived[key] = node
        try:
            value = float(ball_value(self.graph, self._derived[key], point, BITS).mid())
        except NoBall:
            return None
        return value if math.isfinite(value) else None


def _guarded(rule: Callable[[float], float], width: float) -> float:
    """Return NaN where the arithmetic of plain floats raises."""
    try:
        return rule(width)
    except ArithmeticError:
        return math.nan


def _moved(x: Any, places: dict[int, float]) -> Any:
    """Return the point with other coordinates."""
    moved = x.copy()
    for index, value in places.items():
        moved[index] = value
    return moved


def _complex(program: PlainProgram, point: Place, name: str, function: Counted, x: Any) -> Estimate:
    """Return the complex step of the formula as it was written."""
    try:
        return complex_step(lambda z: complex(program({**point, name: z})), point[name])
    except ArithmeticError:
        note = "the formula overflows beside the real axis"
        return Estimate(
            math.nan, math.nan, "complex step", Trust.UNCHECKED, Outcome.NOT_FINITE, note
        )
