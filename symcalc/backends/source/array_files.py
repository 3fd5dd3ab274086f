"""Formulas over arrays → a file of source, and a program that checks it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ...graph.graph import Graph, Node
from .array_body import array_body
from .array_dialects import FRAMES
from .array_frames import ArraySample, ArraySignature
from .dialect import Dialect
from .files import SourceFiles, commented
from .translation import translated

__all__ = ["write_array_files"]


def write_array_files(
    graph: Graph,
    outputs: Sequence[Node],
    signature: ArraySignature,
    dialect: Dialect,
    formula: str,
    sample: ArraySample,
    definite: Collection[str] = (),
) -> SourceFiles:
    """Return the files of a formula over arrays and its gradient in a language.

    Parameters
    ----------
    graph : Graph
        Its contractions are in steps.
    outputs : sequence of Node
        The value, then the derivatives.
    signature : ArraySignature
    dialect : Dialect
    formula : str
        For the comment at the top.
    sample : ArraySample
        Data with the numbers expected for them, for the program that checks.
    definite : collection of str
        The matrices that are symmetric and positive definite.

    Raises
    ------
    CompileError
        A function has no form in the language.
    """
    frame = FRAMES[dialect.name]
    wanted = [(signature.value_alone(), outputs[:1])]
    wanted += [(signature, outputs)] if signature.wrt else []
    functions: list[str] = []
    called: set[str] = set()
    routines: set[str] = set()
    for one, nodes in wanted:
        body = array_body(graph, nodes, one.names(), dialect, definite)
        functions += frame.functions(one, body)
        called |= body.called
        routines |= body.routines
    texts, more = translated(routines, dialect)
    helpers = [text for name, text in dialect.helpers.items() if name in called | more]
    text = dialect.file(signature.name, [*texts, *functions], helpers)
    name, extension = signature.name, dialect.extension
    command = dialect.run.format(name)
    top = commented(dialect, [f"{name} = {formula}", *frame.notes(signature, body)])
    checked = commented(dialect, [f"Checks {name}.{extension}: {command}"])
    return SourceFiles(
        {
            f"{name}.{extension}": f"{top}\n{text}\n",
            f"{name}_check.{extension}": f"{checked}\n{frame.check(signature, sample)}\n",
        },
        command,
    )
