"""Graph → straight-line Program: each shared subexpression once, contractions in steps."""

from .contractions import in_steps
from .cost import operation_cost
from .pairs import shared_exponentials
from .program import Program, lower

__all__ = ["Program", "in_steps", "lower", "operation_cost", "shared_exponentials"]
