"""Nelder and Mead's simplex of values, begun again at its best corner until that is in vain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...errors import ArgumentError
from ..bounds import Mask, Vector
from ..evaluator import Evaluator
from ..loop import Step
from ..objective import Point
from ..plain import show
from .method import Method, Options, Solver, on_the_loop

__all__ = ["SIMPLEX_METHODS"]

EPS = float(np.finfo(float).eps)

#: A simplex this wide, in units of 1 + |x|, is lost in rounding; one this wide whose values do not
#: differ either has come to rest.
POINT, SMALL = 4.0 * EPS, 1e-5

#: A simplex begun again ends the run when it lowers the value by less than these shares of it and
#: of the first one's fall; more than so many are not begun.
SETTLED, UNSEEN, MAX_RESTARTS = 1e-12, 1e-16, 60


class _Simplex(NamedTuple):
    """Corners in ascending order of value, shapes (k + 1, n) and (k + 1,), k variables moving."""

    corners: Vector
    values: Vector

    def sorted(self) -> _Simplex:
        """Return the corners in order; of equal ones the older comes first."""
        order = np.argsort(self.values, kind="stable")
        return _Simplex(self.corners[order], self.values[order])

    def with_last(self, x: Vector, value: float) -> _Simplex:
        """Return the simplex with its worst corner replaced."""
        corners, values = self.corners.copy(), self.values.copy()
        corners[-1], values[-1] = x, value
        return _Simplex(corners, values).sorted()

    @property
    def is_at_rest(self) -> bool:
        """Whether no more is to be learned from the values at its corners."""
        best = self.corners[0]
        width = float((np.abs(self.corners - best) / (1.0 + np.abs(best))).max())
        spread = float(self.values[-1] - self.values[0])
        return width <= POINT or (width <= SMALL and spread <= 4.0 * EPS * abs(self.values[0]))


@dataclass(frozen=True, slots=True)
class DownhillSimplex:
    """Nelder and Mead, A simplex method for function minimization, 1965.

    Ties are broken as by Lagarias, Reeds, Wright and Wright, Convergence properties of the
    Nelder-Mead simplex method in low dimensions, 1998; the factors depend on the number of
    variables: Gao and Han, Implementing the Nelder-Mead simplex algorithm with adaptive parameters,
    2012. Ours: a simplex that has come to rest may have lost its shape on the way, so a new one of
    right angles is begun at its best corner, as wide as the last one travelled, turned at random,
    until one brings nothing. Corners keep to the bounds; where there is no value it counts as
    infinite. What is remembered: the simplex, how often one was begun, from where and what value,
    and the fall of the first.
    """

    first_size: float
    words = "reflection, expansion and contraction of a simplex, begun again at its best corner"

    def step(self, evaluator: Evaluator, point: Point, memory: Any) -> Step | None:
        """Return the best corner after one change of the simplex, None when all is at rest."""
        evaluator.stage = "simplex"
        if memory is None:
            begun = _begin(evaluator, point.x, point.value, self.first_size, 0)
            memory = (*begun, 0, point.x, point.value, np.inf)
        corners, values, n_begun, origin, height, fall = memory
        simplex = _Simplex(corners, values)
        if not simplex.is_at_rest:
            simplex = _change(evaluator, simplex)
        else:
            gain = height - values[0]
            fall = gain if n_begun == 0 else fall
            is_vain = gain <= SETTLED * abs(values[0]) + UNSEEN * fall
            if (n_begun and is_vain) or n_begun >= MAX_RESTARTS:
                return None
            best = corners[0]
            travelled = float((np.abs(best - origin) / (1.0 + np.abs(best))).max())
            width = min(max(travelled, 1e-3), self.first_size)
            n_begun, origin, height = n_begun + 1, best, float(values[0])
            simplex = _begin(evaluator, best, height, width, n_begun)
        new = Point(simplex.corners[0], float(simplex.values[0]), np.full(point.x.shape, np.nan))
        return Step(new, (*simplex, n_begun, origin, height, fall))


def _begin(evaluator: Evaluator, x: Vector, value: float, size: float, number: int) -> _Simplex:
    """Return a simplex with right angles at `x`; every one but the first is turned at random.

    A side is turned back where a bound cuts more of it off.
    """
    moving = np.flatnonzero(_moving(evaluator, x))
    axes = np.eye(moving.size)
    if number:
        draws = np.random.default_rng(number).standard_normal((moving.size, moving.size))
        axes = np.linalg.qr(draws)[0]
    corners = [x]
    for axis in axes:
        side = np.zeros_like(x)
        side[moving] = size * axis * (1.0 + np.abs(x[moving]))
        ahead, back = evaluator.clipped(x + side), evaluator.clipped(x - side)
        is_cut = np.linalg.norm(ahead - x) < np.linalg.norm(back - x)
        corners.append(back if is_cut else ahead)
    values = [value, *(_value(evaluator, corner) for corner in corners[1:])]
    return _Simplex(np.array(corners), np.array(values)).sorted()


def _moving(evaluator: Evaluator, x: Vector) -> Mask:
    """Return which variables the bounds leave any room."""
    room = evaluator.clipped(np.full_like(x, np.inf)) - evaluator.clipped(np.full_like(x, -np.inf))
    return np.asarray(~(room <= 0.0))


def _change(evaluator: Evaluator, simplex: _Simplex) -> _Simplex:
    """Reflect the worst corner through the others; expand, contract or shrink as values say."""
    corners, values = simplex
    k = len(corners) - 1
    if k == 0:
        return simplex
    adapted = max(k, 2)
    further, nearer = 1.0 + 2.0 / adapted, 0.75 - 0.5 / adapted
    center, worst = corners[:-1].mean(axis=0), corners[-1]

    def at(length: float) -> tuple[Vector, float]:
        x = evaluator.clipped(center + length * (center - worst))
        return x, _value(evaluator, x)

    reflected = at(1.0)
    if reflected[1] < values[0]:
        expanded = at(further)
        return simplex.with_last(*(expanded if expanded[1] < reflected[1] else reflected))
    if reflected[1] < values[-2]:
        return simplex.with_last(*reflected)
    is_outside = reflected[1] < values[-1]
    contracted = at(nearer if is_outside else -nearer)
    if contracted[1] < min(reflected[1], values[-1]):
        return simplex.with_last(*contracted)
    kept = 1.0 - 1.0 / adapted
    shrunk = corners[0] + kept * (corners - corners[0])
    found = [values[0], *(_value(evaluator, x) for x in shrunk[1:])]
    return _Simplex(shrunk, np.array(found)).sorted()


def _value(evaluator: Evaluator, x: Vector) -> float:
    """Return the value, infinite where there is none."""
    value = evaluator.value(x)
    return value if np.isfinite(value) else np.inf


def _make(options: Options) -> Solver:
    """Return the method with its first size checked."""
    size = options.get("first_size", 0.1)
    real = isinstance(size, (int, float)) and not isinstance(size, bool)
    if not (real and 1e-8 <= size <= 1e100):
        raise ArgumentError(
            f"`first_size` is {show(size)}; it must be a number, at least 1e-8, such as 0.1."
        )
    return on_the_loop(DownhillSimplex(float(size)), DownhillSimplex.words, has_gradients=False)


SIMPLEX_METHODS = (
    Method(
        "downhill_simplex", "a simplex of values only; for few variables and kinks", "value", _make,
        {"first_size": "the width of the first simplex, in units of 1 + |x|; 0.1"},
        takes_bounds=True, aliases=("simplex",), max_steps=50_000,
    ),
)  # fmt: skip
