"""The spelling of matrixcalculus.org: `'` transposes, `*` is the product of matrices.

`.*`, `./` and `.^` go element by element; `/` and `^` are for scalars; vectors are columns, and
`vector(1)` is a column of ones as long as what stands beside it. Read are also the functions and
names of the language itself.
"""

from __future__ import annotations

import re

from ..errors import ParseError
from .messages import make_error
from .names import GRAMMAR_WORDS
from .tokens import END, MATRIX_POWER, MATRIX_RATIO, TRANSPOSED, Tokens, tokenize

__all__ = ["tokenize_matrixcalculus"]

#: Numbers do not take the point of an operator behind them.
_TOKEN = re.compile(
    r"[^\W\d]\w*|(?:\d+(?:\.(?![*/^'])\d*)?|\.\d+)(?:[eE][+-]?\d+)?|\.[*/^']|\*\*|[<>=!]=|\S"
)

_MEANING = {
    "*": "@",
    ".*": "*",
    "/": MATRIX_RATIO,
    "./": "/",
    "^": MATRIX_POWER,
    ".^": "**",
    "'": TRANSPOSED,
    ".'": TRANSPOSED,
}
_POWERS = frozenset({MATRIX_POWER, "**"})
_REFUSED = {
    "@": "`*` is the product of matrices in this notation.",
    "**": "Write ^ for scalars, .^ element by element.",
}


def tokenize_matrixcalculus(text: str) -> Tokens:
    """Return the tokens of a formula as matrixcalculus.org spells it.

    Raises
    ------
    ParseError
        A character is not of the notation, or a power has two readings.
    """
    texts: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in _REFUSED:
            message = f"`{token}` is not an operator of this notation."
            raise make_error(message, text, *match.span(), _REFUSED[token])
        meaning = _MEANING.get(token)
        if meaning is None:
            meaning = _plain(text, token, match.start())
        elif meaning == TRANSPOSED or meaning in _POWERS:
            _check_power(text, texts, match.start())
        texts.append(meaning)
        spans.append(match.span())
    return Tokens(text, [*texts, END], spans)


def _plain(text: str, token: str, start: int) -> str:
    """Return a token that means what it means in the language itself."""
    try:
        cut = tokenize(token).texts[:-1]
    except ParseError as error:
        message = str(error).partition("\n")[0]
        raise make_error(message, text, start, start + len(token)) from None
    if len(cut) != 1:
        message = f"`{token}` is not read in this notation."
        raise make_error(message, text, start, start + len(token))
    return cut[0]


def _check_power(text: str, texts: list[str], place: int) -> None:
    """Refuse `a^b^c` and `a.^b'`, which other languages group from the left."""
    index, depth = len(texts) - 1, 0
    while index >= 0 and (depth or texts[index] in (")", "]", TRANSPOSED)):
        depth += (texts[index] in (")", "]")) - (texts[index] in ("(", "["))
        index -= 1
        if depth == 0 and texts[index + 1] == "(":
            index += 1
            break
    if index >= 0 and texts[index] == "(":
        is_call = index > 0 and texts[index - 1][:1].isalpha()
        index -= is_call and texts[index - 1] not in GRAMMAR_WORDS
    before = index - 1
    while before >= 0 and texts[before] in ("+", "-"):
        before -= 1
    if before >= 0 and texts[before] in _POWERS:
        hint = "Put the power, or its exponent, in brackets."
        raise make_error("This has two readings.", text, place, place + 1, hint)
