"""The evaluator of an objective that is a smooth part and a penalty."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..bounds import Bounds, Vector
from ..evaluator import Evaluator
from ..objective import Point
from .penalty import Penalty, Split

__all__ = ["SplitEvaluator", "split_of"]


class SplitEvaluator(Evaluator):
    """Evaluates the smooth part and adds the penalty.

    The gradient of a point is the subgradient of least norm; that of the smooth part is `slope`.

    Parameters
    ----------
    split : Split
    bounds : Bounds or None
    time_limit, max_evaluations
        As for `Evaluator`.
    """

    def __init__(
        self,
        split: Split,
        *,
        bounds: Bounds | None = None,
        time_limit: float | None = None,
        max_evaluations: int | None = None,
    ) -> None:
        super().__init__(
            split.smooth, time_limit=time_limit, max_evaluations=max_evaluations, bounds=bounds
        )
        self.facts, self.words = split.facts, split.words
        self.penalty: Penalty = split.penalty.within(bounds)
        self._smooth: Point | None = None
        self._first: Point | None = None
        self._jacobian: Vector | None = None
        self._raw = np.nan

    def point(self, x: Vector) -> Point:
        """Return the value and the subgradient of least norm at `x`."""
        known = super().point(x)
        self._smooth = Point(x, self._raw, known.gradient)
        self.last_point = Point(x, known.value, self.penalty.least(x, known.gradient))
        return self.last_point

    def smooth_point(self, x: Vector) -> Point:
        """Return value and gradient of the smooth part; those of the last point are at hand."""
        if self._smooth is None or not np.array_equal(self._smooth.x, x):
            self.point(x)
        assert self._smooth is not None
        return self._smooth

    def begin(self, start: Point) -> None:
        """Take `start` as what later points are compared with, its smooth part too."""
        super().begin(start)
        self._first = self.smooth_point(start.x)

    def aside(self, point: Point) -> Point:
        """Return the smooth part's value and gradient at a point."""
        first = self._first
        return first if first is not None and first.x is point.x else self.smooth_point(point.x)

    def allowed_value(self, x: Vector) -> float:
        """Return the whole value at `x` aside, NaN where it is not allowed."""
        return self.value_aside(x) + self.penalty.value(x)

    def slopes_aside(self, x: Vector) -> Vector:
        """Return the subgradient of least norm at `x` aside."""
        return self.penalty.least(x, super().slopes_aside(x))

    def slope(self, x: Vector) -> Vector:
        """Return the gradient of the smooth part."""
        return self.smooth_point(x).gradient

    def state(self, x: Vector) -> dict[str, Any]:
        """Return the state as plain data, the last smooth value and gradient among them."""
        smooth = None if self._smooth is None else tuple(self._smooth)
        return {**super().state(x), "smooth": smooth}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        super().restore(state)
        self._smooth = None if state["smooth"] is None else Point(*state["smooth"])

    def residual_jacobian(self, x: Vector) -> Vector:
        """Return the Jacobian of the residuals, once for all points where they are linear."""
        if not self.facts.is_quadratic:
            return super().residual_jacobian(x)
        if self._jacobian is None:
            self._jacobian = super().residual_jacobian(x)
        return self._jacobian

    def scale(self, start: Point, norm: float) -> float:
        """Return what subgradients are compared with: the terms that cancel in them."""
        return max(norm, float(np.abs(self.slope(start.x)).max()))

    def _seen(self, x: Vector, value: float) -> float:
        """Add the penalty before a value is remembered."""
        self._raw = value
        return super()._seen(x, value + self.penalty.value(x))


def split_of(evaluator: Evaluator) -> SplitEvaluator:
    """Return the evaluator of a split objective, which proximal steps need."""
    if not isinstance(evaluator, SplitEvaluator):
        raise TypeError("proximal steps need an objective split into smooth part and penalty")
    return evaluator
