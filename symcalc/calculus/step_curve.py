"""The error of difference quotients against the step: truncation, then rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..errors import ArgumentError
from .comparison import Comparison
from .rivals import Rivals

__all__ = ["StepCurve", "step_curve"]

#: Steps 10**e for e between these, so many in each decade; further where a chosen step is.
SMALLEST, LARGEST, PER_DECADE = -20, 1, 8
FURTHEST = 20


@dataclass(frozen=True, eq=False)
class StepCurve:
    """Errors by method and step.

    Attributes
    ----------
    title : str
        Which derivative, and where.
    steps : tuple of float
    errors : dict of str to tuple of float
        By method; NaN where there is no number. Relative, or absolute where the value is 0.
    chosen : dict of str to tuple of float
        By method: the step that the method chose by itself, and the error of its result.
    is_relative : bool
    """

    title: str
    steps: tuple[float, ...]
    errors: dict[str, tuple[float, ...]]
    chosen: dict[str, tuple[float, float]]
    is_relative: bool

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "title": self.title,
            "steps": list(self.steps),
            "errors": {name: list(values) for name, values in self.errors.items()},
            "chosen": {name: list(pair) for name, pair in self.chosen.items()},
            "is_relative": self.is_relative,
        }


def step_curve(comparison: Comparison, index: int = 0) -> StepCurve:
    """Return the errors of forward and central differences and the complex step by their step.

    Raises
    ------
    ArgumentError
        There is no true value to compare with.
    """
    entry, expression = comparison[index], comparison.expression
    if not entry.reference.outcome.is_good or not math.isfinite(entry.reference.value):
        raise ArgumentError(
            f"There is no true value to draw errors against: {entry.reference.outcome} "
            "Choose another point."
        )
    truth = Fraction(entry.reference.digits or entry.reference.value)
    size = abs(truth) or Fraction(1)

    def error(value: float) -> float:
        return float(abs(Fraction(value) - truth) / size) if math.isfinite(value) else math.nan

    chosen = {
        result.name: (result.estimate.step, error(result.estimate.value))
        for result in entry.results
        if result.estimate.step is not None and math.isfinite(result.estimate.value)
    }
    longest = max((step for step, _ in chosen.values()), default=1.0)
    largest = min(max(LARGEST, math.ceil(math.log10(longest)) + 1), FURTHEST)
    exponents = np.linspace(SMALLEST, largest, (largest - SMALLEST) * PER_DECADE + 1)
    steps = tuple((10.0**exponents).tolist())
    with np.errstate(all="ignore"):
        found = Rivals(expression, comparison.order).quotients(entry.point, entry.steps, steps)
    errors = {name: tuple(error(value) for value in values) for name, values in found.items()}
    where = ", ".join(f"{name} = {value:.6g}" for name, value in entry.point.items())
    return StepCurve(f"at {where}", steps, errors, chosen, bool(truth))
