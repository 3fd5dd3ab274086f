"""An objective with kinks as one smooth program of its variables and of the lines at its kinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..bounds import Vector
from .kinks import Bends, Kinks, Lines

if TYPE_CHECKING:
    from ...facts import ObjectiveFacts
    from ..objective import Objective

__all__ = ["KinkedFunction", "Look", "Second", "as_kinked"]


class Look(NamedTuple):
    """What the program says at one point with certain lines at the kinks.

    Attributes
    ----------
    x : ndarray (n,)
    value : float
    gradient : ndarray (n,)
        In the variables, the lines held.
    arguments : ndarray (n_pieces,)
        Of the kinks.
    pull : ndarray (n_kinks,)
        The derivative in each kink: how much the objective feels of it.
    lines : tuple
        Slopes and offsets.
    """

    x: Vector
    value: float
    gradient: Vector
    arguments: Vector
    pull: Vector
    lines: Lines

    @property
    def is_finite(self) -> bool:
        """Whether value and gradient are finite."""
        return bool(np.isfinite(self.value) and np.isfinite(self.gradient).all())


class Second(NamedTuple):
    """Second derivatives with the lines held, and how the arguments of kinks move.

    Attributes
    ----------
    hessian : ndarray (n, n)
    jacobian : ndarray (n_pieces, n)
    """

    hessian: Vector
    jacobian: Vector


@dataclass(frozen=True, slots=True, eq=False)
class KinkedFunction:
    """An objective in which every kink is a line, as callables on one vector.

    The vector is `(x, slopes, offsets, probes)`: what the objective is of x with these lines, plus
    the arguments of the kinks times the probes, which are zero: derivatives in them are the
    arguments.

    Attributes
    ----------
    n : int
        The number of variables.
    kinks : Kinks
    depth : int
        How many kinks stand inside one another; 1 where none does.
    value_and_gradient, product : callable
        Of the whole vector; `product(z, v)` is the Hessian times v.
    is_quadratic : bool
        Whether the program is of degree two or less: its second derivatives are the same
        everywhere.
    words : str
        The functions that have the kinks, for people.
    """

    n: int
    kinks: Kinks
    depth: int
    value_and_gradient: Callable[[Vector], tuple[float, Vector]]
    product: Callable[[Vector, Vector], Vector]
    is_quadratic: bool
    words: str

    def look(self, x: Vector, rule: Callable[[Vector], Lines]) -> Look:
        """Return value, gradient and kinks with lines that a rule makes of their arguments.

        A kink inside another one is known first: one look more for each. Until it is known a kink
        counts as 1, of which most functions have a value.
        """
        lines: Lines = (np.zeros(self.kinks.n_pieces), np.ones(self.kinks.n_kinks))
        for _ in range(self.depth):
            lines = rule(self.look_along(x, lines).arguments)
        return self.look_along(x, lines)

    def look_along(self, x: Vector, lines: Lines) -> Look:
        """Return value, gradient and kinks with given lines."""
        n, kinks = self.n, self.kinks
        value, whole = self.value_and_gradient(self._joined(x, lines))
        probes = n + kinks.n_pieces + kinks.n_kinks
        return Look(
            x, float(value), whole[:n], whole[probes:], whole[n + kinks.n_pieces : probes], lines
        )

    def second(self, look: Look) -> Second:
        """Return the Hessian with the lines held and the Jacobian of the arguments."""
        n, kinks = self.n, self.kinks
        z = self._joined(look.x, look.lines)
        hessian, jacobian = np.empty((n, n)), np.empty((kinks.n_pieces, n))
        direction = np.zeros(z.size)
        for i in range(n):
            direction[i] = 1.0
            column = self.product(z, direction)
            direction[i] = 0.0
            hessian[:, i] = column[:n]
            jacobian[:, i] = column[n + kinks.n_pieces + kinks.n_kinks :]
        return Second(0.5 * (hessian + hessian.T), jacobian)

    def among(
        self, n: int, spread: Callable[[Vector], Vector], gathered: Callable[[Vector], Vector]
    ) -> KinkedFunction:
        """Return the function of n numbers that `spread` makes the variables of.

        `gathered` adds up a derivative in the variables to one in these numbers.
        """
        value_and_gradient, product, n_before = self.value_and_gradient, self.product, self.n

        def whole(z: Vector) -> Vector:
            return np.concatenate([spread(z[:n]), z[n:]])

        def part(gradient: Vector) -> Vector:
            return np.concatenate([gathered(gradient[:n_before]), gradient[n_before:]])

        def both(z: Vector) -> tuple[float, Vector]:
            value, gradient = value_and_gradient(whole(z))
            return value, part(gradient)

        return replace(
            self, n=n, value_and_gradient=both,
            product=lambda z, v: part(product(whole(z), whole(v))),
        )  # fmt: skip

    def _joined(self, x: Vector, lines: Lines) -> Vector:
        """Return the whole vector."""
        return np.concatenate([x, *lines, np.zeros(self.kinks.n_pieces)])


def as_kinked(objective: Objective, n_variables: int, facts: ObjectiveFacts) -> Objective:
    """Return a smooth objective with second derivatives as one with no kinks, any other as is."""
    has_second = objective.hessian is not None or objective.hessian_product is not None
    if objective.kinked is not None or facts.has_kinks or facts.has_jumps or not has_second:
        return objective
    none = np.zeros(0, dtype=np.int64)
    kinks = Kinks(Bends(none, none, np.zeros(0), np.zeros(0)), (), none, 0)

    def product(x: Vector, v: Vector) -> Any:
        if objective.hessian_product is not None:
            return np.broadcast_to(objective.hessian_product(x, v), x.shape)
        assert objective.hessian is not None
        return objective.hessian(x) @ v

    def value_and_gradient(x: Vector) -> tuple[float, Vector]:
        value, gradient = objective.value_and_gradient(x)
        return value, np.asarray(gradient, dtype=float)

    smooth = KinkedFunction(n_variables, kinks, 0, value_and_gradient, product, False, "")
    return replace(objective, kinked=smooth)
