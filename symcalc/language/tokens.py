"""From characters to tokens: one regular expression, a list of strings, places on demand."""

from __future__ import annotations

import re

from ..errors import ParseError
from .alphabet import BLANKS, LETTERS, SAME_AS, name_pattern
from .messages import describe_character, make_error

__all__ = [
    "END",
    "INVISIBLE_TIMES",
    "MATRIX_POWER",
    "MATRIX_RATIO",
    "NUMBER",
    "QUOTES",
    "TRANSPOSED",
    "Tokens",
    "tokenize",
]

#: What stands behind the last token.
END = ""

#: A product that was not written; other notations produce it.
INVISIBLE_TIMES = "\u2062"

#: Operators that other notations have for matrices: a quotient and a power of scalars alone, and
#: the transpose behind an operand.
MATRIX_RATIO, MATRIX_POWER, TRANSPOSED = "\u2215", "\u2191", "'"

NUMBER = (
    r"(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)"
    r"(?:[eE][+-]?[0-9]+)?"
)

#: The letters of axes that `einsum` takes in quotes: the only text that a formula may hold.
_SUBSCRIPTS = r"""(?:"[A-Za-z, ]*->[A-Za-z ]*"|'[A-Za-z, ]*->[A-Za-z ]*')"""
_QUOTED = re.compile(rf"(?<=einsum\(){_SUBSCRIPTS}")
QUOTES = ('"', "'")

#: Runs that people type and the language refuses; kept whole so that the message can name them.
_FOREIGN = r"===|!==|\*\*\*|<<|>>|//|<>|=<|=>|:=|->|&&|\|\||!!"

_OPERATORS = rf"{_FOREIGN}|\*\*|<=|>=|==|!="


def _compile(*, ascii_only: bool) -> re.Pattern[str]:
    blanks = re.escape(BLANKS)
    extra = "" if ascii_only else "|[⁰¹²³⁴-⁹⁻]+"
    name = name_pattern(ascii_only=ascii_only)
    return re.compile(rf"{name}|{NUMBER}|{_OPERATORS}{extra}|{_SUBSCRIPTS}|[^{blanks}]")


_ASCII, _UNICODE = _compile(ascii_only=True), _compile(ascii_only=False)

#: Characters that can stand in no formula, with what to do instead.
_REFUSED = {
    **dict.fromkeys("'\"", ("Text in quotes is not part of a formula.", "")),
    **dict.fromkeys("{}", ("Braces are not part of a formula.", 'LaTeX needs syntax="latex".')),
    "\\": ("A backslash is not part of a formula.", 'LaTeX needs syntax="latex".'),
    "#": ("Comments are not part of a formula.", ""),
    ";": ("A formula is one expression; `;` cannot separate several.", ""),
    "%": ("`%` is not an operator of the language.", "Write x - y*floor(x/y) for the remainder."),
    **dict.fromkeys("$?`", ("This character is not part of a formula.", "")),
}

_NOT_ALLOWED = re.compile(
    f"[^{LETTERS}0-9₀-₉⁰¹²³⁴-⁹⁻+\\-*/^()<>=!,.:@\\[\\]√∞&|~{''.join(SAME_AS)}{BLANKS}]"
)
_SPECIAL_ASCII = re.compile(r"[\x00-\x08\x0e-\x1f\x7f'\"{}\\#;%$?`]")

#: How SymPy and NumPy join conditions, each in brackets, and the words for it.
_JOINTS = {"&": "and", "|": "or", "~": "not"}
_JOINT_HINTS = {
    "&": "Conditions are joined by `and`, or by `&` with each in brackets.",
    "|": "Write abs(x), or `or` between conditions.",
    "~": "A condition is negated by `not`, or by `~` in front of a bracket.",
}

#: For `y ~ a*x`, as statisticians write a model.
_MODEL_HINT = (
    "A model is its right side alone; the left one is the target: fit(model, data, target=...)."
)


class Tokens:
    """The tokens of a text, closed by `END`; where they stand is computed when first asked.

    `texts` is a plain list of strings, which is what makes reading fast.
    """

    __slots__ = ("_spans", "text", "texts")

    def __init__(
        self, text: str, texts: list[str], spans: list[tuple[int, int]] | None = None
    ) -> None:
        self.text, self.texts, self._spans = text, texts, spans

    def span(self, index: int) -> tuple[int, int]:
        """Return the half-open range of characters of a token."""
        if self._spans is None:
            pattern = _ASCII if self.text.isascii() else _UNICODE
            self._spans = [match.span() for match in pattern.finditer(self.text)]
        if index >= len(self._spans):
            end = len(self.text.rstrip(BLANKS))
            return end, end
        return self._spans[index]

    def is_adjacent(self, index: int) -> bool:
        """Whether nothing stands between a token and the one before."""
        return self.span(index - 1)[1] == self.span(index)[0]

    def error(
        self,
        message: str,
        first: int,
        hint: str = "",
        *,
        last: int | None = None,
        limit: bool = False,
    ) -> ParseError:
        """Return an error that points at the tokens `first` to `last`."""
        start, end = self.span(first)
        if last is not None:
            end = max(end, self.span(last)[1])
        return make_error(message, self.text, start, end, hint, limit=limit)


def tokenize(text: str) -> Tokens:
    """Cut a text into tokens.

    Raises
    ------
    ParseError
        A character is not of the language.
    """
    plain = _QUOTED.sub(_blank, text) if "einsum" in text else text
    if text.isascii():
        found = _SPECIAL_ASCII.search(plain)
        if found:
            raise _refuse(text, found.start())
        texts = _ASCII.findall(text)
    else:
        _check_characters(plain)
        texts = [SAME_AS.get(token, token) for token in _UNICODE.findall(text)]
    texts.append(END)
    tokens = Tokens(text, texts)
    if not _JOINTS.keys().isdisjoint(text):
        _read_joints(tokens)
    return tokens


def _blank(found: re.Match[str]) -> str:
    """Return blanks in place of what was found."""
    return " " * len(found.group())


def _read_joints(tokens: Tokens) -> None:
    """Replace `&`, `|`, `~` by words; only between brackets, where they bind as the words do."""
    texts = tokens.texts
    for index in range(len(texts) - 1, -1, -1):
        word = _JOINTS.get(texts[index])
        if word is None:
            continue
        if word == "not" and _names_distribution(texts, index):
            texts[index] = ","
            continue
        opens = texts[index + 1] in ("(", "not") or texts[index + 2 : index + 3] == ["("]
        closes = word == "not" or (index > 0 and texts[index - 1] == ")")
        if not (opens and closes):
            message = f"`{texts[index]}` is not an operator between numbers."
            is_model = word == "not" and index > 0 and texts[index - 1][-1:].isalnum()
            hint = _MODEL_HINT if is_model else _JOINT_HINTS[texts[index]]
            raise tokens.error(message, index, hint)
        texts[index] = word


def _names_distribution(texts: list[str], index: int) -> bool:
    """Whether a `~` stands as in `expectation(f, z ~ normal(0, 1))`."""
    is_first = texts[index - 2 : index - 1] == [","]
    return is_first and "expectation" in texts and texts[index + 2 : index + 3] == ["("]


def _check_characters(text: str) -> None:
    """Raise an error at the first character that is not of the language."""
    found = _NOT_ALLOWED.search(text)
    if found:
        raise _refuse(text, found.start())


def _refuse(text: str, place: int) -> ParseError:
    """Return the error for a character that is not of the language."""
    message, hint = _REFUSED.get(text[place]) or describe_character(text[place])
    return make_error(message, text, place, place + 1, hint)
