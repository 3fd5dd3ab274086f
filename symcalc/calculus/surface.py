"""The values of an objective of two numbers around a run's path, for the picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .array_objective import ArrayObjective
from .objective import FormulaObjective

__all__ = ["Surface", "surface_of"]

#: Values on so many lines each way; fewer where each takes many rows of data.
FINE, COARSE, MANY_NUMBERS = 101, 25, 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """An objective over the plane of its two variables.

    Attributes
    ----------
    target : FormulaObjective or ArrayObjective
    names : tuple of str
        Of the horizontal and of the vertical variable.
    """

    target: FormulaObjective | ArrayObjective
    names: tuple[str, str]

    def grid(self, lower: Any, upper: Any) -> tuple[Any, Any, NDArray[np.float64]]:
        """Return both axes and the values over a rectangle, shape (vertical, horizontal).

        NaN where there is no value.
        """
        n_numbers = sum(np.size(array) for array in (self.target.data or {}).values())
        n_lines = COARSE if n_numbers > MANY_NUMBERS else FINE
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


def surface_of(target: FormulaObjective | ArrayObjective) -> Surface | None:
    """Return the surface of an objective of two numbers, None for any other."""
    names = tuple(target.names)
    return Surface(target, (names[0], names[1])) if len(names) == 2 else None
