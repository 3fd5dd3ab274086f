"""The derivative at one point of a formula that ball arithmetic cannot evaluate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..graph.graph import Graph, Node
from ..numeric import one_sided_difference
from ..outcome import Estimate, Outcome, Trust
from .plain import PlainProgram

__all__ = ["plain_derivative_at"]

#: Relative difference of two sides that doubles cannot tell apart.
TOLERANCE = 1e-6


def plain_derivative_at(
    graph: Graph,
    value_root: Node,
    first_root: Node,
    second_root: Node | None,
    names: Sequence[str],
    point: Mapping[str, float],
) -> Estimate:
    """Return a derivative from the closed form in doubles, compared with both one-sided ones.

    Parameters and meaning are those of `derivative_at`; nothing is proven.
    """
    found = _examine(graph, value_root, first_root, names[0], point)
    if second_root is not None and found.outcome.is_good:
        found = _examine(graph, first_root, second_root, names[1], point)
    has_value = math.isfinite(float(PlainProgram(graph, value_root)(point)))
    if found.outcome is Outcome.UNDEFINED and has_value:
        return replace(found, outcome=Outcome.NO_DERIVATIVE)
    return found


def _examine(
    graph: Graph, value_root: Node, slope_root: Node, name: str, point: Mapping[str, float]
) -> Estimate:
    """Compare the closed form with differences to the left and to the right."""
    value = PlainProgram(graph, value_root)
    closed = float(PlainProgram(graph, slope_root)(point))
    left, right = (
        one_sided_difference(lambda t: float(value({**point, name: t})), point[name], side)
        for side in (-1, 1)
    )
    method = "closed form in doubles, one-sided differences"
    sides = f"left {left.value:.15g}, right {right.value:.15g}"
    if not (left.outcome.is_good and right.outcome.is_good):
        return Estimate(math.nan, math.nan, method, Trust.ESTIMATED, Outcome.UNDEFINED, sides)
    slack = 10 * (left.error + right.error) + TOLERANCE * max(abs(left.value), abs(right.value))
    if abs(left.value - right.value) > slack:
        outcome = Outcome.SUBGRADIENT if math.isfinite(closed) else Outcome.NOT_DIFFERENTIABLE
        return Estimate(closed, math.nan, method, Trust.ESTIMATED, outcome, sides)
    middle = (left.value + right.value) / 2
    error = max(abs(left.value - right.value), left.error, right.error)
    if not math.isfinite(closed):
        return Estimate(middle, error, "one-sided differences", Trust.ESTIMATED)
    if abs(closed - middle) > slack:
        note = f"closed form {closed:.15g}; {sides}"
        return Estimate(closed, math.nan, method, Trust.SUSPECT, Outcome.DISAGREES, note)
    return Estimate(closed, error, method, Trust.CHECKED)
