"""Reports on integrals: the closed form and its check, the value, what was tried."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from .blocks import Block, Line, Table
from .numbers import format_error, format_number
from .source import python_function

__all__ = ["describe_integral"]


def describe_integral(integral: Any, format: str = "text") -> list[Block]:
    """Return the answer, what vouches for it, and what is to be known of it."""
    if format == "latex":
        return [Line(integral.latex)]
    if format == "python":
        return [Line(_source(integral))]
    blocks: list[Block] = [*_answer(integral), *_grounds(integral)]
    if not integral.outcome.is_good:
        blocks.append(Line(str(integral.outcome), "bad"))
    if integral.note:
        blocks.append(Line(integral.note, "" if integral.outcome.is_good else "bad"))
    if integral.closed_form is None and integral.attempts:
        blocks.append(_attempts(integral))
    return blocks


def _source(integral: Any) -> str:
    """Return the closed form as a Python function."""
    form = integral.closed_form
    if form is None:
        raise ArgumentError("There is no closed form to write as Python source.")
    return python_function("integral", form.names, form)


def _answer(integral: Any) -> list[Block]:
    """Return the lines with the closed form and the value."""
    lines: list[Block] = []
    if integral.closed_form is not None:
        constant = "" if integral.is_definite else " + C"
        lines.append(Line(integral.closed_form.text + constant, "title"))
        lines += [Line(f"provided that {one}") for one in integral.conditions]
    if integral.value is not None:
        number = integral.digits or format_number(integral.value)
        sign = "= " if integral.closed_form is not None else ""
        lines.append(Line(f"{sign}{number}  {format_error(integral.error)}".rstrip(), "title"))
    if integral.is_principal_value:
        lines.append(Line("This is Cauchy's principal value; the integral itself diverges."))
    return lines


def _grounds(integral: Any) -> list[Block]:
    """Return what the answer rests on."""
    lines: list[Block] = []
    if integral.check is not None and integral.closed_form is not None:
        lines.append(Line(f"closed form {integral.check.trust}: {integral.check.message}", "good"))
    if integral.value is not None:
        style = {"proven": "good", "checked": "good", "suspect": "bad"}
        trust = integral.trust.value
        lines.append(Line(f"{trust}: {integral.method}", style.get(trust, "")))
    return lines


def _attempts(integral: Any) -> Table:
    """Return the table of what was tried."""
    rows = tuple((a.name, f"{a.seconds:.2f} s", a.found) for a in integral.attempts)
    return Table(("tried", "", ""), rows)
