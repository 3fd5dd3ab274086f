"""Directions: which way to go from a point, with the memory that each rule carries along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..bounds import Vector
from ..decomposition import lengths
from ..evaluator import Evaluator
from ..objective import Point
from .clipping import Clipping
from .factorization import modified_newton, truncated_newton
from .region import SquaresModel, unit_scale

__all__ = ["Clipped", "Direction", "GaussNewton", "GradientDescent", "Momentum", "Newton",
           "Proposal", "TruncatedNewton"]  # fmt: skip


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

    @property
    def words(self) -> str:
        """The direction in words."""

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the direction from `point`; `memory` is None at the start and after a reset."""


@dataclass(frozen=True, slots=True)
class GradientDescent:
    """Straight down: `-g`."""

    words = "negative gradient"

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

    words = "negative gradient with momentum"

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

    words = "modified Newton direction"

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


@dataclass(frozen=True, slots=True)
class TruncatedNewton:
    """Newton's direction by conjugate gradients on products; no Hessian is formed."""

    words = "truncated Newton direction"

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the Newton step as far as it is worth while."""
        found = truncated_newton(lambda v: evaluator.product(point.x, v), point.gradient)
        if not np.isfinite(found.vector).all() or not found.vector @ point.gradient < 0.0:
            return Proposal(-point.gradient)
        return Proposal(found.vector, None, has_length=True, may_extend=not found.is_pure)


@dataclass(frozen=True, slots=True)
class GaussNewton:
    """The least-squares solution of `J @ step = -residuals`, the shortest where there are many."""

    words = "Gauss-Newton direction"

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the Gauss-Newton step."""
        jacobian = evaluator.residual_jacobian(point.x)
        scale = unit_scale(lengths(jacobian), None)
        model = SquaresModel(jacobian, evaluator.residuals(point.x), scale)
        vector = model.spectrum.step(np.inf).vector
        if not np.isfinite(vector).all() or not vector @ point.gradient < 0.0:
            return Proposal(-point.gradient)
        return Proposal(vector, None, has_length=True)


@dataclass(frozen=True, slots=True)
class Clipped:
    """A direction from gradients that are kept within limits."""

    direction: Direction
    clipping: Clipping

    @property
    def words(self) -> str:
        """The direction in words."""
        return f"{self.direction.words}, clipped"

    def propose(self, evaluator: Evaluator, point: Point, memory: Any) -> Proposal:
        """Return the direction that the clipped gradient gives."""
        clipped = point._replace(gradient=self.clipping(point.gradient))
        return self.direction.propose(evaluator, clipped, memory)
