"""Programs as jitted JAX functions, for processors and accelerators."""

from __future__ import annotations

from .array_function import JaxArrayFunction
from .function import JaxFunction

__all__ = ["JaxArrayFunction", "JaxFunction"]
