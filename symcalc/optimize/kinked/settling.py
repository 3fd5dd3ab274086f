"""Onto the kinks: Newton's method with the arguments of active kinks held at zero."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from ..bounds import Mask, Vector
from .evaluator import KinkEvaluator
from .function import Look, Second
from .kinks import Indices, Kinks, Lines

__all__ = ["Pattern", "identify", "least_curvature", "settle"]

EPS = float(np.finfo(float).eps)

MAX_EXCHANGES, MAX_NEWTON = 12, 25

#: So many steps may leave more than half of what was to mend.
MAX_STALLS = 2

#: Conditions are solved to SOLVED, in units of their terms; NEARLY where rounding allows no better.
SOLVED, NEARLY = 64.0 * EPS, 1e-10

#: A slope is taken to be at an end of its range within this share of it.
AT_END = 0.01

#: Rows of length 1 whose singular values are below this share of the largest are dependent.
DEPENDENT = 1e-13

#: Directions along which this share of what changes elsewhere changes are idle.
IDLE = 1e-12

#: Curvature below this share of the largest is none.
FLAT = 1e-10

#: Steps longer than this, in units of 1 + |x|, do not settle but leave.
LONGEST = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Which kinks are held, and on which side of the others the point is.

    Attributes
    ----------
    sides : ndarray of int
        For each kink of one argument -1, 0 where it is held, or 1.
    largest : tuple of ndarray of bool
        For each of the `Peaks` which arguments are the largest together.
    """

    sides: Indices
    largest: tuple[Mask, ...]

    def lines(self, kinks: Kinks, slopes: Vector) -> Lines:
        """Return the lines: slopes at the ends, as given where a kink is held."""
        found = slopes.copy()
        bends = kinks.bends
        ends = bends.middle + self.sides * bends.half
        found[bends.pieces] = np.where(self.sides == 0, slopes[bends.pieces], ends)
        for peaks, largest in zip(kinks.peaks, self.largest, strict=True):
            share = np.where(largest, slopes[peaks.pieces], 0.0)
            total = share.sum(axis=0)
            even = largest / largest.sum(axis=0)
            found[peaks.pieces] = np.where(total > 0.0, share / np.where(total > 0, total, 1), even)
        return found, np.zeros(kinks.n_kinks)

    def equations(self, kinks: Kinks, slopes: Vector) -> tuple[Indices, Indices]:
        """Return the arguments to be equal: pairs of places, -1 for zero."""
        bends = kinks.bends
        firsts = [bends.pieces[self.sides == 0]]
        seconds = [np.full(firsts[0].size, -1)]
        for peaks, largest in zip(kinks.peaks, self.largest, strict=True):
            for pieces, is_top in zip(peaks.pieces.T, largest.T, strict=True):
                together = pieces[is_top]
                lead = together[int(np.argmax(slopes[together]))]
                firsts.append(together[together != lead])
                seconds.append(np.full(together.size - 1, lead))
        return np.concatenate(firsts), np.concatenate(seconds)


class _Move(NamedTuple):
    """A Newton step: of the variables, of the slopes, and how far from a solution it begins."""

    x: Vector
    slopes: Vector
    residual: float


def identify(kinks: Kinks, slopes: Vector) -> Pattern:
    """Return the pattern that slopes of rounded kinks show."""
    shares = kinks.bends.shares(slopes)
    sides = np.where(np.abs(shares) < 1.0 - 2.0 * AT_END, 0, np.sign(shares)).astype(np.int64)
    largest = []
    for peaks in kinks.peaks:
        weights = slopes[peaks.pieces]
        largest.append(weights > AT_END * weights.max(axis=0))
    return Pattern(sides, tuple(largest))


