"""A LaTeX text as tokens of its own, and the tokens of the language that it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..errors import ParseError
from .alphabet import BLANKS
from .latex_words import IGNORED, LETTERS
from .literals import is_number
from .messages import make_error
from .tokens import END, INVISIBLE_TIMES

__all__ = ["LatexSource"]

_TOKEN = re.compile(
    r"\\(?:operatorname|mathrm|text|mathit)\s*\{(?:[^{}\\]|\\_)*\}|\\(?:begin|end)\s*\{[a-z*]*\}"
    rf"|\\[A-Za-z]+|\\.|[0-9]+(?:\.[0-9]*)?|\.[0-9]+|[^{BLANKS}]",
    re.DOTALL,
)
#: Tokens in front of an operand; behind any other, an operand has just ended.
_BEFORE_OPERAND = frozenset(
    f"( , + - * / ** < <= > >= == != = and or not where {INVISIBLE_TIMES}".split(" ")
)


class LatexSource:
    """One text on its way to tokens; what waits for a closing bracket stands on a stack.

    Attributes
    ----------
    source, places : list
        The LaTeX tokens, closed by `END`, and where they stand.
    closing : dict of int to int
        The index of the closing brace of every opening one.
    index : int
        The token that is looked at.
    out, spans : list
        The tokens of the language so far, and where each comes from.
    open : list
        The closing token that is waited for, and what is done then.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        matches = list(_TOKEN.finditer(text))
        self.source = [match.group() for match in matches] + [END]
        self.places = [match.span() for match in matches] + [(len(text.rstrip()),) * 2]
        self.index = 0
        self.out: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.open: list[tuple[str, Callable[[], None]]] = []
        self.closing = self.match_braces()

    def match_braces(self) -> dict[int, int]:
        """Return the index of the closing brace of every opening one."""
        pairs, waiting = dict[int, int](), list[int]()
        for index, token in enumerate(self.source):
            if token == "{":
                waiting.append(index)
            elif token == "}" and waiting:
                pairs[waiting.pop()] = index
        return pairs

    def operand(self, token: str) -> None:
        """Emit a number or a name, as a factor where an operand has just ended."""
        self.times()
        self.index += 1
        self.emit(token)

    def times(self) -> None:
        """Emit the product that is not written."""
        if self.out and self.out[-1] not in _BEFORE_OPERAND:
            self.emit(INVISIBLE_TIMES)

    def until_bracket(self, closing: str, sized: bool, *behind: str) -> None:
        r"""Wait for a closing bracket, with or without `\right`."""
        if not sized:
            self.until(closing, *behind)
            return

        def close() -> None:
            if self.source[self.index] != closing:
                raise self.error(f"`{closing}` is expected here.", self.index)
            self.index += 1
            self.emit(*behind)

        self.open.append((r"\right", close))

    def until(self, closing: str, *behind: str) -> None:
        """Wait for a closing token and emit what belongs behind it."""
        self.open.append((closing, lambda: self.emit(*behind)))

    def group(self, then: Callable[[], None]) -> None:
        """Read a group in braces, or a single sign in place of one, and go on."""
        self.skip()
        token = self.source[self.index]
        if token == "{":
            self.index += 1
            self.open.append(("}", then))
            return
        is_letter = len(token) == 1 and token.isalpha()
        if not (is_letter or is_number(token) or token in LETTERS):
            raise self.error("A group in braces is expected here.", self.index)
        if len(token) > 1 and is_number(token):
            raise self.error("Several digits belong in braces.", self.index, f"Write {{{token}}}.")
        self.operand(LETTERS.get(token, token))
        then()

    def is_called(self, index: int) -> bool:
        """Whether a bracket stands directly behind a token."""
        if index + 1 >= len(self.source):
            return False
        after = self.source[index + 1]
        adjacent = self.places[index][1] == self.places[index + 1][0]
        return adjacent and (after == "(" or (after == r"\left" and self.source[index + 2] == "("))

    def bracket(self, *behind: str) -> None:
        """Read the argument of a function, which stands in brackets or braces."""
        self.skip()
        token = self.source[self.index]
        sized = token == r"\left"
        if sized:
            self.index += 1
            token = self.source[self.index]
        if token not in {"(", "[", "{"} or (sized and token == "{"):
            hint = r"Write \sin(x)."
            raise self.error("The argument of a function stands in brackets.", self.index, hint)
        self.index += 1
        self.until_bracket({"(": ")", "[": "]", "{": "}"}[token], sized, *behind)

    def skip(self) -> None:
        """Pass over spacing."""
        while self.source[self.index] in IGNORED:
            self.index += 1

    def emit(self, *tokens: str) -> None:
        """Append tokens to the output, at the place just passed."""
        place = self.places[max(self.index - 1, 0)]
        self.out += tokens
        self.spans += [place] * len(tokens)

    def take(self, start: int) -> list[str]:
        """Remove and return the output from `start` on."""
        taken = self.out[start:]
        del self.out[start:], self.spans[start:]
        return taken

    def error(self, message: str, index: int, hint: str = "") -> ParseError:
        start, end = self.places[index]
        return make_error(message, self.text, start, end, hint)
