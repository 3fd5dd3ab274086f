"""Whether the objective bends upwards wherever a run has been: by Hessians, else by gradients."""

from __future__ import annotations

import numpy as np

from .bounds import Vector
from .evidence import Evidence

__all__ = ["describe_bending"]

EPS = float(np.finfo(float).eps)

#: An eigenvalue, or a rise of the gradient, below this share of what it may be is rounding.
ROUNDING = 1e-9

#: Fewer Hessians, or points, are no way to speak of.
FEWEST = 3


def describe_bending(evidence: Evidence, what: str = "objective") -> list[str]:
    """Return what the Hessians of a run, or else its gradients, say of convexity on its way.

    Of a convex function every Hessian is positive semidefinite, and between any two points the
    gradient is monotone: `(g(u) - g(v)) @ (u - v) >= 0`. That both were seen proves nothing of
    places where the run has not been.
    """
    hessians, (x, gradients) = evidence.hessians, evidence.points()
    # A few Hessians formed at the end say less of the way than its points.
    if len(hessians) >= max(FEWEST, len(x) // 2):
        return [_by_hessians(np.array(hessians), evidence.n_hessians, what)]
    return _by_gradients(x, gradients, what) if len(x) >= FEWEST else []


def _by_hessians(hessians: Vector, n_seen: int, what: str) -> str:
    """Return how many of the Hessians are positive definite."""
    n = len(hessians)
    of_all = f" looked at, of {n_seen}," if n < n_seen else ""
    try:
        np.linalg.cholesky(hessians)
    except np.linalg.LinAlgError:
        least = _least(hessians)
    else:
        return (
            f"The {what} is convex as far as was seen: all {n} Hessians{of_all} on the way are "
            "positive definite."
        )
    n_negative = int(np.sum(least < -ROUNDING))
    if not n_negative:
        return (
            f"The {what} is convex as far as was seen: all {n} Hessians{of_all} on the way are "
            "positive semidefinite."
        )
    verb = "has" if n_negative == 1 else "have"
    return (
        f"The {what} is not convex: {n_negative} of {n} Hessians{of_all} on the way {verb} a "
        "negative eigenvalue."
    )


def _least(hessians: Vector) -> Vector:
    """Return the least eigenvalues, in units of the largest in size."""
    found = np.linalg.eigvalsh(hessians)
    size = np.maximum(np.abs(found).max(axis=1), np.finfo(float).tiny)
    return np.asarray(found[:, 0] / size)


def _by_gradients(x: Vector, g: Vector, what: str) -> list[str]:
    """Return between how many pairs of points the gradient is monotone."""
    first, second = np.triu_indices(len(x), 1)
    moves, rises = x[first] - x[second], g[first] - g[second]
    lengths = np.linalg.norm(moves, axis=1)
    apart = lengths > 0.0
    monotone = np.sum(moves * rises, axis=1)
    noise = 64.0 * EPS * float(np.linalg.norm(g, axis=1).max())
    slack = lengths * (ROUNDING * np.linalg.norm(rises, axis=1) + noise)
    n_pairs, n_against = int(apart.sum()), int((monotone < -slack).sum())
    if n_pairs < FEWEST:
        return []
    if n_against:
        return [f"The {what} is not convex: between {n_against} of {n_pairs} pairs of points on "
                "the way the gradient is not monotone."]  # fmt: skip
    return [f"No sign of nonconvexity on the way: the gradient is monotone between all {n_pairs} "
            "pairs of points looked at."]  # fmt: skip
