"""Which extras are installed; nothing of them is loaded to tell."""

from __future__ import annotations

import importlib.util
from functools import cache

__all__ = ["has_native"]


@cache
def has_native() -> bool:
    """Whether native code can be made: llvmlite is there."""
    return importlib.util.find_spec("llvmlite") is not None
