"""The outputs of compiled code: as the text that returns them, and as value and derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["no_value_no_derivative", "returned_text", "split_outputs"]

Array = NDArray[Any]


def split_outputs(what: str, found: Array) -> Any:
    """Return the outputs of native code as those of generated Python come."""
    value = found[0] if found.ndim > 1 else found.item(0)
    return value if what == "value" else (value, found[1:])


def returned_text(what: str) -> Callable[[list[str]], str]:
    """Return how the outputs of a kind of code become one returned text."""
    if what == "value":
        return lambda texts: texts[0]
    return lambda texts: f"{texts[0]}, [{', '.join(texts[1:])}]"


def no_value_no_derivative(value: Any, derivative: Array) -> Array:
    """Make a derivative NaN where the function has no value: log(-1) has none, nor 1/(-1)."""
    undefined = np.isnan(value)
    if undefined.any():
        derivative[undefined] = np.nan
    return derivative
