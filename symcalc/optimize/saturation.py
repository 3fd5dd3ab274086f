"""Ends where the gradient vanishes because functions are saturated, not because of a minimum."""

from __future__ import annotations

import numpy as np

from ..facts import Saturation
from ..outcome import Outcome
from .bounds import Mask, Vector
from .evaluator import Evaluator
from .objective import Point
from .plain import format_number
from .probing import MATERIAL
from .scaling import curvatures

__all__ = ["describe_rest", "judge_saturation"]

EPS = float(np.finfo(float).eps)

#: Shares to which the variables that no gradient reaches are pulled back towards zero.
SHARES = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.0)

#: A curvature, with the size of its variable, below this share of the largest one is flat.
FLAT = 1e-6

#: This share of the value at the start is nothing.
NOTHING = 1e-10


def judge_saturation(
    evaluator: Evaluator, start: Point, best: Point, names: tuple[str, ...], outcome: Outcome
) -> tuple[Outcome, list[str]]:
    """Return the outcome at an end that may be saturated, and what is saturated there.

    Whether the value is lower with those variables pulled back towards zero that no gradient
    reaches is told too. An end counts as a minimum only where next to nothing of a positive value
    is left.
    """
    find = evaluator.objective.saturation
    if find is None or not _may_be_flat(evaluator, start, best):
        return outcome, []
    found = find(best.x)
    if found is None:
        return outcome, []
    said = [f"Saturated: {_in_words(found)}; a gradient of zero is no evidence of a minimum there."]
    lower = _lower(evaluator, start, best, _places(found, names))
    if lower is not None:
        share, value = lower
        said.append(
            f"With {', '.join(found.variables)} times {share:g} the objective is "
            f"{format_number(value, 6)}, here it is {format_number(best.value, 6)}; start there, "
            "or smaller."
        )
    is_rest = outcome.is_good or outcome in (Outcome.LINE_SEARCH_FAILED, Outcome.SOLVER_FAILED)
    is_done = lower is None and 0.0 <= best.value <= NOTHING * abs(start.value)
    return (Outcome.SATURATED if is_rest and not is_done else outcome), said


def describe_rest(evaluator: Evaluator, best: Point, last: Point) -> list[str]:
    """Return what is saturated where a run came to rest, at a higher value than its best."""
    find = evaluator.objective.saturation
    if find is None or last.x is best.x or not last.value > best.value:
        return []
    found = find(last.x)
    if found is None:
        return []
    return [f"Where the run came to rest, at the value {format_number(last.value, 6)}, "
            f"{_in_words(found)}; take smaller steps."]  # fmt: skip


def _in_words(found: Saturation) -> str:
    """Return what is flat, and which variables that cuts off."""
    return f"{' and '.join(found.steps)}, so no gradient reaches {', '.join(found.variables)}"


def _may_be_flat(evaluator: Evaluator, start: Point, best: Point) -> bool:
    """Whether curvatures, where they are at hand, leave it open that a variable does nothing."""
    diagonal = curvatures(evaluator, best.x) if evaluator.objective.hessian is not None else None
    if diagonal is None:
        return True
    curved = np.abs(diagonal) * np.maximum(best.x * best.x, 1.0)
    scale = max(float(curved.max()), abs(start.value), abs(best.value))
    return not bool((curved > FLAT * scale).all())


def _places(found: Saturation, names: tuple[str, ...]) -> Mask:
    """Return which numbers belong to the variables that are cut off."""
    return np.array([name.partition("[")[0] in found.variables for name in names])


def _lower(
    evaluator: Evaluator, start: Point, best: Point, places: Mask
) -> tuple[float, float] | None:
    """Return the share of some variables at which the value is lowest, if lower, and the value."""
    least = best.value - max(MATERIAL * (abs(start.value) + abs(best.value)), EPS)
    lowest = None
    for share in SHARES:
        x: Vector = np.where(places, share * best.x, best.x)
        value = evaluator.value(x) if evaluator.is_inside(x) else np.inf
        if value < least:
            lowest, least = (share, value), value
    return lowest
