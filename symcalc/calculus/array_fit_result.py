"""`ArrayFit`: parameters that are arrays, with standard errors in their shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..optimize import Fit
from ..optimize.plain import to_plain
from ..outcome import Outcome

__all__ = ["ArrayFit"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ArrayFit:
    """Parameters fitted by least squares, some of them arrays, and what is known of them.

    Attributes
    ----------
    flat : Fit
        The same fit number by number, its parameters called `w[0]`, `U[2,1]`: intervals, profiles,
        correlations, checks of the residuals.
    shapes : dict of str to tuple of int
        The shapes of the parameters; () for numbers.
    target_shape : tuple of int

    Examples
    --------
    >>> import symcalc as sc
    >>> data = {"X": [[1, 0], [1, 1], [1, 2], [1, 3]], "y": [1.1, 2.9, 5.2, 6.8]}
    >>> found = sc.fit("X@w", data, target="y", start="w=zeros")
    >>> found.parameters["w"].round(6), found.standard_errors["w"].round(6)
    (array([1.09, 1.94]), array([0.169411, 0.090554]))
    >>> found.predict({"X": [[1, 10]]}).round(6)
    array([20.49])
    """

    flat: Fit = field(repr=False)
    shapes: dict[str, tuple[int, ...]]
    target_shape: tuple[int, ...]

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name, arrays in their shapes."""
        return self._shaped(self.flat.parameters)

    @property
    def standard_errors(self) -> dict[str, Any]:
        """Their standard errors, in the same shapes."""
        return self._shaped(self.flat.standard_errors)

    @property
    def start(self) -> dict[str, Any]:
        """Where the fit began."""
        return self._shaped(self.flat.start)

    @property
    def covariance(self) -> dict[tuple[str, str], Array]:
        """The covariances by pairs of names, of both shapes together; `flat` has the matrix."""
        places, begin = dict[str, slice](), 0
        for name, shape in self.shapes.items():
            end = begin + int(np.prod(shape, dtype=int))
            places[name], begin = slice(begin, end), end
        return {
            (a, b): self.flat.covariance[places[a], places[b]].reshape(
                self.shapes[a] + self.shapes[b]
            )
            for a in self.shapes
            for b in self.shapes
        }

    def confidence_intervals(self, level: float = 0.95) -> dict[str, tuple[Any, Any]]:
        """Return the limits of each parameter, arrays in their shapes; see `Fit`."""
        found = self.flat.confidence_intervals(level)
        lower, upper = (
            self._shaped({name: sides[side] for name, sides in found.items()}) for side in (0, 1)
        )
        return {name: (lower[name], upper[name]) for name in self.shapes}

    def predict(self, data: Any) -> Array:
        """Return the fitted model at other data."""
        rows = self.flat.predict(data)
        return rows.reshape(-1, *self.target_shape[1:])

    @property
    def residuals(self) -> Array:
        """Target minus model, in the shape of the target."""
        return self.flat.residuals.reshape(self.target_shape)

    @property
    def fitted(self) -> Array:
        """The model at the data, in the shape of the target."""
        return self.flat.fitted.reshape(self.target_shape)

    @property
    def outcome(self) -> Outcome:
        """How the fit ended."""
        return self.flat.outcome

    @property
    def converged(self) -> bool:
        """Whether the residuals are orthogonal to the model, to the tolerance or to rounding."""
        return self.flat.converged

    @property
    def method(self) -> str:
        """The methods that ran."""
        return self.flat.method

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the parameters must know, in sentences."""
        return self.flat.notes

    @property
    def residual_sum_of_squares(self) -> float:
        """`sum(w * r**2)`."""
        return self.flat.residual_sum_of_squares

    @property
    def residual_standard_deviation(self) -> float:
        """`s`, the square root of that over the degrees of freedom."""
        return self.flat.residual_standard_deviation

    @property
    def r_squared(self) -> float:
        """One minus the sum of squares over that of the target about its mean."""
        return self.flat.r_squared

    @property
    def degrees_of_freedom(self) -> int:
        """Observations less the parameters that they determine."""
        return self.flat.degrees_of_freedom

    def sections(self) -> Any:
        """Return the report as titled tables of text, the parameters number by number."""
        return self.flat.sections()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; `covariance` is the matrix of all numbers."""
        shaped = {
            "parameters": self.parameters,
            "standard_errors": self.standard_errors,
            "start": self.start,
            "confidence_intervals": self.confidence_intervals(),
            "residuals": self.residuals,
        }
        plain = {name: to_plain(value) for name, value in shaped.items()}
        return {**self.flat.to_dict(), **plain, "names": list(self.flat.parameters)}

    def __repr__(self) -> str:
        return repr(self.flat)

    def _repr_html_(self) -> str:
        """Return the report as tables for notebooks."""
        return self.flat._repr_html_()

    def _shaped(self, numbers: Mapping[str, float]) -> dict[str, Any]:
        """Return numbers by flat names as arrays by name."""
        values, found = iter(numbers.values()), dict[str, Any]()
        for name, shape in self.shapes.items():
            part = [next(values) for _ in range(int(np.prod(shape, dtype=int)))]
            found[name] = np.array(part).reshape(shape) if shape else part[0]
        return found
