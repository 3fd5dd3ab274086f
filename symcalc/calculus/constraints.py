"""Relations → constraints as callables on one vector, and those that are bounds as bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..backends import ArrayFunction, CompiledFunction
from ..errors import ArgumentError
from ..expression import Expression, Variable
from ..graph.contractions import contract
from ..graph.dimensions import size_of
from ..graph.graph import Graph
from ..graph.shapes import Shape
from ..optimize import Constraints, Label, Share, no_constraints
from ..optimize.bounds import Bounds
from .affine import is_affine, is_single, moving_nodes
from .constraint_reading import Link
from .convexity import is_convex_in
from .structure import find_roughness

__all__ = ["ConstraintSet", "Setting", "compile_constraints", "is_plain"]


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What constraints are about.

    Attributes
    ----------
    start : dict
        The variables, numbers or arrays.
    data : dict
        What else they may name.
    shapes : dict
        The declared shapes of arrays among both.
    """

    start: Mapping[str, Any]
    data: Mapping[str, Any]
    shapes: Mapping[str, Shape]

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes of the dimensions that the arrays show."""
        whole = {**self.data, **self.start}
        return {
            str(dimension): size
            for name, shape in self.shapes.items()
            if name in whole
            for dimension, size in zip(shape, np.shape(whole[name]), strict=False)
        }


@dataclass(frozen=True, slots=True, eq=False)
class ConstraintSet:
    """Constraints ready for a solver.

    Attributes
    ----------
    constraints : Constraints
        Those that are no bounds.
    bounds : Bounds
        Of every number that is varied.
    labels : tuple of Label
        The constraints as written, then the bounds that were given as such.
    notes : tuple of str
        What was done with constraints that are strict, constant or implied by others.
    roughness : frozenset of str
        What keeps constraints from being smooth: of "kink", "jump" and "join".
    """

    constraints: Constraints
    bounds: Bounds
    labels: tuple[Label, ...]
    notes: tuple[str, ...]
    roughness: frozenset[str]


def compile_constraints(
    links: Sequence[Link], setting: Setting, bounds: Mapping[str, Any] | None
) -> ConstraintSet:
    """Return constraints and bounds as a solver takes them.

    Parameters
    ----------
    links : sequence of Link
    setting : Setting
    bounds : mapping or None
        `{name: (lower, upper)}`, None for no limit.

    Raises
    ------
    ArgumentError
        A name that has neither start nor data; a constraint that no point satisfies.
    """
    _check_names(links, setting)
    notes: list[str] = []
    links = _without_repeats(links, notes)
    notes += [
        f"`{link.text}` is strict; its boundary counts as allowed." for link in links
        if link.is_strict
    ]  # fmt: skip
    shapes = [_entries(link, setting) for link in links]
    counts = [int(np.prod(shape)) for shape in shapes]
    box = _Box(setting, bounds)
    kept = [k for k, link in enumerate(links) if not is_plain(link, setting)]
    plain = [k for k in range(len(links)) if k not in set(kept)]
    n_rows = sum(counts[k] for k in kept)
    places: dict[int, Any] = {}
    bounding: dict[int, _Bounding] = {}
    for k, end in zip(kept, np.cumsum([counts[k] for k in kept]), strict=True):
        places[k] = np.arange(end - counts[k], end)
    if plain:
        found = _bounding([links[k] for k in plain], [counts[k] for k in plain], box, setting)
        for k, own in zip(plain, found, strict=True):
            bounding[k], at = own, own.places
            places[k] = np.where(at < 0, at, at + n_rows)
            if (at < 0).all():
                notes.append(f"`{links[k].text}` holds whatever the variables are.")
    held: set[int] = set()
    labels = [
        Label(link.text, shapes[k], places[k], link.is_equality,
              share=box.share_of(bounding[k], held) if k in bounding else None)
        for k, link in enumerate(links)
    ]  # fmt: skip
    given = [
        Label(text, shape, np.where(own.places < 0, -1, own.places + n_rows), False,
              share=box.share_of(own, held))
        for text, shape, own in box.given
    ]  # fmt: skip
    box.refuse_empty([*labels, *given], n_rows)
    rough = [find_roughness(x.gap.graph, x.gap.root, setting.start) for x in links]
    return ConstraintSet(
        _paired([links[k] for k in kept], setting, [counts[k] for k in kept]),
        Bounds(box.lower, box.upper), (*labels, *given), tuple(notes), frozenset().union(*rough),
    )  # fmt: skip


def _n_numbers(setting: Setting) -> int:
    return sum(int(np.size(value)) for value in setting.start.values())


def _check_names(links: Sequence[Link], setting: Setting) -> None:
    """Refuse names in constraints that have neither a start nor data."""
    known = {*setting.start, *setting.data}
    dimensions = {d for shape in setting.shapes.values() for d in shape if isinstance(d, str)}
    for link in links:
        graph = link.gap.graph
        used = [graph.data[node] for node in graph.variables([link.gap.root])]
        unknown = [name for name in used if name not in known and name not in dimensions]
        if unknown:
            raise ArgumentError(
                f"`{unknown[0]}` in the constraint `{link.text}` has neither a start "
                f"({', '.join(list(setting.start)[:12])}) nor data "
                f"({', '.join(list(setting.data)[:12]) or 'none given'})."
            )


def _without_repeats(links: Sequence[Link], notes: list[str]) -> list[Link]:
    """Return the links, those that were written twice once."""
    found: dict[str, Link] = {}
    for link in links:
        if link.text in found:
            notes.append(f"`{link.text}` was given twice and counts once.")
        found.setdefault(link.text, link)
    return list(found.values())


def _entries(link: Link, setting: Setting) -> tuple[int, ...]:
    """Return the shape of a constraint in numbers."""
    shape = link.gap.graph.shape(link.gap.root)
    return tuple(size_of(dimension, setting.sizes) for dimension in shape)


def _paired(links: Sequence[Link], setting: Setting, counts: Sequence[int]) -> Constraints:
    """Return the constraints through their pairing with weights."""
    if not links:
        return no_constraints(_n_numbers(setting))
    graph = Graph()
    names = [_fresh(f"weight_{i}", setting) for i in range(len(links))]
    terms, weights = [], []
    for link, name in zip(links, names, strict=True):
        (gap,) = graph.absorb(link.gap.graph, [link.gap.root])
        shape = graph.shape(gap)
        weight = graph.var(name, shape)
        weights.append(Variable(name, shape))
        axes = tuple(range(len(shape)))
        terms.append(
            contract(graph, [(weight, axes), (gap, axes)], (), dict(enumerate(shape))) if shape
            else graph.mul((weight, gap))
        )  # fmt: skip
    pairing = graph.add(terms)
    used = {graph.data[node] for node in graph.variables([pairing])}
    data = [name for name in setting.data if name in used]
    shaped = [Variable(n, setting.shapes.get(n, ())) for n in (*setting.start, *data)]
    for variable in shaped:
        graph.var(variable.name, variable.shape)
    expression = Expression(graph, pairing, [*shaped, *weights])
    wrt = (*setting.start, *names)
    moving = tuple(setting.start)
    linear = [is_affine(link.gap.graph, link.gap.root, moving) for link in links]
    flags = (
        np.repeat([link.is_equality for link in links], counts).astype(np.bool_),
        np.repeat(linear, counts).astype(np.bool_),
    )
    n, is_convex = _n_numbers(setting), _is_convex(links, linear, setting)
    if not data and not any(variable.shape for variable in expression.variables):
        f = CompiledFunction(expression, wrt, order=2, wrt=wrt)
        return Constraints(
            n, *flags, f.flat_value_and_gradient, f.flat_hessian, f.flat_hessian_product, is_convex
        )
    function = ArrayFunction(expression, order=2, wrt=wrt)
    flat = function.at_data(setting.sizes, **{name: setting.data[name] for name in data})
    return Constraints(
        n, *flags, flat.value_and_gradient, flat.hessian, flat.hessian_product, is_convex
    )


def _is_convex(links: Sequence[Link], linear: Sequence[bool], setting: Setting) -> bool:
    """Whether equations are linear, and what inequalities keep from being negative is concave."""
    moving = tuple(setting.start)
    for link, is_linear in zip(links, linear, strict=True):
        if is_linear:
            continue
        if link.is_equality:
            return False
        graph = link.gap.graph.copy()
        opposite = Expression(graph, graph.neg(link.gap.root))
        if not is_convex_in(opposite, moving, setting.data):
            return False
    return True


def _fresh(name: str, setting: Setting) -> str:
    """Return a name that nothing else has."""
    while name in setting.start or name in setting.data:
        name += "_"
    return name


class _Bounding(NamedTuple):
    """The entries of a constraint as bounds: places in the box, -1 for none, slopes and limits."""

    places: Any
    slopes: Any
    limits: Any


class _Box:
    """The bounds of all numbers that are varied, and where each limit came from."""

    def __init__(self, setting: Setting, bounds: Mapping[str, Any] | None) -> None:
        n = _n_numbers(setting)
        self.lower, self.upper = np.full(n, -np.inf), np.full(n, np.inf)
        self.given: list[tuple[str, tuple[int, ...], _Bounding]] = []
        begin = 0
        for name, value in setting.start.items():
            at = np.arange(begin, begin + int(np.size(value)))
            begin += at.size
            low, high = (None, None) if not bounds else bounds.get(name) or (None, None)
            for side, limit in (("lower", low), ("upper", high)):
                if limit is None:
                    continue
                whole = np.broadcast_to(np.asarray(limit, dtype=float), np.shape(value)).ravel()
                finite = np.isfinite(whole)
                sign = ">=" if side == "lower" else "<="
                self.tighten(side, at[finite], whole[finite])
                places = np.where(finite, at + (0 if side == "lower" else n), -1)
                shown = f"{float(limit):.15g}" if not np.ndim(limit) else f"its {side} bounds"
                if finite.any():
                    own = _Bounding(places, np.ones(at.size), whole)
                    self.given.append((f"{name} {sign} {shown}", np.shape(value), own))

    def tighten(self, side: str, at: Any, limits: Any) -> None:
        """Make limits hold that are stricter than those known."""
        for index, limit in zip(at.tolist(), np.asarray(limits).tolist(), strict=True):
            if side == "lower":
                self.lower[index] = max(self.lower[index], limit)
            else:
                self.upper[index] = min(self.upper[index], limit)

    def share_of(self, own: _Bounding, held: set[int]) -> Share:
        """Return what a constraint has of the bounds; `held` are the places that others hold."""
        n, at = self.lower.size, own.places
        is_low = at < n
        bound = np.where(is_low, self.lower[at % n], self.upper[at % n])
        with np.errstate(invalid="ignore"):
            room = np.where(is_low, bound - own.limits, own.limits - bound)
        room = np.where(at < 0, 0.0, room)
        holds = (at >= 0) & (room == 0.0) & ~np.isin(at, list(held))
        held.update(at[holds].tolist())
        return Share(np.abs(own.slopes), room, holds)

    def refuse_empty(self, labels: Sequence[Label], n_rows: int) -> None:
        """Refuse bounds that contradict each other, naming two of them."""
        empty = np.flatnonzero(self.lower > self.upper)
        if not empty.size:
            return
        index, n = int(empty[0]), self.lower.size
        low, high = (
            " and ".join(f"`{x.text}`" for x in labels if place in x.places)
            for place in (n_rows + index, n_rows + n + index)
        )
        raise ArgumentError(f"No point satisfies both {low} and {high}; leave one out.")


def is_plain(link: Link, setting: Setting) -> bool:
    """Whether a constraint is one without variables, or a bound on each entry of a variable."""
    graph, root, names = link.gap.graph, link.gap.root, tuple(setting.start)
    if not moving_nodes(graph, root, names):
        return True
    return not link.is_equality and is_single(graph, root, names)


def _bounding(
    links: Sequence[Link], counts: Sequence[int], box: _Box, setting: Setting
) -> list[_Bounding]:
    """Put constraints that are bounds into the box; for each the places of its entries in it.

    A place is that of the lower bound, or with n added that of the upper one; -1 for an entry
    without variables, which must hold. Each entry is `slope * x[index] + constant`.
    """
    probe, n = _paired(links, setting, counts), box.lower.size
    zero = np.zeros(n)
    constants = probe.values(zero)
    slopes = probe.pushed(zero, np.ones(n))
    indices = probe.pushed(zero, np.arange(n, dtype=float))
    found = []
    for link, end, count in zip(links, np.cumsum(counts), counts, strict=True):
        own = slice(end - count, end)
        a, c = slopes[own], constants[own]
        still = a == 0.0
        _refuse_false(link, c[still])
        at = np.rint(indices[own] / np.where(still, 1.0, a)).astype(np.int64)
        limits = -c / np.where(still, 1.0, a) + 0.0
        for side, chosen in (("lower", a > 0.0), ("upper", a < 0.0)):
            box.tighten(side, at[chosen], limits[chosen])
        places = np.where(still, -1, at + np.where(a > 0.0, 0, n))
        found.append(_Bounding(places, np.where(still, 1.0, a), limits))
    return found


def _refuse_false(link: Link, gaps: Any) -> None:
    """Refuse a constraint without variables that does not hold."""
    off = np.abs(gaps) if link.is_equality else -gaps
    if off.size and not off.max() <= 0.0:
        raise ArgumentError(
            f"No point satisfies `{link.text}`: its variables do not change that it is violated by "
            f"{off.max():.3g}; leave it out, or repair it."
        )
