"""The formula as an object: `Expression`, its `Variable`s, and its view for SymPy."""

from __future__ import annotations

from .expression import Expression
from .variable import Variable, in_order

__all__ = ["Expression", "Variable", "in_order"]
