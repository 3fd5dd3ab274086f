"""Many integrals at once: one integrand, many values of its parameters or limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import ArgumentError
from ...facts import IntegrandFacts
from ...outcome import Outcome, Trust
from .double_exponential import regroup, tanh_sinh
from .families import (
    CLIPPED,
    ENDLESS,
    FINITE,
    SUPPORTED,
    Family,
    Stage,
    clip,
    first_rule,
    second_rule,
)
from .pairs import ACROSS, ALONG, AROUND, BEYOND, BOUNDED, Pair
from .panels import EPSILON, Array, Owners, adapt
from .quadrature import quadrature

__all__ = ["BatchEstimate", "quadrature_batch"]

#: For what remains of a range that is infinite to the left.
FROM_RIGHT = tuple(pair.mirrored for pair in ALONG)
#: So many sets at a time.
BLOCK = 4096
#: Panels that every set begins with, in a variable on [0, 1] or [-1, 1].
FIRST = 3
#: Halvings of a panel at most, before a set is taken to be a hard one.
MAX_ROUNDS = 12
#: What a doubling may change, as a part of the size, for the next error to be its square.
SQUARED = 1e-7
#: What a rule may hold near the end of what it can see, as a part of the size.
RESOLVED = 1e-5
#: Sets that a pair of rules is tried on first.
PILOT = 32
#: Rounding in units of the size.
ROUNDING = 20.0
#: Sets that are integrated alone at most.
MAX_ALONE = 300
#: Two rules agree when they differ by less than this part of the value.
AGREEMENT = 1e-10


@dataclass(frozen=True, eq=False)
class BatchEstimate:
    """Integrals over sets of parameters.

    Attributes
    ----------
    value, error : array, shape (n_sets,)
        NaN where there is no value.
    is_checked : array of bool
        Whether two unrelated rules agree.
    outcomes : tuple of Outcome
        For each set.
    method : str
    n_evaluations : int
        Values of the integrand, all sets together.
    """

    value: Array
    error: Array
    is_checked: NDArray[np.bool_]
    outcomes: tuple[Outcome, ...]
    method: str
    n_evaluations: int

    @property
    def trust(self) -> Trust:
        """The least trust among the sets."""
        return Trust.CHECKED if bool(self.is_checked.all()) else Trust.SUSPECT


def quadrature_batch(
    f: Callable[..., Any],
    lower: ArrayLike,
    upper: ArrayLike,
    params: Sequence[ArrayLike] = (),
    *,
    facts: IntegrandFacts | None = None,
    relative_tolerance: float = 1e-11,
    absolute_tolerance: float = 0.0,
    max_evaluations: int = 50_000_000,
    max_alone: int = MAX_ALONE,
) -> BatchEstimate:
    """Integrate `f(x, *params)` over x for many sets of parameters at once.

    Parameters
    ----------
    f : callable
        Takes places of shape `(m, k)` and parameters of shape `(m, 1)`; returns `(m, k)`.
    lower, upper : float or array, shape (n_sets,)
    params : sequence of array, shape (n_sets,)
    facts : IntegrandFacts, optional
        Handed on where a set is integrated alone.
    relative_tolerance, absolute_tolerance : float
        The greater of the two decides.
    max_evaluations : int
        For all sets together.
    max_alone : int
        So many sets at most, of those that both rules leave open, are integrated alone.

    Returns
    -------
    BatchEstimate

    Notes
    -----
    Every set is integrated by two short rules in unrelated variables. They have to agree, and
    each shows by coefficients of the integrand near the end of what it can see that it has
    resolved it. What they leave open goes to longer rules, doubled until both agree and neither
    changes much, then to adaptive Gauss-Kronrod panels; a set that stays open even then is
    integrated alone, with all that `quadrature` can do.
    """
    arrays = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(a, dtype=float)) for a in (lower, upper, *params))
    )
    if arrays[0].ndim != 1:
        raise ArgumentError("Limits and parameters must be numbers or vectors of one length.")
    if any(np.isnan(a).any() for a in arrays):
        raise ArgumentError("Limits and parameters must not be NaN.")
    n = arrays[0].size
    value, error = np.full(n, np.nan), np.full(n, np.nan)
    checked, spent = np.zeros(n, dtype=bool), 0
    kinds = 2 * np.isfinite(arrays[0]) + np.isfinite(arrays[1])
    for kind in range(4):
        members = np.flatnonzero(kinds == kind)
        for start in range(0, members.size, BLOCK):
            rows = members[start : start + BLOCK]
            family = Family(f, arrays[0][rows], arrays[1][rows], [a[rows] for a in arrays[2:]])
            family.floor = absolute_tolerance
            budget = max((max_evaluations - spent) * rows.size // n, 200 * rows.size)
            block = _block(family, relative_tolerance, budget)
            value[rows], error[rows], checked[rows] = block.value, block.error, block.good
            spent += family.n_evaluations
    outcomes = [Outcome.DONE] * n
    for index in np.flatnonzero(~checked).tolist():
        outcomes[index] = Outcome.UNDECIDED
    for index in np.flatnonzero(~checked)[:max_alone].tolist():
        own = [float(a[index]) for a in arrays]
        found = quadrature(
            f, own[0], own[1], facts=facts, args=own[2:], relative_tolerance=relative_tolerance
        )
        spent += found.n_evaluations
        value[index], error[index], outcomes[index] = found.value, found.error, found.outcome
        checked[index] = found.trust is Trust.CHECKED
    return BatchEstimate(
        value,
        error,
        checked,
        tuple(outcomes),
        "rules of fixed order for all sets at once, compared with others in another variable",
        spent,
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """What is known so far of some sets: the sums of two rules, an error, whether they agree."""

    value: Array
    other: Array
    error: Array
    good: NDArray[np.bool_]

    @classmethod
    def of(cls, n: int) -> _Found:
        """Return that nothing is known."""
        nothing = np.full(n, np.nan)
        return cls(nothing, nothing.copy(), nothing.copy(), np.zeros(n, dtype=bool))

    def put(
        self, rows: Owners, value: Array, other: Array, error: Array, good: NDArray[np.bool_]
    ) -> None:
        """Enter what was found for some sets."""
        self.value[rows], self.other[rows] = value, other
        self.error[rows], self.good[rows] = error, good


def _block(family: Family, tolerance: float, max_evaluations: int) -> _Found:
    """Integrate the sets of one block: by rules of fixed order, the rest by adaptive panels."""
    n = family.lower.size
    found = _Found.of(n)
    if all(family.kind):
        left = _by_pairs(family, np.arange(n), BOUNDED, tolerance, found)
        _by_orders(family, left, FINITE, tolerance, found)
    else:
        _by_supports(family, tolerance, found)
    left = np.flatnonzero(~found.good)
    if left.size:
        _by_panels(family, left, tolerance, max_evaluations, found)
    return found


def _by_supports(family: Family, tolerance: float, found: _Found) -> None:
    """Integrate over infinite ranges, clipped to where the integrand is more than nothing."""
    rows, lower, upper, usual = clip(family)
    is_left = np.ones(family.lower.size, dtype=bool)
    is_left[rows] = False
    rest = np.flatnonzero(is_left)
    is_half = any(family.kind)
    if rows.size:
        narrow = family.narrowed(rows, lower, upper)
        pairs = ACROSS if not is_half else ALONG if family.kind[0] else FROM_RIGHT
        part = _Found.of(rows.size)
        left = _by_pairs(narrow, np.arange(rows.size), pairs, tolerance, part)
        _by_orders(narrow, left, CLIPPED if is_half else SUPPORTED, tolerance, part)
        found.put(rows, part.value, part.other, part.error, part.good)
        family.n_evaluations += narrow.n_evaluations
    if rest.size:
        scaled = family.in_units(usual)
        rest = _by_pairs(scaled, rest, BEYOND if is_half else AROUND, tolerance, found)
        family.n_evaluations += scaled.n_evaluations
        _by_orders(family, rest, ENDLESS, tolerance, found)


def _by_pairs(
    family: Family, rows: Owners, pairs: Sequence[Pair], tolerance: float, found: _Found
) -> Owners:
    """Integrate by pairs of short rules, shortest first; return the sets that stay open."""
    for pair in pairs:
        if rows.size > 2 * PILOT and pair is not pairs[-1]:
            # where few of some sets are done by this pair, all go on to the next
            some = np.zeros(rows.size, dtype=bool)
            some[:: rows.size // PILOT] = True
            left = _by_pair(family, rows[some], pair, tolerance, found)
            if 2 * left.size > np.count_nonzero(some):
                rows = np.concatenate((left, rows[~some]))
                continue
            rows = np.concatenate((left, _by_pair(family, rows[~some], pair, tolerance, found)))
        else:
            rows = _by_pair(family, rows, pair, tolerance, found)
        if not rows.size:
            break
    return rows


def _by_pair(family: Family, rows: Owners, pair: Pair, tolerance: float, found: _Found) -> Owners:
    """Integrate by two rules that have to agree and to resolve the integrand; return the rest."""
    first, size, unresolved, cut = family.moments(rows, pair.first)
    second, _, also_unresolved, also_cut = family.moments(rows, pair.second)
    with np.errstate(all="ignore"):
        gap, rounding = np.abs(first - second), ROUNDING * EPSILON * size
        goal = np.maximum(0.1 * tolerance * np.abs(first), rounding)
        goal = np.maximum(goal, 0.1 * family.floor)
        cut, unresolved = cut + also_cut, np.maximum(unresolved, also_unresolved)
        done = (gap <= goal) & (cut <= goal) & (unresolved <= RESOLVED * size) & (size > 0.0)
        error = gap + rounding + cut + np.where(size > 0.0, size * (unresolved / size) ** 2, 0.0)
    found.put(rows, first, second, error, done)
    return rows[~done]


def _by_orders(
    family: Family, rows: Owners, stages: Sequence[Stage], tolerance: float, found: _Found
) -> None:
    """Double the orders of two rules until they agree with each other and with what was before."""
    for stage in stages:
        if not rows.size:
            return
        before, other = found.value[rows], found.other[rows]
        first, size, unresolved, cut = family.moments(rows, first_rule(stage, family.kind))
        part, _, _, also_cut = family.moments(rows, second_rule(stage, family.kind))
        with np.errstate(invalid="ignore", divide="ignore"):
            second = 0.5 * other + part if stage.is_nested else part
            gap, rounding = np.abs(first - second), ROUNDING * EPSILON * size
            goal = np.maximum(0.1 * tolerance * np.abs(first), rounding)
            goal = np.maximum(goal, 0.1 * family.floor)
            # doubling the order about squares the error: agreement by chance is told apart by
            # what the doubling has changed in either rule
            change = np.maximum(np.abs(first - before), np.abs(second - other))
            cut = cut + also_cut
            is_settled = (change <= SQUARED * size) & (unresolved <= RESOLVED * size)
            is_settled |= change <= 0.1 * family.floor
            done = (gap <= goal) & is_settled & (cut <= goal) & (size + family.floor > 0.0)
            chance = np.where(size > 0.0, size * (change / size) ** 1.5, 0.0)
            error = gap + rounding + cut + chance
        found.put(rows, first, second, error, done)
        rows = rows[~done]


def _by_panels(
    family: Family, rows: Owners, tolerance: float, max_evaluations: int, found: _Found
) -> None:
    """Integrate what is left by adaptive panels, compared with tanh-sinh on groups of them."""
    edges = np.linspace(-1.0, 1.0, FIRST + 1)
    owner = np.repeat(np.arange(rows.size), FIRST)

    def sample(index: Owners, u: Array) -> Array:
        return family.sample(rows[index], u)

    panels = adapt(
        sample,
        owner,
        np.tile(edges[:-1], rows.size),
        np.tile(edges[1:], rows.size),
        target=np.arange(rows.size),
        tolerance=0.1 * tolerance,
        max_evaluations=max_evaluations,
        max_rounds=MAX_ROUNDS,
    )
    value, stated, size, noise = panels.totals(np.arange(rows.size), rows.size)
    goal = np.maximum(AGREEMENT * np.abs(value), ROUNDING * EPSILON * size)
    group, lower, upper, _ = regroup(panels)
    count = np.bincount(group, minlength=rows.size)[group]
    second, _, is_bad = tanh_sinh(sample, group, lower, upper, 0.1 * goal[group] / count)
    other = np.asarray(np.bincount(group, weights=second, minlength=rows.size), dtype=float)
    holes = np.bincount(group, weights=is_bad, minlength=rows.size)
    gap = np.abs(value - other)
    good = (gap <= goal) & (stated <= goal + 4.0 * noise) & (size > 0.0) & (holes == 0)
    found.put(rows, value, other, gap + stated + 2.0 * noise, good)
