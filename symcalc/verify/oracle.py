"""An independent derivative: from values alone, never from a derivative rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from ..balls import BallProgram, NoBall, to_ball, working_precision
from ..graph.graph import Graph, Node
from ..numeric import central_difference, complex_step, mixed_difference
from ..outcome import Estimate, Outcome, Trust
from .plain import PlainProgram

if TYPE_CHECKING:
    pass

__all__ = ["DerivativeOracle", "OracleValue", "derivative_oracle"]

#: Bits of the coordinates that a step of the difference lies below them.
STEP_BITS = 100
#: Bits of precision beyond those that the differences cancel.
SPARE_BITS = 160
BALL_METHOD = "central differences of rigorous values"


@dataclass(frozen=True, slots=True)
class OracleValue:
    """A derivative from values of the function.

    Attributes
    ----------
    value : arb or float
        The derivative; a NaN when there is none.
    error : float
        The estimated absolute error: truncation, by comparing two steps, and rounding.
    method : str
    """

    value: Any
    error: float
    method: str

    @property
    def is_finite(self) -> bool:
        """Whether there is a value."""
        return math.isfinite(self.error)


class DerivativeOracle:
    """Derivatives of one root at many points, prepared once.

    Parameters
    ----------
    graph, root
        The function; its derivatives are never asked for.

    Notes
    -----
    Central differences of ball values, with a step 2**-100 times the coordinate and as many
    bits as that needs, so that both truncation and rounding stay below 1e-50 of a smooth
    function. The truncation is estimated from a second, halved step and is not proven. Formulas
    with functions that have no ball use the complex step where every function allows it, else
    extrapolated differences of doubles; only orders up to two.
    """

    def __init__(self, graph: Graph, root: Node) -> None:
        self._balls: BallProgram | None = None
        self._plain: PlainProgram | None = None
        try:
            self._balls = BallProgram(graph, [root])
        except NoBall:
            self._plain = PlainProgram(graph, root)

    @property
    def is_rigorous(self) -> bool:
        """Whether the values that are differenced are balls."""
        return self._balls is not None

    def value(self, point: Mapping[str, float]) -> Any:
        """Return the function itself at a point: a ball, or a float."""
        if self._balls is not None:
            return self._balls.evaluate(point, STEP_BITS + SPARE_BITS)[0]
        assert self._plain is not None
        return float(self._plain(point).real)

    def partial(self, point: Mapping[str, float], order: Mapping[str, int]) -> OracleValue:
        """Return the partial derivative of the given order in each variable."""
        order = {name: n for name, n in order.items() if n}
        if self._balls is not None:
            return self._ball_difference(point, list(order.items()))
        return _from_estimate(self._plain_difference(point, order))

    def directional(
        self, point: Mapping[str, float], direction: Mapping[str, float], order: int = 1
    ) -> OracleValue:
        """Return the derivative of f(point + t·direction) in t at 0, of order 1 or 2."""
        if self._balls is None:
            return _from_estimate(self._plain_directional(point, direction, order))
        exact = {name: Fraction(v) for name, v in direction.items()}
        center = {name: Fraction(point[name]) for name in exact}

        def along(offset: Fraction) -> dict[str, Any]:
            moved = {name: center[name] + offset * slope for name, slope in exact.items()}
            return {**point, **moved}

        scale = min((_scale(point[name]) for name in exact), default=Fraction(1))
        return self._halved([(along, order, scale)])

    def _ball_difference(
        self, point: Mapping[str, float], order: Sequence[tuple[str, int]]
    ) -> OracleValue:
        axes: list[_Axis] = []
        for name, n in order:
            axes.append((_mover(name, point[name]), n, _scale(point[name])))
        return self._halved(axes, point)

    def _halved(
        self, axes: Sequence[_Axis], point: Mapping[str, float] | None = None
    ) -> OracleValue:
        """Return the difference quotient at half the step, and its change as the error."""
        coarse = self._quotient(axes, point, STEP_BITS)
        fine = self._quotient(axes, point, STEP_BITS + 1)
        if not (coarse.is_finite() and fine.is_finite()):
            return OracleValue(math.nan, math.nan, BALL_METHOD)
        with working_precision(_precision(axes)):
            change = abs(coarse - fine)
            error = float((change + fine.rad()).abs_upper())
        return OracleValue(fine, error, BALL_METHOD)

    def _quotient(
        self, axes: Sequence[_Axis], point: Mapping[str, float] | None, step_bits: int
    ) -> Any:
        """Return the product of central differences along the axes, divided by the steps."""
        assert self._balls is not None
        bits = _precision(axes)
        steps = [scale / 2**step_bits for _, _, scale in axes]
        total: Any = None
        for weight, place in _stencil(axes, steps):
            value = self._balls.evaluate({**(point or {}), **place}, bits)[0]
            with working_precision(bits):
                total = value * weight if total is None else total + value * weight
        divisor = math.prod(
            (step**n for step, (_, n, _) in zip(steps, axes, strict=True)), start=Fraction(1)
        )
        with working_precision(bits):
            return total / to_ball(divisor)

    # -- without balls --------------------------------------------------------------------

    def _plain_difference(self, point: Mapping[str, float], order: Mapping[str, int]) -> Estimate:
        program = self._plain
        assert program is not None
        names = list(order)
        if len(names) == 1 and order[names[0]] <= 2:
            name = names[0]
            if order[name] == 1 and program.allows_complex_step:
                return complex_step(lambda z: complex(program({**point, name: z})), point[name])
            return central_difference(
                lambda t: float(program({**point, name: t})), point[name], order=order[name]
            )
        if len(names) == 2 and max(order.values()) == 1:
            first, second = names
            return mixed_difference(
                lambda s, t: float(program({**point, first: s, second: t})),
                point[first],
                point[second],
            )
        return Estimate(
            math.nan, math.nan, "none", Trust.UNCHECKED, Outcome.NOT_FINITE, "order too high"
        )

    def _plain_directional(
        self, point: Mapping[str, float], direction: Mapping[str, float], order: int
    ) -> Estimate:
        program = self._plain
        assert program is not None

        def along(t: Any) -> dict[str, Any]:
            return {**point, **{name: point[name] + t * v for name, v in direction.items()}}

        if order == 1 and program.allows_complex_step:
            return complex_step(lambda z: complex(program(along(z))), 0.0)
        return central_difference(lambda t: float(program(along(t))), 0.0, order=order, scale=0.1)


def derivative_oracle(
    graph: Graph, root: Node, point: Mapping[str, float], order: Mapping[str, int]
) -> OracleValue:
    """Return one partial derivative at one point from values of the function alone.

    Parameters
    ----------
    graph, root
        The function.
    point : mapping of str to float
        Values of all variables.
    order : mapping of str to int
        How often to differentiate in each variable, `{"x": 1, "y": 1}`.

    Raises
    ------
    CompileError
        The formula has a function without any numerical spelling.

    Notes
    -----
    See `DerivativeOracle`.
    """
    return DerivativeOracle(graph, root).partial(point, order)


#: One direction of a difference: the place at an offset, the order, the unit of the step.
_Axis = tuple[Callable[[Fraction], dict[str, Any]], int, Fraction]


def _mover(name: str, center: float) -> Callable[[Fraction], dict[str, Any]]:
    exact = Fraction(center)
    return lambda offset: {name: exact + offset}


def _scale(coordinate: float) -> Fraction:
    """Return the unit of steps at a coordinate: its size, at most 1."""
    return min(abs(Fraction(coordinate)), Fraction(1)) or Fraction(1)


def _precision(axes: Sequence[_Axis]) -> int:
    return SPARE_BITS + sum(n for _, n, _ in axes) * STEP_BITS + STEP_BITS


def _stencil(
    axes: Sequence[_Axis], steps: Sequence[Fraction]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (weight, place) of the product of central differences of the given orders."""
    for indices in product(*(range(n + 1) for _, n, _ in axes)):
        weight, place = 1, {}
        for index, step, (move, n, _) in zip(indices, steps, axes, strict=True):
            weight *= (-1) ** index * math.comb(n, index)
            place.update(move(step * (Fraction(n, 2) - index)))
        yield weight, place


def _from_estimate(estimate: Estimate) -> OracleValue:
    return OracleValue(estimate.value, estimate.error, estimate.method)
