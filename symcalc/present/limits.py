"""Reports on limits and series: the closed form and its check, the value, the two sides."""

from __future__ import annotations

import math
from typing import Any

from .blocks import Block, Line
from .integrals import attempts_table, closed_form_source, trust_line
from .numbers import format_error, format_number

__all__ = ["describe_limit", "describe_series"]


def describe_limit(limit: Any, format: str = "text") -> list[Block]:
    """Return the answer, what vouches for it, and what is to be known of it."""
    if format == "latex":
        return [Line(limit.latex)]
    if format == "python":
        return [Line(closed_form_source("limit", limit.closed_form))]
    blocks = [*_answer(limit), *_grounds(limit)]
    for word, one in (("left", limit.left), ("right", limit.right)):
        if one is not None:
            blocks.append(Line(f"from the {word}: {one.words}", "title"))
    if not limit.outcome.is_good:
        blocks.append(Line(str(limit.outcome), "bad"))
    if limit.note and limit.left is None:
        blocks.append(Line(limit.note))
    if limit.closed_form is None and limit.attempts:
        blocks.append(attempts_table(limit.attempts))
    return blocks


def _answer(limit: Any) -> list[Block]:
    """Return the lines with the closed form and the value."""
    lines: list[Block] = []
    if limit.closed_form is not None:
        lines.append(Line(limit.closed_form.text, "title"))
    if limit.value is not None and math.isfinite(limit.value):
        number = limit.digits or format_number(limit.value)
        if limit.closed_form is None or limit.closed_form.text != number:
            sign = "= " if limit.closed_form is not None else ""
            lines.append(Line(f"{sign}{number}  {format_error(limit.error)}".rstrip(), "title"))
    return lines


def _grounds(limit: Any) -> list[Block]:
    """Return what the answer rests on."""
    lines: list[Block] = []
    if limit.check is not None and limit.closed_form is not None:
        lines.append(Line(f"closed form {limit.check.trust}: {limit.check.message}", "good"))
    if limit.value is not None or limit.left is not None:
        lines.append(trust_line(limit))
    return lines


def describe_series(series: Any, format: str = "text") -> list[Block]:
    """Return the series, and what vouches for it."""
    if format == "latex":
        return [Line(series.latex)]
    if format == "python":
        return [Line(closed_form_source("series", series.polynomial))]
    good = series.outcome.is_good
    blocks: list[Block] = [Line(series.text, "title" if good else "bad")]
    if good and series.side != "both":
        place = f"{series.variable} {'>' if series.side == '+' else '<'} {series.about}"
        if "oo" not in series.about:
            blocks.append(Line(f"for {place}"))
    if series.check is not None:
        blocks.append(Line(f"{series.check.trust}: {series.check.message}", "good"))
    if series.note:
        blocks.append(Line(series.note))
    return blocks if good else [*blocks, attempts_table(series.attempts)]
