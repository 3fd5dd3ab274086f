"""The result of a quadrature: an estimate with what it cost and where it looked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...outcome import Estimate, json_float

__all__ = ["QuadratureEstimate"]


@dataclass(frozen=True, slots=True)
class QuadratureEstimate(Estimate):
    """An integral as a number, with its error, method and trust.

    Attributes
    ----------
    other : float
        The number of the second, unrelated rule; NaN where there is none.
    n_evaluations : int
        Places at which the integrand was asked for.
    splits : tuple of float
        Places at which the range was cut.
    places : tuple of float
        Edges of the panels, for plots.
    place : float or None
        Where the integral diverges or has no value.
    exponent : float or None
        Of the integrand at that place, where it is known or was measured.
    """

    other: float = float("nan")
    n_evaluations: int = 0
    splits: tuple[float, ...] = ()
    places: tuple[float, ...] = ()
    place: float | None = None
    exponent: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; a number that is not finite is its name."""
        return {
            **Estimate.to_dict(self),
            "other": json_float(self.other),
            "n_evaluations": self.n_evaluations,
            "splits": [json_float(x) for x in self.splits],
            "place": json_float(self.place),
            "exponent": json_float(self.exponent),
        }
