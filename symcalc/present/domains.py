"""Reports on domains: regions, conditions, notes, and why a value is missing at a point."""

from __future__ import annotations

from typing import Any

from .blocks import Block, Line, Table

__all__ = ["describe_domain", "describe_missing"]

#: A report lists at most so many conditions; JSON has them all.
MAX_SHOWN = 12

_TITLES = {
    "value": "defined",
    "gradient": "gradient exists",
    "hessian": "Hessian exists",
}


def describe_domain(domain: Any) -> list[Block]:
    """Return the regions, what asks for them, the notes, and the check."""
    rows = tuple((_TITLES[name], region.text) for name, region in domain.levels.items())
    width = max(len(title) for title, _ in rows)
    blocks: list[Block] = [Line(_short(domain.expression.text), "title")]
    blocks += [Line(f"  {title.ljust(width)}  {text}") for title, text in rows]
    asked = _asked(domain)
    if asked:
        shown = tuple(asked[:MAX_SHOWN])
        blocks += [Line(""), Table(("step", "asks for"), shown)]
        if len(asked) > MAX_SHOWN:
            blocks.append(Line(f"  … and {len(asked) - MAX_SHOWN} more", "faint"))
    blocks += [Line(note) for note in domain.notes]
    style = "good" if domain.check.is_good else "bad"
    return [*blocks, Line(f"{domain.check.trust}: {domain.check.message}", style)]


def describe_missing(missing: Any) -> list[Block]:
    """Return what happened to the value at one point."""
    where = ", ".join(
        f"{name} = {repr(value).removesuffix('.0')}" for name, value in missing.point.items()
    )
    style = "good" if missing.outcome.is_good else "bad"
    blocks: list[Block] = [Line(""), Line(f"at {where}: {missing.sentence}", style)]
    if missing.inputs:
        blocks.append(Table(("", ""), tuple(missing.inputs.items())))
    if missing.value and not missing.outcome.is_good:
        blocks.append(Line(f"  the true value is {missing.value}"))
    return blocks


def _asked(domain: Any) -> list[tuple[str, str]]:
    """Return every condition with the first level that asks for it."""
    found: dict[str, tuple[str, str]] = {}
    for name, region in domain.levels.items():
        for condition in region.conditions:
            level = "" if name == "value" else f" ({name})"
            smooth = f"; {condition.kind} there otherwise" if condition.kind != "domain" else ""
            text = f"{condition.text}{level}{smooth}"
            found.setdefault(condition.text, (_short(condition.step, 60), text))
    return list(found.values())


def _short(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
