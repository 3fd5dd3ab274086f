"""Where to look first: edges of panels from facts, and from a look at unplanned places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .integrand import Array, Integrand
from .stretches import FOLDED, PLAIN, TOWARD, Stretch

__all__ = ["Look", "first_edges", "look_at"]

#: Panels that every plain stretch begins with.
N_FIRST = 6
#: Edges towards an end, in the logarithm of the distance.
LADDER = (0.0, 1.0, 2.0, 4.0, 7.0, 11.0, 16.0, 22.0, 30.0, 40.0, 60.0, 90.0, 140.0, 220.0, 350.0)
#: Places of the look, on a plain stretch and towards an end.
N_LOOK, N_LOOK_END = 2048, 700
#: At most so many conspicuous places get panels of their own.
MAX_PLACES = 24
#: Conspicuous is what lies off the line between its neighbors by this multiple of the usual.
CONSPICUOUS = 30.0


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen on a stretch.

    Attributes
    ----------
    is_zero : bool
        Whether all values were zero.
    hole : float or None
        The variable in the middle of places without finite values.
    """

    is_zero: bool
    hole: float | None


def first_edges(stretch: Stretch, integrand: Integrand, *, seed: int) -> tuple[Array, Look]:
    """Return the edges of the first panels, and what was seen.

    Parameters
    ----------
    stretch : Stretch
    integrand : Integrand
    seed : int
        The look is random, within equal cells, so that no regular pattern hides from it.
    """
    start, stop = stretch.start, stretch.stop
    known = [v for v in stretch.edges if start < v < stop]
    if stretch.kind == PLAIN:
        edges = np.linspace(start, stop, N_FIRST + 1)
    else:
        inner = [v for v in LADDER if start < v < 0.95 * stop]
        edges = np.array([start, *inner, stop])
    v = look_at(stretch, stop, seed, N_LOOK if stretch.kind == PLAIN else N_LOOK_END)
    values = stretch.values(v, integrand)
    finite = np.isfinite(values)
    holes = np.flatnonzero(~finite[1:-1] & ~finite[:-2] & ~finite[2:])
    hole = float(v[holes[holes.size // 2] + 1]) if holes.size else None
    v, values = v[finite], values[finite]
    is_zero = not values.any()
    if v.size > 2 and not is_zero:
        known += _conspicuous(v, values)
    return np.unique(np.r_[edges, known]), Look(is_zero, hole)


def look_at(stretch: Stretch, stop: float, seed: int, n: int) -> Array:
    """Return places in the variable, random within cells; towards an end also even ones in x."""
    rng = np.random.default_rng(seed)
    v = stretch.start + (np.arange(n) + rng.random(n)) * ((stop - stretch.start) / n)
    if stretch.kind == PLAIN or stretch.kind == FOLDED:
        return v
    cells = (np.arange(N_LOOK) + rng.random(N_LOOK)) / N_LOOK
    if stretch.kind == TOWARD:
        more = -np.log(cells)
    else:
        more = np.log1p(cells * min(N_LOOK / stretch.length, np.exp(min(stop, 40.0))))
    return np.unique(np.r_[v, more[(more < stop) & (more > stretch.start)]])


def _conspicuous(v: Array, values: Array) -> list[float]:
    """Return neighbors of places that stand out."""
    with np.errstate(all="ignore"):
        slope = (values[2:] - values[:-2]) / (v[2:] - v[:-2])
        off = np.abs(values[1:-1] - values[:-2] - slope * (v[1:-1] - v[:-2]))
    off = np.nan_to_num(off)
    level = max(CONSPICUOUS * float(np.median(off)), 1e-14 * float(np.abs(values).max()))
    if float(np.abs(values).max()) < 1e-290:
        return []
    order = np.argsort(off)[::-1][:MAX_PLACES]
    chosen = [int(i) for i in order if off[i] > level]
    return [float(v[i + k]) for i in chosen for k in (0, 1, 2)]
