"""Formulas → a file of source, and a program that checks it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import CompileError
from ...graph.graph import Graph, Node
from ...program import SIZE, Formulas, row_passes
from .arrays import Numpy
from .dialect import Body, Dialect, Loop, Sample, Signature
from .written import Written

__all__ = ["SourceFiles", "commented", "write_files"]


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
    top = commented(dialect, notes)
    name, extension = signature.name, dialect.extension
    command = dialect.run.format(name)
    checked = commented(dialect, [f"Checks {name}.{extension}: {command}"])
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
        written = Written(dialect)
        lines, texts = written.formulas(Formulas(graph, list(outputs), []), arguments)
        return written.body([lines], texts), written.called
    found = row_passes(graph, outputs)
    if found is None:
        raise CompileError(
            f"Source in {dialect.title} is made of numbers and of totals over columns of data."
        )
    written = Written(dialect)
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


def commented(dialect: Dialect, notes: Sequence[str]) -> str:
    """Return lines of comment."""
    width = 100 - len(dialect.comment)
    lines = [line for note in notes for line in textwrap.wrap(note, width) or [""]]
    return "\n".join(f"{dialect.comment} {line}".rstrip() for line in lines)
