"""Reports on audits: digits lost, the worst point, the step to blame, a better form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .blocks import Block, Line, Table
from .numbers import format_number

__all__ = ["describe_audit"]

#: The bands of the histogram: from how many digits lost, in words.
_BANDS = ((0, "less than 1"), (1, "1 to 4"), (4, "4 to 8"), (8, "8 to 12"), (12, "12 and more"))
_BAR = 40
MAX_TEXT = 500


def describe_audit(audit: Any) -> list[Block]:
    """Return what the audit found, the verdict first."""
    blocks: list[Block] = [
        Line(str(audit.outcome), "good" if audit.outcome.is_good else "bad"),
        Line(_short(audit.expression.text), "title"),
        *[Line(line, "faint") for line in _box(audit)],
    ]
    if audit.compiled is None:
        return [*blocks, Line(audit.advice)]
    rows = tuple(
        (name, f"{m.worst:.1f}", f"{m.median:.1f}", f"{m.mean:.1f}")
        for name, m in audit.measurements()
    )
    blocks.append(Table(("digits lost, of 15.95", "worst", "median", "mean"), rows))
    blocks += _histogram(audit.compiled.histogram)
    shown = audit.compiled if audit.compiled.worst >= 1 else audit.plain
    if shown.worst >= 1:
        whose = "as sc.compile runs it" if shown is audit.compiled else "as typed"
        blocks += _worst(shown, whose)
    blocks += _blame(audit.blame) if audit.blame is not None else []
    blocks += _better(audit.proposal) if audit.proposal is not None else []
    return [*blocks, Line(""), Line(f"advice: {audit.advice}")]


def _box(audit: Any) -> list[str]:
    lines = []
    for name, (lower, upper) in audit.ranges.items():
        ends = _end(lower)
        if lower != upper:
            ends = f"{ends} to {_end(upper)}"
        lines.append(f"{name} = {ends} ({audit.spread[name]})")
    counts = [f"{audit.n_points} points"]
    if audit.n_undefined:
        counts.append(f"{audit.n_undefined} without a real value")
    if audit.n_unknown:
        counts.append(f"{audit.n_unknown} not settled in the time given")
    for name, measured in audit.measurements()[:2]:
        if measured.n_phantom:
            counts.append(f"{measured.n_phantom} with a number where none exists, {name}")
    return [*lines, ", ".join(counts)]


def _end(number: float) -> str:
    """Return the end of a range as people write it: 1e+12, not 1000000000000."""
    short = f"{number + 0.0:g}"
    return short if float(short) == number else format_number(number, 17)


def _histogram(counts: Sequence[int]) -> list[Block]:
    """Return how many points lose how many digits, as bars."""
    total = sum(counts)
    ends = [start for start, _ in _BANDS[1:]] + [len(counts)]
    rows = []
    for (start, name), end in zip(_BANDS, ends, strict=True):
        n = sum(counts[start:end])
        bar = "#" * max(round(_BAR * n / total), 1 if n else 0)
        rows.append((name, f"{n:5d}", bar.ljust(_BAR)))
    title = "points by digits lost, as sc.compile runs it"
    return [Line(""), Table(("", "", ""), tuple(rows), title=title)]


def _worst(measured: Any, whose: str) -> list[Block]:
    where = ", ".join(f"{name} = {value!r}" for name, value in measured.worst_point.items())
    rows = (("computed", repr(measured.computed)), ("true", measured.exact))
    return [Line(""), Table(("", ""), rows, title=f"worst point, {whose}: {where}")]


def _blame(blame: Any) -> list[Block]:
    rows = [(_short(n, 60), repr(c), exact) for n, (c, exact) in blame.operands.items()]
    rows.append((_short(blame.step.text, 60), repr(blame.computed), blame.exact))
    head = ("step to blame, as typed", "computed", "true")
    return [Line(""), Line(f"{blame.reason}: {blame.sentence}"), Table(head, tuple(rows))]


def _better(proposal: Any) -> list[Block]:
    kind = "equal to rounding" if proposal.is_series else "equal"
    checked = f"{kind} in ball arithmetic at all {proposal.n_compared} points with a value"
    if proposal.n_filled:
        checked += f"; it has a value at {proposal.n_filled} more, where the formula has none"
    return [
        Line(""),
        Line(f"better: {_short(proposal.expression.text)}", "good"),
        Line(f"  by {', '.join(proposal.steps)}; {checked}", "faint"),
    ]


def _short(text: str, limit: int = MAX_TEXT) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
