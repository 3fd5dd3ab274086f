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
    exponential_nodes,
    gauss_nodes,
)
from .panels import EPSILON, Array, Owners, adapt
from .quadrature import quadrature

__all__ = ["BatchEstimate", "quadrature_batch"]

#: So many sets at a time: what they need fits into a processor's cache.
BLOCK = 1024
#: Panels that every set begins with, in a variable on [0, 1] or [-1, 1].
FIRST = 3
#: Halvings of a panel at most, before a set is taken to be a hard one.
MAX_ROUNDS = 12
#: What a doubling may change, as a part of the size, for the next error to be its square.
SQUARED = 1e-7
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
    Every set is integrated by Gauss-Legendre rules and by the double exponential rule, doubled
    until both agree and neither changes much. What is left goes to adaptive Gauss-Kronrod
    panels, and a set that stays open even then is integrated alone, with all that `quadrature`
    can do.
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
    for kind in np.unique(kinds).tolist():
        members = np.flatnonzero(kinds == kind)
        for start in range(0, members.size, BLOCK):
            rows = members[start : start + BLOCK]
            family = Family(f, arrays[0][rows], arrays[1][rows], [a[rows] for a in arrays[2:]])
            family.floor = absolute_tolerance
            budget = max((max_evaluations - spent) * rows.size // n, 200 * rows.size)
            block = _block(family, relative_tolerance, budget)
            value[rows], error[rows], checked[rows] = block.value, block.error, block.good
            spent += family.n_evaluations
    outcomes = [Outcome.DONE if good else Outcome.UNDECIDED for good in checked.tolist()]
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
        "Gauss-Legendre rules for all sets at once, compared with double exponential sums",
        spent,
    )


@dataclass(frozen=True, eq=False)
class _Found:
    """What is known so far of the sets of a block."""

    value: Array
    error: Array
    good: NDArray[np.bool_]

    def put(self, rows: Owners, value: Array, error: Array, good: NDArray[np.bool_]) -> None:
        """Enter what was found for some sets."""
        self.value[rows], self.error[rows], self.good[rows] = value, error, good


def _block(family: Family, tolerance: float, max_evaluations: int) -> _Found:
    """Integrate the sets of one block: by rules of fixed order, the rest by adaptive panels."""
    n = family.lower.size
    found = _Found(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=bool))
    if all(family.kind):
        _by_orders(family, np.arange(n), np.arange(n), FINITE, tolerance, found)
    else:
        rows, lower, upper = clip(family)
        if rows.size:
            narrow = family.narrowed(rows, lower, upper)
            stages = CLIPPED if any(family.kind) else SUPPORTED
            _by_orders(narrow, np.arange(rows.size), rows, stages, tolerance, found)
            family.n_evaluations += narrow.n_evaluations
        rest = np.setdiff1d(np.arange(n), rows)
        _by_orders(family, rest, rest, ENDLESS, tolerance, found)
    left = np.flatnonzero(~found.good)
    if left.size:
        _by_panels(family, left, tolerance, max_evaluations, found)
    return found


def _by_orders(
    family: Family,
    rows: Owners,
    names: Owners,
    stages: Sequence[Stage],
    tolerance: float,
    found: _Found,
) -> None:
    """Double the orders of two rules until they agree; `names` are the rows of the answers."""
    before, other = np.zeros(family.lower.size), np.zeros(family.lower.size)
    for number, stage in enumerate(stages):
        if not rows.size:
            return
        first, size, edge = family.sum(rows, gauss_nodes(stage, family.kind))
        part, _, last = family.sum(rows, exponential_nodes(stage, family.kind))
        with np.errstate(invalid="ignore", divide="ignore"):
            second = 0.5 * other[rows] + part if stage.is_nested else part
            gap, rounding = np.abs(first - second), ROUNDING * EPSILON * size
            goal = np.maximum(0.1 * tolerance * np.abs(first), rounding)
            goal = np.maximum(goal, 0.1 * family.floor)
            # doubling the order about squares the error: agreement by chance is told apart by
            # what the doubling has changed in either rule
            change = np.maximum(np.abs(first - before[rows]), np.abs(second - other[rows]))
            cut = 2.0**stage.level * last + (stage.order * edge if stage.first == "wave" else 0.0)
            is_settled = (change <= SQUARED * size) | (change <= 0.1 * family.floor)
            done = (gap <= goal) & is_settled & (cut <= goal) & (size + family.floor > 0.0)
            chance = np.where(size > 0.0, size * (change / size) ** 1.5, 0.0)
            error = gap + rounding + cut + chance
        done &= number > 0
        found.put(names, first, error, done)
        before[rows], other[rows] = first, second
        rows, names = rows[~done], names[~done]


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
    other = np.bincount(group, weights=second, minlength=rows.size)
    holes = np.bincount(group, weights=is_bad, minlength=rows.size)
    gap = np.abs(value - other)
    good = (gap <= goal) & (stated <= goal + 4.0 * noise) & (size > 0.0) & (holes == 0)
    found.put(rows, value, gap + stated + 2.0 * noise, good)
