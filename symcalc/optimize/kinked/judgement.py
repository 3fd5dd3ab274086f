"""How a run on an objective with kinks ended: by the multipliers of the kinks it stands on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...outcome import Outcome
from ..bounds import Vector
from ..diagnosis import at_bounds, describe_fall
from ..objective import Point
from ..probing import MAX_AXES, N_OBLIQUE, Fall, Probe, fall_on_way, find_fall
from ..stopping import StoppingRule
from .certificate import Subgradient
from .evaluator import ActiveKinks, KinkEvaluator
from .function import Look
from .settling import least_curvature

__all__ = ["judge_kinks"]

EPS = float(np.finfo(float).eps)

#: How far along an axis values are asked whether they rise, in units of 1 + |x|.
STEP = 1e-3

#: Falls along kinks count in units of this share of the forces there.
SEEN = 1e-3

#: What rounding at the kinks may be worth, as a share of `_stake`.
WORTH = 1e-6

#: So many kinks are named.
N_NAMED = 3

#: Multipliers this near to an end of their range, as a share of it, are said to be at it.
AT_END = 1e-6


def judge_kinks(
    evaluator: KinkEvaluator, rule: StoppingRule, names: Sequence[str], start: Point, best: Point,
    outcome: Outcome | None, seed: int, is_convex: bool,
) -> tuple[Outcome, list[str], bool]:  # fmt: skip
    """Return the outcome that the evidence at the best point supports, and the diagnosis.

    Last whether the minimum is proven to be a strict one.
    """
    said = at_bounds(best.x, rule.bounds, tuple(names))
    look = evaluator.look(best.x)
    found = evaluator.least(look) if look.is_finite else None
    vector = best.gradient if found is None else found[0].vector
    norm = rule.norm(best.x, vector)
    told = f"the subgradient of least norm is {norm:.2g}"
    is_strict = False
    excess = 0.0 if found is None else found[1].excess
    is_met = excess == 0.0 or excess <= WORTH * _stake(evaluator, start, best)
    if rule.is_met(best.value, norm) and is_met:
        outcome = Outcome.CONVERGED_SUBGRADIENT
        said += _proof(found, told)
        places = evaluator.objective.places
        if places is not None and (found is None or found[1].ranges.n_kinks <= N_NAMED):
            said += places(best.x)
        bends = _strict_bend(evaluator, look, found)
        is_strict = bends > 0.0
        if is_strict:
            said.append(_strict(found, bends))
    elif outcome in (None, Outcome.LINE_SEARCH_FAILED, Outcome.CONVERGED_GRADIENT):
        outcome = Outcome.LINE_SEARCH_FAILED
        if is_met:
            said.append(f"{told[0].upper()}{told[1:]}; the test asks for "
                        f"{rule.threshold(best.value):.2g}.")  # fmt: skip
        else:
            said.append("Rounding keeps the kinks from being met closely enough: "
                        f"that may be worth {excess:.1g} of the value.")  # fmt: skip
    if outcome.is_good and not (is_convex or is_strict):
        outcome, more = _by_values(evaluator, names, start, best, outcome, seed)
        fall = None
        if found is not None and outcome.is_good and best.x.size <= MAX_AXES:
            fall = _fall_along(evaluator, look, found, start.value - best.value)
        if fall is not None:
            outcome, more = Outcome.SADDLE, [describe_fall(fall, tuple(names))]
        said += more
    return outcome, said, is_strict


def _stake(evaluator: KinkEvaluator, start: Point, best: Point) -> float:
    """Return what values are about: the largest of the value, its fall, and what kinks pull."""
    look = evaluator.look(start.x)
    reach = max(np.abs(start.x).max(), np.abs(best.x).max())
    pull = np.abs(look.pull).max(initial=0.0) if look.is_finite else 0.0
    return float(max(abs(best.value), start.value - best.value, pull * reach))


def _proof(found: tuple[Subgradient, ActiveKinks] | None, told: str) -> list[str]:
    """Say what makes zero a subgradient."""
    if found is None:
        return [f"No kink is met at the end; {told}."]
    least, active = found
    n = active.ranges.n_kinks
    if n == 1:
        whose = "the multiplier of the kink it stands on lies inside its range"
        room = "" if least.margin > AT_END else ", at an end of it"
    else:
        whose = f"the multipliers of the {n} kinks it stands on lie inside their ranges"
        room = "" if least.margin > AT_END else ", some of them at an end"
    said = [f"Zero is a subgradient: {whose}{room}; {told}."]
    if active.distance > 0.0:
        said.append(f"Rounding keeps the kinks from being met exactly, by {active.distance:.1g}; "
                    f"that is worth {active.excess:.1g} of the value at most.")  # fmt: skip
    return said


def _strict_bend(
    evaluator: KinkEvaluator, look: Look, found: tuple[Subgradient, ActiveKinks] | None
) -> float:
    """Return the least curvature along the kinks, infinity where they leave no direction.

    Zero where values do not rise as it says, and where kinks point down, stand inside one another
    or have multipliers at an end: then curvature along them says too little. Off the kinks the
    value rises at once, for multipliers inside their ranges; along them the second order counts:
    R. Fletcher, Practical Methods of Optimization, 1987, theorem 14.2.2.
    """
    kinks, x = evaluator.function.kinks, look.x
    rows, slopes = np.zeros((0, x.size)), look.lines[0].copy()
    if found is not None:
        least, active = found
        pull = look.pull[kinks.owner[active.pieces]]
        if evaluator.function.depth > 1 or least.margin <= AT_END or (pull <= 0.0).any():
            return 0.0
        slopes[active.pieces] = least.multipliers
    along = evaluator.look_along(x, (slopes, look.lines[1]))
    second = evaluator.second(along)
    if found is not None:
        rows = _along(second.jacobian[active.pieces], active)
    held = np.zeros(x.size, dtype=np.bool_)
    if evaluator.bounds is not None:
        held = (x <= evaluator.bounds.lower) | (x >= evaluator.bounds.upper)
        pushed = ~evaluator.bounds.free(x, along.gradient)
        if (held & ~(pushed & (np.abs(along.gradient) > AT_END))).any():
            return 0.0
    bends, axis = least_curvature(second.hessian[np.ix_(~held, ~held)], rows[:, ~held])
    move = np.zeros(x.size)
    move[~held] = axis
    return bends if bends == np.inf or _rises(evaluator, look, move, bends) else 0.0


def _rises(evaluator: KinkEvaluator, look: Look, axis: Vector, bends: float) -> bool:
    """Whether values a little way along an axis, on both sides, rise at least half as foretold."""
    if not bends > 0.0:
        return False
    length = STEP * (1.0 + float(np.abs(look.x).max()))
    least = look.value + 0.25 * bends * length**2
    sides = [look.x + length * axis, look.x - length * axis]
    return all(evaluator.look(x).value > least for x in sides if evaluator.is_inside(x))


def _along(jacobian: Vector, active: ActiveKinks) -> Vector:
    """Return the gradients of what is zero on the kinks: arguments, or their differences."""
    group = active.ranges.group
    rows = [jacobian[group < 0]]
    for label in np.unique(group[group >= 0]):
        members = jacobian[group == label]
        rows.append(members[1:] - members[0])
    return np.concatenate(rows)


def _fall_along(
    evaluator: KinkEvaluator, look: Look, found: tuple[Subgradient, ActiveKinks], descent: float
) -> Fall | None:
    """Look for a fall by values along the kinks, each point brought back onto them.

    Across a kink values rise at once, and random directions all cross it.
    """
    least, active = found
    slopes = look.lines[0].copy()
    slopes[active.pieces] = least.multipliers
    second = evaluator.second(evaluator.look_along(look.x, (slopes, look.lines[1])))
    rows = _along(second.jacobian[active.pieces], active)
    bends, axis = least_curvature(second.hessian, rows)
    if not np.isfinite(bends):
        return None
    # What is rounded on the way is of the size of the forces that cancel at the kinks.
    descent = max(descent, SEEN * float(np.abs(look.pull).max()))

    def value(x: Vector) -> float:
        return evaluator.look(x).value if evaluator.is_inside(x) else np.nan

    def back(x: Vector) -> Vector:
        for _ in range(3):
            off = _along(evaluator.look(x).arguments[active.pieces][:, None], active)[:, 0]
            if not np.isfinite(off).all():
                return x
            x = x - np.linalg.lstsq(rows, off, rcond=None)[0]
        return x

    return fall_on_way(Probe(value, look.x, look.value, descent), axis, back)


def _strict(found: tuple[Subgradient, ActiveKinks] | None, bends: float) -> str:
    """Say why no point near is as low."""
    if bends == np.inf:
        return "A strict local minimum: the kinks and bounds leave no direction to move in."
    where = "" if found is None else " along the kinks"
    return f"A strict local minimum: the least curvature{where} is {bends:.3g}."


def _by_values(
    evaluator: KinkEvaluator, names: Sequence[str], start: Point, best: Point, outcome: Outcome,
    seed: int,
) -> tuple[Outcome, list[str]]:  # fmt: skip
    """Look for a fall by values alone: where kinks point down zero is a subgradient as well."""

    def value(x: Vector) -> float:
        return evaluator.look(x).value

    probe = Probe(value, best.x, best.value, start.value - best.value, evaluator.bounds, N_OBLIQUE)
    fall = find_fall(probe, seed)
    if fall is None:
        return outcome, []
    return Outcome.SADDLE, [describe_fall(fall, tuple(names))]
