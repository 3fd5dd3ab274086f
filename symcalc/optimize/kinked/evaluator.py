"""The evaluator of an objective with kinks: subgradients of least norm, and rounded values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..bounds import Bounds, Vector
from ..evaluator import Evaluator
from ..objective import Objective, Point
from .certificate import Ranges, Subgradient, least_subgradient
from .function import KinkedFunction, Look, Second
from .kinks import Indices

__all__ = ["ActiveKinks", "KinkEvaluator", "kinked_of"]

EPS = float(np.finfo(float).eps)

#: An argument this small beside the terms that it is made of counts as zero: rounding.
ROUNDING = 2.0**7 * EPS

#: More arguments of active kinks than this are not weighed against each other.
MAX_ACTIVE = 3000

#: Where kinks stand inside one another multipliers are solved for so often.
N_NESTED = 4


@dataclass(frozen=True, slots=True, eq=False)
class ActiveKinks:
    """The kinks that a point stands on.

    Attributes
    ----------
    pieces : ndarray of int (k,)
        The arguments that have a multiplier.
    ranges : Ranges
    distance : float
        The largest of their arguments, which rounding keeps from zero.
    excess : float
        What their distance from zero is worth in the objective at most.
    """

    pieces: Indices
    ranges: Ranges
    distance: float
    excess: float


class KinkEvaluator(Evaluator):
    """Evaluates an objective whose kinks are known.

    The gradient of a point is the subgradient of least norm over the kinks that it stands on.

    Parameters
    ----------
    objective : Objective
        With `kinked`.
    bounds : Bounds or None
    time_limit, max_evaluations, seed
        As for `Evaluator`.
    """

    def __init__(
        self,
        objective: Objective,
        *,
        bounds: Bounds | None = None,
        time_limit: float | None = None,
        max_evaluations: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(
            objective, time_limit=time_limit, max_evaluations=max_evaluations, bounds=bounds,
            seed=seed,
        )  # fmt: skip
        assert objective.kinked is not None
        self.bounds = bounds
        self.function: KinkedFunction = objective.kinked
        self.sizes: Vector | None = None
        self._second: Second | None = None

    def point(self, x: Vector) -> Point:
        """Return the value and the subgradient of least norm at `x`."""
        look = self.look(x)
        if not look.is_finite:
            self.last_point = Point(x, look.value, look.gradient)
            return self.last_point
        if self.sizes is None:
            self.sizes = self._typical_sizes(look)
        vector = look.gradient
        if self._near(look, 1e-11 * self.sizes).any():
            found = self.least(look)
            vector = vector if found is None else found[0].vector
        self.last_point = Point(x, look.value, vector)
        self.evidence.take_point(x, vector)
        return self.last_point

    def look(self, x: Vector) -> Look:
        """Return what the objective is at `x`, its kinks by policy."""
        look = self._looked(x, self.function.kinks.exact)
        self._seen(x, look.value)
        return look

    def look_rounded(self, x: Vector, widths: Vector) -> Look:
        """Return what the objective is with its kinks rounded off."""
        return self._looked(x, partial(self.function.kinks.rounded, widths=widths))

    def look_along(self, x: Vector, lines: Any) -> Look:
        """Return what the objective is with given lines in the place of kinks."""
        self.charge(1)
        self.n_gradients += 1
        look: Look = self._call(self.function.look_along, x, lines)
        return look if isinstance(look, Look) else self._nowhere(x)

    def second(self, look: Look) -> Second:
        """Return second derivatives along the lines of a look, and the Jacobian of arguments."""
        if self._second is not None:
            return self._second
        self.n_hessians += 1
        found = self._call(lambda _: self.function.second(look), look.x)
        if not isinstance(found, Second):
            n, n_pieces = look.x.size, self.function.kinks.n_pieces
            return Second(np.full((n, n), np.nan), np.full((n_pieces, n), np.nan))
        if self.function.is_quadratic:
            self._second = found
        return found

    def widths(self, width: float) -> Vector:
        """Return a width, in units of what the arguments are made of, for every kink."""
        assert self.sizes is not None
        return width * self.sizes

    def least(self, look: Look) -> tuple[Subgradient, ActiveKinks] | None:
        """Return the subgradient of least norm and the kinks that it is taken over."""
        second = self.second(look)
        active = self.active(look, second.jacobian)
        k = active.pieces.size
        if not k or k > MAX_ACTIVE or not np.isfinite(second.jacobian).all():
            return None
        owner, best = self.function.kinks.owner[active.pieces], None
        for _ in range(N_NESTED if self.function.depth > 1 else 1):
            slopes = look.lines[0].copy()
            rows = look.pull[owner, None] * second.jacobian[active.pieces]
            fixed = look.gradient - slopes[active.pieces] @ rows
            found = least_subgradient(fixed, rows, active.ranges, look.x, self.bounds)
            slopes[active.pieces] = found.multipliers
            if self.function.depth == 1:
                return found, active
            look = self.look_along(look.x, (slopes, look.lines[1]))
            second = self.second(look)
            found = Subgradient(look.gradient, found.multipliers, found.margin)
            if best is None or np.linalg.norm(found.vector) < np.linalg.norm(best.vector):
                best = found
        assert best is not None
        return best, active

    def active(self, look: Look, jacobian: Vector) -> ActiveKinks:
        """Return the kinks whose arguments are zero, or equal, but for rounding."""
        kinks = self.function.kinks
        assert self.sizes is not None
        sizes = np.abs(look.arguments) + np.abs(jacobian) @ np.abs(look.x)
        near = self._near(look, ROUNDING * sizes + 4.0 * EPS * self.sizes[kinks.owner])
        off = self._distances(look)
        bends, pieces = kinks.bends, [kinks.bends.pieces[near[kinks.bends.pieces]]]
        low, high = np.zeros(kinks.n_pieces), np.ones(kinks.n_pieces)
        low[bends.pieces], high[bends.pieces] = bends.low, bends.high
        group = np.full(kinks.n_pieces, -1)
        for peaks in kinks.peaks:
            together = near[peaks.pieces] & (near[peaks.pieces].sum(axis=0) > 1)
            group[peaks.pieces] = peaks.kinks
            pieces.append(peaks.pieces[together])
        places = np.concatenate(pieces)
        spread = np.abs(look.pull[kinks.owner[places]]) * (high - low)[places]
        return ActiveKinks(
            places, Ranges(low[places], high[places], group[places]),
            float(off[places].max(initial=0.0)), float(spread @ off[places]),
        )  # fmt: skip

    def scale(self, start: Point, norm: float) -> float:
        """Return what subgradients are compared with: the terms that cancel in them."""
        look = self.look(start.x)
        rows = np.abs(look.pull[self.function.kinks.owner])[:, None]
        reach = np.abs(self.second(look).jacobian) * rows
        return max(norm, float(reach.max(initial=0.0)))

    def promise(self, point: Point) -> float:
        """Return how far the objective may still fall along a subgradient that is not zero.

        Each variable is let go as far as changes an argument of a kink by what it is made of: in
        variables of large units small components promise much.
        """
        look = self.look(point.x)
        owner = self.function.kinks.owner
        assert self.sizes is not None
        turns = np.abs(self.second(look).jacobian) / self.sizes[owner][:, None]
        fastest = turns.max(axis=0, initial=0.0)
        reach = np.where(fastest > 0.0, 1.0 / np.where(fastest > 0.0, fastest, 1.0), 0.0)
        free = np.ones(point.x.size, dtype=np.bool_)
        if self.bounds is not None:
            free = self.bounds.free(point.x, point.gradient)
        return float(np.abs(point.gradient[free]) @ reach[free])

    # -- inside -----------------------------------------------------------------------------

    def _looked(self, x: Vector, rule: Any) -> Look:
        """Count and take one look."""
        self.charge(1)
        self.n_gradients += 1
        look = self._call(self.function.look, x, rule)
        return look if isinstance(look, Look) else self._nowhere(x)

    def _nowhere(self, x: Vector) -> Look:
        """Return a look at a place where there is no value."""
        kinks, nan = self.function.kinks, np.nan
        lines = np.full(kinks.n_pieces, nan), np.full(kinks.n_kinks, nan)
        return Look(x, nan, np.full(x.shape, nan), lines[0], lines[1], lines)

    def _distances(self, look: Look) -> Vector:
        """Return how far each argument is from its kink."""
        kinks, u = self.function.kinks, look.arguments
        top = np.zeros(kinks.n_pieces)
        for peaks in kinks.peaks:
            top[peaks.pieces] = u[peaks.pieces].max(axis=0)
        return np.abs(u - top)

    def _near(self, look: Look, reach: Vector) -> Any:
        """Return which arguments are within reach of their kinks: the largest always, of several.

        A reach for each argument, or for each kink.
        """
        kinks = self.function.kinks
        off = self._distances(look)
        wide = reach if reach.size == kinks.n_pieces else reach[kinks.owner]
        near = off <= wide
        for peaks in kinks.peaks:
            near[peaks.pieces] &= near[peaks.pieces].sum(axis=0) > 1
        return near & (look.pull[kinks.owner] != 0.0)

    def _typical_sizes(self, look: Look) -> Vector:
        """Return how large the terms of a kink's arguments are, the same for all of a function."""
        kinks = self.function.kinks
        reach = np.abs(self.second(look).jacobian) @ np.maximum(np.abs(look.x), 1.0)
        terms = np.abs(look.arguments) + reach
        terms = np.where(np.isfinite(terms), terms, 1.0)
        found = np.ones(kinks.n_kinks)
        owner = kinks.owner
        for source in np.unique(kinks.source):
            of_it = terms[kinks.source[owner] == source]
            size = float(np.median(of_it)) or float(of_it.max(initial=0.0))
            found[kinks.source == source] = size if size > 0.0 else 1.0
        return found


def kinked_of(evaluator: Evaluator) -> KinkEvaluator:
    """Return the evaluator of an objective with known kinks, which this method needs."""
    if not isinstance(evaluator, KinkEvaluator):
        raise TypeError("steps between kinks need an objective whose kinks are known")
    return evaluator
