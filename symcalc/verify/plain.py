"""A plain evaluation of a formula, node by node, in real or complex doubles.

It serves the complex step and the differences of formulas that ball arithmetic cannot evaluate,
and shares nothing with the compiled functions but the table's spelling of each function.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from ..backends import integral_function, kernels
from ..errors import CompileError
from ..functions import TABLE
from ..graph.graph import Graph, Node

__all__ = ["PlainProgram"]


class PlainProgram:
    """One root of a graph as a function of a point of plain numbers.

    Raises
    ------
    CompileError
        A function has no spelling for NumPy.
    """

    def __init__(self, graph: Graph, root: Node) -> None:
        self.graph, self.root = graph, root
        self.nodes = graph.reachable([root])
        kinds = {graph.kinds[node] for node in self.nodes}
        self._functions = {kind: _resolve(kind) for kind in kinds - _ARITHMETIC - _APART}
        self._integrals = {
            node: integral_function(graph.data[node])
            for node in self.nodes
            if graph.kinds[node] == "integral"
        }
        #: Whether the complex step may pass: every function continues analytically.
        self.allows_complex_step = not self._integrals and all(
            TABLE[kind].complex_step or not TABLE[kind].arity[1] for kind in self._functions
        )

    def __call__(self, point: Mapping[str, float | complex]) -> Any:
        """Return the value at a point; NaN where arithmetic fails."""
        values: dict[Node, Any] = {}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                args = [values[arg] for arg in self.graph.args[node]]
                try:
                    values[node] = self._evaluate(node, args, point)
                except (ArithmeticError, ValueError):
                    values[node] = math.nan
        return values[self.root]

    def _evaluate(self, node: Node, args: list[Any], point: Mapping[str, Any]) -> Any:
        kind, data = self.graph.kinds[node], self.graph.data[node]
        if kind == "const":
            return float(data)
        if kind == "var":
            return point[data]
        if kind == "nan":
            return math.nan
        if kind == "oo":
            return math.inf
        if kind == "integral":
            return self._integrals[node](*args)
        if kind in _ARITHMETIC:
            return _arithmetic(kind, data, args)
        return self._functions[kind](*args)


_APART = frozenset({"const", "var", "nan", "oo", "integral"})
_ARITHMETIC = frozenset({"add", "mul", "pow", "piecewise", "compare", "and", "or", "not"})


def _arithmetic(kind: str, relation: str | None, args: Sequence[Any]) -> Any:
    """Return the value of an arithmetic or logical node; conditions look at real parts."""
    if kind == "add":
        return sum(args[1:], args[0])
    if kind == "mul":
        return math.prod(args[1:], start=args[0])
    if kind == "pow":
        return _power(*args)
    if kind == "piecewise":
        for value, condition in zip(args[:-1:2], args[1::2], strict=True):
            if condition:
                return value
        return args[-1]
    if kind == "compare" and relation is not None:
        return _RELATIONS[relation](np.real(args[0]), np.real(args[1]))
    if kind == "not":
        return not args[0]
    return all(args) if kind == "and" else any(args)


def _power(base: Any, exponent: Any) -> Any:
    """Return base**exponent; a negative base has real powers only for whole exponents."""
    if np.real(exponent) == exponent and float(np.real(exponent)).is_integer():
        return base ** int(np.real(exponent))
    return base**exponent if np.real(base) >= 0 else math.nan


_RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "==": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
}


@cache
def _resolve(kind: str) -> Callable[..., Any]:
    """Return the NumPy function that the table names for a function or constant."""
    row = TABLE.get(kind)
    if row is not None and row.constant is not None:
        number = row.constant
        return lambda: number
    if row is None or not row.array:
        raise CompileError(f"`{kind}` has no numerical spelling.")
    module, _, name = row.array.rpartition(".")
    home = kernels if module == "kernels" else import_module(module)
    function: Callable[..., Any] = getattr(home, name)
    return function
