"""What is minimized, as callables; a point with what was evaluated there; the end of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..outcome import Outcome
from .bounds import Vector

if TYPE_CHECKING:
    from ..facts import Saturation
    from .batches import RowObjective
    from .kinked import KinkedFunction
    from .proximal import Split

__all__ = ["Objective", "Point", "StopRun"]


@dataclass(frozen=True, slots=True)
class Objective:
    """A function to minimize, as callables on vectors of shape `(n,)`.

    Attributes
    ----------
    value : callable
        `value(x) -> float`.
    value_and_gradient : callable
        `value_and_gradient(x) -> (float, ndarray (n,))`.
    hessian : callable or None
        `hessian(x)` returns an `(n, n)` array or a SciPy sparse matrix.
    hessian_product : callable or None
        `hessian_product(x, v) -> ndarray (n,)`.
    residuals, residual_jacobian : callable or None
        When the objective is a sum of squares, `residuals(x)` of shape `(m,)` with
        `value(x) == sum(residuals(x)**2)`, and its Jacobian of shape `(m, n)`.
    rows : RowObjective or None
        When it is to be minimized from batches of its rows, what they say of it.
    split : Split or None
        The same function as a smooth part and a penalty, for proximal methods.
    kinked : KinkedFunction or None
        The same function with its kinks as lines, where they do not split off.
    explain : callable or None
        `explain(x) -> list of str`: which part of a formula has no finite value or gradient at
        `x`, in sentences.
    places : callable or None
        `places(x) -> list of str`: the kinks and edges of its domain that `x` stands on.
    saturation : callable or None
        `saturation(x) -> Saturation or None`: what is flat at `x` and cuts variables off.
    """

    value: Callable[[Vector], float]
    value_and_gradient: Callable[[Vector], tuple[float, Vector]]
    hessian: Callable[[Vector], Any] | None = None
    hessian_product: Callable[[Vector, Vector], Vector] | None = None
    residuals: Callable[[Vector], Vector] | None = None
    residual_jacobian: Callable[[Vector], Vector] | None = None
    rows: RowObjective | None = None
    split: Split | None = None
    kinked: KinkedFunction | None = None
    explain: Callable[[Vector], list[str]] | None = None
    places: Callable[[Vector], list[str]] | None = None
    saturation: Callable[[Vector], Saturation | None] | None = None


class Point(NamedTuple):
    """What was evaluated: a place with the objective's value and gradient there."""

    x: Vector
    value: float
    gradient: Vector

    @property
    def is_finite(self) -> bool:
        """Whether the value and every component of the gradient are finite."""
        return bool(np.isfinite(self.value) and np.isfinite(self.gradient).all())


class StopRun(Exception):  # noqa: N818 - a signal inside the room, not an error
    """Ends a run from inside an evaluation or a callback; never leaves this room."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
