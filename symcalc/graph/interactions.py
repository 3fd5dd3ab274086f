"""Which second derivatives of a formula can differ from zero, without deriving any.

Walther, *Computing sparse Hessians with automatic differentiation* (2008): two variables interact
where a node that is not linear joins what depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ..errors import DerivativeError
from ..functions import TABLE
from .derive import gradient_nodes
from .graph import Graph, Node
from .regions import branches

__all__ = ["interactions"]

#: Functions of more arguments than this count as curved in all pairs of them.
MAX_ARITY = 3

#: Stands beside an argument in which there is a slope.
SLOPE = -1

#: Kinds of nodes that are truth values.
LOGIC = frozenset({"compare", "and", "or", "not"})

#: Pairs of arguments in which a node is curved.
Pairs = frozenset[tuple[int, int]]

NOTHING: frozenset[int] = frozenset()


def interactions(graph: Graph, root: Node, wrt: Sequence[Node], most: int) -> list[set[int]] | None:
    """Return for each variable those that it interacts with, by their places; None for too many.

    Parameters
    ----------
    graph, root
    wrt : sequence of Node
        The variables.
    most : int
        So many pairs, and names of variables under nodes, are looked at.
    """
    found: list[set[int]] = [set() for _ in wrt]
    place = {node: index for index, node in enumerate(wrt)}
    under: dict[Node, frozenset[int]] = {}
    left = most
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], graph.args[node]
        if node in place:
            under[node] = frozenset((place[node],))
            continue
        moving = [index for index in _felt(kind, args) if under[args[index]]]
        if not moving:
            under[node] = NOTHING
            continue
        first = under[args[moving[0]]]
        whole = first if len(moving) == 1 else first.union(*[under[args[k]] for k in moving[1:]])
        left -= len(whole) if len(moving) > 1 and node != root else 0
        if left < 0 or (kind != "add" and len(moving) ** 2 > left):
            return None
        under[node] = whole
        for one, other in _curved(graph, node, kind, moving):
            sides = under[args[one]], under[args[other]]
            left -= len(sides[0]) * len(sides[1])
            if left < 0:
                return None
            for index in sides[0]:
                found[index] |= sides[1]
            for index in sides[1]:
                found[index] |= sides[0]
    return found


def _felt(kind: str, args: Sequence[Node]) -> Sequence[int]:
    """Return the arguments in which a node has a slope."""
    if kind in LOGIC:
        return ()
    if kind == "piecewise":
        return branches(len(args))
    if kind in TABLE and 0 < len(args) <= MAX_ARITY:
        return [index for index in range(len(args)) if (index, SLOPE) in _bent(kind, len(args))]
    return range(len(args))


def _curved(graph: Graph, node: Node, kind: str, moving: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs of arguments that vary in which a node has a second derivative."""
    if kind in ("add", "piecewise", "sum", "size"):
        return []
    pairs = [(one, other) for k, one in enumerate(moving) for other in moving[k:]]
    if kind == "mul":
        return [(one, other) for one, other in pairs if one != other]
    if kind not in TABLE:
        return pairs
    n_args = len(graph.args[node])
    bent = _bent(kind, min(n_args, MAX_ARITY))
    is_bent = any(SLOPE not in pair for pair in bent)
    return [pair for pair in pairs if pair in bent] if n_args <= MAX_ARITY or not is_bent else pairs


@cache
def _bent(kind: str, n_args: int) -> Pairs:
    """Return the pairs of arguments in which a function is curved, and (one, SLOPE) for slopes."""
    graph = Graph()
    names = [graph.var(f"x{index}") for index in range(n_args)]
    zero, found = graph.const(0), set[tuple[int, int]]()
    root = graph.call(kind, names)
    for one in range(n_args):
        try:
            (slope,) = gradient_nodes(graph, root, [names[one]])
            bends = [slope, *gradient_nodes(graph, slope, names[one:])]
        except DerivativeError:  # without a rule in some argument: curved, for all that is known
            bends = [-1] * (n_args - one + 1)
        places = [SLOPE, *range(one, n_args)]
        found |= {(one, k) for k, bend in zip(places, bends, strict=True) if bend != zero}
    return frozenset(found)
