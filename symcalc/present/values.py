"""The report on a value whose digits are proven."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..outcome import Estimate, Outcome, Trust
from .blocks import Block, Line
from .numbers import describe_array, format_error, format_number

__all__ = ["describe_value"]

_STYLES = {Trust.PROVEN: "good", Trust.CHECKED: "good", Trust.SUSPECT: "bad"}


def describe_value(estimate: Any) -> list[Block]:
    """Return the digits, what vouches for them, and what must be said beside them."""
    if not isinstance(estimate, Estimate):
        return describe_array(estimate)
    is_good = estimate.outcome is Outcome.DONE
    remark = _remark(estimate)
    lines = [Line(remark, "" if is_good else "bad")] if remark else []
    if not is_good and not estimate.digits:
        return [*lines, Line(f"by {estimate.method}", "faint")]
    return [
        Line(_head(estimate), "title"),
        Line(f"{estimate.trust.value}: {_what_holds(estimate)}", _STYLES.get(estimate.trust, "")),
        *lines,
    ]


def _head(estimate: Any) -> str:
    """Return the digits; the double with its error where there are none."""
    if estimate.digits:
        return str(estimate.digits)
    return f"{format_number(estimate.value)}  {format_error(estimate.error)}".rstrip()


def _what_holds(estimate: Any) -> str:
    """Return how many digits hold, and the method."""
    if not estimate.digits:
        return str(estimate.method)
    plain = str(estimate.digits).partition("e")[0].lstrip("-").replace(".", "").lstrip("0")
    count = f"{len(plain)} digit{'s' if len(plain) != 1 else ''}"
    if estimate.error == 0.0 and Fraction(estimate.digits) == Fraction(estimate.value):
        return f"exact ({estimate.method})"
    return f"{count}, correctly rounded ({estimate.method})"


def _remark(estimate: Any) -> str:
    """Return the outcome where it is not good, and the note."""
    if estimate.outcome is Outcome.DONE:
        return str(estimate.note)
    note = f" {estimate.note[0].upper()}{estimate.note[1:]}." if estimate.note else ""
    return f"{estimate.outcome}{note}"
