"""How a run on a split objective ended: by the subgradient of least norm and by duality."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...outcome import Outcome
from ..diagnosis import at_bounds
from ..objective import Point
from ..stationary import MAX_VARIABLES, classify
from ..stopping import StoppingRule, noise_level, predicted_fall
from .duality import duality_gap
from .evaluator import SplitEvaluator

__all__ = ["judge_split"]

#: Names listed of variables at their kinks.
N_NAMED = 6


def judge_split(
    evaluator: SplitEvaluator, rule: StoppingRule, names: Sequence[str], best: Point,
    outcome: Outcome | None, seed: int,
) -> tuple[Outcome, list[str]]:  # fmt: skip
    """Return the outcome that the evidence at the best point supports, and the diagnosis."""
    norm = rule.norm(best.x, best.gradient)
    said = _at_kinks(evaluator, best, names) + at_bounds(best.x, rule.bounds, tuple(names))
    told = f"The subgradient of least norm, zero where a point is stationary, is {norm:.2g}"
    if rule.is_met(best.value, norm):
        outcome = Outcome.CONVERGED_SUBGRADIENT
        said.append(f"{told}.")
    elif outcome in (None, Outcome.LINE_SEARCH_FAILED, Outcome.CONVERGED_GRADIENT):
        outcome = Outcome.LINE_SEARCH_FAILED
        said.append(f"{told}; the test asks for {rule.threshold(best.value):.2g}.")
        free = ~evaluator.penalty.is_held(best.x)
        moves = (best.gradient != 0.0) & ~free
        fall, noise = predicted_fall(evaluator, best, free), noise_level(evaluator, best, seed)
        if fall <= noise and not moves.any():
            outcome = Outcome.PRECISION_REACHED
            said.append(f"The fall it promises, {fall:.2g}, is below the rounding noise "
                        f"{noise:.2g} of the objective.")  # fmt: skip
    gap = duality_gap(evaluator, best.x)
    if gap is not None and np.isfinite(gap):
        said.append(f"No point anywhere is lower by more than {gap:.2g}: the duality gap.")
    elif outcome.is_good:
        outcome, second = _second_order(evaluator, best, names, outcome)
        said += second
    return outcome, said


def _second_order(
    evaluator: SplitEvaluator, best: Point, names: Sequence[str], outcome: Outcome
) -> tuple[Outcome, list[str]]:
    """Look at the smooth part's curvature among the variables that are off their kinks."""
    free = ~evaluator.penalty.is_held(best.x)
    if not evaluator.penalty.is_separable or free.sum() > MAX_VARIABLES:
        return outcome, []
    kind = classify(evaluator, best, tuple(names), free)
    if kind is None:
        return outcome, []
    sentence = kind.sentence
    if not free.all():
        sentence = f"Among the variables off their kinks: {sentence[0].lower()}{sentence[1:]}"
    return (Outcome.SADDLE if kind.is_excluded else outcome), [sentence]


def _at_kinks(evaluator: SplitEvaluator, best: Point, names: Sequence[str]) -> list[str]:
    """Say how many variables are exactly zero, or at another kink of theirs."""
    penalty = evaluator.penalty
    bends = penalty.kinks.bends & (best.x == penalty.kinks.center)
    at_kink = bends | (penalty.in_blocks & (best.x == 0.0))
    n_terms = int((penalty.kinks.bends | penalty.in_blocks).sum())
    if not n_terms:
        return []
    places = np.flatnonzero(at_kink)
    zero = "exactly zero" if (best.x[places] == 0.0).all() else "exactly at their kinks"
    shown = ", ".join(names[int(i)] for i in places[:N_NAMED])
    more = ", …" if places.size > N_NAMED else ""
    listed = f": {shown}{more}" if places.size else ""
    verb = "is" if places.size == 1 else "are"
    return [f"{places.size} of {n_terms} penalized variables {verb} {zero}{listed}."]