def settle(evaluator: KinkEvaluator, look: Look, slopes: Vector) -> Vector | None:
    """Return a point on the kinks that slopes show, None where there is none near.

    Kinks whose multipliers leave their ranges are let go, kinks that are crossed are held.
    """
    kinks = evaluator.function.kinks
    pattern = identify(kinks, slopes)
    seen: set[bytes] = set()
    x = look.x
    for _ in range(MAX_EXCHANGES):
        key = pattern.sides.tobytes() + b"".join(m.tobytes() for m in pattern.largest)
        if key in seen:
            return None
        seen.add(key)
        found = _newton(evaluator, x, pattern, slopes)
        if found is None:
            pattern = _completed(evaluator, x, pattern, slopes)
            found = _newton(evaluator, x, pattern, slopes)
        if found is None:
            return None
        slopes = found.lines[0]
        changed = _exchanged(kinks, pattern, found, evaluator.widths(1e-12))
        if changed is None:
            return found.x
        pattern = changed
        x = found.x
    return None


def _completed(evaluator: KinkEvaluator, x: Vector, pattern: Pattern, slopes: Vector) -> Pattern:
    """Return a pattern with as many kinks more as directions are left in which nothing bends."""
    kinks = evaluator.function.kinks
    look = evaluator.look_along(x, pattern.lines(kinks, slopes))
    if not look.is_finite:
        return pattern
    second = evaluator.second(look)
    if not (np.isfinite(second.hessian).all() and np.isfinite(second.jacobian).all()):
        return pattern
    rows, _, _ = _equations(evaluator, look, second, pattern, slopes)
    free = _free(evaluator, look)
    hessian = second.hessian[np.ix_(free, free)]
    n_flat = _n_flat(hessian, rows[:, free])
    if n_flat:
        n_flat -= _n_idle(hessian, second.jacobian[:, free])
    if n_flat <= 0:
        return pattern
    room = 1.0 - np.abs(kinks.bends.shares(slopes))
    room[(pattern.sides == 0) | (look.pull[kinks.bends.kinks] == 0.0)] = 0.0
    weights = [
        np.where(m, 0.0, slopes[p.pieces])
        for p, m in zip(kinks.peaks, pattern.largest, strict=True)
    ]
    ranked = np.sort(np.concatenate([room, *[w.ravel() for w in weights]]))[::-1]
    least = max(ranked[min(n_flat, ranked.size) - 1], 1e-300)
    return Pattern(
        np.where(room >= least, 0, pattern.sides),
        tuple(m | (w >= least) for m, w in zip(pattern.largest, weights, strict=True)),
    )


def _n_flat(hessian: Vector, rows: Vector) -> int:
    """Return in how many directions along the kinks nothing bends."""
    curvature, _ = _curvature(hessian, rows)
    size = float(np.abs(np.diag(hessian)).max(initial=0.0))
    return int((np.abs(curvature) <= FLAT * size).sum())


def _n_idle(hessian: Vector, jacobian: Vector) -> int:
    """Return in how many directions nothing changes: neither curvature nor kinks see them."""
    whole = np.vstack([jacobian, hessian])
    lengths = np.linalg.norm(whole, axis=0)
    scaled = whole / np.where(lengths > 0.0, lengths, 1.0)
    values = np.linalg.svd(np.linalg.qr(scaled, mode="r"), compute_uv=False)
    return (
        int((values <= IDLE * values[0]).sum()) if values.size and values[0] > 0.0 else len(hessian)
    )


def least_curvature(hessian: Vector, rows: Vector) -> tuple[float, Vector]:
    """Return the least curvature along what rows hold, infinity where they leave no direction.

    With its axis; zero where it is none but for rounding, NaN where there is no Hessian.
    """
    if not (np.isfinite(hessian).all() and np.isfinite(rows).all()):
        return np.nan, np.zeros(len(hessian))
    curvature, axes = _curvature(hessian, rows)
    if not curvature.size:
        return np.inf, np.zeros(len(hessian))
    size = float(np.abs(np.diag(hessian)).max(initial=0.0))
    least = float(curvature[0]) if abs(curvature[0]) > FLAT * size else 0.0
    return least, axes[:, 0]


