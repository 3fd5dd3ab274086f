"""Sine and cosine of many places at once, through the tangent where NumPy has it in vectors.

NumPy computes sine and cosine of doubles one by one, 15 ns each, but on some processors
the tangent in vectors, 2 ns each: sin(x) = 2 t/(1 + t^2), cos(x) = (1 - t^2)/(1 + t^2) with t the
tangent of x/2. The sine keeps its digits to 2 units in the last place, the cosine to one unit in
the last place of 1, which is what the rounding of x means for either.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["IN_INTEGRANDS"]

_PATHS = {"numpy.sin": f"{__name__}.sine", "numpy.cos": f"{__name__}.cosine"}


def sine(x: Any) -> Any:
    """Return sin(x)."""
    t = np.tan(0.5 * x)
    q = t * t
    q += 1.0
    t += t
    t /= q
    return t


def cosine(x: Any) -> Any:
    """Return cos(x)."""
    t = np.tan(0.5 * x)
    q = t * t
    q += 1.0
    found = 1.0 - t
    t += 1.0
    found *= t
    found /= q
    return found


def _has_fast_tangent() -> bool:
    """Whether NumPy runs a tangent of its own on this processor."""
    found = np.lib.introspect.opt_func_info(func_name="^tan$", signature="float64")
    return any("baseline" not in one["current"] for one in found.get("tan", {}).values())


#: Spellings of functions in integrands, by that of the table.
IN_INTEGRANDS: dict[str, str] = _PATHS if _has_fast_tangent() else {}
