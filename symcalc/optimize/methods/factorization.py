"""Newton directions from a Hessian that need not be positive definite, dense or sparse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..bounds import Vector

__all__ = ["NewtonDirection", "modified_newton", "truncated_newton"]

EPS = float(np.finfo(float).eps)

#: Eigenvalues of the scaled Hessian below this share of the largest are lifted to it.
FLOOR = 1e-10


class NewtonDirection(NamedTuple):
    """A descent direction, whether the Hessian itself, unmodified, gave it, and its products."""

    vector: Vector
    is_pure: bool
    n_products: int = 0


def modified_newton(hessian: Any, gradient: Vector) -> NewtonDirection | None:
    """Return `-M**-1 @ gradient` with `M` the Hessian made positive definite, or None.

    None when the Hessian holds a number that is not finite or no shift is enough.
    """
    if hasattr(hessian, "tocsc"):
        return _sparse_newton(hessian.tocsc(), gradient)
    hessian = np.asarray(hessian, dtype=float)
    return _dense_newton(hessian, gradient) if np.isfinite(hessian).all() else None


def _dense_newton(hessian: Vector, gradient: Vector) -> NewtonDirection:
    """Try Cholesky on the scaled Hessian; else flip and lift its eigenvalues.

    Taking |eigenvalues|: Gill, Murray and Wright, Practical Optimization, 1981, section 4.4.2.2.
    """
    diagonal = np.abs(np.diag(hessian))
    largest = float(np.abs(hessian).max())
    if largest == 0.0:
        return NewtonDirection(-gradient, is_pure=False)
    scale = 1.0 / np.sqrt(np.maximum(diagonal, EPS * largest))
    scaled = scale[:, None] * hessian * scale
    try:
        factor = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        factor = None
    if factor is not None and np.diag(factor).min() > 1e-7:
        from scipy.linalg import cho_solve

        solved = cho_solve((factor, True), scale * gradient)
        return NewtonDirection(-scale * solved, is_pure=True)
    curvature, axes = np.linalg.eigh(scaled)
    lifted = np.maximum(np.abs(curvature), FLOOR * np.abs(curvature).max())
    vector = -scale * (axes @ ((axes.T @ (scale * gradient)) / lifted))
    return NewtonDirection(vector, bool(curvature[0] > 0.0))


def _sparse_newton(hessian: Any, gradient: Vector) -> NewtonDirection | None:
    """Factor the Hessian plus a growing multiple of the identity until it is positive definite.

    Nocedal and Wright, Numerical Optimization, 2006, algorithm 3.3, with a sparse LU that keeps
    the pivots on the diagonal: then their signs are those of the eigenvalues (Sylvester).
    """
    from scipy.sparse import identity
    from scipy.sparse.linalg import splu

    if not np.isfinite(hessian.data).all():
        return None
    diagonal, size = hessian.diagonal(), float(np.abs(hessian.data).max(initial=0.0))
    if size == 0.0:
        return NewtonDirection(-gradient, is_pure=False)
    eye = identity(gradient.size, format="csc")
    lowest = float(diagonal.min())
    shift = 0.0 if lowest > 0.0 else 1e-3 * size - lowest
    for _ in range(60):
        try:
            factor = splu(
                (hessian + shift * eye).tocsc(), permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0, options={"SymmetricMode": True},
            )  # fmt: skip
        except RuntimeError:  # exactly singular
            factor = None
        if (
            factor is not None
            and (factor.perm_r == factor.perm_c).all()
            and (factor.U.diagonal() > EPS * size).all()
        ):
            return NewtonDirection(-factor.solve(gradient), shift == 0.0)
        shift = max(4.0 * shift, 1e-3 * size)
    return None


def truncated_newton(
    product: Any, gradient: Vector, max_steps: int | None = None,
    solve: Callable[[Vector], Vector] | None = None,
) -> NewtonDirection:  # fmt: skip
    """Return a Newton direction by conjugate gradients on Hessian-vector products.

    Nocedal and Wright, Numerical Optimization, 2006, algorithm 7.1, preconditioned by `solve` as in
    5.3: stops at the first direction of negative curvature and at a residual of
    `min(1/2, sqrt(|g|)) |g|`.
    """
    norm = float(np.linalg.norm(gradient))
    enough = min(0.5, norm**0.5) * norm
    vector, residual = np.zeros_like(gradient), gradient.copy()
    turned = residual if solve is None else solve(residual)
    direction, square = -turned, float(residual @ turned)
    for count in range(max_steps or 2 * gradient.size):
        image = product(direction)
        curvature = float(direction @ image)
        if not curvature > EPS * float(direction @ direction) * 1e-3:
            return NewtonDirection(vector if count else direction, False, count + 1)
        length = square / curvature
        vector = vector + length * direction
        residual = residual + length * image
        turned = residual if solve is None else solve(residual)
        square, previous = float(residual @ turned), square
        if float(residual @ residual) ** 0.5 <= enough:
            break
        direction = (square / previous) * direction - turned
    return NewtonDirection(vector, True, count + 1)
