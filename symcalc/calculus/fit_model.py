"""The model of a fit: compiled, and evaluated at the rows of its data."""

from __future__ import annotations

import math
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

#: A point, what was evaluated there, and whether closed forms gave all of it.
_Kept = tuple[bytes, Array, Array, bool]

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


class ModelRows:
    """A model at the rows of its data: what least squares evaluates.

    Parameters
    ----------
    model : AtRows
    target : ndarray (n_rows,)

    Notes
    -----
    What `both` evaluated first and last is kept: at its start and at its end a fit asks again.
    """

    def __init__(self, model: AtRows, target: Array) -> None:
        self.model, self.target = model, target
        self._first: _Kept | None = None
        self._last: _Kept | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return ModelRows, (self.model, self.target)

    def residuals(self, p: Array) -> Array:
        """Return target minus model."""
        return self.target - self.model.values(p)

    def jacobian(self, p: Array) -> Array:
        """Return the derivatives of the residuals in the parameters, not to be written to."""
        known = self._known(p.tobytes()) if p.ndim == 1 else None
        return -slopes_at(self.model, p) if known is None else known[2]

    def both(self, p: Array) -> tuple[Array, Array]:
        """Return the residuals and their derivatives from one evaluation, not to be written to."""
        key = p.tobytes()
        known = self._known(key)
        if known is None:
            known = self._last = self._evaluated(p, key)
            self._first = self._first or known
        return known[1], known[2]

    def _known(self, key: bytes) -> _Kept | None:
        """Return what is kept of a point."""
        last, first = self._last, self._first
        if last is not None and last[0] == key:
            return last
        return first if first is not None and first[0] == key else None

    def _evaluated(self, p: Array, key: bytes) -> _Kept:
        """Evaluate at a point."""
        value, slopes = self.model.value_and_derivatives(p)
        whole = np.empty((p.size + 1, self.target.size))
        for place, slope in enumerate(slopes):
            whole[place] = slope
        np.subtract(value, self.target, out=whole[-1])
        np.negative(whole, out=whole)
        if not (math.isfinite(np.vdot(whole, whole)) or np.isfinite(whole).all()):
            return key, self.residuals(p), -slopes_at(self.model, p), False
        whole.flags.writeable = False
        return key, whole[-1], whole[:-1].T, True

    def totals(self, weights: Array | None) -> RowTotals:
        """Return what adds up the products of weighted residuals and their derivatives."""
        if weights is None or weights.all():
            return RowTotals(self.model, self.target, weights)
        rows = weights > 0.0
        return RowTotals(self.model.part(rows), self.target[rows], weights[rows])

    def part(self, rows: slice) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
        """Return residuals and Jacobian of some of the rows."""
        some = ModelRows(self.model.part(rows), self.target[rows])
        return some.residuals, some.jacobian

    def noted(self, found: Fit, table: Table) -> Fit:
        """Return the fit with a note where differences stand in for closed forms."""
        point, problem = np.array(list(found.parameters.values())), found.problem
        known = self._known(point.tobytes())
        if known is not None and known[3]:
            return found
        with np.errstate(all="ignore"):
            totals = problem.totals if problem.has_totals else None
            if totals is not None and np.isfinite(totals(point)).all():  # so all derivatives are
                return found
            slopes = self.model.derivatives(point)
        bad = np.flatnonzero(problem.counted & ~np.isfinite(slopes).all(axis=1))
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
