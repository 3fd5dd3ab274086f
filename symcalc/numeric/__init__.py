"""Numbers from callables alone: adaptive differences, single steps and the complex step."""

from .derivatives import numeric_derivative, numeric_gradient, numeric_hessian, numeric_jacobian
from .differences import central_difference, complex_step, mixed_difference, one_sided_difference
from .estimates import Estimates
from .single_step import balanced_step

__all__ = [
    "Estimates",
    "balanced_step",
    "central_difference",
    "complex_step",
    "mixed_difference",
    "numeric_derivative",
    "numeric_gradient",
    "numeric_hessian",
    "numeric_jacobian",
    "one_sided_difference",
]
