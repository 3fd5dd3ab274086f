"""What a run saw on its way, thinned out: some points with their gradients, some Hessians."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np

from .bounds import Vector

__all__ = ["Evidence"]

#: Of points, and of Hessians, at most so many are kept, and at most so many numbers in all of them
#: together; but never fewer than a few.
MAX_KEPT, MAX_NUMBERS, FEWEST = 40, 2**16, 4

#: Hessians over more variables are not kept.
MAX_VARIABLES = 100

Kept = TypeVar("Kept")


class _Thinned(Generic[Kept]):
    """Every item, then every second, every fourth … of a long sequence."""

    def __init__(self) -> None:
        self.items: list[Kept] = []
        self.n_seen, self.stride = 0, 1

    @property
    def is_due(self) -> bool:
        """Whether the next item is one to keep; it counts as seen."""
        self.n_seen += 1
        return (self.n_seen - 1) % self.stride == 0

    def keep(self, item: Kept, size: int) -> None:
        """Keep an item of so many numbers; where there are too many, drop every second."""
        self.items.append(item)
        if len(self.items) > max(min(MAX_KEPT, MAX_NUMBERS // size), FEWEST):
            self.items, self.stride = self.items[::2], 2 * self.stride

    def state(self) -> tuple[Vector, int, int]:
        """Return all of it as plain data."""
        return np.array(self.items), self.n_seen, self.stride


class Evidence:
    """Points with their gradients, and Hessians, as a run meets them.

    Attributes
    ----------
    hessians : list of ndarray (n, n)
        Finite dense ones.
    """

    def __init__(self) -> None:
        self._points: _Thinned[tuple[Vector, Vector]] = _Thinned()
        self._hessians: _Thinned[Vector] = _Thinned()

    def points(self) -> tuple[Vector, Vector]:
        """Return the points and their gradients, a row each, those that are finite."""
        kept = self._points.items
        if not kept:
            return np.zeros((0, 0)), np.zeros((0, 0))
        x, gradients = np.array([x for x, _ in kept]), np.array([g for _, g in kept])
        sound = np.isfinite(gradients).all(axis=1)
        return x[sound], gradients[sound]

    @property
    def hessians(self) -> list[Vector]:
        return [matrix for matrix in self._hessians.items if np.isfinite(matrix).all()]

    @property
    def n_hessians(self) -> int:
        """How many dense Hessians there were."""
        return self._hessians.n_seen

    def take_point(self, x: Vector, gradient: Vector) -> None:
        """See a point; what is kept of it is a copy."""
        if self._points.is_due:
            self._points.keep((x.copy(), gradient.copy()), x.size)

    def take_hessian(self, matrix: Any) -> None:
        """See a Hessian; sparse ones and large ones are not kept."""
        is_kept = isinstance(matrix, np.ndarray) and matrix.shape[0] <= MAX_VARIABLES
        if is_kept and self._hessians.is_due:
            self._hessians.keep(matrix.copy(), matrix.size)

    def state(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {"points": self._points.state(), "hessians": self._hessians.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        points, self._points.n_seen, self._points.stride = state["points"]
        hessians, self._hessians.n_seen, self._hessians.stride = state["hessians"]
        self._points.items = [(x, gradient) for x, gradient in points]
        self._hessians.items = list(hessians)
