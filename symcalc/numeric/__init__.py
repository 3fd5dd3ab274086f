"""Numbers from callables alone: adaptive differences, single steps; integrals in `integrals`."""

from .derivatives import numeric_derivative, numeric_gradient, numeric_hessian, numeric_jacobian
from .differences import central_difference, complex_step, mixed_difference, one_sided_difference
from .estimates import Estimates
from .lines import Line, Lines
from .samples import Samples
from .second_step import second_difference
from .single_step import balanced_step, single_difference

__all__ = [
    "Estimates",
    "Line",
    "Lines",
    "Samples",
    "balanced_step",
    "central_difference",
    "complex_step",
    "mixed_difference",
    "numeric_derivative",
    "numeric_gradient",
    "numeric_hessian",
    "numeric_jacobian",
    "one_sided_difference",
    "second_difference",
    "single_difference",
]
