"""Numbers from callables alone: adaptive differences, single steps, quadrature."""

from .derivatives import numeric_derivative, numeric_gradient, numeric_hessian, numeric_jacobian
from .differences import central_difference, complex_step, mixed_difference, one_sided_difference
from .estimates import Estimates
from .integrals import numeric_integral
from .lines import Line, Lines
from .quadrature import QuadratureEstimate
from .samples import Samples
from .second_step import second_difference
from .single_step import balanced_step, single_difference

__all__ = [
    "Estimates",
    "Line",
    "Lines",
    "QuadratureEstimate",
    "Samples",
    "balanced_step",
    "central_difference",
    "complex_step",
    "mixed_difference",
    "numeric_derivative",
    "numeric_gradient",
    "numeric_hessian",
    "numeric_integral",
    "numeric_jacobian",
    "one_sided_difference",
    "second_difference",
    "single_difference",
]
