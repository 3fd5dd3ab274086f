"""Kinks as variables of their own: `abs(u)` is the least t with t >= u and t >= -u.

Where a problem never gains by a larger `abs`, `max` or `relu`, nor by a smaller `min`, a variable
can stand for it, kept above (below) the pieces by constraints: then everything is smooth, and the
multipliers of the pieces are the weights of the subgradient that vanishes. Any local minimum of the
smooth problem at which these variables have the values that they stand for is one of the problem
itself, since its points near by are feasible points near by of the smooth one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backends.node_values import node_values
from ..expression import Expression, Variable
from ..graph.graph import Graph, Node
from ..graph.rewrite import substitute
from ..optimize import StandIns
from ..symbolic.bounds import Interval, find_ranges
from ..symbolic.convexity import rising_in
from .affine import moving_nodes
from .array_objective import ArrayObjective
from .constraint_reading import Link
from .constraints import Setting
from .convexity import known_ranges
from .objective import FormulaObjective
from .remembered import array_function_of

__all__ = ["Atom", "Lifted", "lift"]

#: Functions that are the largest of their pieces, and the smallest.
_LARGEST, _SMALLEST = frozenset({"abs", "relu", "max", "amax"}), frozenset({"min", "amin"})

#: Larger formulas are left as they are.
MAX_NODES = 5_000


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """A kink: its node and its pieces as they were written, and the variable that stands for it."""

    node: Node
    is_largest: bool
    pieces: tuple[Node, ...]
    name: str
    text: str
    texts: tuple[str, ...]

    @property
    def relations(self) -> list[str]:
        """What holds between the variable and each of the pieces, as text."""
        sign = ">=" if self.is_largest else "<="
        return [f"{self.text} {sign} {text}" for text in self.texts]


@dataclass(frozen=True, slots=True, eq=False)
class Lifted:
    """A problem with variables for its kinks.

    Attributes
    ----------
    target : ArrayObjective
        Its variables are those of the problem, then those for kinks.
    links : list of Link
        The constraints.
    pieces : list of Link
        What keeps the new variables beyond the pieces of their kinks.
    setting : Setting
    stand_ins : StandIns
    names : list of str
        Of all numbers that are varied, those for kinks by the text of the kink.
    atoms : list of Atom
    """

    target: ArrayObjective
    links: list[Link]
    pieces: list[Link]
    setting: Setting
    stand_ins: StandIns
    names: list[str]
    atoms: list[Atom]


def lift(
    target: FormulaObjective | ArrayObjective, links: Sequence[Link], setting: Setting,
    bounds: Mapping[str, Any] | None,
) -> Lifted | None:  # fmt: skip
    """Return the problem with variables for its kinks, None where no kink allows one."""
    graph, sizes = Graph(), {**_sizes(target), **setting.sizes}
    (root,) = graph.absorb(target.expression.graph, [target.expression.root])
    gaps = [graph.absorb(link.gap.graph, [link.gap.root])[0] for link in links]
    data = {**(target.data or {}), **setting.data}
    shapes = {v.name: v.shape for v in target.expression.variables} | dict(setting.shapes)
    turned = [(root, 1)]
    turned += [(gap, 0 if x.is_equality else -1) for gap, x in zip(gaps, links, strict=True)]
    atoms = _find_atoms(graph, turned, setting, known_ranges(data, bounds))
    follow = _follower(graph, atoms, setting, data, sizes)
    if follow is None:
        return None
    standing, pieces = _put_in(graph, atoms)
    values = follow(_joined(setting.start))
    start = dict(setting.start)
    for atom in atoms:
        shapes[atom.name] = graph.shape(atom.node)
        start[atom.name] = values[atom.name]
    objective = Expression(graph, substitute(graph, root, standing), [
        Variable(name, shapes.get(name, ())) for name in (*start, *(target.data or {}))
    ])  # fmt: skip
    moved = [
        Link(x.text, Expression(graph, substitute(graph, gap, standing)), x.is_equality,
             x.is_strict)
        for x, gap in zip(links, gaps, strict=True)
    ]  # fmt: skip
    function = array_function_of(objective, order=2, wrt=start)
    flat = function.at_data(sizes, **(target.data or {}))
    whole = ArrayObjective(objective, start, dict(target.data or {}), sizes, target.notes, flat)
    own = {name: shape for name, shape in shapes.items() if shape}
    n = _joined(setting.start).size
    return Lifted(
        whole, moved, pieces, Setting(start, data, own),
        StandIns(n, lambda x: np.concatenate([x[:n], _joined(follow(x[:n]))])),
        [*whole.names[:n], *_numbers(atoms, values)], atoms,
    )  # fmt: skip


def _sizes(target: FormulaObjective | ArrayObjective) -> dict[str, int]:
    if isinstance(target, ArrayObjective):
        return dict(target.sizes)
    return {"rows": target.n_rows} if target.columns else {}


def _find_atoms(
    graph: Graph, turned: Sequence[tuple[Node, int]], setting: Setting, known: Mapping[str, Any]
) -> list[Atom]:
    """Return the kinks that no larger (no smaller) value of which the problem gains by."""
    roots = [root for root, _ in turned]
    nodes = graph.reachable(roots)
    if len(nodes) > MAX_NODES:
        return []
    moving: set[Node] = set()
    ranges: dict[Node, Interval] = {}
    for root in roots:
        moving |= moving_nodes(graph, root, setting.start)
        ranges |= find_ranges(graph, root, known)
    rising = rising_in(graph, turned, ranges)
    found: list[Atom] = []
    for node in nodes:
        kind, args = graph.kinds[node], graph.args[node]
        wanted = 1 if kind in _LARGEST else -1 if kind in _SMALLEST else None
        if node not in moving or rising[node] != wanted:
            continue
        if kind in ("amax", "amin") and graph.shape(node):
            continue
        name = f"kink_{len(found)}"
        while name in setting.start or name in setting.data:
            name += "_"
        pieces = args
        if kind == "abs":
            pieces = (args[0], graph.neg(args[0]))
        elif kind == "relu":
            pieces = (args[0], graph.const(0))
        text, *texts = (Expression(graph, part).text for part in (node, *pieces))
        found.append(Atom(node, kind in _LARGEST, pieces, name, text, tuple(texts)))
    return found


def _put_in(graph: Graph, atoms: Sequence[Atom]) -> tuple[dict[Node, Node], list[Link]]:
    """Return the variable of each kink, and the constraints that keep it beyond its pieces."""
    standing: dict[Node, Node] = {}
    links: list[Link] = []
    for atom in atoms:
        pieces = [substitute(graph, piece, standing) for piece in atom.pieces]
        standing[atom.node] = graph.var(atom.name, graph.shape(atom.node))
        for text, piece in zip(atom.relations, pieces, strict=True):
            sides = (standing[atom.node], piece)
            gap = Expression(graph, graph.sub(*(sides if atom.is_largest else sides[::-1])))
            links.append(Link(text, gap, is_equality=False, is_strict=False))
    return standing, links


def _follower(
    graph: Graph, atoms: Sequence[Atom], setting: Setting, data: Mapping[str, Any],
    sizes: Mapping[str, int],
) -> Callable[[Any], dict[str, Any]] | None:  # fmt: skip
    """Return a function from the numbers of the problem to the values of its kinks, by name."""
    nodes = [atom.node for atom in atoms]
    if not atoms or node_values(graph, nodes, {**data, **setting.start}, sizes) is None:
        return None

    def follow(x: Any) -> dict[str, Any]:
        point, begin = {}, 0
        for name, value in setting.start.items():
            end = begin + int(np.size(value))
            point[name] = np.reshape(x[begin:end], np.shape(value))
            begin = end
        found = node_values(graph, nodes, {**data, **point}, sizes)
        if found is None:
            return {atom.name: np.full(graph.shape(atom.node), np.nan) for atom in atoms}
        return {atom.name: np.array(found[atom.node], dtype=float)[()] for atom in atoms}

    return follow


def _joined(values: Mapping[str, Any]) -> Any:
    """Return numbers and arrays as one vector."""
    return np.concatenate([np.ravel(value) for value in values.values()]).astype(float)


def _numbers(atoms: Sequence[Atom], values: Mapping[str, Any]) -> list[str]:
    """Return what the numbers that stand for kinks are called: the kink, and the entry of it."""
    found: list[str] = []
    for atom in atoms:
        shape = np.shape(values[atom.name])
        places = [f"[{','.join(map(str, place))}]" for place in np.ndindex(*shape)]
        found += [f"{atom.text}{place}" for place in places] if shape else [atom.text]
    return found
