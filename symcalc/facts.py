"""Plain frozen data that symbols tell numbers."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ObjectiveFacts"]


@dataclass(frozen=True, slots=True)
class ObjectiveFacts:
    """What is known of an objective before it is evaluated.

    Attributes
    ----------
    has_kinks : bool
        Whether it contains a function with a kink or a jump (`abs`, `max`, `floor`) of the
        variables.
    has_sparse_hessian : bool
        Whether most second derivatives are known to vanish.
    n_residuals : int
        When it was recognized as a sum of squares, the number of squares; else 0.
    """

    has_kinks: bool = False
    has_sparse_hessian: bool = False
    n_residuals: int = 0
