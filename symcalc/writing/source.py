"""Formulas as a Python function to paste elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..graph.graph import Graph
from .python import python_imports, python_name, to_python_lines

__all__ = ["python_function"]

#: A formula, or formulas in rows, which become nested tuples.
Formulas = Any

#: The shape of a formula, or shapes in the same rows.
Shapes = Sequence[Any]


def python_function(
    name: str, arguments: Sequence[str], formulas: Formulas, shapes: Shapes = ()
) -> str:
    """Return the source of a function of plain numbers or arrays.

    Parameters
    ----------
    name : str
    arguments : sequence of str
        The names of the arguments, in the source as `python_name` has them.
    formulas : Expression, or nested sequences of them
        What the function returns; sequences become tuples.
    shapes : shape, or nested sequences of them, as the formulas are; optional
        What a number that stands for an array is repeated to: a derivative that is 0 everywhere.
    """
    flat = _flat(formulas)
    imports = dict.fromkeys(line for f in flat for line in python_imports(f.graph, f.root))
    names = {arg: python_name(arg) for arg in arguments}
    graph = Graph()
    lines = to_python_lines(graph, [graph.absorb(f.graph, [f.root])[0] for f in flat])
    known = {v.name: v.shape for f in flat for v in f.variables if v.name in names and v.shape}
    wanted = list(lines.lengths)
    texts = [
        _repeated(text, form, shape, wanted)
        for text, form, shape in zip(
            lines.formulas, flat, _flat_shapes(shapes, formulas), strict=True
        )
    ]
    body = [
        *_lengths({names[arg]: shape for arg, shape in known.items()}, wanted),
        *[f"{part} = {text}" for part, text in lines.parts],
        f"return {_spell(formulas, iter(texts), '    ')}",
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


def _flat_shapes(shapes: Shapes, formulas: Formulas) -> list[Any]:
    """Return a shape for each formula, `()` where none is given."""
    if not isinstance(formulas, list | tuple):
        return [tuple(shapes)]
    rows = shapes or [()] * len(formulas)
    return [
        one
        for row, part in zip(rows, formulas, strict=True)
        for one in _flat_shapes(row, part)
    ]  # fmt: skip


def _repeated(text: str, formula: Any, shape: Sequence[str | int], wanted: list[str]) -> str:
    """Return the source of a number as that of an array, whose lengths are wanted as well."""
    if not shape or formula.graph.shape(formula.root):
        return text
    wanted += [dim for dim in shape if isinstance(dim, str)]
    lengths = ", ".join(map(str, shape))
    size = f"({lengths})" if len(shape) > 1 else lengths
    return f"np.zeros({size})" if text == "0" else f"np.full({size}, {text})"


def _spell(formulas: Formulas, texts: Iterator[str], indent: str) -> str:
    """Return the source of a formula, or of a tuple with one item on each line."""
    if not isinstance(formulas, list | tuple):
        return next(texts).replace("\n", "\n" + indent)
    inner = indent + "    "
    items = "".join(f"{inner}{_spell(part, texts, inner)},\n" for part in formulas)
    return f"(\n{items}{indent})"
