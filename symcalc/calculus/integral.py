"""What `integrate` returns: `Integral`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..facts import IntegrandFacts
from ..outcome import json_float
from .ranged_value import RangedValue

__all__ = ["Integral"]


@dataclass(frozen=True, eq=False, repr=False)
class Integral(RangedValue):
    """An integral: its closed form where one was found and held, and its value.

    Attributes
    ----------
    is_principal_value : bool
        Whether the value is Cauchy's.
    facts : IntegrandFacts or None
        Singular places, kinks, jumps, peaks of an integrand in one variable, as they were found
        before it was sampled.
    places : tuple of float
        Edges of the panels of the quadrature; none where a value is proven without.

    Notes
    -----
    All other attributes are those of `RangedValue`.
    """

    is_principal_value: bool = False
    facts: IntegrandFacts | None = field(default=None, repr=False)
    places: tuple[float, ...] = field(default=(), repr=False)

    def _left_latex(self) -> str:
        ends = self.ends_latex()
        signs = "".join(
            rf"\int_{{{lower}}}^{{{upper}}}" if lower else r"\int"
            for _, lower, upper in reversed(ends)
        )
        steps = "".join(rf"\,\mathrm{{d}}{name}" for name, _, _ in ends)
        return rf"{signs} {self.expression.latex}{steps}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        points = self.facts.points if self.facts is not None else ()
        return {
            **super().to_dict(),
            "principal_value": self.is_principal_value,
            "special_points": [
                {"at": json_float(point.at), "kind": point.kind, "exact": point.exact}
                for point in points
            ],
        }
