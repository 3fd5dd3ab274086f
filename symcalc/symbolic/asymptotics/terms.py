"""One term of a series: plain data that a pipe can carry."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...expression import Expression

__all__ = ["SeriesTerm"]


@dataclass(frozen=True, slots=True)
class SeriesTerm:
    """coefficient * t**power * log(t)**log_power.

    Attributes
    ----------
    power : Fraction
    log_power : int
    coefficient : Expression
    """

    power: Fraction
    log_power: int
    coefficient: Expression

    @property
    def key(self) -> tuple[Fraction, int]:
        """Power and power of the logarithm."""
        return self.power, self.log_power

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "power": str(self.power),
            "log_power": self.log_power,
            "coefficient": self.coefficient.to_dict(),
        }
