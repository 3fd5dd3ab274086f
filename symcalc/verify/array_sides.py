"""Formulas over arrays in numbers, for several sizes: what claims are compared by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balls import BallProgram
from ..expression import Variable
from ..graph.graph import Graph, Node
from ..graph.parts import enlarged
from ..graph.unroll import unroll
from .sampling import is_symmetric, make_symmetric, sample_points

__all__ = ["SIZES", "ArraySides", "Further", "evaluate_sides", "same_numbers"]

Array = NDArray[np.float64]

#: From the values of variables and the sizes to rows of numbers that are no nodes.
Further = Callable[[Mapping[str, Any], Mapping[str, int]], dict[Node, Array]]

#: Sizes for which both sides are evaluated: no two dimensions alike, and other ones again.
SIZES = ((3, 2, 4), (2, 3, 4), (4, 2, 3))
N_DRAWS, MAX_TRIES, BITS = 3, 40, 160
#: What rounding to doubles leaves between equal numbers.
ROUNDING = 1e-12
#: The radius below which a ball around 0 stands for 0: numbers of order 1 cancelled in `BITS`.
TINY = 2.0 ** (-BITS // 2)


@dataclass
class ArraySides:
    """Nodes in numbers: for each draw the sizes, and the elements of each node in a row."""

    sizes: list[dict[str, int]] = field(default_factory=list)
    values: list[dict[Node, Array]] = field(default_factory=list)
    tolerance: float = ROUNDING

    def same(self, left: Sequence[Array], right: Sequence[Array]) -> bool:
        """Whether arrays agree at every draw, but for rounding."""
        return all(same_numbers(a, b, self.tolerance) for a, b in zip(left, right, strict=True))

    @property
    def n_draws(self) -> int:
        """How often all nodes had finite values."""
        return len(self.values)


def same_numbers(left: Array, right: Array, tolerance: float) -> bool:
    """Whether two arrays agree, relative to the largest number in them."""
    size = max(float(np.abs(left).max(initial=0.0)), float(np.abs(right).max(initial=0.0)))
    return bool(np.abs(left - right).max(initial=0.0) <= tolerance * size)


def evaluate_sides(
    graph: Graph,
    nodes: Sequence[Node],
    variables: Sequence[Variable],
    seed: int,
    further: Further | None = None,
    *,
    optional: Sequence[Node] = (),
    patterns: Sequence[Sequence[int]] = SIZES,
) -> ArraySides:
    """Evaluate nodes in balls for several sizes, at random elements, and what comes `further`.

    Draws at which a node has no finite value are left out; `optional` nodes may have none.
    """
    whole = [*nodes, *optional]
    counted = [graph.data[n] for n in graph.reachable(whole) if graph.kinds[n] == "dim"]
    named = [d for v in variables for d in v.shape if isinstance(d, str)]
    names = list(dict.fromkeys([*named, *counted]))
    arrays = [graph.var(v.name, v.shape) for v in variables if v.shape]
    scalars = [v.name for v in variables if not v.shape]
    matrices = [v for v in variables if is_symmetric(v)]
    sides = ArraySides()
    for pattern in patterns:
        sizes = {name: pattern[place % len(pattern)] for place, name in enumerate(names)}
        sizes = enlarged(graph, whole, sizes)
        found = unroll(graph, [*whole, *arrays], sizes)
        roots = [list(root.values()) for root in found.roots[: len(whole)]]
        program = BallProgram(found.graph, [node for root in roots for node in root])
        entries = [entry for row in found.entries.values() for entry in row.values()]
        n_before = sides.n_draws
        for point in sample_points([*scalars, *entries], seed=seed, n_tries=MAX_TRIES):
            make_symmetric(point, found.entries, matrices)
            balls = iter(program.evaluate(point, BITS))
            rows = [np.array([_number(next(balls)) for _ in root]) for root in roots]
            numbers = dict(zip(whole, rows, strict=True))
            needed = rows[: len(nodes)]
            if further is not None and _are_finite(needed):
                more = further(_as_arrays(point, found.entries, scalars), sizes)
                numbers, needed = numbers | more, [*needed, *more.values()]
            if _are_finite(needed):
                sides.sizes.append(sizes)
                sides.values.append(numbers)
            if sides.n_draws - n_before == N_DRAWS:
                break
    return sides


def _number(ball: Any) -> float:
    """Return the middle of a ball; what cannot be told from 0 in a narrow one is rounding."""
    return 0.0 if ball.contains(0) and ball.rad() < TINY else float(ball.mid())


def _are_finite(rows: Sequence[Array]) -> bool:
    """Whether arrays have finite numbers only."""
    return all(np.isfinite(row).all() for row in rows)


def _as_arrays(
    point: Mapping[str, float],
    entries: Mapping[str, Mapping[tuple[int, ...], str]],
    scalars: Sequence[str],
) -> dict[str, Any]:
    """Return a point in scalars as numbers and arrays by name."""
    found: dict[str, Any] = {name: point[name] for name in scalars}
    for name, places in entries.items():
        shape = tuple(top + 1 for top in max(places, default=()))
        found[name] = np.array([point[one] for one in places.values()]).reshape(shape)
    return found
