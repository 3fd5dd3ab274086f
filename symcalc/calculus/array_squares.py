"""Objectives over arrays that are sums of squares: their residuals, as functions of one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends import FlatFunction
from ..expression import Expression
from ..graph.dimensions import size_of
from ..graph.graph import Graph, Node
from .remembered import array_function_of

__all__ = ["ArrayResiduals", "find_residuals"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ArrayResiduals:
    """Residuals of an objective: their squares add up to it.

    Attributes
    ----------
    parts : list of (FlatFunction, float)
        Arrays, and the root of the factor of their squares.
    n_residuals : int
        How many numbers they are.
    """

    parts: list[tuple[FlatFunction, float]]
    n_residuals: int

    def values(self, x: Array) -> Array:
        """Return all residuals."""
        return np.concatenate([root * part.values(x) for part, root in self.parts])

    def jacobian(self, x: Array) -> Array:
        """Return their derivatives, one row a residual."""
        blocks = [part.jacobian(x) for part, _ in self.parts]
        for block, (_, root) in zip(blocks, self.parts, strict=True):
            block *= root
        return np.concatenate(blocks) if len(blocks) > 1 else blocks[0]


def find_residuals(
    expression: Expression,
    names: Sequence[str],
    data: Mapping[str, Any],
    sizes: Mapping[str, int],
) -> ArrayResiduals | None:
    """Return the residuals of a formula that is a sum of squares, None for any other.

    Recognized are sums and positive multiples of `sum(r**2)`, `mean(r**2)`, `norm2(r)**2`, `r@r`.
    """
    graph = expression.graph.copy()
    squares = _squares(graph, expression.root, sizes, data)
    if not squares:
        return None
    count = 0
    parts: list[tuple[FlatFunction, float]] = []
    for node, factor in squares:
        whole = Expression(graph, node, expression.variables)
        function = array_function_of(whole, order=1, wrt=names)
        parts.append((function.at_data(sizes, **data), factor**0.5))
        count += int(np.prod([size_of(d, sizes) for d in graph.shape(node)]))
    return ArrayResiduals(parts, count)


def _squares(
    graph: Graph, root: Node, sizes: Mapping[str, int], data: Mapping[str, Any]
) -> list[tuple[Node, float]] | None:
    """Return nodes and factors whose squares, all entries added up, make the formula."""
    found: list[tuple[Node, float]] = []
    stack: list[tuple[Node, float]] = [(root, 1.0)]
    while stack:
        node, factor = stack.pop()
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "add" and not graph.shape(node):
            stack += [(arg, factor) for arg in reversed(args)]
            continue
        if kind == "mul" and not graph.shape(node):
            known = [_number(graph, arg, sizes, data) for arg in args]
            rest = [arg for arg, number in zip(args, known, strict=True) if number is None]
            if len(rest) == 1:
                scale = float(np.prod([number for number in known if number is not None]))
                stack.append((rest[0], factor * scale))
                continue
        base = _square_root(graph, args[0] if kind == "sum" else node)
        if base is None or factor <= 0.0:
            return None
        found.append((base, factor))
    return found


def _square_root(graph: Graph, node: Node) -> Node | None:
    """Return the node whose squared entries, added up, are this one's."""
    kind, args = graph.kinds[node], graph.args[node]
    if kind == "pow":
        power = graph.value(args[1])
        if isinstance(power, int) and power >= 2 and power % 2 == 0:
            return graph.pow(args[0], graph.const(power // 2))
    if kind == "mul" and len(args) == 2 and args[0] == args[1]:
        return args[0]
    if kind == "ein" and len(args) == 2 and args[0] == args[1] and not graph.data[node].out:
        left, right = graph.data[node].factors
        return args[0] if left == right and len(set(left)) == len(left) else None
    return None


def _number(
    graph: Graph, node: Node, sizes: Mapping[str, int], data: Mapping[str, Any]
) -> float | None:
    """Return a number made of constants, sizes and numbers among the data, None for others."""
    kind, args = graph.kinds[node], graph.args[node]
    if kind == "const":
        return float(graph.data[node])
    if kind == "dim":
        return float(sizes[graph.data[node]])
    if kind == "size":
        return float(np.prod([size_of(d, sizes) for d in graph.shape(args[0])]))
    if kind == "var" and graph.data[node] in data and not graph.shape(node):
        return float(data[graph.data[node]])
    parts = [_number(graph, arg, sizes, data) for arg in args]
    numbers = [part for part in parts if part is not None]
    if kind not in ("add", "mul", "pow") or len(numbers) < len(parts):
        return None
    if kind == "pow":
        return float(numbers[0] ** numbers[1]) if numbers[0] > 0.0 else None
    return float(np.sum(numbers) if kind == "add" else np.prod(numbers))
