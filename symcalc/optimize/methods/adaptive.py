"""Rules that turn a gradient into a move of their own length: the family of Adam."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..bounds import Vector
from ..diagnosis import largest_curvature
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from ..schedules import CONSTANT, Schedule
from .clipping import UNLIMITED, Clipping

__all__ = ["AMSGrad", "AdaGrad", "Adam", "AdamW", "GradientRule", "GradientSteps",
           "Lion", "NAdam", "Nesterov", "RMSprop"]  # fmt: skip


class Move(NamedTuple):
    """A direction, to be multiplied by minus the rate, and the memory of the rule, plain data."""

    direction: Vector
    memory: Any


class GradientRule(Protocol):
    """A rule; a value without state of its own."""

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return the direction from `x`; `memory` is None at the first step, which is number 1."""


@dataclass(frozen=True, slots=True)
class GradientSteps:
    """Steps `x - rate * direction`, each evaluated once and taken wherever it leads.

    Without a rate it is the inverse of the largest curvature at the start.
    """

    rule: GradientRule
    rate: float | None
    schedule: Schedule = CONSTANT
    clipping: Clipping = UNLIMITED

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the next step."""
        if memory is None:
            rate = _first_rate(evaluator, point) if self.rate is None else self.rate
            memory = (0, None, rate)
        count, known, rate = memory
        move = self.rule.move(self.clipping(point.gradient), point.x, known, count + 1)
        length = rate * self.schedule.factor(count)
        new = evaluator.point(point.x - length * move.direction)
        return Step(new, (count + 1, move.memory, rate))


def _first_rate(evaluator: Evaluator, point: Point) -> float:
    """Return the inverse of the largest curvature, a cautious rate where there is none."""
    curvature = largest_curvature(evaluator, point.x, seed=0)
    return 1.0 / curvature if 0.0 < curvature < np.inf else 1e-3


@dataclass(frozen=True, slots=True)
class Nesterov:
    """Momentum that looks ahead, at the point looked at.

    Nesterov, A method of solving a convex programming problem with convergence rate O(1/k^2),
    1983, as in Sutskever et al., On the importance of initialization and momentum, 2013: with
    `v = beta*v + g` the point looked at moves by `-rate*(g + beta*v)`.
    """

    beta: float

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return the gradient plus a share of the new velocity."""
        velocity = gradient if memory is None else self.beta * memory + gradient
        return Move(gradient + self.beta * velocity, velocity)


@dataclass(frozen=True, slots=True)
class AdaGrad:
    """Duchi, Hazan and Singer, Adaptive subgradient methods, 2011, figure 1: diagonal scaling."""

    epsilon: float

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return the gradient over the root of the sum of all squares so far."""
        squares = gradient**2 + (0.0 if memory is None else memory)
        return Move(gradient / (np.sqrt(squares) + self.epsilon), squares)


@dataclass(frozen=True, slots=True)
class RMSprop:
    """Tieleman and Hinton, Neural networks for machine learning, lecture 6.5, 2012."""

    decay: float
    epsilon: float

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return the gradient over the root of the running mean of squares."""
        before = 0.0 if memory is None else memory
        squares = self.decay * before + (1.0 - self.decay) * gradient**2
        return Move(gradient / (np.sqrt(squares) + self.epsilon), squares)


@dataclass(frozen=True, slots=True)
class Adam:
    """Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1."""

    beta1: float
    beta2: float
    epsilon: float

    def moments(self, gradient: Vector, memory: Any) -> tuple[Vector, Vector]:
        """Return the running means of the gradient and of its square."""
        mean, squares = (0.0, 0.0) if memory is None else memory[:2]
        return (
            self.beta1 * mean + (1.0 - self.beta1) * gradient,
            self.beta2 * squares + (1.0 - self.beta2) * gradient**2,
        )

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return mean over root of mean square, both freed of the bias of their zero start."""
        mean, squares = self.moments(gradient, memory)
        unbiased = mean / (1.0 - self.beta1**step)
        scale = np.sqrt(squares / (1.0 - self.beta2**step)) + self.epsilon
        return Move(unbiased / scale, (mean, squares))


@dataclass(frozen=True, slots=True)
class AdamW(Adam):
    """Adam with decay apart: Loshchilov and Hutter, Decoupled weight decay, 2019, algorithm 2.

    What is minimized is still the objective, but the iteration comes to rest where its gradient
    meets the decay, not where it vanishes.
    """

    weight_decay: float

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return Adam's direction plus a share of the point."""
        found = Adam.move(self, gradient, x, memory, step)
        return Move(found.direction + self.weight_decay * x, found.memory)


@dataclass(frozen=True, slots=True)
class AMSGrad(Adam):
    """Reddi, Kale and Kumar, On the convergence of Adam and beyond, 2018, algorithm 2.

    With Adam's correction of bias, and the largest of the corrected mean squares.
    """

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return Adam's direction over the largest scale so far."""
        mean, squares = self.moments(gradient, memory)
        largest = squares / (1.0 - self.beta2**step)
        if memory is not None:
            largest = np.maximum(memory[2], largest)
        unbiased = mean / (1.0 - self.beta1**step)
        return Move(unbiased / (np.sqrt(largest) + self.epsilon), (mean, squares, largest))


@dataclass(frozen=True, slots=True)
class NAdam(Adam):
    """Dozat, Incorporating Nesterov momentum into Adam, 2016, algorithm 8, its betas constant."""

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return Adam's direction with the momentum of the step to come."""
        mean, squares = self.moments(gradient, memory)
        ahead = self.beta1 * mean / (1.0 - self.beta1 ** (step + 1))
        ahead = ahead + (1.0 - self.beta1) * gradient / (1.0 - self.beta1**step)
        scale = np.sqrt(squares / (1.0 - self.beta2**step)) + self.epsilon
        return Move(ahead / scale, (mean, squares))


@dataclass(frozen=True, slots=True)
class Lion:
    """Signs only: Chen et al., Symbolic discovery of optimization algorithms, 2023, program 1."""

    beta1: float
    beta2: float
    weight_decay: float

    def move(self, gradient: Vector, x: Vector, memory: Any, step: int) -> Move:
        """Return the signs of gradient and mean, plus a share of the point."""
        mean = np.zeros_like(gradient) if memory is None else memory
        sign = np.sign(self.beta1 * mean + (1.0 - self.beta1) * gradient)
        after = self.beta2 * mean + (1.0 - self.beta2) * gradient
        return Move(sign + self.weight_decay * x, after)
