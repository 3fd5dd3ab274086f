"""Values and derivatives of formulas over arrays at a point: element by element in balls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ..backends import compile_expression
from ..errors import ArgumentError
from ..expression import Expression
from ..graph.derive import gradient_nodes, jacobian_nodes
from ..graph.dimensions import size_of
from ..graph.graph import Graph, Node
from ..graph.unroll import unroll, unrolled_size
from ..outcome import Estimate, Outcome, Trust
from ..verify import derivative_at
from .array_estimate import ArrayEstimate
from .array_shapes import sizes_of
from .data import refuse_masked
from .proven import proven_value
from .structure import find_roughness

__all__ = ["has_arrays", "point_derivative", "point_value", "to_entries"]

#: A formula that has more nodes when it is written out in numbers is not enclosed, nor one
#: where nodes times results are more than this.
MAX_NODES, MAX_WORK = 20_000, 1_000_000

Index = tuple[int, ...]


def has_arrays(expression: Expression) -> bool:
    """Whether a formula is one over arrays."""
    return bool(expression.graph.shapes) or any(v.shape for v in expression.variables)


def to_entries(name: str, value: Any) -> Any:
    """Return an array of a point as floats.

    Raises
    ------
    ArgumentError
        It has something else among its entries.
    """
    refuse_masked(value, f"`{name}`")
    if hasattr(value, "toarray"):
        value = value.toarray()
    try:
        cells = np.asarray(value)
        if cells.dtype.kind not in "buifO":
            raise TypeError
        array = cells.astype(float)
    except (TypeError, ValueError, OverflowError):
        message = f"`{name}` must be an array of real numbers, not {value!r:.60}."
        raise ArgumentError(message) from None
    bad = np.argwhere(~np.isfinite(array))
    if bad.size:
        place = ", ".join(map(str, bad[0].tolist()))
        raise ArgumentError(f"`{name}` has no finite number at [{place}].")
    return array


def point_value(expression: Expression, point: Mapping[str, Any], digits: int) -> Any:
    """Return the value of a formula over arrays: an `Estimate`, or an `ArrayEstimate`.

    Each element is enclosed on its own; formulas that are too large for that are compiled, and
    the result says so.
    """
    place = _Place.of(expression, point)
    if (elements := place.written_out([expression.root])) is None:
        return place.compiled(expression.graph, expression.root)
    (entries,) = elements.roots
    return place.estimates(
        entries, lambda node: proven_value(elements.graph, node, elements.point, digits)
    )


def point_derivative(
    expression: Expression, steps: Sequence[str], point: Mapping[str, Any], digits: int
) -> Any:
    """Return a first or second derivative of a formula over arrays at a point.

    The formula is written out in numbers and differentiated there, one number at a time, so that
    kinks, edges and removable points are seen as they are for scalars.
    """
    place = _Place.of(expression, point)
    found = place.written_out([expression.root])
    if found is None or not found.is_worthwhile(steps):
        graph, node = expression.graph.copy(), expression.root
        for name in steps:
            (node,) = jacobian_nodes(graph, node, [graph.var(name)])
        return place.compiled(graph, node, len(steps))
    estimates: dict[Index, Estimate] = {}
    shape = place.shape(expression.root) + tuple(n for s in steps for n in place.arrays(s))
    for lead, value in found.roots[0].items():
        for names, index, first, second in found.derivatives(value, steps):
            estimates[lead + index] = place.in_words(
                derivative_at(found.graph, value, first, second, names, found.point, digits)
            )
    return ArrayEstimate.of(shape, estimates)


@dataclass(frozen=True, eq=False)
class _WrittenOut:
    """A formula in scalars, with a number for each."""

    graph: Graph
    roots: list[dict[Index, Node]]
    entries: dict[str, dict[Index, str]]
    point: dict[str, float | Fraction]

    def is_worthwhile(self, steps: Sequence[str]) -> bool:
        """Whether there are not too many derivatives to enclose one by one."""
        n_results = len(self.roots[0])
        for name in steps:
            n_results *= len(self.elements(name))
        n_nodes = len(self.graph.reachable(self.roots[0].values()))
        most = MAX_WORK if len(steps) == 1 else MAX_WORK // 4
        return n_results * n_nodes <= most

    def elements(self, name: str) -> dict[Index, str]:
        """Return the scalars that a variable has become, by index."""
        return self.entries.get(name, {(): name})

    def derivatives(self, value: Node, steps: Sequence[str]) -> Any:
        """Yield names, index, first and second derivative of one number in all elements."""
        graph, elements = self.graph, [self.elements(name) for name in steps]
        variables = [[graph.var(name) for name in part.values()] for part in elements]
        rows = gradient_nodes(graph, value, variables[0])
        for (index, name), first in zip(elements[0].items(), rows, strict=True):
            if len(steps) == 1:
                yield (name,), index, first, None
                continue
            seconds = gradient_nodes(graph, first, variables[1])
            for (more, other), second in zip(elements[1].items(), seconds, strict=True):
                yield (name, other), index + more, first, second


@dataclass(frozen=True, eq=False)
class _Place:
    """A point for the variables of a formula over arrays."""

    expression: Expression
    point: Mapping[str, Any]
    sizes: dict[str, int]

    @classmethod
    def of(cls, expression: Expression, point: Mapping[str, Any]) -> _Place:
        """Check the shapes of what a point gives to the variables."""
        shapes = {variable.name: variable.shape for variable in expression.variables}
        return cls(expression, point, sizes_of(shapes, point))

    def arrays(self, name: str) -> Index:
        """Return the sizes of a variable along its axes."""
        return np.shape(self.point[name])

    def shape(self, node: Node) -> Index:
        """Return the sizes of a node of the formula along its axes."""
        return tuple(size_of(d, self.sizes) for d in self.expression.graph.shape(node))

    def written_out(self, roots: Sequence[Node]) -> _WrittenOut | None:
        """Return nodes of the formula in scalars, None where they would be too many."""
        graph = self.expression.graph.copy()
        arrays = [graph.var(v.name, v.shape) for v in self.expression.variables if v.shape]
        if unrolled_size(graph, roots, self.sizes) > MAX_NODES:
            return None
        found = unroll(graph, [*roots, *arrays], self.sizes)
        scalars = {name: v for name, v in self.point.items() if not np.ndim(v)}
        for name, places in found.entries.items():
            scalars |= {one: float(self.point[name][index]) for index, one in places.items()}
        wanted = found.roots[: len(roots)]
        whole = []
        for node, elements in zip(roots, wanted, strict=True):
            shape = self.shape(node)
            single = elements.get(()) if shape else None
            whole.append(elements if single is None else dict.fromkeys(np.ndindex(shape), single))
        if sum(map(len, whole)) * len(found.graph.kinds) > MAX_WORK:
            return None
        return _WrittenOut(found.graph, whole, found.entries, scalars)

    def estimates(self, entries: Mapping[Index, Node], estimate: Callable[[Node], Estimate]) -> Any:
        """Return estimates of all elements as one."""
        found = {index: self.in_words(estimate(node)) for index, node in entries.items()}
        return ArrayEstimate.of(self.shape(self.expression.root), found)

    def in_words(self, estimate: Estimate) -> Estimate:
        """Return an estimate whose note names elements as people do: `w[0]`, `X[1, 2]`."""
        note = estimate.note
        for name in [v.name for v in self.expression.variables if v.shape]:
            for entry in set(re.findall(rf"\b{re.escape(name)}_row\d+(?:_\d+)*", note)):
                index = entry.removeprefix(f"{name}_row").replace("_", ", ")
                note = re.sub(rf"\b{entry}\b", f"{name}[{index}]", note)
        return replace(estimate, note=note)

    def compiled(self, graph: Graph, root: Node, order: int = 0) -> Any:
        """Return what compiled code finds, in double precision and unchecked."""
        expression = Expression(graph, root, self.expression.variables)
        value = np.asarray(compile_expression(expression)(**dict(self.point)), dtype=float)
        method = "compiled code in double precision"
        is_finite = bool(np.isfinite(value).all())
        outcome = Outcome.DONE if is_finite else Outcome.UNDEFINED
        note = "too large to be enclosed element by element"
        if not is_finite:
            place = ", ".join(str(int(i)) for i in np.argwhere(~np.isfinite(value))[0])
            note = f"{f'[{place}]: ' if place else ''}not a finite number; {note}"
        if order and find_roughness(graph, self.expression.root, self.expression.names):
            note += "; kinks are not looked for"
        unknown = np.full(value.shape, np.nan)
        if not value.ndim:
            return Estimate(float(value), np.nan, method, Trust.UNCHECKED, outcome, note)
        return ArrayEstimate(value, unknown, method, Trust.UNCHECKED, outcome, note)
