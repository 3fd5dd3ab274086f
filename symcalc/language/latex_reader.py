r"""LaTeX to tokens of the language; a documented subset, the rest is refused with its place.

Read are: numbers; single letters and Greek letters as names, with a subscript (`x_{1}` is `x_1`),
longer names as `\mathrm{rate}`; `+ - * / ^ \cdot \times`, juxtaposition as a product;
`\frac \sqrt \sqrt[n] \binom !`; functions with their argument in brackets or braces, `\sin^{2}(x)`,
`\log_{2}(x)`, `\operatorname{erf}(x)`; `\left| \right|`, floors and ceilings; relations and
`\wedge \vee \neg`; `\begin{cases}`; and everything else that `Expression.latex` writes, but for
functions that share their head with another (`K`, `E`, `\gamma`). A letter with a bracket directly
behind it is a call; a product is written with a blank or `\cdot` between.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..functions import lookup
from .alphabet import GREEK
from .conditions import LOW_OPERATORS
from .latex_source import LatexSource
from .latex_words import (
    ENCLOSURES,
    FUNCTIONS,
    IGNORED,
    LETTERS,
    OPERATORS,
    SUBSCRIPTED,
    TWO_GROUPS,
)
from .literals import is_number
from .messages import describe_character, make_error, shorten
from .tokens import END, Tokens

__all__ = ["tokenize_latex"]

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DERIVATIVE = re.compile(
    r"\\[dt]?frac\s*\{\s*(?:d|\\mathrm\{d\})\s*(?:\^[^{}]*|\^\{\d+\}\s*)?\}\s*\{"
)

#: Operators that bind less than a product.
_LOOSE = frozenset({"+", "-", ",", "="}) | LOW_OPERATORS | {"not"}

#: A numerator of more tokens keeps its brackets.
_SHORT = 200


def tokenize_latex(text: str, known: Collection[str] = ()) -> Tokens:
    """Return the tokens of a LaTeX formula; `known` are the declared names.

    Raises
    ------
    ParseError
        A command or a construction is not read; the message points at it.
    """
    return _Translation(text, known).run()


class _Translation(LatexSource):
    """The grammar of LaTeX, construction by construction."""

    def __init__(self, text: str, known: Collection[str]) -> None:
        super().__init__(text)
        self.known = known
        self.has_parts = False

    def run(self) -> Tokens:
        """Translate the whole text."""
        derivative = _DERIVATIVE.search(self.text)
        if derivative:
            place = derivative.start()
            hint = "Differentiate with the verbs of symcalc."
            raise make_error(
                "Derivatives in LaTeX are not read.", self.text, place, place + 5, hint
            )
        while self.source[self.index] != END:
            token = self.source[self.index]
            if self.open and token == self.open[-1][0]:
                self.index += 1
                self.open.pop()[1]()
            else:
                self.step(token)
        if self.open:
            raise self.error(f"`{shorten(self.open[-1][0])}` is missing.", self.index)
        return Tokens(self.text, [*self.out, END], self.spans)

    # -- one construction ---------------------------------------------------------------------

    def step(self, token: str) -> None:
        """Translate the construction that starts here."""
        if token in IGNORED:
            self.index += 1
        elif is_number(token):
            self.number(token)
        elif token in OPERATORS or token in {"+", "-", "*", "/", "<", ">", "!", ","}:
            self.index += 1
            self.emit(OPERATORS.get(token, token))
        elif token == "=":
            self.index += 1
            self.emit("=" if self.has_parts and not self.open else "==")
        elif token in TWO_GROUPS:
            self.two_groups(*TWO_GROUPS[token])
        elif token in {r"\left", "{", *ENCLOSURES}:
            self.enclosure(token)
        elif token == "^":
            self.power()
        elif token == r"\sqrt":
            self.root()
        elif token == r"\begin{cases}":
            self.cases()
        elif token.startswith(r"\text"):
            self.words(token)
        else:
            self.name_or_function(token)

    def number(self, token: str) -> None:
        """Translate a number; two of them side by side are a slip."""
        if self.out and is_number(self.out[-1]):
            raise self.error("Two numbers stand side by side.", self.index)
        self.operand(token)

    def enclosure(self, token: str) -> None:
        """Translate a bracket."""
        self.index += 1
        if token == "{":
            self.times()
            self.emit("(")
            self.until("}", ")")
            return
        sized = token == r"\left"
        if sized:
            token = self.source[self.index]
            self.index += 1
        elif token == "|":
            raise self.error(r"A bare `|` has no side.", self.index - 1, r"Write \left|x\right|.")
        if token not in ENCLOSURES:
            raise self.error("This bracket is not read.", self.index - 1)
        closing, function = ENCLOSURES[token]
        self.times()
        self.emit(*([function, "("] if function else ["("]))
        self.until_bracket(closing, sized, ")")

    def two_groups(
        self, before: tuple[str, ...], between: tuple[str, ...], behind: tuple[str, ...]
    ) -> None:
        r"""Translate `\frac{a}{b}` and its kin."""
        self.times()
        self.index += 1
        self.emit(*before)
        start = len(self.out)

        def second() -> None:
            if between[1:] == ("/", "(") and self.is_product(start):
                product = self.take(start - 1)[1:]
                self.emit(*product, *between[1:])
            else:
                self.emit(*between)
            self.group(lambda: self.emit(*behind))

        self.group(second)

    def is_product(self, start: int) -> bool:
        """Whether the output from `start` on is a short product, which needs no brackets."""
        if len(self.out) - start > _SHORT:
            return False
        depth = 0
        for place in range(start, len(self.out)):
            token = self.out[place]
            depth += (token == "(") - (token == ")")
            if depth == 0 and token in _LOOSE and (token != "-" or place > start):
                return False
        return True

    def power(self) -> None:
        """Translate `^`, whose exponent is a group or one sign."""
        self.index += 1
        self.emit("**", "(")
        self.group(lambda: self.emit(")"))

    def root(self) -> None:
        r"""Translate `\sqrt{x}` and `\sqrt[n]{x}`."""
        self.times()
        self.index += 1
        if self.source[self.index] != "[":
            self.emit("sqrt", "(")
            self.group(lambda: self.emit(")"))
            return
        self.index += 1
        self.emit("root", "(")
        start = len(self.out)

        def radicand() -> None:
            order = self.take(start)
            self.group(lambda: self.emit(",", *order, ")"))

        self.open.append(("]", radicand))

    def cases(self) -> None:
        r"""Translate `\begin{cases}` into a piecewise."""
        self.times()
        self.index += 1
        self.emit("piecewise", "(", "(")
        self.open.append((r"\end{cases}", self.end_cases))

    def end_cases(self) -> None:
        """Close the last case; a row that is empty does not count."""
        if self.out[-2:] == [",", "("]:
            self.take(len(self.out) - 2)
            self.emit(")")
        else:
            self.emit(")", ")")

    def words(self, token: str) -> None:
        r"""Translate `\text{if}`, `\text{otherwise}`, `\text{where}`."""
        word = token[token.index("{") + 1 : -1].strip() if "{" in token else token
        self.index += 1
        if word == "otherwise":
            self.emit("True")
        elif word == "where":
            self.has_parts = True
            self.emit("where")
        elif word not in {"if", "for", "when"}:
            raise self.error("These words are not read.", self.index - 1)

    # -- names and functions --------------------------------------------------------------------

    def name_or_function(self, token: str) -> None:
        """Translate what starts with a name; refuse everything else."""
        if token in {"&", r"\\"} and self.open and self.open[-1][0] == r"\end{cases}":
            self.index += 1
            self.emit(*([","] if token == "&" else [")", ",", "("]))
        elif token.startswith(r"\operatorname") or (
            token in FUNCTIONS and len(token) > 1 and token not in LETTERS
        ):
            self.function(self.function_name(token))
        elif token in LETTERS:
            self.variable(LETTERS[token], token)
        elif token.startswith((r"\mathrm", r"\mathit")):
            self.variable(self.word(token), token)
        elif (token.isalpha() and token.isascii()) or token in GREEK:
            self.variable("I" if token == "i" and "i" not in self.known else token, token)
        elif token[0] == "\\":
            raise self.error(f"The LaTeX `{shorten(token)}` is not read.", self.index)
        else:
            message, hint = f"`{token}` cannot stand here.", ""
            if not token.isascii():
                message, hint = describe_character(token)
            raise self.error(message, self.index, hint)

    def word(self, token: str) -> str:
        r"""Return the name inside `\mathrm{...}`."""
        if "{" not in token:
            raise self.error("A name in braces is expected here.", self.index)
        word = token[token.index("{") + 1 : -1].replace(r"\_", "_").strip()
        if not _WORD.fullmatch(word):
            raise self.error(f"`{shorten(word)}` is not a name.", self.index)
        return word

    def function_name(self, token: str) -> str:
        """Return the function that a head means."""
        if token in FUNCTIONS:
            return FUNCTIONS[token]
        word = self.word(token)
        row = lookup(word)
        return word if row is None else row.name

    def variable(self, name: str, head: str) -> None:
        """Translate a name with its subscript, or a call when a bracket stands directly behind."""
        after = self.source[self.index + 1]
        if after == "_" and name in SUBSCRIPTED and self.is_called(self.subscript_end()):
            self.subscripted(SUBSCRIPTED[name])
            return
        if self.source[self.index + 1 : self.index + 4] == ["^", "{", "("]:
            self.derivative(name)
            return
        first = self.index
        if after == "_":
            name = self.subscript(name)
        if self.is_called(self.index):
            if after == "_" or head not in FUNCTIONS:
                hint = rf"A product is written with a blank: {shorten(head, 20)} (...)."
                raise self.error(f"`{shorten(name)}` is not a function.", first, hint)
            self.function(FUNCTIONS[head])
            return
        self.operand(self.spelled(name))

    def spelled(self, name: str) -> str:
        """Return the declared name that is written like this one."""
        for candidate in (name, name.replace("_", ""), name.rstrip("_"), "lam"):
            if candidate in self.known and (candidate != "lam" or name == "lambda_"):
                return candidate
        return name

    def subscript_end(self) -> int:
        """Return the index of the last token of the subscript behind the current token."""
        return self.closing.get(self.index + 2, min(self.index + 2, len(self.source) - 1))

    def subscript(self, name: str) -> str:
        """Return the name with its subscript; the current token becomes the subscript's last."""
        last = self.subscript_end()
        pieces = [piece for piece in self.source[self.index + 2 : last + 1] if piece not in "{}"]
        words = [self.word(piece) if "{" in piece else piece for piece in pieces]
        subscript = "".join(words)
        if not re.fullmatch("[A-Za-z0-9_]+", subscript):
            raise self.error("A subscript is made of letters and digits.", self.index + 1)
        self.index = last
        return f"{name}_{subscript}"

    def subscripted(self, name: str) -> None:
        """Translate `J_{n}(x)`, whose subscript is the first argument."""
        self.times()
        self.index += 2
        self.emit(name, "(")

        def argument() -> None:
            self.emit(",")
            self.bracket(")")

        self.group(argument)

    def derivative(self, name: str) -> None:
        r"""Translate `\psi^{(n)}(x)`; other derivatives are not read."""
        if name != "psi":
            message = "An exponent in brackets could be the order of a derivative."
            raise self.error(message, self.index + 1, "Leave the brackets out: x^{2}.")
        self.times()
        self.index += 4
        self.emit("polygamma", "(")

        def argument() -> None:
            if self.source[self.index] != "}":
                raise self.error("The order of a derivative stands alone.", self.index)
            self.index += 1
            self.emit(",")
            self.bracket(")")

        self.open.append((")", argument))

    def function(self, name: str) -> None:
        """Translate a function with an exponent or a base between its head and its argument."""
        self.times()
        self.index += 1
        self.skip()
        start = len(self.out)
        mark = self.source[self.index]
        if mark not in {"^", "_"}:
            self.emit(name, "(")
            self.bracket(")")
            return
        self.index += 1

        def exponent() -> None:
            power = self.take(start)
            if not power:
                raise self.error("This exponent is empty.", self.index - 1)
            if power[0] == "-":
                hint = r"Write \arcsin(x), or 1/\sin(x)."
                raise self.error("A negative exponent has two readings.", self.index - 1, hint)
            self.emit("(", name, "(")
            self.bracket(")", "**", "(", *power, ")", ")")

        def base() -> None:
            number = self.take(start)
            if name != "log":
                raise self.error(f"`{name}` takes no subscript.", self.index - 1)
            self.emit(name, "(")
            self.bracket(",", *number, ")")

        self.group(exponent if mark == "^" else base)
