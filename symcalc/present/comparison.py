"""Reports on comparisons: each derivative or integral with its methods, the true value first."""

from __future__ import annotations

import math
from typing import Any

from ..outcome import Outcome
from .blocks import Block, Line, Table

__all__ = ["describe_comparison", "describe_integral_comparison"]

HEAD = ("method", "value", "digits", "stated error", "step", "evaluations", "time")


def describe_comparison(comparison: Any) -> list[Block]:
    """Return a table for each point and component."""
    blocks: list[Block] = []
    for entry in comparison.entries:
        if blocks:
            blocks.append(Line(""))
        blocks.append(Line(entry.title, "title"))
        blocks += [_truth(entry.reference), _table(entry.results), *_remarks(entry)]
    return blocks


def describe_integral_comparison(comparison: Any) -> list[Block]:
    """Return the closed form, the true value and the table of an integral."""
    blocks: list[Block] = [Line(comparison.title, "title")]
    form = comparison.integral.closed_form
    if form is not None:
        blocks.append(Line(f"closed form {form.text}"))
    table = _table(comparison.results)
    step = HEAD.index("step")
    rows = [tuple(cell for k, cell in enumerate(row) if k != step) for row in table.rows]
    head = tuple(cell for cell in HEAD if cell != "step")
    blocks += [_truth(comparison.reference), Table(head, tuple(rows))]
    blocks += _remarks(comparison)
    return blocks


def _remarks(entry: Any) -> list[Block]:
    """Return what must be said of the methods and of the whole."""
    told = entry.reference.outcome  # once is enough
    pairs = [(result.name, _remark(result.estimate, told)) for result in entry.results]
    remarks: list[Block] = [Line(f"{name}: {remark}", "faint") for name, remark in pairs if remark]
    if not entry.outcome.is_good and entry.reference.outcome.is_good:
        remarks.append(Line(str(entry.outcome), "bad"))
    return remarks


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
            _value(result.estimate.value),
            "" if result.digits is None else f"{result.digits:.1f}",
            _short(result.estimate.error),
            _short(result.estimate.step),
            str(result.n_evaluations or ""),
            _time(result.seconds) if result.n_evaluations else "",
        )
        for result in results
    )
    return Table(HEAD, rows)


def _value(number: float) -> str:
    """Return a number in all its digits; a dash where there is none."""
    return "–" if math.isnan(number) else f"{number + 0.0:.17g}"


def _short(number: float | None) -> str:
    """Return a number in two digits; nothing where there is none."""
    return "" if number is None or math.isnan(number) else f"{number:.1e}"


def _time(seconds: float) -> str:
    """Return a time in microseconds."""
    if seconds < 1e-5:
        return f"{1e6 * seconds:.1f} µs"
    return f"{1e6 * seconds:.0f} µs" if seconds < 1e-2 else f"{1e3 * seconds:.0f} ms"


def _remark(estimate: Any, told: Outcome) -> str:
    """Return what must be said of a method's number beside what was told of the true value."""
    is_told = estimate.outcome is told or estimate.outcome is Outcome.UNDECIDED
    if estimate.outcome.is_good or (is_told and estimate.note):
        return str(estimate.note)
    if estimate.outcome is told:
        return ""
    return f"{estimate.outcome} ({estimate.note})" if estimate.note else str(estimate.outcome)
