"""Kernels for arrays as text: a function with all that it refers to in its module."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

__all__ = ["embedded"]


def embedded(functions: Sequence[FunctionType]) -> tuple[list[str], list[str]]:
    """Return the imports of functions, and the texts that define them, what they use first."""
    imports: dict[str, None] = {}
    texts: dict[str, str] = {}

    def define(function: FunctionType) -> None:
        for name in _globals(function.__code__):
            value = function.__globals__.get(name, _ABSENT)
            if name in texts or value is _ABSENT or value is function:
                continue
            if isinstance(value, ModuleType):
                imports[_imported(name, value)] = None
            elif isinstance(value, FunctionType):
                define(value)
            else:
                texts[name] = f"{name} = {_literal(value)}"
        texts[function.__name__] = inspect.getsource(function).rstrip()

    for function in functions:
        define(function)
    return list(imports), list(texts.values())


_ABSENT = object()


def _globals(code: CodeType) -> Iterator[str]:
    """Yield the names that code, and functions inside of it, read from their module."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals(inner)


def _imported(name: str, module: ModuleType) -> str:
    own = module.__name__
    return f"import {own}" if own == name else f"import {own} as {name}"


def _literal(value: Any) -> str:
    """Return a number, or numbers in a row, as text."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r})"
    return repr(value)
