"""What a formula shows of itself before it is evaluated: squares, kinks, sparse curvature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from ..expression import Expression
from ..functions import TABLE
from ..graph.dimensions import size_of
from ..graph.graph import Graph, Node
from ..graph.interactions import interactions
from .remembered import remembered

__all__ = [
    "Look",
    "Square",
    "count_numbers",
    "find_degree",
    "find_roughness",
    "find_squares",
    "has_sparse_curvature",
    "look_at",
]

#: A Hessian with more entries than this for each variable does not count as sparse.
PER_VARIABLE = 40

#: Kinds whose result is linear in their one moving argument, or in all of them together.
_LINEAR = frozenset({"add", "sum", "take", "put", "concat", "reshape"})


@dataclass(frozen=True, slots=True)
class Square:
    """One square in a sum of squares: `factor * node**2`.

    Attributes
    ----------
    node : Node
        The residual without its factor; a column where the square is summed over rows.
    factor : float
        Not negative.
    power : int
        The power of the number of rows that multiplies the square as well: -1 in a `mean`.
    """

    node: Node
    factor: float
    power: int = 0


class Look(NamedTuple):
    """What a formula shows at a glance: what keeps it from being smooth, its degree, its size."""

    roughness: frozenset[str]
    degree: float
    n_numbers: int


@remembered
def look_at(
    expression: Expression, names: tuple[str, ...], sizes: tuple[tuple[str, int], ...]
) -> Look:
    """Return roughness and degree of a formula in `names`, and how many numbers it computes."""
    graph, root = expression.graph, expression.root
    return Look(
        find_roughness(graph, root, names), find_degree(graph, root, names),
        count_numbers(graph, root, dict(sizes)),
    )  # fmt: skip


def find_squares(graph: Graph, root: Node, max_squares: int = 500) -> list[Square] | None:
    """Return the squares that the formula is a sum of, or None when it is none.

    Recognized are sums, positive multiples, `sum(...)` and `mean(...)` of even powers. Nodes for
    the residuals may be added to the graph.
    """
    found: list[Square] = []
    stack: list[tuple[Node, float, int, bool]] = [(root, 1.0, 0, False)]
    while stack:
        node, factor, power, is_summed = stack.pop()
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "add":
            stack += [(arg, factor, power, is_summed) for arg in reversed(args)]
        elif kind == "sum":
            stack.append((args[0], factor, power, True))
        elif kind == "mul":
            split = _split_product(graph, args)
            if split is None:
                return None
            stack.append((split[0], factor * split[1], power - split[2], is_summed))
        elif kind in ("pow", "const"):
            value = factor * float(graph.data[node]) if kind == "const" else factor
            residual = graph.const(1) if kind == "const" else _square_root(graph, node)
            if residual is None or value < 0.0:
                return None
            # A number under a sum over rows counts once for every row.
            repeats = int(is_summed and not graph.shape(residual))
            found.append(Square(residual, value, power + repeats))
        else:
            return None
        if len(found) > max_squares:
            return None
    return found


def _split_product(graph: Graph, args: tuple[Node, ...]) -> tuple[Node, float, int] | None:
    """Return the one factor that is no number, the numbers' product, and the divisions by size."""
    factor, n_divisions, rest = 1.0, 0, []
    for arg in args:
        if graph.kinds[arg] == "const":
            factor *= float(graph.data[arg])
        elif graph.kinds[arg] == "pow" and graph.kinds[graph.args[arg][0]] == "size":
            if graph.value(graph.args[arg][1]) != -1:
                return None
            n_divisions += 1
        else:
            rest.append(arg)
    return (rest[0], factor, n_divisions) if len(rest) == 1 and factor > 0.0 else None


def _square_root(graph: Graph, node: Node) -> Node | None:
    """Return the base of an even power, itself raised where the power is above 2."""
    base, exponent = graph.args[node]
    power = graph.value(exponent)
    if not isinstance(power, int) or power < 2 or power % 2:
        return None
    return graph.pow(base, graph.const(power // 2))


def find_roughness(graph: Graph, root: Node, names: Iterable[str]) -> frozenset[str]:
    """Return what keeps a formula from being smooth in `names`: of "kink", "jump" and "join".

    A "join" is a branch chosen by the variables; it is a "jump" for certain where the branches
    are different constants.
    """
    moving: set[Node] = set()
    wanted, found = set(names), set[str]()
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], graph.args[node]
        if kind == "var":
            depends = graph.data[node] in wanted
        else:
            depends = any(arg in moving for arg in args)
        if not depends:
            continue
        moving.add(node)
        row = TABLE.get(kind)
        if row is not None:
            found.update(kink.kind for kink in row.kinks)
        elif kind in ("amax", "amin"):
            found.add("kink")
        elif kind == "piecewise" and not moving.isdisjoint(args[1::2]):
            found |= _branch_roughness(graph, args, moving)
    return frozenset(found)


def find_degree(graph: Graph, root: Node, names: Iterable[str]) -> float:
    """Return the degree of a formula as a polynomial in `names`, infinity where it is none.

    An upper bound: terms that cancel are counted.
    """
    wanted = set(names)
    degrees: dict[Node, float] = {}
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], graph.args[node]
        of_args = [degrees[arg] for arg in args]
        if kind == "var":
            degree = float(graph.data[node] in wanted)
        elif kind == "size" or not any(of_args):
            degree = 0.0
        elif kind in _LINEAR:
            degree = max(of_args)
        elif kind in ("mul", "ein"):
            degree = sum(of_args)
        elif kind == "pow" and not of_args[1]:
            power = graph.value(args[1])
            is_whole = isinstance(power, int) and power >= 0
            degree = of_args[0] * power if is_whole else float("inf")  # type: ignore[operator]
        else:
            degree = float("inf")
        degrees[node] = degree
    return degrees[root]


def _branch_roughness(graph: Graph, args: tuple[Node, ...], moving: set[Node]) -> set[str]:
    """Return "join", and "jump" where every branch is a constant and they differ."""
    values = {value for value in args[::2] if graph.kinds[value] != "nan"}
    return {"join", "jump"} if moving.isdisjoint(values) and len(values) > 1 else {"join"}


def has_sparse_curvature(graph: Graph, root: Node, names: Sequence[str]) -> bool:
    """Whether most second derivatives of a formula are known to vanish, few in each row left."""
    known = {graph.data[node]: node for node in graph.variables([root])}
    moving = [known[name] for name in names if name in known]
    found = interactions(graph, root, moving, PER_VARIABLE * len(moving))
    return found is not None and sum(map(len, found)) <= PER_VARIABLE * len(moving)


def count_numbers(graph: Graph, root: Node, sizes: Mapping[str, int]) -> int:
    """Return how many numbers an evaluation computes, products of a contraction counted each."""
    total = 0
    for node in graph.reachable([root]):
        shape = [size_of(dimension, sizes) for dimension in graph.shape(node)]
        if graph.kinds[node] == "ein":
            lengths: dict[int, int] = {}
            for arg, labels in zip(graph.args[node], graph.data[node].factors, strict=True):
                for label, dimension in zip(labels, graph.shape(arg), strict=True):
                    lengths[label] = size_of(dimension, sizes)
            shape = list(lengths.values()) if len(graph.args[node]) < 3 else shape
        total += prod(shape)
    return total
