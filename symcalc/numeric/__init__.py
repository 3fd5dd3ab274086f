"""Numbers from callables alone: finite differences and the complex step."""

from .differences import central_difference, complex_step, mixed_difference, one_sided_difference

__all__ = ["central_difference", "complex_step", "mixed_difference", "one_sided_difference"]
