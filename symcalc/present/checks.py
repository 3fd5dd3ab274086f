"""Reports on claims: a derivative that somebody derived, two formulas that may be equal."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Line, Table
from .names import partial

__all__ = ["describe_claim", "describe_equivalence"]

#: A right derivative with a longer text is shown by `symcalc gradient`, not here.
MAX_TEXT = 400


def describe_claim(check: Any) -> list[Block]:
    """Return whether the claim is right, what is wrong with it, and the points that show it."""
    word = "right" if check.is_good else "not right"
    blocks: list[Block] = [Line(f"{word}: {check.message}", "good" if check.is_good else "bad")]
    if not check.is_good:
        blocks += [
            Line(f"{partial((name,))} = {form.text}")
            for name, form in check.truth.items()
            if len(form.text) <= MAX_TEXT
        ]
    if check.sightings:
        rows = tuple(
            (f"{partial((s.component,))} at {s.place}", *s.numbers) for s in check.sightings
        )
        blocks.append(Table(("", "claim", "derivative"), rows))
    blocks.append(Line(f"{check.trust}: {_grounds(check)}", "faint"))
    return [*blocks, *[Line(note, "faint") for note in check.notes]]


def _grounds(check: Any) -> str:
    """Return what the verdict rests on."""
    if check.is_good:
        if check.trust.value == "proven":
            return f"one normal form, and equal at {check.n_points} points"
        return f"{check.n_points} points compared"
    if check.trust.value == "proven":
        return f"at these points rigorous enclosures differ; {check.n_points} points compared"
    return f"{check.n_points} points compared" if check.n_points else "found before any comparison"


def describe_equivalence(equivalence: Any) -> list[Block]:
    """Return whether two formulas are equal, and the point that shows it if they are not."""
    style = "good" if equivalence.is_good else "bad"
    blocks: list[Block] = [Line(str(equivalence.outcome), style), Line(equivalence.message)]
    if equivalence.point is not None:
        sides = (equivalence.left, equivalence.right)
        rows = tuple(
            (_shortened(form.text), digits if digits != "nan" else "no value")
            for form, digits in zip(sides, equivalence.digits, strict=True)
        )
        blocks.append(Table(("", ""), rows))
    where = f"{equivalence.n_points} points compared"
    return [*blocks, Line(f"{equivalence.trust}: {where}", "faint")]


def _shortened(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
