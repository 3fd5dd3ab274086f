"""Graph → straight-line Program: each shared subexpression once."""

from .cost import operation_cost
from .program import Program, lower

__all__ = ["Program", "lower", "operation_cost"]