def _curvature(hessian: Vector, rows: Vector) -> tuple[Vector, Vector]:
    """Return the eigenvalues of a Hessian on the null space of rows, ascending, and the axes."""
    null = np.eye(len(hessian))
    if rows.size:
        lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-300)
        triangle = np.linalg.qr(rows / lengths[:, None], mode="r")
        _, values, right = np.linalg.svd(triangle, full_matrices=True)
        null = right[int((values > DEPENDENT * values[0]).sum()) :].T
    if not null.size:
        return np.zeros(0), null
    values, axes = np.linalg.eigh(null.T @ hessian @ null)
    return np.asarray(values), np.asarray(null @ axes)


def _newton(evaluator: KinkEvaluator, x: Vector, pattern: Pattern, slopes: Vector) -> Look | None:
    """Solve the first-order conditions with the kinks of a pattern held."""
    kinks, start = evaluator.function.kinks, x
    look = evaluator.look_along(x, pattern.lines(kinks, slopes))
    slopes, last, n_stalls = look.lines[0], np.inf, 0
    for _ in range(MAX_NEWTON):
        move = _newton_move(evaluator, look, pattern, slopes) if look.is_finite else None
        if move is None:
            return None
        # Where equations depend on each other moves do not vanish, what they are to mend does.
        if move.residual <= SOLVED or (move.residual <= NEARLY and move.residual >= 0.5 * last):
            return look
        n_stalls += move.residual > 0.5 * last
        if n_stalls > MAX_STALLS:
            return None
        last = move.residual
        if np.abs(move.x).max(initial=0.0) > LONGEST * (1.0 + float(np.abs(start).max())):
            return None
        slopes = slopes + move.slopes
        x = look.x + move.x
        if evaluator.bounds is not None:
            x = np.clip(x, evaluator.bounds.lower, evaluator.bounds.upper)
        look = evaluator.look_along(x, (slopes, look.lines[1]))
    return None


def _newton_move(
    evaluator: KinkEvaluator, look: Look, pattern: Pattern, slopes: Vector
) -> _Move | None:
    """Return one Newton step from a look along a pattern.

    `[[H, B'], [B, 0]] (move, change) = -(gradient, arguments)` by the null space of B: whatever
    B and H leave open stays as it is.
    """
    kinks = evaluator.function.kinks
    second = evaluator.second(look)
    rows, first, other = _equations(evaluator, look, second, pattern, slopes)
    pull, is_pair = look.pull[kinks.owner[first]], other >= 0
    off = look.arguments[first] - np.where(is_pair, look.arguments[other], 0.0)
    free = _free(evaluator, look)
    if not (np.isfinite(rows).all() and np.isfinite(second.hessian).all()):
        return None
    found = _saddle_solve(
        second.hessian[np.ix_(free, free)], rows[:, free], look.gradient[free], off
    )
    move = np.zeros(look.x.size)
    move[free], forces, left = found
    change = np.zeros(kinks.n_pieces)
    np.add.at(change, first, forces / pull)
    np.add.at(change, other[is_pair], -(forces / pull)[is_pair])
    size = max(float(np.abs(pull[:, None] * rows).max(initial=0.0)), 1e-300)
    here = evaluator.widths(1.0)[kinks.owner[first]]
    residual = max(float((np.abs(off) / here).max(initial=0.0)), left / max(size, 1.0))
    return _Move(move, change, residual)


def _equations(
    evaluator: KinkEvaluator, look: Look, second: Second, pattern: Pattern, slopes: Vector
) -> tuple[Vector, Indices, Indices]:
    """Return the gradients of the equations that are felt, and the arguments to be equal."""
    kinks = evaluator.function.kinks
    first, other = pattern.equations(kinks, slopes)
    felt = look.pull[kinks.owner[first]] != 0.0
    first, other = first[felt], other[felt]
    partner = np.where((other >= 0)[:, None], second.jacobian[other], 0.0)
    return second.jacobian[first] - partner, first, other


