"""What languages of exported source differ in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import ClassVar, NamedTuple

__all__ = ["Body", "Dialect", "Loop", "Sample", "Signature"]

#: A number of Python's, not an index, in the text of an expression.
_NUMBER = re.compile(r"(?<![\w.])(?:\d+\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+)(?![\w.])")


class Signature(NamedTuple):
    """What an exported function takes and gives.

    Attributes
    ----------
    name : str
    arguments, columns : tuple of str
        The names of the numbers and of the columns of data, in order, for comments.
    wrt : tuple of str
        What the gradient is taken in; empty for the value alone.
    """

    name: str
    arguments: tuple[str, ...]
    columns: tuple[str, ...]
    wrt: tuple[str, ...]


class Sample(NamedTuple):
    """A point with the numbers expected there.

    Attributes
    ----------
    arguments : tuple of float
    columns : tuple of tuple of float
    expected : tuple of float
        The value, then the gradient.
    """

    arguments: tuple[float, ...]
    columns: tuple[tuple[float, ...], ...]
    expected: tuple[float, ...]


class Loop(NamedTuple):
    """Statements for each row of the data."""

    lines: list[str]


class Body(NamedTuple):
    """What a function does: statements and loops in order, its local names, what it gives.

    Of the local names some are numbers, the others truth values. Some are set in branches alone,
    and read where the same condition holds: a compiler may want a value from the start.
    """

    parts: list[list[str] | Loop]
    names: list[str]
    truths: list[str]
    outputs: list[str]
    inside: frozenset[str] = frozenset()

    def mentions(self, word: str) -> bool:
        """Return whether a word stands in the statements or in what is given."""
        blocks = [part.lines if isinstance(part, Loop) else part for part in self.parts]
        return any(
            re.search(rf"\b{word}\b", line) for block in (*blocks, self.outputs) for line in block
        )


class Dialect:
    """One language; the functions of a file are written by the methods of its dialect."""

    name: ClassVar[str]
    title: ClassVar[str]
    extension: ClassVar[str]
    comment: ClassVar[str] = "//"
    #: C's functions as templates, where they are not called as in C.
    functions: ClassVar[Mapping[str, str]] = {}
    #: Of the functions that the table has no name of C's for, those that can be written here.
    beyond: ClassVar[frozenset[str]] = frozenset(
        {"digamma", "jn", "lgamma", "loggamma", "tgamma", "yn"}
    )
    #: Definitions of what the language lacks, by the name of a function of C; "same" gives what it
    #: takes, where compilers compute functions of numbers themselves and refuse log(-1).
    helpers: ClassVar[Mapping[str, str]] = {}
    #: Which of them call others.
    uses: ClassVar[Mapping[str, str]] = {}
    infinity: ClassVar[str]
    nan: ClassVar[str]
    #: Comparisons that are not written as in C, as templates.
    comparisons: ClassVar[Mapping[str, str]] = {}
    #: Whether a number is NaN.
    undefined: ClassVar[str] = "({0} != {0})"
    #: A choice: how it begins, how another condition, what is left, and its end are written.
    choice: ClassVar[tuple[str, str, str, str]] = ("if ({0}) {{", "}} else if ({0}) {{",
                                                   "}} else {{", "}}")  # fmt: skip
    end: ClassVar[str] = ";"
    #: How to build and run the program that checks, `{0}` the name of the function.
    run: ClassVar[str]

    # -- expressions ------------------------------------------------------------------------

    def argument(self, place: int) -> str:
        """Return a number that is passed."""
        return f"x[{place}]"

    def column(self, place: int) -> str:
        """Return the entry of a column of data in the row of the loop."""
        return f"columns[{place}][row]"

    def row_count(self) -> str:
        """Return the number of rows, as a number with a fraction."""
        return "(double)n_rows"

    def call(self, name: str, args: Sequence[str]) -> str:
        """Return the call of a function of C's mathematics."""
        if name in ("max", "min", "hypot") and len(args) != 2:
            first = self.call("fabs", args[:1]) if name == "hypot" else args[0]
            return reduce(lambda left, right: self.call(name, [left, right]), args[1:], first)
        template = self.functions.get(name)
        if template is None:
            name = f"sc_{name}" if name in self.helpers else name
            template = f"{name}({', '.join(f'{{{k}}}' for k in range(len(args)))})"
        return template.format(*args)

    def logic(self, kind: str, texts: Sequence[str]) -> str:
        """Return a conjunction, disjunction or negation."""
        return (
            f"!{texts[0]}" if kind == "not" else (" && " if kind == "and" else " || ").join(texts)
        )

    def literal(self, text: str) -> str:
        """Return a number from its text in Python."""
        return text

    def numbers(self, text: str) -> str:
        """Return a text with its numbers as this language writes them."""
        return _NUMBER.sub(lambda found: self.literal(found.group()), text)

    # -- functions --------------------------------------------------------------------------

    def function(self, signature: Signature, body: Body) -> str:
        """Return the definition of a function."""
        raise NotImplementedError

    def file(self, name: str, functions: Sequence[str], helpers: Sequence[str]) -> str:
        """Return the text of a file, but for the comment at its top."""
        return "\n\n".join([*helpers, *functions])

    def check(self, signature: Signature, samples: Sequence[Sample]) -> str:
        """Return a program that compares with expected numbers, but for its first comment."""
        raise NotImplementedError
