"""The model of a fit: compiled, and evaluated at the rows of its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends import AtRows, CompiledFunction, RowTotals
from ..expression import Expression
from ..optimize import Fit
from .data import Table, load_data
from .remembered import remembered
from .structure import find_roughness

__all__ = ["Model", "ModelRows"]

Array = NDArray[np.float64]

#: Relative step of central differences: the cube root of the rounding of a double.
DIFFERENCE = 6e-6


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled model: parameters first, then the columns it is evaluated on."""

    expression: Expression
    function: CompiledFunction
    parameters: tuple[str, ...]
    predictors: tuple[str, ...]

    @property
    def has_jumps(self) -> bool:
        """Whether the value jumps as parameters move."""
        return _has_jumps(self.expression, self.parameters)

    def __call__(self, parameters: Mapping[str, float], data: Any) -> Array:
        """Return the model at the rows of `data`."""
        return np.array(self._read(data).values(self._point(parameters)))

    def slopes(self, parameters: Mapping[str, float], data: Any) -> Array:
        """Return the derivatives in the parameters at the rows of `data`."""
        return slopes_at(self._read(data), self._point(parameters))

    def at(self, columns: Mapping[str, Array], n_rows: int) -> AtRows:
        """Return the model as a function of its parameters."""
        return self.function.at_rows([columns[name] for name in self.predictors], n_rows)

    def _point(self, parameters: Mapping[str, float]) -> Array:
        return np.array([parameters[name] for name in self.parameters], dtype=float)

    def _read(self, data: Any) -> AtRows:
        """Return the model at the columns of data that it needs."""
        table = load_data(data)
        columns, n_rows = table.columns(self.predictors)
        if not self.predictors and table.names:
            _, n_rows = table.columns(table.names[:1])
        return self.at(columns, n_rows)


@remembered
def _has_jumps(expression: Expression, parameters: tuple[str, ...]) -> bool:
    return "jump" in find_roughness(expression.graph, expression.root, parameters)


@dataclass(frozen=True, slots=True, eq=False)
class ModelRows:
    """A model at the rows of its data: what least squares evaluates."""

    model: AtRows
    target: Array

    def residuals(self, p: Array) -> Array:
        """Return target minus model."""
        return self.target - self.model.values(p)

    def jacobian(self, p: Array) -> Array:
        """Return the derivatives of the residuals in the parameters."""
        return -slopes_at(self.model, p)

    def totals(self, weights: Array | None) -> RowTotals:
        """Return what adds up the products of weighted residuals and their derivatives."""
        return RowTotals(self.model, self.target, weights)

    def part(self, rows: slice) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
        """Return residuals and Jacobian of some of the rows."""
        some = ModelRows(self.model.part(rows), self.target[rows])
        return some.residuals, some.jacobian

    def noted(self, found: Fit, table: Table) -> Fit:
        """Return the fit with a note where differences stand in for closed forms."""
        point, problem = np.array(list(found.parameters.values())), found.problem
        with np.errstate(all="ignore"):
            totals = problem.totals if problem.has_totals else None
            if totals is not None and np.isfinite(totals(point)).all():  # so all derivatives are
                return found
            slopes = self.model.derivatives(point)
        bad = np.flatnonzero(~np.isfinite(slopes).all(axis=1))
        if not (bad.size and found.converged):
            return found
        note = (
            f"The closed-form derivative has no value in {table.place(int(bad[0]))}"
            f"{f' and {bad.size - 1} more' if bad.size > 1 else ''}; differences stand in there."
        )
        return replace(found, notes=(*found.notes, note))


def slopes_at(model: AtRows, p: Array) -> Array:
    """Return the derivatives of a model in its parameters, one row a row of data.

    Where a closed form has no value though the model has one (`x**b*log(x)` at `x = 0`),
    central differences of the model stand in; not at many points at a time.
    """
    slopes = model.derivatives(p)
    is_known = np.isfinite(slopes)
    if is_known.all() or p.ndim > 1:
        return slopes
    slopes, bad = slopes.copy(), ~is_known
    for k in np.flatnonzero(bad.any(axis=0)).tolist():
        step = DIFFERENCE * max(abs(float(p[k])), DIFFERENCE)
        sides = []
        for side in (step, -step):
            moved = p.copy()
            moved[k] += side
            sides.append(model.values(moved))
        rows = bad[:, k]
        slopes[rows, k] = (sides[0] - sides[1])[rows] / (2.0 * step)
    return slopes