def _free(evaluator: KinkEvaluator, look: Look) -> Mask:
    """Return which variables bounds leave free."""
    if evaluator.bounds is None:
        return np.ones(look.x.size, dtype=np.bool_)
    return evaluator.bounds.free(look.x, look.gradient)


def _saddle_solve(
    hessian: Vector, rows: Vector, gradient: Vector, off: Vector
) -> tuple[Vector, Vector, float]:
    """Return the step onto `rows @ move = -off` that is stationary there.

    With its forces, and how much of the gradient the rows do not carry.
    """
    n, floor = gradient.size, DEPENDENT * float(np.abs(hessian).max(initial=0.0))
    if not rows.size:
        left = float(np.abs(gradient).max(initial=0.0))
        return _least_solved(hessian, -gradient, floor), np.zeros(len(rows)), left
    lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-300)
    scaled = rows / lengths[:, None]
    basis, triangle = np.linalg.qr(scaled)
    turned, values, right = np.linalg.svd(triangle, full_matrices=True)
    rank = int((values > DEPENDENT * values[0]).sum())
    inverse = right[:rank].T @ ((basis @ turned[:, :rank]).T / values[:rank, None])
    move = -inverse @ (off / lengths)
    null = right[rank:].T
    if rank < n:
        reduced = null.T @ hessian @ null
        move = move + null @ _least_solved(reduced, -null.T @ (gradient + hessian @ move), floor)
    forces = -(inverse.T @ (gradient + hessian @ move)) / lengths
    left = float(np.abs(null @ (null.T @ gradient)).max(initial=0.0))
    return move, forces, left


def _least_solved(matrix: Vector, target: Vector, floor: float) -> Vector:
    """Return the least solution of a symmetric system, flat directions left alone."""
    if not target.size:
        return target
    values, axes = np.linalg.eigh(matrix)
    firm = np.abs(values) > floor
    return np.asarray(axes[:, firm] @ ((axes.T @ target)[firm] / values[firm]))


def _exchanged(kinks: Kinks, pattern: Pattern, look: Look, tiny: Vector) -> Pattern | None:
    """Return the pattern with wrong guesses put right, None where all were right."""
    bends, slopes, u = kinks.bends, look.lines[0], look.arguments
    sides, is_changed = pattern.sides.copy(), False
    felt = look.pull[bends.kinks] != 0.0
    crossed = (pattern.sides * u[bends.pieces] < -tiny[bends.kinks]) & felt
    shares = bends.shares(slopes)
    left = (pattern.sides == 0) & (np.abs(shares) > 1.0 + 1e-9) & felt
    if left.any():
        # the worst ones alone: what the others do changes with them
        over = np.where(left, np.abs(shares) - 1.0, 0.0)
        worst = over >= 0.5 * over.max()
        sides[worst], is_changed = np.sign(shares[worst]), True
    elif crossed.any():
        sides[crossed], is_changed = 0, True
    largest: list[Any] = []
    for peaks, before in zip(kinks.peaks, pattern.largest, strict=True):
        after = before.copy()
        weights = np.where(before, slopes[peaks.pieces], 0.0)
        out = before & (weights < -1e-9)
        if out.any():
            after &= ~(out & (weights == weights.min(axis=0)))
        else:
            top = np.where(before, u[peaks.pieces], -np.inf).max(axis=0)
            above = (u[peaks.pieces] > top + tiny[peaks.kinks]) & ~before
            after |= above & (u[peaks.pieces] == np.where(above, u[peaks.pieces], -np.inf).max(0))
        is_changed |= bool((after != before).any())
        largest.append(after)
    return replace(pattern, sides=sides, largest=tuple(largest)) if is_changed else None
