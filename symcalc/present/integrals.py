"""Reports on integrals and sums: the closed form and its check, the value, what was tried."""

from __future__ import annotations

from typing import Any

from ..errors import ArgumentError
from ..writing import python_function
from .blocks import Block, Line, Table
from .numbers import format_error, format_number

__all__ = ["attempts_table", "closed_form_source", "describe_integral", "trust_line"]


def describe_integral(integral: Any, format: str = "text") -> list[Block]:
    """Return the answer, what vouches for it, and what is to be known of it."""
    if format == "latex":
        return [Line(integral.latex)]
    if format == "python":
        return [Line(closed_form_source(type(integral).__name__.lower(), integral.closed_form))]
    blocks: list[Block] = [*_answer(integral), *_grounds(integral)]
    if not integral.outcome.is_good:
        blocks.append(Line(str(integral.outcome), "bad"))
    if integral.note:
        blocks.append(Line(integral.note, "" if integral.outcome.is_good else "bad"))
    if integral.closed_form is None and integral.attempts:
        blocks.append(attempts_table(integral.attempts))
    return blocks


def closed_form_source(name: str, form: Any) -> str:
    """Return a closed form as a Python function."""
    if form is None:
        raise ArgumentError("There is no closed form to write as Python source.")
    return python_function(name, form.names, form)


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
    if getattr(integral, "is_principal_value", False):
        lines.append(Line("This is Cauchy's principal value; the integral itself diverges."))
    return lines


def _grounds(integral: Any) -> list[Block]:
    """Return what the answer rests on."""
    lines: list[Block] = []
    if integral.check is not None and integral.closed_form is not None:
        lines.append(Line(f"closed form {integral.check.trust}: {integral.check.message}", "good"))
    if integral.value is not None:
        lines.append(trust_line(integral))
    return lines


def trust_line(result: Any) -> Line:
    """Return how far a value can be trusted, and what computed it."""
    style = {"proven": "good", "checked": "good", "suspect": "bad"}
    trust = result.trust.value
    return Line(f"{trust}: {result.method}", style.get(trust, ""))


def attempts_table(attempts: Any) -> Table:
    """Return the table of what was tried."""
    rows = tuple((a.name, f"{a.seconds:.2f} s", a.found) for a in attempts)
    return Table(("tried", "", ""), rows)
