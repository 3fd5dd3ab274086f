"""How an error points at its place: the quoted line, the caret under it, the hint."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from ..errors import LimitError, ParseError, escape_control
from .alphabet import CONFUSABLE

__all__ = ["describe_character", "make_error", "near_names", "quote", "shorten"]

#: Characters of the line that are shown, and how many of them stand before the place.
WINDOW, BEFORE = 64, 36
MAX_QUOTED = 84
MAX_HEAD, MAX_HINT = 150, 130


def make_error(
    message: str, text: str, start: int, end: int, hint: str = "", *, limit: bool = False
) -> ParseError:
    """Return the error with the place quoted under the message and the hint under that."""
    kind = LimitError if limit else ParseError
    lines = [shorten(message, MAX_HEAD), quote(text, start, end)]
    if hint:
        lines.append(shorten(hint, MAX_HINT))
    return kind("\n".join(lines), text=text, start=start, end=end)


def quote(text: str, start: int, end: int) -> str:
    """Return the line that holds the place, cut to a window, and the carets under it."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line_end = len(text) if line_end < 0 else line_end
    left = line_start if start - line_start <= BEFORE + 8 else start - BEFORE
    right = min(line_end, left + WINDOW)
    end = min(max(end, start), right)
    before = ("… " if left > line_start else "") + _visible(text[left:start])
    marked = _visible(text[start:end])
    after = _visible(text[end:right]) + (" …" if right < line_end else "")
    before, marked = before[-MAX_QUOTED:], marked[:MAX_QUOTED]
    after = after[: max(0, MAX_QUOTED - len(before) - len(marked))]
    carets = "^" * max(1, len(marked))
    return f"    {before}{marked}{after}".rstrip() + f"\n    {' ' * len(before)}{carets}"


def _visible(text: str) -> str:
    """Return the text with blanks as spaces and everything unprintable escaped."""
    return escape_control("".join(" " if char.isspace() else char for char in text))


def shorten(text: str, length: int = 40) -> str:
    """Return the text, its middle left out when it is long."""
    text = escape_control(text)
    if len(text) <= length:
        return text
    tail = length // 4
    return f"{text[: length - tail - 1]}…{text[-tail:]}"


def near_names(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean `sin`?" for the known names nearest to a wrong one, or nothing."""
    if len(name) > 40:
        return ""
    known = sorted(set(known))
    letters = sorted(name.lower())
    found = [other for other in known if sorted(other.lower()) == letters][:1]
    found = found or difflib.get_close_matches(name, known, n=3, cutoff=0.7)
    if not found:
        return ""
    return "Did you mean " + " or ".join(f"`{candidate}`" for candidate in found) + "?"


def describe_character(char: str) -> tuple[str, str]:
    """Return the message and the hint for a character that is not of the language."""
    code = f"U+{ord(char):04X}"
    name = unicodedata.name(char, "")
    plain = unicodedata.normalize("NFKC", char)
    look = CONFUSABLE.get(char, plain if plain.isascii() and plain.isprintable() else "")
    if not char.isprintable():
        shown = f"{code} {name}".rstrip()
        return f"The character {shown} cannot be seen and is not of the language.", "Remove it."
    message = f"`{char}` ({code} {name or 'unnamed'}) is not a character of the language."
    if look and look != char:
        return message, f"If you mean `{look}`, type that."
    return message, ""
