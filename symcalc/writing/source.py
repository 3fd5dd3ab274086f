"""Formulas as a Python function to paste elsewhere."""

from __future__ import annotations

import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..graph.graph import Graph
from .python import python_imports, to_python_lines

__all__ = ["python_function"]

#: A formula, or formulas in rows, which become nested tuples.
Formulas = Any


def python_function(name: str, arguments: Sequence[str], formulas: Formulas) -> str:
    """Return the source of a function of plain numbers or arrays.

    Parameters
    ----------
    name : str
    arguments : sequence of str
        The names of the arguments; a keyword of Python gets an underscore at its end.
    formulas : Expression, or nested sequences of them
        What the function returns; sequences become tuples.
    """
    flat = _flat(formulas)
    imports = dict.fromkeys(line for f in flat for line in python_imports(f.graph, f.root))
    names = {arg: f"{arg}_" if keyword.iskeyword(arg) else arg for arg in arguments}
    graph = Graph()
    lines = to_python_lines(graph, [graph.absorb(f.graph, [f.root])[0] for f in flat])
    shapes = {v.name: v.shape for f in flat for v in f.variables if v.name in names and v.shape}
    body = [
        *_lengths({names[arg]: shape for arg, shape in shapes.items()}, lines.lengths),
        *[f"{part} = {text}" for part, text in lines.parts],
        f"return {_spell(formulas, iter(lines.formulas), '    ')}",
    ]
    head = [
        *(imports or ["import numpy as np"]),
        "",
        "",
        f"def {name}({', '.join(names.values())}):",
    ]
    return "\n".join([*head, *[f"    {line}" for line in body]])


def _lengths(shapes: Mapping[str, Sequence[str | int]], wanted: Sequence[str]) -> Iterator[str]:
    """Yield `m, n = X.shape` until all names of lengths that are wanted are known."""
    missing = dict.fromkeys(wanted)
    for name, shape in shapes.items():
        fresh = [dim for dim in shape if dim in missing]
        if not fresh:
            continue
        if len(fresh) == len(shape) == len(set(shape)):
            comma = "," if len(shape) == 1 else ""
            yield f"{', '.join(map(str, shape))}{comma} = {name}.shape"
        else:
            for dim in dict.fromkeys(fresh):
                yield f"{dim} = {name}.shape[{shape.index(dim)}]"
        for dim in fresh:
            missing.pop(str(dim), None)


def _flat(formulas: Formulas) -> list[Any]:
    """Return the formulas without their nesting."""
    if not isinstance(formulas, list | tuple):
        return [formulas]
    return [formula for part in formulas for formula in _flat(part)]


def _spell(formulas: Formulas, texts: Iterator[str], indent: str) -> str:
    """Return the source of a formula, or of a tuple with one item on each line."""
    if not isinstance(formulas, list | tuple):
        return next(texts).replace("\n", "\n" + indent)
    inner = indent + "    "
    items = "".join(f"{inner}{_spell(part, texts, inner)},\n" for part in formulas)
    return f"(\n{items}{indent})"
