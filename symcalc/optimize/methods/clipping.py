"""Limits on gradients, against steps that one steep place makes too long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..bounds import Vector

__all__ = ["UNLIMITED", "Clipping"]


@dataclass(frozen=True, slots=True)
class Clipping:
    """Limits on a gradient: each component to `value`, then the Euclidean length to `norm`.

    Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013.
    """

    norm: float | None = None
    value: float | None = None

    def __call__(self, gradient: Vector) -> Vector:
        """Return the gradient within the limits."""
        if self.value is not None:
            gradient = np.clip(gradient, -self.value, self.value)
        if self.norm is not None:
            length = float(np.linalg.norm(gradient))
            if length > self.norm:
                gradient = gradient * (self.norm / length)
        return gradient


#: No limits.
UNLIMITED = Clipping()
