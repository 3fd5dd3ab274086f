"""What the formula of a model tells a fit: linear parameters, residuals to any precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balls import BallProgram, NoBall, working_precision
from ..expression import Expression
from ..graph.derive import gradient_nodes
from .remembered import remembered

__all__ = ["find_linear", "make_exact"]

Array = NDArray[np.float64]

#: Bits of the first evaluation, and the most.
FIRST_BITS, MAX_BITS = 128, 2048


@remembered
def find_linear(expression: Expression, parameters: tuple[str, ...]) -> tuple[str, ...]:
    """Return parameters that the model is jointly linear in, as many as are easily found.

    A derivative in one of them contains none of them. Found one by one, so that of `a*b*x` it
    is the first.
    """
    graph = expression.graph.copy()
    nodes = [graph.var(name) for name in parameters]
    slopes = gradient_nodes(graph, expression.root, nodes)
    contained = [set(graph.variables([slope])) for slope in slopes]
    chosen: list[int] = []
    for i, node in enumerate(nodes):
        if node in contained[i]:
            continue
        if all(nodes[j] not in contained[i] and node not in contained[j] for j in chosen):
            chosen.append(i)
    return tuple(parameters[i] for i in chosen)


@dataclass(frozen=True, slots=True, eq=False)
class _Exact:
    """Residuals in ball arithmetic; the programs are made when they are first asked for."""

    model: Expression
    target: Expression
    parameters: tuple[str, ...]
    columns: Mapping[str, Array]
    n_rows: int

    def __call__(self, place: Sequence[Fraction]) -> Array:
        """Return target minus model at every row, correctly rounded, NaN where that fails."""
        found = np.full(self.n_rows, np.nan)
        try:
            model = BallProgram(self.model.graph, [self.model.root])
            target = BallProgram(self.target.graph, [self.target.root])
        except NoBall:
            return found
        point: dict[str, Any] = dict(zip(self.parameters, place, strict=True))
        for row in range(self.n_rows):
            cells = {name: _decimal(column, row) for name, column in self.columns.items()}
            found[row] = _difference(target, model, cells, {**cells, **point})
        return found


def _decimal(column: Array, row: int) -> Fraction:
    """Return a cell as the shortest decimal that reads as its double."""
    return Fraction(repr(float(column[row] if column.ndim else column)))


def _difference(
    target: BallProgram, model: BallProgram, cells: Mapping[str, Fraction], point: Mapping[str, Any]
) -> float:
    """Return the difference of two values to double precision, NaN where it cannot be had."""
    bits = FIRST_BITS
    while bits <= MAX_BITS:
        with working_precision(bits):
            gap = target.evaluate(cells, bits)[0] - model.evaluate(point, bits)[0]
            if not gap.is_finite():
                return math.nan
            if gap.is_exact() or gap.rel_accuracy_bits() >= 60:
                return float(gap.mid())
        bits *= 2
    return math.nan


def make_exact(
    model: Expression,
    parameters: Sequence[str],
    target: Expression,
    columns: Mapping[str, Array],
    n_rows: int,
) -> Callable[[Sequence[Fraction]], Array]:
    """Return a callable for `FitProblem.exact`."""
    return _Exact(model, target, tuple(parameters), columns, n_rows)
