"""How a run with constraints ended, from the evidence at its last point, in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...outcome import Outcome
from ..bounds import Vector
from ..constraints import Label
from ..plain import place_of
from .curvature import examine
from .evaluator import FEASIBLE, ConstrainedEvaluator
from .multipliers import FAINT, Places, Qualification, find_multipliers, qualify
from .polish import Candidate, look_at, restore

__all__ = ["Judgement", "describe_active", "judge", "not_finite", "sampled_fall", "unmet", "worst"]

EPS = float(np.finfo(float).eps)

#: Faint gradients of constraints are looked at beside the point, at this distance in units of
#: 1 + |x|.
MOVED = 1e-10

#: Where variables are of very unlike size, what is near some is far for others: constraints only
#: this near are looked at too.
CLOSER = 1e-9


class Judgement(NamedTuple):
    """The verdict on a candidate, and where to go on when it is no minimum.

    `toward` is a direction along which it may lie far off.
    """

    candidate: Candidate
    outcome: Outcome
    sentences: tuple[str, ...]
    lower: Vector | None = None
    toward: Vector | None = None

    @property
    def is_good(self) -> bool:
        """Whether the end is what was asked for."""
        return self.outcome.is_good


def judge(
    evaluator: ConstrainedEvaluator, at: Candidate, tolerance: float, names: tuple[str, ...],
    labels: tuple[Label, ...], seed: int,
) -> Judgement:  # fmt: skip
    """Return the verdict that the numbers at a point support."""
    if not at.point.is_finite or np.isnan(at.stack.values).any():
        return Judgement(at, Outcome.NOT_FINITE, not_finite(at, labels))
    if not at.is_feasible:
        return Judgement(at, Outcome.INFEASIBLE, (worst(at, labels),))
    steep = steep_at(at)
    if steep.size:
        text = f"The gradient of {name_of(int(steep[0]), labels)} is not finite at this point"
        return Judgement(at, Outcome.NOT_FINITE, (f"{text}: no multipliers exist there.",))
    at = without_noise(evaluator, at)
    if not at.meets(tolerance):
        closer = without_noise(evaluator, look_at(evaluator, at.point.x, CLOSER))
        at = closer if closer.meets(tolerance) else at
    quality = qualify(at.stack, at.jacobian, at.multipliers)
    if at.meets(tolerance):
        second = examine(evaluator, at, names)
        said = [_dependent(quality)] if quality.rank < quality.n_active else []
        said += [second.sentence] if second is not None else []
        if second is not None and second.lower is not None:
            return Judgement(at, Outcome.SADDLE, tuple(said), second.lower, second.toward)
        toward = None if second is None else second.toward
        return Judgement(at, Outcome.CONVERGED_KKT, tuple(said), toward=toward)
    exact = look_at(evaluator, restore(evaluator, at.point.x))
    if exact.excess_in(at.units) <= at.excess and not steep_at(exact).size:
        at = without_noise(evaluator, exact)
        quality = qualify(at.stack, at.jacobian, at.multipliers)
    if quality.holds:
        return Judgement(at, Outcome.SOLVER_FAILED, (unmet(at, tolerance),))
    lower = sampled_fall(evaluator, at, seed)
    text = _no_multipliers(at, quality, labels, names)
    ended = Outcome.NO_MULTIPLIERS if lower is None else Outcome.SOLVER_FAILED
    return Judgement(at, ended, (text,), lower)


def name_of(place: int, labels: tuple[Label, ...]) -> str:
    """Return the text of the constraint that stands at a place, with its index in an array."""
    for label in labels:
        is_here = label.places == place
        found = np.flatnonzero(is_here if label.share is None else is_here & label.share.holds)
        if found.size:
            if not label.shape:
                return f"`{label.text}`"
            index = ", ".join(map(str, np.unravel_index(int(found[0]), label.shape)))
            return f"`{label.text}` [{index}]"
    return "a bound"


def steep_at(at: Candidate) -> Places:
    """Return the active constraints whose gradients are not finite, as at the edge of a root."""
    active = at.multipliers.active
    rows = at.stack.rows_of(at.jacobian, active)
    return np.asarray(active[~np.isfinite(rows).all(axis=1)])


def without_noise(evaluator: ConstrainedEvaluator, at: Candidate) -> Candidate:
    """Return the candidate with zero for gradients that are but the rounding of its point.

    At the end of `x**2 <= 0` some 1e-16 is left of the gradient, and a multiplier of 1e16 would
    balance any objective: a move by `MOVED` changes all of such a gradient.
    """
    x, m = at.point.x, at.stack.n_rows
    held = at.multipliers.weights[:m] != 0.0
    lengths = np.linalg.norm(at.jacobian, axis=1)
    faint = np.flatnonzero(held & (lengths <= FAINT * at.stack.floors))
    if not faint.size:
        return at
    moved = evaluator.jacobian(x + MOVED * (1.0 + float(np.abs(x).max(initial=0.0))))
    changes = np.linalg.norm(moved[faint] - at.jacobian[faint], axis=1)
    lost = faint[changes > 0.5 * lengths[faint]]
    if not lost.size:
        return at
    jacobian = at.jacobian.copy()
    jacobian[lost] = 0.0
    found = find_multipliers(x, at.point.gradient, at.stack, jacobian, at.floor)
    return at._replace(jacobian=jacobian, multipliers=found)


def unmet(at: Candidate, tolerance: float) -> str:
    """Say by how much the first-order conditions do not hold."""
    name, largest = max(at.multipliers.kkt.rows(), key=lambda row: row[1])
    text = f"The KKT conditions do not hold to {tolerance:.2g}: the residual of {name} is "
    return f"{text}{largest:.2g}."


def worst(at: Candidate, labels: tuple[Label, ...]) -> str:
    """Say which constraint is violated most at the best point found."""
    off = at.stack.violations
    place = int(np.argmax(off / at.units))
    n_off = int(np.sum(off / at.units > FEASIBLE))
    others = f" ({n_off} are violated)" if n_off > 1 else ""
    return (
        f"The least violation found is {off[place]:.3g}, of {name_of(place, labels)}{others}; "
        "start elsewhere, or relax a constraint."
    )


def not_finite(at: Candidate, labels: tuple[Label, ...]) -> tuple[str, ...]:
    """Say what has no value."""
    if not np.isfinite(at.point.value):
        return ("The objective is not finite at this point; start elsewhere.",)
    bad = np.flatnonzero(np.isnan(at.stack.values))
    if bad.size:
        return (f"{name_of(int(bad[0]), labels)} has no value at this point; start elsewhere.",)
    return ("The gradient is not finite at this point; start elsewhere.",)


def _dependent(quality: Qualification) -> str:
    """Say that multipliers are not the only ones."""
    return (
        f"The multipliers are not unique: the gradients of the {quality.n_active} active "
        f"constraints have rank {quality.rank}."
    )


def _no_multipliers(
    at: Candidate, quality: Qualification, labels: tuple[Label, ...], names: tuple[str, ...]
) -> str:
    """Say that no multipliers exist, with the combination of gradients that shows why."""
    active = at.multipliers.active
    weights = quality.combination
    where = place_of(names, at.point.x)
    terms = []
    if weights is not None:
        terms = [
            f"{weight:.3g}*∇({name_of(int(place), labels).strip('`')})"
            for weight, place in zip(weights, active, strict=True)
            if abs(weight) > 1e-6
        ]
    shown = " + ".join(terms[:4]) + (" + …" if len(terms) > 4 else "")
    why = f": {shown} = 0, gradients made length 1" if terms else ""
    return (
        f"No multipliers exist at {where}: no constraint qualification holds there{why}; the "
        f"nearest combination of gradients misses that of the objective by "
        f"{at.multipliers.kkt.stationarity:.3g} (a Fritz John point)."
    )


def sampled_fall(
    evaluator: ConstrainedEvaluator, at: Candidate, seed: int, n_samples: int = 16
) -> Vector | None:
    """Return a feasible point near with a lower value among random ones, None when none is."""
    rng = np.random.default_rng(seed)
    x, value = at.point.x, at.point.value
    size = 1.0 + float(np.abs(x).max(initial=0.0))
    noise = 1e-7 * max(at.floor, abs(value))
    for sample in range(n_samples):
        length = 10.0 ** -(1 + sample % 3)
        new = restore(evaluator, x + length * size * rng.standard_normal(x.size), 60)
        is_inside = evaluator.stack(new).violation <= at.violation
        if is_inside and evaluator.value(new) < value - noise:
            return new
    return None


def describe_active(at: Candidate, labels: tuple[Label, ...], outcome: Outcome) -> list[str]:
    """Say which constraints hold the point, where any were given."""
    pieces = [label.places for label in labels if label.is_piece]
    of_kinks = frozenset(np.concatenate(pieces).tolist()) if pieces else frozenset()
    named = [name_of(int(p), labels) for p in at.multipliers.active if int(p) not in of_kinks]
    if not named:
        is_bare = all(label.is_piece for label in labels)
        is_free = outcome is Outcome.CONVERGED_KKT and not is_bare
        return [] if not is_free else ["No constraint is active: the minimum is free."]
    more = f" and {len(named) - 6} more" if len(named) > 6 else ""
    return [f"Active: {', '.join(named[:6])}{more}."]
