"""What to say about a token that cannot stand where it stands."""

from __future__ import annotations

import keyword

from ..errors import ParseError
from .literals import is_number
from .messages import shorten
from .tokens import END, INVISIBLE_TIMES, Tokens

__all__ = [
    "expected_operand",
    "expected_operator",
    "root_without_brackets",
    "two_readings",
    "unclosed",
]

#: Operators of other languages, and what to write here.
_FOREIGN = {
    "===": "Equality is `==`.",
    "!==": "Write `!=`.",
    "***": "The power is `**` or `^`.",
    "//": "Write floor(a/b).",
    "<<": "Write a*2**b.",
    ">>": "Write floor(a/2**b).",
    "<>": "Write `!=`.",
    "=<": "Write `<=`.",
    "=>": "Write `>=`.",
    ":=": "Name parts behind the formula: `f where r = x - y`.",
    "=": "Equality is `==`; parts are named behind the formula: `f where r = x - y`.",
    "->": "",
    "!!": "",
    ":": "",
}


def expected_operand(tokens: Tokens, index: int, first: int) -> ParseError:
    """Return the error for a place where a number, a name or a bracket should stand."""
    token = tokens.texts[index]
    if token in _FOREIGN and token not in {"=", ":"}:
        return _foreign(tokens, index)
    if token == END:
        if index == first:
            return tokens.error("There is no formula.", index, "Write one, such as x**2 + 1.")
        return tokens.error("The formula ends too early.", index)
    message = f"Expected a number, a name or a bracket before `{token}`."
    if token == ".":
        message = "A single `.` is not a number."
    if token == ")" and index > first and tokens.texts[index - 1] == "(":
        return tokens.error("The brackets are empty.", index - 1, last=index)
    return tokens.error(message, index)


def expected_operator(tokens: Tokens, index: int) -> ParseError:
    """Return the error for a place where an operator should stand."""
    token, before = tokens.texts[index], tokens.texts[index - 1]
    if token in _FOREIGN:
        return _foreign(tokens, index)
    if token == ".":
        return _dot(tokens, index)
    if is_number(token):
        if is_number(before):
            hint = "Digits are not separated by blanks, commas or points."
            return tokens.error("Two numbers stand side by side.", index - 1, hint, last=index)
        return tokens.error("An operator is missing before this number.", index)
    if token == "where":
        hint = "Behind `where` stands name = formula, name = formula."
        return tokens.error("`where` names no part.", index, hint)
    if keyword.iskeyword(token):
        return tokens.error(f"`{token}` is a word of Python and cannot stand here.", index)
    if token[0].isalpha() or token[0] in "_(∞√":
        hint = ""
        if tokens.texts[index - 3 : index - 1] == ["d", "/"] and before[0] == "d":
            hint = f"A derivative is written diff(f, {before[1:] or 'x'})."
        elif before[0].isalpha():
            hint = f"A product is written {shorten(before, 20)}*{shorten(token, 20)}."
        return tokens.error("An operator is missing here.", index - 1, hint, last=index)
    return tokens.error(f"`{shorten(token)}` cannot stand here.", index)


def _foreign(tokens: Tokens, index: int) -> ParseError:
    token = tokens.texts[index]
    return tokens.error(f"`{token}` is not an operator of a formula.", index, _FOREIGN[token])


def _dot(tokens: Tokens, index: int) -> ParseError:
    """Return the error for `x.T`, `x.y`, `x..y`."""
    if tokens.texts[index + 1] == "T":
        message = "The transpose is not available in this version."
        return tokens.error(message, index, last=index + 1)
    message = "Attributes and methods are not part of a formula."
    last = index + 1 if tokens.texts[index + 1] else index
    name = index + 1
    while tokens.texts[name + 1 : name + 2] == ["."] and tokens.texts[name + 2]:
        name += 2
    is_call = tokens.texts[name + 1 : name + 2] == ["("]
    word = shorten(tokens.texts[name], 20)
    hint = f"Write {word}(...): a function stands alone." if is_call else ""
    return tokens.error(message, index, hint, last=last)


def unclosed(tokens: Tokens, first: int, last: int) -> ParseError:
    """Return the error for the innermost bracket that is never closed."""
    depth = 0
    for index in range(last - 1, first - 1, -1):
        token = tokens.texts[index]
        depth += (token == ")") - (token == "(")
        if depth < 0:
            return tokens.error("This bracket is never closed.", index)
    return tokens.error("A bracket is never closed.", last)


def two_readings(tokens: Tokens, index: int, divided: bool) -> ParseError:
    """Return the error for `1/2x` and `2^3x`, both readings shown."""
    texts = tokens.texts
    token = texts[index] if texts[index] != INVISIBLE_TIMES else texts[index + 1]
    factor = f"{token}...)" if token == "(" else shorten(token, 12)
    sign = "/" if divided else "^"
    start = index - 1
    while start > 0 and texts[start] not in {"/", "**", "^", "("}:
        start -= 1
    left, right = texts[start - 1] if start else "", texts[index - 1]
    simple = start == index - 2 and left not in {"", ")"} and right != ")"
    a, b = (shorten(left, 12), shorten(right, 12)) if simple else ("a", "b")
    c = factor if simple else "c"
    hint = f"Write ({a}{sign}{b})*{c} or {a}{sign}({b}*{c})."
    return tokens.error("This product without a sign has two readings.", start, hint, last=index)


def root_without_brackets(tokens: Tokens, index: int) -> ParseError:
    """Return the error for `√2x` and `√x^2`."""
    hint = "Put what stands under `√` in brackets: √(x)."
    return tokens.error("It is not clear where the root ends.", index, hint)
