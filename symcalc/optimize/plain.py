"""Results as JSON-ready data and as words: arrays become lists, one step is no "1 steps"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..outcome import json_float
from .bounds import Vector

__all__ = [
    "count_of", "describe_axis", "format_number", "format_value", "place_of", "show", "to_plain",
]  # fmt: skip


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
    return json_float(float(value))


def format_number(value: float, digits: int = 10) -> str:
    """Return a number for a table: as many digits as asked for, none that say nothing."""
    return f"{float(value):.{digits}g}"


def format_value(value: Any, digits: int = 10) -> str:
    """Return a number, or an array on one line with its shape; of a large one its ends."""
    if not np.ndim(value):
        return format_number(value, digits)
    text = np.array2string(np.asarray(value), precision=4, threshold=8, edgeitems=2)
    size = "×".join(map(str, np.shape(value)))
    return f"{' '.join(text.split())} ({size})"


def count_of(n: int, noun: str) -> str:
    """Return a count with its noun, in the plural but for one."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def describe_axis(
    axis: Vector, names: Sequence[str], n_terms: int = 4, *, is_signed: bool = False
) -> str:
    """Return a direction of any length in words, largest components first: `0.71*x - 0.71*y`.

    Unless it `is_signed`, the sign is chosen that makes the first component positive.
    """
    axis = axis / max(float(np.abs(axis).max(initial=0.0)), np.finfo(float).tiny)
    axis = axis / max(float(np.linalg.norm(axis)), 1.0)
    order = [i for i in np.argsort(-np.abs(axis), kind="stable")[:n_terms] if abs(axis[i]) > 0.01]
    flip = -1.0 if order and axis[order[0]] < 0 and not is_signed else 1.0
    text = " ".join(
        f"{'-' if flip * axis[i] < 0 else '+'} {abs(axis[i]):.2g}*{names[i]}" for i in order
    )
    more = " + …" if np.sum(np.abs(axis) > 0.01) > len(order) else ""
    return text.removeprefix("+ ").removeprefix("1*").replace("- 1*", "-", 1) + more


def place_of(names: Iterable[str], values: Iterable[float], max_shown: int = 4) -> str:
    """Return a point in words: `x = 1, y = 2`, the first few of many variables."""
    parts = [f"{name} = {value:.6g}" for name, value in zip(names, values, strict=True)]
    return ", ".join(parts[:max_shown]) + (", …" if len(parts) > max_shown else "")


def show(value: object, max_length: int = 60) -> str:
    """Return the beginning of a value's text; Python refuses to write the longest integers."""
    try:
        return f"{value!r:.{max_length}}"
    except ValueError:
        return "a number too long to show"
