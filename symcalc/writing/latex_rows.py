"""Long LaTeX in rows: broken before a sign, where no bracket is open."""

from __future__ import annotations

import re

__all__ = ["latex_rows"]

_TOKEN = re.compile(r"\\(?:left|right|begin|end)\b|\\[A-Za-z]+|\\.|.", re.DOTALL)
_OPENING = frozenset({"{", "\\left", "\\begin"})
_CLOSING = frozenset({"}", "\\right", "\\end"})
#: What a row may end before, and after.
_BEFORE = (" + ", " - ", " \\quad \\text{where}")
_AFTER = (", \\; ",)


def latex_rows(text: str, width: int = 58) -> list[str]:
    """Return a formula in rows of about `width` visible letters; a row may be longer."""
    rows: list[str] = []
    row = ""
    for piece in _pieces(text):
        if row and _visible(row) + _visible(piece) > width:
            rows.append(row.strip())
            row = ""
        row += piece
    return [*rows, row.strip()]


def _pieces(text: str) -> list[str]:
    """Return what may not be broken."""
    cuts, depth, place = [0], 0, 0
    for token in _TOKEN.findall(text):
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth == 0 and place:
            if text.startswith(_BEFORE, place):
                cuts.append(place)
            for mark in _AFTER:
                if text.startswith(mark, place):
                    cuts.append(place + len(mark))
        place += len(token)
    return [text[begin:end] for begin, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _visible(text: str) -> int:
    """Return about how many letters wide a text is; of a fraction, both parts count."""
    bare = re.sub(r"\\(?:left|right|mathrm|operatorname|text|frac|begin|end)\b|[{}^_ ]", "", text)
    bare = re.sub(r"\\((?:arc|a)?(?:sin|cos|tan)h?|exp|log|ln|max|min|det|coth?)\b", r"\1", bare)
    return len(re.sub(r"\\[A-Za-z]+|\\.", "x", bare))
