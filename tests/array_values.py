"""Plain values of formulas with arrays: node by node in NumPy, with nothing that compiles.

The judge of what reads, writes, derives and compiles arrays: each kind of node is spelled out here
by NumPy's own function, contractions by `einsum` over the letters of their labels.
"""

from __future__ import annotations

import importlib
import operator
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symcalc.expression import Expression
from symcalc.functions import TABLE
from symcalc.graph.dimensions import size_of
from symcalc.graph.graph import Graph, Node

__all__ = ["sizes_of", "value_of", "values_of"]

Value = Any

_RELATIONS = {
    **{"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    **{"==": operator.eq, "!=": operator.ne},
}


def value_of(expression: Expression, values: Mapping[str, Any]) -> Value:
    """Return the value of an expression; sizes are read from the arrays."""
    arrays = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    sizes = sizes_of(expression, arrays)
    return values_of(expression.graph, [expression.root], arrays, sizes)[0]


def sizes_of(expression: Expression, arrays: Mapping[str, Any]) -> dict[str, int]:
    """Return the size of every named dimension, the same in all arrays."""
    sizes: dict[str, int] = {}
    for variable in expression.variables:
        shape = np.shape(arrays[variable.name])
        assert len(shape) == len(variable.shape), variable
        for dimension, size in zip(variable.shape, shape, strict=True):
            expected = (
                sizes.setdefault(dimension, size) if isinstance(dimension, str) else dimension
            )
            assert expected == size, variable
    return sizes


def values_of(
    graph: Graph, roots: Sequence[Node], values: Mapping[str, Any], sizes: Mapping[str, int]
) -> list[Value]:
    """Return the values of roots for arrays by name and sizes of dimensions by name.

    The dimensions of shapes are checked on the way.
    """
    found: dict[Node, Value] = {}
    with np.errstate(all="ignore"):
        for node in graph.reachable(roots):
            args = [found[arg] for arg in graph.args[node]]
            found[node] = _value(graph, node, args, values, sizes)
            expected = tuple(size_of(dimension, sizes) for dimension in graph.shape(node))
            assert np.shape(found[node]) == expected, (graph.kinds[node], graph.data[node])
    return [found[root] for root in roots]


def _value(
    graph: Graph, node: Node, args: list[Value], values: Mapping[str, Any], sizes: Mapping[str, int]
) -> Value:
    kind, data = graph.kinds[node], graph.data[node]
    if kind == "const":
        return float(data)
    if kind == "var":
        return values[data]
    if kind == "dim":
        return float(sizes[data])
    if kind == "compare":
        return _RELATIONS[data](*args)
    if kind == "piecewise":
        return np.select(args[1::2], args[:-1:2], args[-1])[()] if len(args) > 1 else args[0]
    if kind in _ARRAY_KINDS:
        return _ARRAY_KINDS[kind](args, data, sizes)
    if kind in _PLAIN:
        return _PLAIN[kind](args, data)
    row = TABLE[kind]
    module, _, name = row.array.rpartition(".")
    home = "symcalc.backends.kernels" if module == "kernels" else module
    function = getattr(importlib.import_module(home), name)
    return function(*args) if callable(function) else function


def _total(args: list[Value], data: Any) -> Value:
    result = args[0]
    for arg in args[1:]:
        result = result + arg
    return result


def _multiplied(args: list[Value], data: Any) -> Value:
    result = args[0]
    for arg in args[1:]:
        result = result * arg
    return result


#: Kinds that need no sizes.
_PLAIN: dict[str, Callable[[list[Value], Any], Value]] = {
    "add": _total,
    "mul": _multiplied,
    "pow": lambda args, data: np.power(*[np.asarray(arg, dtype=float) for arg in args])[()],
    "and": lambda args, data: np.logical_and.reduce(np.broadcast_arrays(*args)),
    "or": lambda args, data: np.logical_or.reduce(np.broadcast_arrays(*args)),
    "not": lambda args, data: np.logical_not(args[0]),
    "sum": lambda args, data: np.sum(args[0]),
    "size": lambda args, data: float(np.size(args[0])),
    "inv": lambda args, data: np.linalg.inv(args[0]),
    "det": lambda args, data: np.linalg.det(args[0]),
    "logdet": lambda args, data: np.linalg.slogdet(args[0])[1],
    "lse": lambda args, data: (
        np.logaddexp.reduce(np.ravel(args[0]))
        if data is None
        else np.logaddexp.reduce(args[0], axis=data)
    ),
    "amax": lambda args, data: np.max(args[0], axis=data),
    "amin": lambda args, data: np.min(args[0], axis=data),
    "prod": lambda args, data: np.prod(args[0], axis=data),
    "concat": lambda args, data: np.concatenate(args, axis=data[1]),
}


def _contracted(args: list[Value], data: Any, sizes: Mapping[str, int]) -> Value:
    """Return a contraction; free labels are factors of ones."""
    letters = string.ascii_letters
    names = ["".join(letters[label] for label in labels) for labels in data.factors]
    for label in data.free:
        names.append(letters[label])
        args = [*args, np.ones(size_of(data.dims[label], sizes))]
    out = "".join(letters[label] for label in data.out)
    pairs = len(args) > 2  # two at a time: all at once is a loop over every letter
    return np.einsum(f"{','.join(names)}->{out}", *args, optimize=pairs) if args else 1.0


def _index(entries: Sequence[Any], sizes: Mapping[str, int]) -> tuple[Any, ...]:
    def end(bound: Any) -> int | None:
        if isinstance(bound, tuple):
            return sum(size_of(dimension, sizes) for dimension in bound)
        return None if bound is None else int(bound)

    return tuple(
        entry if isinstance(entry, int) else slice(end(entry[0]), end(entry[1]), entry[2])
        for entry in entries
    )


def _put(args: list[Value], data: Any, sizes: Mapping[str, int]) -> Value:
    shape, entries = data
    result = np.zeros([size_of(dimension, sizes) for dimension in shape])
    result[_index(entries, sizes)] = args[0]
    return result


#: Kinds that need the sizes of dimensions.
_ARRAY_KINDS: dict[str, Callable[[list[Value], Any, Mapping[str, int]], Value]] = {
    "ein": _contracted,
    "eye": lambda args, data, sizes: np.eye(size_of(data, sizes)),
    "take": lambda args, data, sizes: args[0][_index(data[1], sizes)],
    "put": _put,
    "reshape": lambda args, data, sizes: np.reshape(
        args[0], [size_of(dimension, sizes) for dimension in data]
    ),
}
