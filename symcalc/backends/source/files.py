"""Formulas → a file of source, and a program that checks it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import CompileError
from ...graph.graph import Graph, Node
from ...program import SIZE, Formulas, lower, missing_primitives, row_passes, to_primitives
from .arrays import Numpy
from .dialect import Body, Dialect, Loop, Sample, Signature
from .emitter import BEYOND, SourceEmitter

__all__ = ["SourceFiles", "write_files"]

_OWN = re.compile(r"\b([st]\d+)\b")


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The text of a file and of the program that checks it, by their names."""

    files: dict[str, str]
    run: str


def write_files(
    graph: Graph,
    outputs: Sequence[Node],
    signature: Signature,
    dialect: Dialect,
    notes: Sequence[str],
    samples: Sequence[Sample],
) -> SourceFiles:
    """Return the files of a formula and its gradient in a language.

    Parameters
    ----------
    graph : Graph
    outputs : sequence of Node
        The value, then the partial derivatives.
    signature : Signature
    dialect : Dialect
    notes : sequence of str
        What the comment at the top says.
    samples : sequence of Sample
        Points with the numbers expected there, for the program that checks.

    Raises
    ------
    CompileError
        A function has no form in the language.
    """
    if isinstance(dialect, Numpy):
        text = dialect.text(graph, outputs, signature)
    else:
        text = _text(graph, outputs, signature, dialect)
    top = _comment(dialect, notes)
    name, extension = signature.name, dialect.extension
    command = dialect.run.format(name)
    checked = _comment(dialect, [f"Checks {name}.{extension}: {command}"])
    return SourceFiles(
        {
            f"{name}.{extension}": f"{top}\n{text}\n",
            f"{name}_check.{extension}": f"{checked}\n{dialect.check(signature, samples)}\n",
        },
        command,
    )


def _text(graph: Graph, outputs: Sequence[Node], signature: Signature, dialect: Dialect) -> str:
    """Return the file: helpers, value, and value with gradient."""
    values = signature._replace(wrt=())
    wanted = [(values, outputs[:1])] + ([(signature, outputs)] if signature.wrt else [])
    called: set[str] = set()
    functions = []
    for one, nodes in wanted:
        body, names = _body(graph, nodes, one, dialect)
        called |= names
        functions.append(dialect.function(one, body))
    helpers = [text for name, text in dialect.helpers.items() if name in called]
    return dialect.file(signature.name, functions, helpers)


def _body(
    graph: Graph, outputs: Sequence[Node], signature: Signature, dialect: Dialect
) -> tuple[Body, set[str]]:
    """Return the statements of a function, and the functions of C that they call."""
    arguments = {name: dialect.argument(k) for k, name in enumerate(signature.arguments)}
    if not signature.columns:
        written = _Written(dialect)
        lines, texts = written.formulas(Formulas(graph, list(outputs), []), arguments)
        return written.body([lines], texts), written.called
    found = row_passes(graph, outputs)
    if found is None:
        raise CompileError(
            f"Source in {dialect.title} is made of numbers and of totals over columns of data."
        )
    written = _Written(dialect)
    known = arguments | {SIZE: dialect.row_count()}
    parts: list[list[str] | Loop] = []
    columns = {name: dialect.column(k) for k, name in enumerate(signature.columns)}
    for before, inside in found.passes:
        lines, texts = written.formulas(before, known)
        known |= written.kept(before.names, texts, lines)
        sums = {name: written.fresh() for name in inside.names}
        lines += [written.assigned(place, "0.0") for place in sums.values()]
        parts.append(lines)
        rows, texts = written.formulas(inside, known | columns)
        rows += [
            written.added(place, text) for place, text in zip(sums.values(), texts, strict=True)
        ]
        parts.append(Loop(rows))
        known |= sums
    lines, texts = written.formulas(found.outputs, known)
    return written.body([*parts, lines], texts), written.called


class _Written:
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
        prefix = "abcdefghijklmnopqr"[self._n_formulas] if self._n_formulas else ""
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


def _comment(dialect: Dialect, notes: Sequence[str]) -> str:
    """Return lines of comment."""
    width = 100 - len(dialect.comment)
    lines = [line for note in notes for line in textwrap.wrap(note, width) or [""]]
    return "\n".join(f"{dialect.comment} {line}".rstrip() for line in lines)
