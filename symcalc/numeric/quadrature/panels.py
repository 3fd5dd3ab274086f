"""Adaptive Gauss-Kronrod on many panels of many integrals at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .deadline import TimeIsOver

__all__ = ["Array", "Grain", "Owners", "Panels", "Sample", "adapt"]

Array = NDArray[np.float64]
Owners = NDArray[np.int64]
#: `grain(owner, lower, upper)`: how far apart places are, in v, that rounding can tell apart.
Grain = Callable[[Owners, Array, Array], Array]
#: `sample(owner, v)`: the values of integrand `owner[i]` at the places `v[i, :]`.
Sample = Callable[[Owners, Array], Array]

EPSILON = 2.0**-52
MAX_ROUNDS = 200
#: Rounds in a row without gain: the values are noise.
MAX_STALLS = 25

# The 21-point Kronrod rule around the 10-point Gauss rule (QUADPACK, qk21).
_X = (
    0.995657163025808080735527280689003,
    0.973906528517171720077964012084452,
    0.930157491355708226001207180059508,
    0.865063366688984510732096688423493,
    0.780817726586416897063717578345042,
    0.679409568299024406234327365114874,
    0.562757134668604683339000099272694,
    0.433395394129247190799265943165784,
    0.294392862701460198131126603103866,
    0.148874338981631210884826001129720,
    0.0,
)
_W = (
    0.011694638867371874278064396062192,
    0.032558162307964727478818972459390,
    0.054755896574351996031381300244580,
    0.075039674810919952767043140916190,
    0.093125454583697605535065465083366,
    0.109387158802297641899210590325805,
    0.123491976262065851077958109585166,
    0.134709217311473325928054001771707,
    0.142775938577060080797094273138717,
    0.147739104901338491374841515972068,
    0.149445554002916905664936468389821,
)
NODES = np.array([-x for x in _X] + list(_X[-2::-1]))
KRONROD = np.array(list(_W) + list(_W[-2::-1]))
GAUSS = np.zeros(21)
GAUSS[1::2] = np.polynomial.legendre.leggauss(10)[1]


@dataclass(frozen=True, eq=False)
class Panels:
    """Panels with the integral over each.

    Attributes
    ----------
    owner : array of int, shape (n_panels,)
        Which integrand.
    lower, upper, value, error : array, shape (n_panels,)
    size : array
        The integral of the absolute value.
    noise : array
        A bound on what the rounding of places and values does to the integral.
    """

    owner: Owners
    lower: Array
    upper: Array
    value: Array
    error: Array
    size: Array
    noise: Array

    def join(self, other: Panels) -> Panels:
        """Return both together."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Panels(*(np.concatenate(pair) for pair in pairs))

    def only(self, mask: NDArray[np.bool_]) -> Panels:
        """Return some of them."""
        return Panels(*(part[mask] for part in vars(self).values()))

    def order(self) -> Panels:
        """Return them from left to right, owner by owner."""
        index = np.lexsort((self.lower, self.owner))
        return Panels(*(part[index] for part in vars(self).values()))

    def totals(self, target: Owners, n: int) -> tuple[Array, Array, Array, Array]:
        """Return value, error, size and noise for each target of the owners."""
        index = target[self.owner]

        def total(part: Array) -> Array:
            return np.bincount(index, weights=part, minlength=n).astype(float)

        return total(self.value), total(self.error), total(self.size), total(self.noise)


