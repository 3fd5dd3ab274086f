"""Reports on claims: a derivative that somebody derived, two formulas that may be equal."""

from __future__ import annotations

from typing import Any

from ..writing import partial
from .blocks import Block, Line, Table

__all__ = ["describe_claim", "describe_equivalence"]

#: A right derivative with a longer text is shown by `symcalc gradient`, not here.
MAX_TEXT = 400
#: A point with a longer text gets lines of its own.
MAX_PLACE = 60


def describe_claim(check: Any) -> list[Block]:
    """Return whether the claim is right, what is wrong with it, and the points that show it."""
    blocks: list[Block] = [Line(check.headline, "good" if check.is_good else "bad")]
    if not check.is_good:
        blocks += [
            Line(f"{partial((name,))} = {form.text}")
            for name, form in check.truth.items()
            if len(form.text) <= MAX_TEXT
        ]
    if check.sightings:
        blocks += _sightings(check.sightings)
    blocks.append(Line(f"{check.trust}: {_grounds(check)}", "faint"))
    return [*blocks, *[Line(note, "faint") for note in check.notes]]


def _sightings(sightings: Any) -> list[Block]:
    """Return a table of claimed and right numbers; lines where the points are long."""
    if any(len(s.place) > MAX_PLACE for s in sightings):
        return [
            Line(text)
            for s in sightings
            for text in (
                f"  {partial((s.component,))} = {' instead of '.join(s.numbers)}",
                f"    at {s.place}",
            )
        ]
    rows = tuple((f"{partial((s.component,))} at {s.place}", *s.numbers) for s in sightings)
    return [Table(("", "claim", "derivative"), rows)]


def _grounds(check: Any) -> str:
    """Return what the verdict rests on."""
    if check.is_good:
        if check.trust.value == "proven":
            return f"one normal form, and equal at {check.n_points} points"
        return _compared(check)
    if check.trust.value == "proven":
        return f"at these points rigorous enclosures differ; {_compared(check)}"
    return _compared(check) if check.n_points else "found before any comparison"


def _compared(found: Any) -> str:
    return f"{found.n_points} point{'s' if found.n_points != 1 else ''} compared"


def describe_equivalence(equivalence: Any) -> list[Block]:
    """Return whether two formulas are equal, and the point that shows it if they are not."""
    style = "good" if equivalence.is_good else "bad"
    blocks: list[Block] = [Line(equivalence.message, style)]
    if equivalence.point is not None:
        sides = (equivalence.left, equivalence.right)
        rows = tuple(
            (_shortened(form.text), digits if digits != "nan" else "no value")
            for form, digits in zip(sides, equivalence.digits, strict=True)
        )
        blocks.append(Table(("", ""), rows))
    return [*blocks, Line(f"{equivalence.trust}: {_compared(equivalence)}", "faint")]


def _shortened(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
