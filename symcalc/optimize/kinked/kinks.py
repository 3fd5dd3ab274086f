"""Kinks as lines: a slope for each argument and an offset, exact or rounded off over a width.

With `abs(u)` written as `s*u + t` a formula is smooth in its variables, in s and in t. Beside a
kink `s` is 1 or -1 and `t` is 0; at a kink every `s` between gives a subgradient; rounded off over
the width d, `abs(u)` is `sqrt(u**2 + d**2)`, its tangent the line with the slope
`u/sqrt(u**2 + d**2)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Vector

__all__ = ["Bends", "Indices", "Kinks", "Lines", "Peaks"]

Indices = np.ndarray[Any, np.dtype[np.int64]]

#: Slopes foretold stay above this share of those at the point.
LEAST = 0.1

#: Steps of Newton's method for the top of rounded kinks.
MAX_LIFTS = 60

#: Slopes by argument, and offsets by kink.
Lines = tuple[Vector, Vector]


@dataclass(frozen=True, slots=True, eq=False)
class Bends:
    """Kinks of one argument: of slope `low` where it is negative, of `high` where it is positive.

    Attributes
    ----------
    pieces, kinks : ndarray of int
        The places among all arguments, and among all kinks.
    low, high : ndarray
        `low < high`.
    """

    pieces: Indices
    kinks: Indices
    low: Vector
    high: Vector

    @property
    def middle(self) -> Vector:
        """The slope at the kink by policy."""
        return 0.5 * (self.low + self.high)

    @property
    def half(self) -> Vector:
        """Half of the range of slopes."""
        return 0.5 * (self.high - self.low)

    def shares(self, slopes: Vector) -> Vector:
        """Return where in their ranges slopes lie, from -1 to 1."""
        return np.asarray((slopes[self.pieces] - self.middle) / self.half)


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Kinks of several arguments, of which each is the largest.

    Attributes
    ----------
    pieces : ndarray of int, shape (n_arguments, n)
    kinks : ndarray of int, shape (n,)
    """

    pieces: Indices
    kinks: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Kinks:
    """The kinks of a formula.

    Attributes
    ----------
    bends : Bends
    peaks : tuple of Peaks
    source : ndarray of int
        For each kink, which function of the formula has it.
    n_pieces : int
        The number of arguments of all kinks.
    """

    bends: Bends
    peaks: tuple[Peaks, ...]
    source: Indices
    n_pieces: int

    @property
    def n_kinks(self) -> int:
        """The number of kinks."""
        return int(self.source.size)

    @property
    def owner(self) -> Indices:
        """The kink of each argument."""
        found = np.zeros(self.n_pieces, dtype=np.int64)
        found[self.bends.pieces] = self.bends.kinks
        for peaks in self.peaks:
            found[peaks.pieces] = peaks.kinks
        return found

    def exact(self, arguments: Vector) -> Lines:
        """Return the lines of the kinks themselves; at a kink the middle of what is possible."""
        slopes, offsets = np.zeros(self.n_pieces), np.zeros(self.n_kinks)
        bends, u = self.bends, arguments[self.bends.pieces]
        slopes[bends.pieces] = bends.middle + np.sign(u) * bends.half
        for peaks in self.peaks:
            u = arguments[peaks.pieces]
            largest = u == u.max(axis=0)
            slopes[peaks.pieces] = largest / largest.sum(axis=0)
        return slopes, offsets

    def rounded(self, arguments: Vector, widths: Vector) -> Lines:
        """Return the tangents of the kinks, each rounded off over its width.

        The largest of k is the least `t - d/k*sum(log(t - u))` over t: a central path, along which
        `t - u` times the slope of u is d/k. S. Boyd and L. Vandenberghe, Convex Optimization,
        2004, section 11.2.
        """
        slopes, offsets = np.zeros(self.n_pieces), np.zeros(self.n_kinks)
        bends, u = self.bends, arguments[self.bends.pieces]
        d = widths[bends.kinks]
        root = np.hypot(u, d)
        slopes[bends.pieces] = bends.middle + bends.half * u / root
        offsets[bends.kinks] = bends.half * d * (d / root)
        for peaks in self.peaks:
            u, d = arguments[peaks.pieces], widths[peaks.kinks] / len(peaks.pieces)
            gaps, _ = _gaps(u, d)
            weights = d / gaps
            slopes[peaks.pieces] = weights
            # t + d*sum(log(weights)) less the line, of which t - weights @ u is d for each u
            offsets[peaks.kinks] = len(peaks.pieces) * d + d * np.log(weights).sum(axis=0)
        return slopes, offsets

    def stiffness(
        self, arguments: Vector, widths: Vector, slopes: Vector, pull: Vector, jacobian: Vector
    ) -> Vector:
        """Return the part of a Hessian that comes of rounding off: how fast slopes change.

        `slopes` may be those foretold by the last step rather than those at the point: then a
        Newton step follows the bends in both, which goes far better over small widths. T. F. Chan,
        G. H. Golub and P. Mulet, A nonlinear primal-dual method for total variation-based image
        restoration, SIAM J. Sci. Comput. 20 (1999), eq. (3.7).

        Parameters
        ----------
        arguments, slopes : ndarray (n_pieces,)
        widths, pull : ndarray (n_kinks,)
            `pull` is the derivative of the formula in each kink.
        jacobian : ndarray (n_pieces, n)
        """
        bends, u = self.bends, arguments[self.bends.pieces]
        root = np.hypot(u, widths[bends.kinks])
        share = np.clip(bends.shares(slopes), -1.0, 1.0)
        rate = pull[bends.kinks] * bends.half * (1.0 - share * u / root) / root
        rows = jacobian[bends.pieces]
        found = rows.T @ (rate[:, None] * rows)
        for peaks in self.peaks:
            rates = self._rates(peaks, arguments, widths, slopes)
            for pieces, kink, rate in zip(peaks.pieces.T, peaks.kinks, rates.T, strict=True):
                rows = jacobian[pieces]
                mean = rate @ rows
                spread = rows.T @ (rate[:, None] * rows) - np.outer(mean, mean) / rate.sum()
                found += pull[kink] * spread
        return np.asarray(found)

    def _rates(self, peaks: Peaks, arguments: Vector, widths: Vector, slopes: Vector) -> Vector:
        """Return how fast the slope of each argument changes with its gap to the rounded top."""
        gaps, _ = _gaps(arguments[peaks.pieces], widths[peaks.kinks] / len(peaks.pieces))
        return np.asarray(slopes[peaks.pieces] / gaps)

    def turned(
        self, arguments: Vector, widths: Vector, slopes: Vector, moves: Vector
    ) -> Vector:  # fmt: skip
        """Return the slopes that a step foretells, kept inside their ranges.

        `moves` are the changes of the arguments along the step.
        """
        found = self.rounded(arguments, widths)[0]
        bends, u = self.bends, arguments[self.bends.pieces]
        root = np.hypot(u, widths[bends.kinks])
        share = np.clip(bends.shares(slopes), -1.0, 1.0)
        ahead = u / root + (1.0 - share * u / root) / root * moves[bends.pieces]
        found[bends.pieces] = bends.middle + bends.half * np.clip(ahead, -1.0, 1.0)
        for peaks in self.peaks:
            rates, along = self._rates(peaks, arguments, widths, slopes), moves[peaks.pieces]
            along = along - (rates * along).sum(axis=0) / rates.sum(axis=0)
            weights = found[peaks.pieces]
            found[peaks.pieces] = np.maximum(weights + rates * along, LEAST * weights)
        return found


def _gaps(arguments: Vector, widths: Vector) -> tuple[Vector, Vector]:
    """Return how far above each argument t stands where `sum(widths/(t - arguments))` is 1, and t.

    Newton's method for t above the largest: from where the sum is too large it never jumps over.
    """
    top = arguments.max(axis=0)
    below = top - arguments
    lift = np.asarray(widths, dtype=float).copy()
    for _ in range(MAX_LIFTS):
        weights = widths / (below + lift)
        excess = weights.sum(axis=0) - 1.0
        lift = lift + excess / (weights / (below + lift)).sum(axis=0)
        if (np.abs(excess) <= 1e-14).all():
            break
    return below + lift, top + lift
