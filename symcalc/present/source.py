"""Formulas as a Python function to paste elsewhere."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import Any

from ..writing import python_imports, to_python

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
    imports = dict.fromkeys(line for formula in _flat(formulas) for line in _imports(formula))
    names = ", ".join(f"{arg}_" if keyword.iskeyword(arg) else arg for arg in arguments)
    body = _spell(formulas, indent="    ")
    lines = [*(imports or ["import numpy as np"]), "", ""]
    return "\n".join([*lines, f"def {name}({names}):", f"    return {body}"])


def _flat(formulas: Formulas) -> list[Any]:
    """Return the formulas without their nesting."""
    if not isinstance(formulas, list | tuple):
        return [formulas]
    return [formula for part in formulas for formula in _flat(part)]


def _imports(formula: Any) -> tuple[str, ...]:
    """Return the lines that one formula's source needs."""
    return python_imports(formula.graph, formula.root)


def _spell(formulas: Formulas, indent: str) -> str:
    """Return the source of a formula, or of a tuple with one item on each line."""
    if not isinstance(formulas, list | tuple):
        return to_python(formulas.graph, formulas.root).replace("\n", "\n" + indent)
    inner = indent + "    "
    items = "".join(f"{inner}{_spell(part, inner)},\n" for part in formulas)
    return f"(\n{items}{indent})"
