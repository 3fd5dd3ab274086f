"""The values of an objective of two numbers around a run's path, for the picture of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..facts import ObjectiveFacts
from ..optimize import Constraints, Objective
from ..optimize.bounds import Bounds

__all__ = ["Surface", "surface_of"]

#: Where each value takes more numbers than these, hundreds of them take too long for a picture.
TOO_MANY = 2_000_000

#: Values on so many lines each way; fewer where each takes many rows of data.
FINE, COARSE, MANY_NUMBERS = 101, 25, 20_000


class _Target(Protocol):
    """What the surface needs of an objective: its variables, its data, its values."""

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def data(self) -> Mapping[str, Any] | None: ...

    def to_objective(self, needs: str | None) -> tuple[Objective, ObjectiveFacts]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """An objective over the plane of its two variables.

    Attributes
    ----------
    target : FormulaObjective, ArrayObjective or RowProblem
    names : tuple of str
        Of the horizontal and of the vertical variable.
    constraints : Constraints or None
    bounds : Bounds or None
    """

    target: _Target
    names: tuple[str, str]
    constraints: Constraints | None = None
    bounds: Bounds | None = None

    def grid(self, lower: Any, upper: Any) -> tuple[Any, Any, NDArray[np.float64]]:
        """Return both axes and the values over a rectangle, shape (vertical, horizontal).

        NaN where there is no value.
        """
        n_lines = COARSE if _n_numbers(self.target) > MANY_NUMBERS else FINE
        value = self.target.to_objective("value")[0].value
        across, up = (np.linspace(a, b, n_lines) for a, b in zip(lower, upper, strict=True))

        def at(x: float, y: float) -> float:
            try:
                return float(value(np.array([x, y])))
            except ArithmeticError:
                return float("nan")

        with np.errstate(all="ignore"):
            values = np.array([[at(x, y) for x in across] for y in up])
        return across, up, np.where(np.isfinite(values), values, np.nan)

    def gaps(self, lower: Any, upper: Any) -> tuple[Any, Any, Any, Any]:
        """Return both axes, how far inequalities and bounds hold, and the equations' values.

        The second last is the least of all over a rectangle, negative where a point is not
        allowed, None without any; the last is one layer for each equation, or None.
        """
        across, up = (np.linspace(a, b, FINE) for a, b in zip(lower, upper, strict=True))
        layers: list[NDArray[np.float64]] = []
        equations: NDArray[np.float64] | None = None
        if self.bounds is not None:
            for at, axis in enumerate(np.meshgrid(across, up)):
                layers += [axis - self.bounds.lower[at], self.bounds.upper[at] - axis]
        if self.constraints is not None and len(self.constraints):
            values = self.constraints.values
            with np.errstate(all="ignore"):
                found = np.array([[values(np.array([x, y])) for x in across] for y in up])
            found = np.moveaxis(np.where(np.isfinite(found), found, np.nan), -1, 0)
            is_equality = self.constraints.is_equality
            layers += list(found[~is_equality])
            equations = found[is_equality] if is_equality.any() else None
        allowed = np.fmin.reduce(layers) if layers else None
        return across, up, allowed, equations


def surface_of(
    target: _Target, constraints: Constraints | None = None, bounds: Bounds | None = None
) -> Surface | None:
    """Return the surface of an objective of two numbers, None for any other.

    None also where its data are so large that a picture would take minutes.
    """
    names = tuple(target.names)
    if len(names) != 2 or _n_numbers(target) > TOO_MANY:
        return None
    return Surface(target, (names[0], names[1]), constraints, bounds)


def _n_numbers(target: _Target) -> int:
    """Return how many numbers the data have."""
    arrays = (target.data or {}).values()
    return sum(int(getattr(array, "nnz", np.size(array))) for array in arrays)
