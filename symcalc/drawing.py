"""The way from a result to its picture: plots stand below results, and are found when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["draw"]


def draw(result: Any, path: Any = None) -> Any:
    """Return the `Plot` of a result, written to a file where `path` is given."""
    return import_module("symcalc.present.plots").plot(result, path)
