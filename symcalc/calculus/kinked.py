"""A formula with every kink as a line: one smooth program of variables, slopes and offsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays.reductions import REDUCERS
from ..expression import Expression, Variable
from ..graph.dimensions import size_of
from ..graph.graph import Graph, Node
from ..graph.rewrite import make
from ..optimize.kinked import Bends, KinkedFunction, Kinks, Peaks
from .remembered import array_function_of, remembered
from .structure import find_degree, find_roughness

__all__ = ["find_kinked"]

#: More arguments of kinks than this, and more entries of their Jacobian, are not looked at.
MAX_PIECES, MAX_ENTRIES = 200_000, 20_000_000

#: Functions whose kinks are lines.
_BENT = frozenset({"abs", "relu", "max", "min", "amax", "amin"})

#: Functions named in words, and so many letters of each.
N_NAMED, LONG = 3, 40

Indices = NDArray[np.int64]


def find_kinked(
    expression: Expression, start: Mapping[str, Any], data: Mapping[str, Any],
    sizes: Mapping[str, int],
) -> KinkedFunction | str:  # fmt: skip
    """Return an objective with its kinks as lines, or why there is none.

    Its kinks must be those of `abs`, `relu`, `max` and `min`, of numbers or of arrays.
    """
    numbers = tuple((name, int(np.size(value))) for name, value in start.items())
    lines = _rewritten(expression, expression.variables, numbers, tuple(sizes.items()))
    if lines.n_pieces > MAX_PIECES or lines.n_pieces * lines.n > MAX_ENTRIES:
        return f"{lines.n_pieces} kinks in {lines.n} variables are too many to be weighed"
    whole = lines.expression()
    rest = find_roughness(whole.graph, whole.root, start) - {"join"}
    if rest or not lines.sources:
        return "it has kinks or jumps beyond those of abs, relu, max and min"
    names = [*start, *lines.slopes, *lines.offsets, *lines.probes]
    function = array_function_of(whole, order=2, wrt=names)
    known = {name: values for name, values in data.items() if name in whole.names}
    flat = function.at_data(sizes, **known)
    return KinkedFunction(
        lines.n, lines.kinks(), lines.depth, flat.value_and_gradient, flat.hessian_product,
        find_degree(whole.graph, whole.root, names) <= 2, lines.words,
    )  # fmt: skip


@remembered
def _rewritten(
    expression: Expression, variables: tuple[Variable, ...], numbers: tuple[tuple[str, int], ...],
    sizes: tuple[tuple[str, int], ...],
) -> _Lines:  # fmt: skip
    """Return a formula along lines; `variables` are those that it lists."""
    return _Lines(expression, dict(numbers), dict(sizes))


@dataclass(frozen=True, slots=True)
class _Source:
    """One function with kinks.

    Attributes
    ----------
    pieces : tuple of ndarray of int
        The places of its arguments, an array each.
    kinks : ndarray of int
        The places of its kinks.
    axis : int or None
        The axis along which the entries of one argument compete; -1 where none do.
    low : float
        The slope of an argument where it is negative.
    """

    pieces: tuple[Indices, ...]
    kinks: Indices
    axis: int | None
    low: float

    @property
    def is_bend(self) -> bool:
        """Whether its kinks are of one argument."""
        return self.axis == -1 and len(self.pieces) == 1


@dataclass(slots=True)
class _Lines:
    """The formula as it is rewritten, function by function.

    Attributes
    ----------
    source : Expression
    start : mapping of str to int
        The variables, and how many numbers each is.
    sizes : mapping of str to int
        Of the dimensions.
    """

    source: Expression
    start: Mapping[str, int]
    sizes: Mapping[str, int]
    graph: Graph = field(init=False)
    root: Node = field(init=False)
    sources: list[_Source] = field(default_factory=list)
    slopes: list[str] = field(default_factory=list)
    offsets: list[str] = field(default_factory=list)
    probes: list[str] = field(default_factory=list)
    n_pieces: int = 0
    n_kinks: int = 0
    depth: int = 0
    _moving: set[Node] = field(default_factory=set)
    _extra: list[Node] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        before = self.source.graph
        self.graph = before.copy()
        place: dict[Node, Node] = {}
        depths: dict[Node, int] = {}
        self._moving = self._find_moving()
        needed = self._needed()
        for node in before.reachable([self.source.root]):
            if node not in needed:
                continue
            pieces = self._pieces(node)
            inside = before.args[node] if pieces is None else [arg for arg, _ in pieces]
            depths[node] = max((depths[arg] for arg in inside), default=0)
            if pieces is not None:
                depths[node] += 1
                self.depth = max(self.depth, depths[node])
                text = Expression(before, node).text
                self._texts.append(text if len(text) <= LONG else f"{text[:LONG]}…")
                moved = [(place[arg], sign, arg not in self._moving) for arg, sign in pieces]
                place[node] = self._line(node, moved)
                continue
            args = tuple([place[arg] for arg in before.args[node]])
            is_same = args == before.args[node]
            kind, data = before.kinds[node], before.data[node]
            place[node] = node if is_same else make(self.graph, kind, args, data)
        self.root = self.graph.add([place[self.source.root], *self._extra])

    @property
    def n(self) -> int:
        """The number of numbers that are varied."""
        return sum(self.start.values())

    @property
    def words(self) -> str:
        """The functions that have kinks."""
        shown = ", ".join(f"`{text}`" for text in self._texts[:N_NAMED])
        n_more = len(self._texts) - N_NAMED
        return shown + (f" and {n_more} more" if n_more > 0 else "")

    def expression(self) -> Expression:
        """Return the formula with lines in the place of kinks, and the arguments probed."""
        graph = self.graph
        names = [*self.slopes, *self.offsets, *self.probes]
        variables = [*self.source.variables]
        variables += [Variable(name, graph.shape(graph.var(name, ()))) for name in names]
        return Expression(graph, self.root, variables)

    def kinks(self) -> Kinks:
        """Return where the kinks are among slopes and offsets."""
        bends = [s for s in self.sources if s.is_bend]
        peaks = [s for s in self.sources if not s.is_bend]
        source = np.empty(self.n_kinks, dtype=np.int64)
        for place, one in enumerate(self.sources):
            source[one.kinks.ravel()] = place
        none = np.zeros(0, dtype=np.int64)
        return Kinks(
            Bends(
                np.concatenate([none, *[s.pieces[0].ravel() for s in bends]]),
                np.concatenate([none, *[s.kinks.ravel() for s in bends]]),
                np.concatenate([np.zeros(0), *[np.full(s.kinks.size, s.low) for s in bends]]),
                np.ones(sum(s.kinks.size for s in bends)),
            ),
            tuple(Peaks(_competing(s), s.kinks.ravel()) for s in peaks),
            source, self.n_pieces,
        )  # fmt: skip

    # -- inside -----------------------------------------------------------------------------

    def _find_moving(self) -> set[Node]:
        """Return the nodes that depend on the variables."""
        graph = self.source.graph
        moving: set[Node] = set()
        for node in graph.reachable([self.source.root]):
            is_start = graph.kinds[node] == "var" and graph.data[node] in self.start
            if is_start or not moving.isdisjoint(graph.args[node]):
                moving.add(node)
        return moving

    def _needed(self) -> set[Node]:
        """Return the nodes whose own value is asked for: not those that a maximum takes apart."""
        graph = self.source.graph
        needed = {self.source.root}
        for node in graph.reachable([self.source.root]):
            pieces = self._pieces(node)
            needed.update(graph.args[node] if pieces is None else [arg for arg, _ in pieces])
        return needed

    def _pieces(self, node: Node) -> list[tuple[Node, int]] | None:
        """Return the arguments of a function with kinks, with signs; None for any other.

        The largest of absolute values is the largest of their arguments and what is opposite.
        """
        graph = self.source.graph
        kind, args = graph.kinds[node], graph.args[node]
        if kind not in _BENT or node not in self._moving:
            return None
        if kind in ("max", "min") and len(args) < 2:
            return None
        sign = -1 if kind in ("min", "amin") else 1
        if kind in ("abs", "relu"):
            return [(args[0], 1)]
        found: list[tuple[Node, int]] = []
        waiting = list(reversed(args))
        while waiting:
            arg = waiting.pop()
            if sign > 0 and graph.kinds[arg] == "abs":
                found += [(graph.args[arg][0], 1), (graph.args[arg][0], -1)]
            elif kind in ("max", "min") and graph.kinds[arg] == kind:
                waiting += reversed(graph.args[arg])
            else:
                found.append((arg, sign))
        return found

    def _line(self, node: Node, pieces: list[tuple[Node, int, bool]]) -> Node:
        """Return what a function with kinks is along lines; of its arguments some are fixed."""
        graph, kind = self.graph, self.source.graph.kinds[node]
        if kind in ("abs", "relu"):
            return self._bend(pieces[0][0], -1.0 if kind == "abs" else 0.0)
        sign = -1 if kind in ("min", "amin") else 1
        signed = [graph.scale(side, arg) for arg, side, _ in pieces]
        if kind in ("amax", "amin"):
            return graph.scale(sign, self._largest(signed, self.source.graph.data[node]))
        if len(signed) > 2:
            return graph.scale(sign, self._largest(signed, -1))
        base, other = signed if pieces[0][2] else reversed(signed)
        bend = self._bend(graph.sub(other, base), 0.0)
        return graph.scale(sign, graph.add([base, bend]))

    def _bend(self, inside: Node, low: float) -> Node:
        """Return `slope*inside + offset`."""
        graph, shape = self.graph, self.graph.shape(inside)
        line, places = self._piece(inside, shape)
        offset, kinks = self._offset(shape)
        self.sources.append(_Source((places,), kinks, -1, low))
        return graph.add([line, offset])

    def _largest(self, pieces: Sequence[Node], axis: int | None) -> Node:
        """Return `sum(slope*piece) + offset`, the sum over entries as well where they compete."""
        graph = self.graph
        shape = next((graph.shape(p) for p in pieces if graph.shape(p)), ())
        found = [self._piece(piece, shape) for piece in pieces]
        lines = [line for line, _ in found]
        if axis != -1:
            lines = [REDUCERS["sum"](graph, line, axis) for line in lines]
        offset, kinks = self._offset(graph.shape(lines[0]))
        self.sources.append(_Source(tuple(places for _, places in found), kinks, axis, 0.0))
        return graph.add([*lines, offset])

    def _piece(self, inside: Node, shape: Any) -> tuple[Node, Indices]:
        """Return a slope times an argument, which is probed, and the places of its entries."""
        graph, k = self.graph, len(self.slopes)
        slope, probe = graph.var(f"slope {k}", shape), graph.var(f"probe {k}", shape)
        self.slopes.append(f"slope {k}")
        self.probes.append(f"probe {k}")
        places = self.n_pieces + self._places(shape)
        self.n_pieces += places.size
        probed = graph.mul([probe, inside])
        self._extra.append(graph.node("sum", (probed,)) if shape else probed)
        return graph.mul([slope, inside]), places

    def _offset(self, shape: Any) -> tuple[Node, Indices]:
        """Return an offset and the places of its entries."""
        name = f"offset {len(self.offsets)}"
        self.offsets.append(name)
        places = self.n_kinks + self._places(shape)
        self.n_kinks += places.size
        return self.graph.var(name, shape), places

    def _places(self, shape: Any) -> Indices:
        """Return the places of the entries of an array of a shape, counted from 0."""
        size = tuple(size_of(dimension, self.sizes) for dimension in shape)
        return np.arange(prod(size)).reshape(size)


def _competing(source: _Source) -> Indices:
    """Return the places of arguments that compete: one column a kink."""
    if source.axis == -1:
        return np.array([places.ravel() for places in source.pieces])
    if source.axis is None:
        return np.concatenate([places.ravel() for places in source.pieces])[:, None]
    parts = [
        np.moveaxis(p, source.axis, 0).reshape(p.shape[source.axis], -1) for p in source.pieces
    ]
    return np.concatenate(parts)
