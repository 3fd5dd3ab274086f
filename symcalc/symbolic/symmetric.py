"""Transposes of what is symmetric are left out of what people read: `A @ x + A.T @ x` is `2*A @ x`.

Symmetric is what was declared so, and what is so whatever the data: `X.T @ X`, and its inverse.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence

from ..graph.contractions import Contraction, Factor, contract
from ..graph.graph import REDUCTIONS, Graph, Node
from ..graph.rewrite import make, rebuild

__all__ = ["without_transposes"]


def without_transposes(
    graph: Graph, roots: Sequence[Node], names: Collection[str]
) -> tuple[Graph, list[Node]]:
    """Return the formulas with no transpose of a matrix that is symmetric, or is where some are.

    What is returned is another function of matrices that are not: it is not to be differentiated
    in those named.
    """
    symmetric: set[Node] = set()

    def is_symmetric(new: Graph, node: Node) -> bool:
        if new.kinds[node] == "var":
            return new.data[node] in names
        return node in symmetric or new.kinds[node] == "eye"

    def rule(new: Graph, kind: str, args: tuple[Node, ...], data: object) -> Node:
        if isinstance(data, Contraction):
            matrices = [new.kinds[arg] != "eye" and is_symmetric(new, arg) for arg in args]
            dims = dict(enumerate(data.dims))
            node = contract(new, _in_order(args, data, matrices), data.out, dims)
            found = (len(args) == 1 and matrices[0] and node == args[0]) or _is_gram(new, node)
        else:
            node = make(new, kind, args, data)
            arrays = [arg for arg in args if new.shape(arg)]
            keeps = kind == "inv" or kind not in REDUCTIONS
            found = keeps and bool(arrays) and all(is_symmetric(new, arg) for arg in arrays)
        if found:
            symmetric.add(node)
        return node

    return rebuild(graph, roots, rule)


def _is_gram(graph: Graph, node: Node) -> bool:
    """Whether a product is that with its axes exchanged, factor by factor: `X.T @ diag(d) @ X`."""
    data, args = graph.data[node], graph.args[node]
    if not isinstance(data, Contraction) or len(data.out) != 2:
        return False
    first, second = data.out
    swap = {first: second, second: first}
    turned = [tuple(swap.get(label, label) for label in labels) for labels in data.factors]
    return sorted(zip(args, turned, strict=True)) == sorted(zip(args, data.factors, strict=True))


def _in_order(args: Sequence[Node], data: Contraction, symmetric: Sequence[bool]) -> list[Factor]:
    """Return the factors of a contraction, the axes of symmetric ones as they are read.

    A product is read from the first axis of its result on: the axis nearer to it comes first.
    """
    rank = _distances(data)
    factors = []
    for arg, labels, may_turn in zip(args, data.factors, symmetric, strict=True):
        turned = may_turn and rank[labels[0]] > rank[labels[1]]
        factors.append((arg, labels[::-1] if turned else labels))
    return factors


def _distances(data: Contraction) -> dict[int, tuple[int, int]]:
    """Return how many factors lie between each label and the first that it hangs together with."""
    found: dict[int, tuple[int, int]] = {}
    for first in range(len(data.dims)):
        waiting = deque() if first in found else deque([(first, 0)])
        while waiting:
            label, distance = waiting.popleft()
            if label in found:
                continue
            found[label] = distance, label
            for labels in data.factors:
                if label in labels:
                    waiting += [(other, distance + 1) for other in labels]
    return found
