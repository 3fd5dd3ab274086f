"""Formulas of one function, each with local names of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...errors import CompileError
from ...program import Formulas, lower, missing_primitives, to_primitives
from .dialect import Body, Dialect, Loop
from .emitter import BEYOND, SourceEmitter

__all__ = ["Written"]

_OWN = re.compile(r"\b([st]\d+)\b")

_LETTERS = "abcdefghijklmnopqr"


class Written:
    """Formulas written one after the other, each with local names of its own."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.names: list[str] = []
        self.called: set[str] = set()
        self.truths: set[str] = set()
        self.inside: set[str] = set()
        self._n_formulas = self._n_fresh = 0

    def body(self, parts: list[list[str] | Loop], outputs: list[str]) -> Body:
        """Return the statements written, with their local names."""
        numbers = [name for name in self.names if name not in self.truths]
        truths = [name for name in self.names if name in self.truths]
        return Body(parts, numbers, truths, outputs, frozenset(self.inside))

    def formulas(self, formulas: Formulas, known: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Return statements, and the texts of what they compute."""
        missing = missing_primitives(formulas.graph, formulas.roots, also=BEYOND)
        if missing:
            raise CompileError(f"`{missing}` has no form in {self.dialect.title}.")
        program = lower(*to_primitives(formulas.graph, formulas.roots))
        emitter = SourceEmitter(program, dict(known), self.dialect)
        lines, texts = emitter.run()
        self.called |= emitter.called
        prefix = _prefix(self._n_formulas)
        self._n_formulas += 1
        kept = set(known.values())

        def renamed(text: str) -> str:
            return _OWN.sub(
                lambda m: m.group() if m.group() in kept else prefix + m.group(), text
            )  # fmt: skip

        self.names += [prefix + name for name in dict.fromkeys(emitter.names)]
        self.truths |= {prefix + name for name in emitter.truths}
        self.inside |= {prefix + name for name in emitter.inside}
        texts = [self.dialect.numbers(text) for text in texts]
        return [renamed(line) for line in lines], [renamed(text) for text in texts]

    def kept(self, names: Sequence[str], texts: Sequence[str], lines: list[str]) -> dict[str, str]:
        """Give numbers local names, in further statements."""
        found = {}
        for name, text in zip(names, texts, strict=True):
            found[name] = self.fresh()
            lines.append(self.assigned(found[name], text))
        return found

    def fresh(self) -> str:
        """Return a local name that no formula has."""
        self._n_fresh += 1
        name = f"total{self._n_fresh}"
        self.names.append(name)
        return name

    def added(self, name: str, text: str) -> str:
        """Return an assignment that adds to a local number."""
        rest = f"- {text[1:]}" if text.startswith("-") else f"+ {text}"
        return self.assigned(name, f"{name} {rest}")

    def assigned(self, name: str, text: str) -> str:
        """Return an assignment."""
        return f"{name} = {self.dialect.numbers(text)}{self.dialect.end}"


def _prefix(count: int) -> str:
    """Return what stands before the names of the formula number `count`; nothing for the first."""
    text = ""
    while count:
        count, place = divmod(count, len(_LETTERS))
        text = _LETTERS[place] + text
    return text
