"""Numbers for people: as many digits as they carry, with error and trust beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ..outcome import Estimate, Outcome
from ..writing import partial
from .blocks import Block, Line, Table

__all__ = ["describe_array", "describe_estimate", "describe_point", "format_error", "format_number"]


#: Of a long list of coordinates so many are shown.
MAX_LISTED = 8


def format_number(value: float, digits: int = 15) -> str:
    """Return a number in at most `digits` digits; -0.0 is 0."""
    return f"{float(value) + 0.0:.{digits}g}"


def format_error(error: float) -> str:
    """Return an error bar in two digits; nothing where it is not known."""
    return "" if math.isnan(error) else f"± {error:.2g}"


def describe_estimate(estimate: Any, error: float | None = None) -> list[Block]:
    """Return the report on one number: its digits, its error, and what vouches for it."""
    bar = format_error(estimate.error if error is None else error)
    head = f"{_value(estimate)}  {bar}".rstrip()
    blocks: list[Block] = [
        Line(head, "title"),
        Line(f"{estimate.trust.value}: {estimate.method}", _style(estimate)),
    ]
    remark = _remark(estimate)
    return [*blocks, Line(remark, "bad")] if remark else blocks


def describe_array(estimate: Any) -> list[Block]:
    """Return the report on an array of numbers: what is printed of it, and its largest error."""
    return describe_estimate(estimate, estimate.worst_error)


def describe_point(point: Mapping[str, Any], values: Mapping[Any, Any]) -> list[Block]:
    """Return the table of derivatives at a point; keys are names or tuples of names.

    A value may be a tuple of estimates, those of several formulas.
    """
    rows, remarks, arrays = [], [], list[Block]()
    for key, estimate in _one_by_one(values):
        name = partial(key if isinstance(key, tuple) else (key,))
        if not isinstance(estimate, Estimate):
            arrays += [Line(f"{name} ="), *describe_array(estimate)]
            continue
        error = format_error(estimate.error)
        rows.append((name, _value(estimate), error, estimate.trust.value))
        if remark := _remark(estimate):
            is_good = estimate.outcome is Outcome.DONE
            remarks.append(Line(f"{name}: {remark}", "" if is_good else "bad"))
    where = ", ".join(f"{name} = {_coordinate(value)}" for name, value in point.items())
    if not rows:
        return [Line(f"at {where}"), *arrays]
    return [Table(("", "", "", ""), tuple(rows), title=f"at {where}"), *remarks, *arrays]


def _one_by_one(values: Mapping[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield keys and estimates, those of a tuple one after the other."""
    for key, found in values.items():
        for estimate in found if isinstance(found, tuple) else (found,):
            yield key, estimate


def _coordinate(value: Any) -> str:
    """Return a number, or nested lists of numbers, of which long ones are cut."""
    if not isinstance(value, list):
        return format_number(value)
    shown = [_coordinate(one) for one in value[:MAX_LISTED]]
    return f"[{', '.join([*shown, '…'] if len(value) > MAX_LISTED else shown)}]"


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
