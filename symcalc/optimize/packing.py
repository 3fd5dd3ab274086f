"""Plain data as JSON and arrays: read back bit by bit the same, with nothing executed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["pack", "read_only", "unpack"]


def pack(tree: Any, arrays: list[Any]) -> Any:
    """Return plain data as what JSON can hold; arrays are appended to `arrays` and numbered.

    Raises
    ------
    TypeError
        For what is no plain data: None, numbers, strings, arrays, and tuples, lists and
        dictionaries of them.
    """
    if tree is None or isinstance(tree, str):
        return tree
    if isinstance(tree, np.generic):
        arrays.append(np.asarray(tree))
        return {"scalar": len(arrays) - 1}
    if isinstance(tree, bool | int | float):
        return tree
    if isinstance(tree, np.ndarray) and tree.dtype.kind in "biufcSU":
        arrays.append(tree)
        return {"array": len(arrays) - 1}
    if isinstance(tree, list):
        return [pack(entry, arrays) for entry in tree]
    if isinstance(tree, tuple):
        return {"tuple": [pack(entry, arrays) for entry in tree]}
    if isinstance(tree, dict) and all(isinstance(key, str) for key in tree):
        return {"dict": {key: pack(entry, arrays) for key, entry in tree.items()}}
    raise TypeError(f"{type(tree).__name__} is no plain data")


def unpack(tree: Any, arrays: Sequence[Any]) -> Any:
    """Return what `pack` was given.

    Raises
    ------
    ValueError, IndexError, TypeError
        Where `tree` is not of its making.
    """
    if isinstance(tree, list):
        return [unpack(entry, arrays) for entry in tree]
    if not isinstance(tree, dict):
        return tree
    ((kind, content),) = tree.items()
    if kind == "scalar":
        return arrays[content][()]
    if kind == "array":
        return arrays[content]
    if kind == "tuple":
        return tuple(unpack(entry, arrays) for entry in content)
    if kind == "dict":
        return {key: unpack(entry, arrays) for key, entry in content.items()}
    raise ValueError(f"{kind!r} is no kind of plain data")


def read_only(tree: Any) -> Any:
    """Return plain data through which nobody can change it: views, tuples, copies of dicts."""
    if isinstance(tree, np.ndarray):
        view = tree.view()
        view.flags.writeable = False
        return view
    if isinstance(tree, Mapping):
        return {key: read_only(entry) for key, entry in tree.items()}
    if isinstance(tree, list | tuple):
        return tuple(read_only(entry) for entry in tree)
    return tree
