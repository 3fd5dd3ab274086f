"""Coordinates on all sides of the numbers that bound the branches and domains of a formula.

Two formulas that are equal at moderate points may part where a branch begins: beyond 1000 for
`abs(x - 1000)`. Where a formula is analytic, no such place need be looked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from ..errors import CompileError
from ..expression import Variable
from ..functions import TABLE
from ..graph.graph import Graph, Node
from .plain import PlainProgram
from .sampling import is_allowed

__all__ = ["landmark_coordinates", "landmark_places"]

#: Numbers of a formula that are looked at, and their sizes; beyond, products overflow.
MAX_NUMBERS, LEAST, GREATEST = 8, 1e-40, 1e40
#: So many variables are moved to the landmarks.
MAX_VARIABLES = 4


def landmark_places(
    graph: Graph,
    roots: Sequence[Node],
    variables: Sequence[Variable],
    places: Iterable[dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    """Yield ordinary places with one number of each moved to a landmark, as long as they last."""
    scalars = [v for v in variables if not v.shape][:MAX_VARIABLES]
    moves = [(v, x) for x in landmark_coordinates(graph, roots) for v in scalars]
    allowed = [(v.name, x) for v, x in moves if is_allowed(v, x)]
    for place, (name, coordinate) in zip(places, allowed, strict=False):
        yield {**place, name: coordinate}


def landmark_coordinates(graph: Graph, roots: Sequence[Node]) -> list[float]:
    """Return two numbers in each gap between the bounds that a formula names, and beyond all.

    A bound is any constant `c` under a kink, a jump, a condition or a function with a domain,
    its square root, and its negative; zero is one too. A formula without those has none.

    Examples
    --------
    >>> from symcalc.language import read
    >>> f = read("max(x, 900)")
    >>> landmark_coordinates(f.graph, [f.root])[-6:]
    [10.0, 20.0, 320.0, 610.0, 1800.0, 2700.0]
    """
    sizes: set[float] = set()
    for number in _numbers(graph, roots):
        sizes |= {number, math.sqrt(number)}
    if not sizes:
        return []
    bounds = sorted({0.0, *sizes, *(-size for size in sizes)})
    gaps = [(lower, (upper - lower) / 3) for lower, upper in pairwise(bounds)]
    between = [lower + n * third for lower, third in gaps for n in (1, 2)]
    return [3 * bounds[0], 2 * bounds[0], *between, 2 * bounds[-1], 3 * bounds[-1]]


def _numbers(graph: Graph, roots: Sequence[Node]) -> list[float]:
    """Return the sizes of the constants that may bound a branch or a domain."""
    bounding = [part for node in graph.reachable(roots) for part in _bounded_parts(graph, node)]
    found: dict[float, None] = {}
    for node in _outermost_constants(graph, bounding):
        try:
            value = abs(complex(PlainProgram(graph, node)({})))
        except (CompileError, ArithmeticError, ValueError):
            continue
        if LEAST <= value <= GREATEST:
            found.setdefault(value)
    return list(found)[:MAX_NUMBERS]


def _bounded_parts(graph: Graph, node: Node) -> tuple[Node, ...]:
    """Return the arguments of a node that decide on its branch or on whether it has a value."""
    kind, args = graph.kinds[node], graph.args[node]
    if kind == "piecewise":
        return args[1::2]
    if kind == "pow":
        exponent = graph.value(args[1])
        is_whole = exponent is not None and exponent.denominator == 1
        return () if is_whole else args[:1]
    row = TABLE.get(kind)
    return args if row is not None and (row.kinks or row.domain) else ()


def _outermost_constants(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Return the greatest parts without a variable."""
    moving: set[Node] = set()
    nodes = graph.reachable(roots)
    found = dict.fromkeys(root for root in roots if not graph.variables([root]))
    for node in nodes:
        args = graph.args[node]
        if graph.kinds[node] == "var" or not moving.isdisjoint(args):
            moving.add(node)
            found.update(dict.fromkeys(arg for arg in args if arg not in moving))
    return list(found)