def measure(
    sample: Sample, owner: Owners, lower: Array, upper: Array, grain: Grain | None = None
) -> Panels:
    """Apply the rule to each panel; one with a place without value has an infinite error."""
    least = _grain(grain, owner, lower, upper)
    half = 0.5 * (upper - lower)
    middle = 0.5 * (upper + lower)
    places = middle[:, None] + half[:, None] * NODES
    values = sample(owner, places)
    is_bad = ~np.isfinite(values).all(axis=1)
    values = np.where(np.isfinite(values), values, 0.0)
    with np.errstate(all="ignore"):
        value = half * (values @ KRONROD)
        gap = np.abs(value - half * (values @ GAUSS))
        size = half * (np.abs(values) @ KRONROD)
        mean = value / (upper - lower)
        spread = half * (np.abs(values - mean[:, None]) @ KRONROD)
        # Piessens et al., QUADPACK (1983), 2.2.4: the gap of the Gauss rule, scaled
        scaled = spread * np.minimum(1.0, (200.0 * gap / spread) ** 1.5)
        error = np.where((spread > 0.0) & (gap > EPSILON * size), scaled, gap)
        swing = np.abs(np.diff(values, axis=1)).sum(axis=1)
        noise = EPSILON * size + least * swing
    is_bad |= ~np.isfinite(value) | ~np.isfinite(size)
    value, size, noise = (np.where(is_bad, 0.0, part) for part in (value, size, noise))
    return Panels(owner, lower, upper, value, np.where(is_bad, np.inf, error), size, noise)


def adapt(
    sample: Sample,
    owner: Owners,
    lower: Array,
    upper: Array,
    *,
    target: Owners,
    tolerance: float,
    max_evaluations: int,
    grain: Grain | None = None,
    start: Panels | None = None,
    max_rounds: int = MAX_ROUNDS,
) -> Panels:
    """Halve panels until the error of every target is below the tolerance times its value.

    Once the time is over they stay as they are.

    Parameters
    ----------
    sample : callable
    owner, lower, upper : arrays, shape (n_panels,)
        The panels to begin with.
    target : array of int, shape (n_owners,)
        The integral that an owner is a part of.
    tolerance : float
        Relative; rounding is the floor.
    max_evaluations : int
        For all targets together.
    grain : callable, optional
        Default the rounding of v itself.
    start : Panels, optional
        Panels measured before.
    max_rounds : int
    """
    n = int(target.max()) + 1
    panels = measure(sample, owner, lower, upper, grain)
    if start is not None:
        panels = panels.join(start)
    spent, best, stalls = panels.owner.size * 21, np.full(n, np.inf), np.zeros(n, dtype=int)
    for _ in range(max_rounds):
        value, error, size, _ = panels.totals(target, n)
        goal = np.maximum(tolerance * np.abs(value), 4.0 * EPSILON * size)
        is_gain = (error < 0.9 * best) | ~np.isfinite(error)
        stalls = np.where(is_gain, 0, stalls + 1)
        best = np.minimum(best, error)
        is_open = (error > goal) & (stalls < MAX_STALLS)
        worst = _worth_halving(panels, target, goal, is_open, grain)
        if not worst.any() or spent + 42 * int(worst.sum()) > max_evaluations:
            break
        try:
            new = _halved(sample, panels.only(worst), grain)
        except TimeIsOver:
            break
        spent += new.owner.size * 21
        panels = panels.only(~worst).join(new)
    return panels.order()


def _halved(sample: Sample, old: Panels, grain: Grain | None) -> Panels:
    """Return both halves of each panel, measured."""
    middle = 0.5 * (old.lower + old.upper)
    return measure(
        sample,
        np.repeat(old.owner, 2),
        np.column_stack((old.lower, middle)).ravel(),
        np.column_stack((middle, old.upper)).ravel(),
        grain,
    )


def _worth_halving(
    panels: Panels, target: Owners, goal: Array, is_open: NDArray[np.bool_], grain: Grain | None
) -> NDArray[np.bool_]:
    """Choose the panels that hold more than their share of the error."""
    index = target[panels.owner]
    count = np.bincount(index, minlength=goal.size)
    share = 0.5 * goal[index] / count[index]
    width = panels.upper - panels.lower
    can = width > 16.0 * _grain(grain, panels.owner, panels.lower, panels.upper)
    can &= (width > 1e-290) & (panels.error > 2.0 * panels.noise)
    return (panels.error > share) & is_open[index] & can


def _grain(grain: Grain | None, owner: Owners, lower: Array, upper: Array) -> Array:
    if grain is not None:
        return grain(owner, lower, upper)
    return np.asarray(EPSILON * np.maximum(np.abs(lower), np.abs(upper)))
