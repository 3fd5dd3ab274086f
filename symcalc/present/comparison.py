"""The report on a comparison: each derivative with its methods, the true value first."""

from __future__ import annotations

import math
from typing import Any

from .blocks import Block, Line, Table

__all__ = ["describe_comparison"]

HEAD = ("method", "value", "digits", "stated error", "step", "evaluations", "time")


def describe_comparison(comparison: Any) -> list[Block]:
    """Return a table for each point and component."""
    blocks: list[Block] = []
    for entry in comparison.entries:
        if blocks:
            blocks.append(Line(""))
        blocks.append(Line(entry.title, "title"))
        blocks += [_truth(entry.reference), _table(entry.results)]
        blocks += [
            Line(f"{result.name}: {_remark(result.estimate)}", "faint")
            for result in entry.results
            if _remark(result.estimate)
        ]
        if not entry.outcome.is_good and entry.reference.outcome.is_good:
            blocks.append(Line(str(entry.outcome), "bad"))
    return blocks


def _truth(reference: Any) -> Line:
    """Return the true value, or why there is none."""
    if not reference.outcome.is_good:
        note = f" ({reference.note})" if reference.note else ""
        return Line(f"{reference.outcome}{note}", "bad")
    note = f"; {reference.note}" if reference.note else ""
    vouched = f"({reference.trust.value}: {reference.method}{note})"
    return Line(f"true value {reference.digits} {vouched}", "good")


def _table(results: Any) -> Table:
    """Return one row for each method."""
    rows = tuple(
        (
            result.name,
            f"{result.estimate.value + 0.0:.17g}",
            "" if result.digits is None else f"{result.digits:.1f}",
            _short(result.estimate.error),
            _short(result.estimate.step),
            str(result.n_evaluations),
            _time(result.seconds),
        )
        for result in results
    )
    return Table(HEAD, rows)


def _short(number: float | None) -> str:
    """Return a number in two digits; nothing where there is none."""
    return "" if number is None or math.isnan(number) else f"{number:.1e}"


def _time(seconds: float) -> str:
    """Return a time in microseconds."""
    return f"{1e6 * seconds:.0f} µs" if seconds < 1e-2 else f"{1e3 * seconds:.0f} ms"


def _remark(estimate: Any) -> str:
    """Return what must be said of a method's number."""
    if estimate.outcome.is_good:
        return str(estimate.note)
    return f"{estimate.outcome} ({estimate.note})" if estimate.note else str(estimate.outcome)
