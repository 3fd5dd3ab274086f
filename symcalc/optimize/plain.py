"""Results as JSON-ready data: arrays become lists, numbers that are not finite their names."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["format_number", "to_plain"]


def to_plain(value: Any) -> Any:
    """Return `value` as JSON-ready data."""
    if isinstance(value, dict):
        return {str(key): to_plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [to_plain(entry) for entry in value]
    if isinstance(value, (bool, int, str)) or value is None:
        return value
    number = float(value)
    return number if np.isfinite(number) else str(number)


def format_number(value: float, digits: int = 10) -> str:
    """Return a number for a table: as many digits as asked for, none that say nothing."""
    return f"{float(value):.{digits}g}"
