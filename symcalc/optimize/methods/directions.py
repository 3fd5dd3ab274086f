"""Directions: which way to go from a point, with the memory that each rule carries along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..bounds import Vector
from ..objective import Evaluator, Point
from .factorization import modified_newton, truncated_newton

__all__ = ["Direction", "GradientDescent", "Momentum", "Newton", "Proposal"]


class Proposal(NamedTuple):
    """A direction, what to remember for the next, and how far it reaches by itself.

    Attributes
    ----------
    vector : ndarray (n,)
    memory : object
        Plain data (arrays, numbers or None) given back to the rule at the next step.
    has_length : bool
        Whether the vector itself is the step to try first.
    may_extend : bool
        Whether a search may go further than the vector: there is no curvature to stop it.
    """

    vector: Vector
    memory: Any = None
    has_length: bool = False
    may_extend: bool = False


class Direction(Protocol):
    """A rule for directions; a value without state of its own, so that runs can be resumed."""

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the direction from `point`; `memory` is None at the start and after a reset."""


@dataclass(frozen=True, slots=True)
class GradientDescent:
    """Straight down: `-g`."""

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the negative gradient."""
        return Proposal(-point.gradient)


@dataclass(frozen=True, slots=True)
class Momentum:
    """The heavy ball: `d = -g + beta * d_previous`.

    With a fixed rate this is `v = beta*v - rate*g, x = x + v` (Polyak, Some methods of speeding
    up the convergence of iteration methods, 1964).
    """

    beta: float

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the negative gradient plus a share of the last direction."""
        vector = -point.gradient if memory is None else self.beta * memory - point.gradient
        return Proposal(vector, vector)


@dataclass(frozen=True, slots=True)
class Newton:
    """Newton's direction, the Hessian made positive definite where it is not.

    Dense and sparse Hessians are factored; without one, conjugate gradients run on
    Hessian-vector products.
    """

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the (modified) Newton step."""
        found = None
        if evaluator.objective.hessian is not None:
            found = modified_newton(evaluator.hessian(point.x), point.gradient)
        if found is None:
            found = truncated_newton(lambda v: evaluator.product(point.x, v), point.gradient)
        if not np.isfinite(found.vector).all() or not found.vector @ point.gradient < 0.0:
            return Proposal(-point.gradient)
        return Proposal(found.vector, None, has_length=True, may_extend=not found.is_pure)
