"""Numbers for people: as many digits as they carry, with error and trust beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..outcome import Outcome
from ..writing import partial
from .blocks import Block, Line, Table

__all__ = ["describe_estimate", "describe_point", "format_error", "format_number"]


def format_number(value: float, digits: int = 15) -> str:
    """Return a number in at most `digits` digits; -0.0 is 0."""
    return f"{float(value) + 0.0:.{digits}g}"


def format_error(error: float) -> str:
    """Return an error bar in two digits; nothing where it is not known."""
    return "" if math.isnan(error) else f"± {error:.2g}"


def describe_estimate(estimate: Any) -> list[Block]:
    """Return the report on one number: its digits, its error, and what vouches for it."""
    head = f"{_value(estimate)}  {format_error(estimate.error)}".rstrip()
    blocks: list[Block] = [
        Line(head, "title"),
        Line(f"{estimate.trust.value}: {estimate.method}", _style(estimate)),
    ]
    remark = _remark(estimate)
    return [*blocks, Line(remark, "bad")] if remark else blocks


def describe_point(point: Mapping[str, float], values: Mapping[Any, Any]) -> list[Block]:
    """Return the table of derivatives at a point; keys are names or tuples of names."""
    rows, remarks = [], []
    for key, estimate in values.items():
        name = partial(key if isinstance(key, tuple) else (key,))
        error = format_error(estimate.error)
        rows.append((name, _value(estimate), error, estimate.trust.value))
        if remark := _remark(estimate):
            is_good = estimate.outcome is Outcome.DONE
            remarks.append(Line(f"{name}: {remark}", "" if is_good else "bad"))
    where = ", ".join(f"{name} = {format_number(value)}" for name, value in point.items())
    return [Table(("", "", "", ""), tuple(rows), title=f"at {where}"), *remarks]


def _value(estimate: Any) -> str:
    """Return the digits that hold where they are known, else the double."""
    digits: str = estimate.digits
    return digits or format_number(estimate.value)


def _remark(estimate: Any) -> str:
    """Return what must be said of a number that is not plainly there."""
    if estimate.outcome is Outcome.DONE:
        return str(estimate.note)
    return f"{estimate.outcome} ({estimate.note})" if estimate.note else str(estimate.outcome)


def _style(estimate: Any) -> str:
    """Return the role of the line that says how far the number can be trusted."""
    return {"proven": "good", "checked": "good", "suspect": "bad"}.get(estimate.trust.value, "")
