"""What any kind of run saw on its way, in words: convexity, scales, layers."""

from __future__ import annotations

from ..facts import ObjectiveFacts
from ..outcome import Outcome
from .bending import describe_bending
from .bounds import Mask
from .evaluator import Evaluator
from .layers import describe_exploding, describe_vanishing, flat_among
from .objective import Point
from .scaling import curvatures_by_name, describe_scaling

__all__ = ["look_back"]


def look_back(
    evaluator: Evaluator, best: Point, names: tuple[str, ...], free: Mask,
    facts: ObjectiveFacts, outcome: Outcome, what: str = "objective", has_layers: bool = True,
) -> list[str]:  # fmt: skip
    """Return what the points and Hessians of a run show, and the scales at its best point.

    `what` they are of is the objective, or its smooth part. Where convexity is proven nothing is
    said of signs of it, and nothing at an end from where the objective was found to fall. Without
    `has_layers` nothing is said of gradients that vanish: where variables stand for kinks, the
    objective's gradient in those that the kinks are made of is in the constraints.
    """
    evidence, said = evaluator.evidence, list[str]()
    is_told = facts.is_convex or facts.is_quadratic or facts.has_jumps
    if not is_told and outcome is not Outcome.SADDLE:
        said += describe_bending(evidence, what)
    if facts.is_smooth and outcome not in (Outcome.UNBOUNDED, Outcome.NOT_FINITE):
        said += describe_scaling(evaluator, best.x, names, free, facts.n_residuals)

    def flat_layers() -> set[str]:
        found = curvatures_by_name(evaluator, best.x, names, free, facts.n_residuals)
        scale = max(abs(evaluator.first_value), abs(best.value))
        return flat_among(*found, evidence, names, scale)

    if has_layers:
        said += describe_vanishing(evidence, names, flat_layers)
    if not outcome.is_good and outcome is not Outcome.UNBOUNDED:
        said += describe_exploding(evidence, names)
    return said
