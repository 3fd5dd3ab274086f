"""How far a penalized sum of squares can be from its least value: the duality gap."""

from __future__ import annotations

import numpy as np

from ..bounds import Vector
from .blocks import Groups, Largest
from .evaluator import SplitEvaluator
from .penalty import Penalty

__all__ = ["duality_gap"]

#: More variables without a penalty than this are not projected out.
MAX_FREE = 200

#: Halvings of the range that a factor lies in.
N_HALVINGS = 50


def duality_gap(evaluator: SplitEvaluator, x: Vector) -> float | None:
    """Return a bound of how much lower any point is, None where no dual point is at hand.

    For `|J@x - b|**2 + penalty(x)` a vector v with `-J.T@v` in the penalty's dual ball bounds the
    least value from below by `-|v|**2/4 - v@b`; v is twice the residuals, shortened until it fits,
    so that value and gradient of the smooth part are all it takes.
    Kim, Koh, Lustig, Boyd and Gorinevsky, An interior-point method for large-scale l1-regularized
    least squares, 2007, section III; here for norms of groups too.
    """
    penalty, kinks = evaluator.penalty, evaluator.penalty.kinks
    if evaluator.objective.residual_jacobian is None or not evaluator.facts.is_quadratic:
        return None
    bounded = np.isfinite(kinks.lower).any() or np.isfinite(kinks.upper).any()
    if bounded or (kinks.center != 0.0).any() or (kinks.up != kinks.down).any():
        return None
    if not all(isinstance(block, (Groups, Largest)) for block in penalty.blocks):
        return None
    within = [block.kinks for block in penalty.blocks if isinstance(block, Groups)]
    if any((k.up != k.down).any() for k in within if k is not None):
        return None
    free = np.flatnonzero(~kinks.bends & ~penalty.in_blocks)
    smooth = evaluator.smooth_point(x)
    square, slopes = smooth.value, smooth.gradient
    along = 2.0 * square
    if free.size > MAX_FREE:
        return None
    if free.size:  # the dual point must be orthogonal to columns without a penalty
        jacobian, residuals = evaluator.residual_jacobian(x), evaluator.residuals(x)
        basis = np.linalg.qr(jacobian[:, free])[0]
        off = 2.0 * (residuals - basis @ (basis.T @ residuals))
        slopes, square, along = jacobian.T @ off, 0.25 * float(off @ off), float(off @ residuals)
    share = _shortening(penalty, np.where(kinks.bends | penalty.in_blocks, slopes, 0.0))
    bound = -(share**2) * square - share * (float(slopes @ x) - along)
    value = smooth.value + penalty.value(x)
    return max(value - bound, 4.0 * float(np.finfo(float).eps) * abs(value))


def _shortening(penalty: Penalty, slopes: Vector) -> float:
    """Return the factor, at most 1, that brings slopes into the dual ball of the penalty."""
    sizes = np.abs(slopes)
    bends = penalty.kinks.bends & (sizes > 0.0)
    shares = [1.0, *(penalty.kinks.up[bends] / sizes[bends]).tolist()]
    for block in penalty.blocks:
        inside = slopes[block.index]
        if isinstance(block, Groups) and block.kinks is not None:
            shares.append(_share_within(block, inside))
        elif isinstance(block, Groups):
            norms = block.norms(inside)
            shares += (block.weights[norms > 0.0] / norms[norms > 0.0]).tolist()
        elif isinstance(block, Largest) and inside.any():
            shares.append(float(block.weight / np.abs(inside).sum()))
    return float(min(shares))


def _share_within(block: Groups, slopes: Vector) -> float:
    """Return the largest factor, at most 1, with which kinks and norms hold slopes at zero.

    What the kinks of a group leave must fit into the ball of its norm; it grows with the factor.
    """
    zero = np.zeros_like(slopes)
    low, high = 0.0, 1.0
    if not block.least(zero, slopes).any():
        return 1.0
    for _ in range(N_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if block.least(zero, middle * slopes).any() else (middle, high)
    return low
