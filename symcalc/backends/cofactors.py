"""Cofactors of a matrix, the derivatives of its determinant, singular or not.

They are det(X) * inv(X).T where that exists. By the singular values s of X = U @ diag(s) @ V they
are products of all values but one, turned back by the rotations, which divide by nothing: Stewart,
*On the adjugate matrix* (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["cofactors", "cofactors_along"]

Array = Any

#: `others(x, axis)` returns for each element the product of the others along an axis.
Others = Callable[[Array, int], Array]


def cofactors(xp: Any, others: Others, matrix: Array) -> Array:
    """Return the derivative of the determinant in every entry; `xp` is NumPy or its like."""
    left, values, right = xp.linalg.svd(matrix)
    return _turn(xp, left, right) * ((left * others(values, 0)) @ right)


def cofactors_along(xp: Any, others: Others, matrix: Array, direction: Array) -> Array:
    """Return the derivative of the cofactors along directions, which are the last two axes.

    For a diagonal matrix, the cofactor off the diagonal at (i, j) changes by minus the entry (j, i)
    of the direction times the values but s_i and s_j; that at (i, i) by all other entries of the
    diagonal, each times the values but two.
    """
    left, values, right = xp.linalg.svd(matrix)
    same = xp.eye(len(values), dtype=bool)
    pairs = xp.where(same, 0.0, others(xp.where(same, 1.0, values), 1))
    turned = left.T @ direction @ right.T
    diagonal = xp.diagonal(turned, axis1=-2, axis2=-1)
    changed = (diagonal @ pairs)[..., None] * same - pairs * xp.swapaxes(turned, -1, -2)
    return _turn(xp, left, right) * (left @ changed @ right)


def _turn(xp: Any, left: Array, right: Array) -> Array:
    """Return 1, or -1 where one of the rotations is a reflection as well."""
    return xp.sign(xp.linalg.det(left) * xp.linalg.det(right))
