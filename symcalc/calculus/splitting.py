"""An objective as a smooth part and a penalty whose proximal map is known: L1, groups, kinks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..expression import Expression
from ..facts import ObjectiveFacts
from ..graph.graph import Node
from ..optimize import Objective, Split
from ..optimize.proximal import Groups, Kinks, Largest, Penalty
from .entries import Entries, Setting
from .penalty_terms import is_root, joined, rooted, sides, weighted
from .remembered import remembered
from .structure import find_roughness

__all__ = ["SPLITS", "Splitting", "find_splitting", "to_split"]

#: What methods live on that split an objective; None is the automatic choice.
SPLITS = (None, "split", "separable")

#: Up to this number of variables the Hessian of a smooth part is formed.
MAX_FORMED = 1000

#: Kinds that a penalty is made of.
_BENT = frozenset({"abs", "max", "relu", "amax", "hypot"})

#: Terms named in a reason.
N_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Splitting:
    """A formula as smooth part and penalty.

    Attributes
    ----------
    smooth : Expression
        In the variables of the whole.
    penalty : Penalty
    words : str
        The terms split off; "" where there are none.
    """

    smooth: Expression
    penalty: Penalty
    words: str


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of the objective: a node times numbers, which are nodes too."""

    node: Node
    factors: tuple[Node, ...] = ()


class _NotSplit(Exception):  # noqa: N818 - a signal inside this file, not an error
    """Why a formula cannot be split."""


def find_splitting(
    expression: Expression, start: Mapping[str, Any], data: Mapping[str, Any],
    sizes: Mapping[str, int],
) -> Splitting | str:  # fmt: skip
    """Return an objective as smooth part and penalty, or why it cannot be split.

    Recognized are sums of multiples, not negative, of `sum(abs(w))`, `norm1(w)`, `sum(max(w, 0))`,
    `abs(x)`, with weights and shifts of the entries; of `norm2` of parts of a vector or of rows of
    a matrix; of `max(abs(w))`. The kinds of penalty may not share variables.
    """
    shapes = tuple((name, np.shape(value)) for name, value in start.items())
    numbers = tuple((name, value) for name, value in data.items() if not np.ndim(value))
    plain = tuple((name, float(value)) for name, value in numbers if not hasattr(value, "tocsr"))
    try:
        return _split_by_numbers(expression, shapes, plain, tuple(sizes.items()))
    except _NeedsArrays:
        return _split(expression, start, data, sizes)


class _NeedsArrays(Exception):  # noqa: N818 - a signal inside this file, not an error
    """Numbers alone do not tell the penalty: its weights or centers are arrays of data."""


class _Numbers(dict[str, Any]):
    """Those of the data that are single numbers."""

    def __missing__(self, name: str) -> Any:
        raise _NeedsArrays


@remembered
def _split_by_numbers(
    expression: Expression, shapes: tuple[tuple[str, tuple[int, ...]], ...],
    numbers: tuple[tuple[str, float], ...], sizes: tuple[tuple[str, int], ...],
) -> Splitting | str:  # fmt: skip
    """Split an objective, the arrays of its data unseen."""
    start = {name: np.broadcast_to(0.0, shape) for name, shape in shapes}
    return _split(expression, start, _Numbers(numbers), dict(sizes))


def _split(
    expression: Expression, start: Mapping[str, Any], data: Mapping[str, Any],
    sizes: Mapping[str, int],
) -> Splitting | str:  # fmt: skip
    """Take the terms of an objective one by one to the smooth part or to the penalty."""
    setting = Setting(expression, start, data, sizes)
    smooth: list[_Term] = []
    collected = _Collected(setting)
    stack = [_Term(setting.root)]
    while stack:
        term = stack.pop()
        try:
            parts = _parts(setting, term)
            if parts is not None:
                stack += reversed(parts)
            elif not collected.takes(term):
                smooth.append(term)
        except _NotSplit as reason:
            return str(reason)
    graph = setting.graph
    root = graph.add([graph.mul((*t.factors, t.node)) if t.factors else t.node for t in smooth])
    used = {graph.data[node] for node in graph.variables([root])}
    kept = [v for v in expression.variables if v.name in used or v.name in start]
    rest = Expression(graph, root, kept)
    rough = find_roughness(graph, root, start)
    if not rough.isdisjoint({"kink", "jump"}):
        return _what_is_rough(setting, smooth, start)
    return Splitting(rest, collected.penalty(), collected.words)


def to_split(
    found: Splitting, to_objective: Callable[[str | None], tuple[Objective, ObjectiveFacts]]
) -> Split:
    """Return a splitting with the smooth part compiled: its residuals, or its Hessian."""
    smooth, facts = to_objective("residuals")
    is_linear = smooth.residuals is not None and facts.is_quadratic
    if not is_linear and found.penalty.kinks.up.size <= MAX_FORMED:
        smooth, facts = to_objective("hessian")
    return Split(smooth, found.penalty, facts, found.words)


def _what_is_rough(setting: Setting, smooth: list[_Term], start: Mapping[str, Any]) -> str:
    """Name the term whose kinks or jumps lie in several variables at once."""
    for term in smooth:
        if not find_roughness(setting.graph, term.node, start).isdisjoint({"kink", "jump"}):
            return f"`{setting.text(term.node):.50}` has kinks or jumps that no single variable has"
    return "it has kinks or jumps that no single variable has"


def _parts(setting: Setting, term: _Term) -> list[_Term] | None:
    """Return the terms that a sum or a product is made of, None for a term that is not."""
    graph, node = setting.graph, term.node
    if node not in setting.moving or graph.shape(node) or not _may_bend(setting, node):
        return None
    if graph.kinds[node] == "add":
        return [_Term(arg, term.factors) for arg in graph.args[node]]
    if graph.kinds[node] == "mul":
        moving = [arg for arg in graph.args[node] if arg in setting.moving]
        if len(moving) == 1:
            rest = tuple(arg for arg in graph.args[node] if arg != moving[0])
            return [_Term(moving[0], (*term.factors, *rest))]
    return None


def _may_bend(setting: Setting, node: Node) -> bool:
    """Whether something below a node may belong to a penalty."""
    graph = setting.graph
    return any(
        at in setting.moving and (graph.kinds[at] in _BENT or is_root(setting, at))
        for at in graph.reachable([node])
    )


class _Collected:
    """The terms of a penalty as they are found."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        n = setting.n
        self._up, self._down, self._center = np.zeros(n), np.zeros(n), np.zeros(n)
        self._bent = np.zeros(n, dtype=np.bool_)
        self._blocks: list[Groups | Largest] = []
        self._groups: list[tuple[Any, float]] = []
        self._in_block = np.zeros(n, dtype=np.bool_)
        self._in_group = np.zeros(n, dtype=np.bool_)
        self._texts: list[str] = []

    @property
    def words(self) -> str:
        """The terms in words."""
        shown = ", ".join(f"`{text}`" for text in self._texts[:N_NAMED])
        return shown + (f" and {len(self._texts) - N_NAMED} more" * (len(self._texts) > N_NAMED))

    def penalty(self) -> Penalty:
        """Return what was collected."""
        n = self._setting.n
        free = np.full(n, np.inf)
        kinks = Kinks(self._up, self._down, self._center, -free, free)
        blocks = list(self._blocks)
        if self._groups:
            index = np.concatenate([members for members, _ in self._groups])
            sizes = [members.size for members, _ in self._groups]
            group = np.repeat(np.arange(len(sizes)), sizes)
            weights = np.array([weight for _, weight in self._groups])
            within = kinks.at(index) if self._bent[index].any() else None
            blocks.append(Groups(index, group, weights, within))
            self._up[index] = self._down[index] = 0.0
        return Penalty(kinks, tuple(blocks))

    def takes(self, term: _Term) -> bool:
        """Take a term into the penalty, where it is one; raise `_NotSplit` where it cannot be."""
        setting = self._setting
        if term.node not in setting.moving:
            return False
        for find in (self._bend, self._norms, self._largest):
            if find(term):
                whole = setting.graph.mul((*term.factors, term.node))
                self._texts.append(f"{setting.text(whole):.40}")
                return True
        return False

    def _factor(self, term: _Term) -> float:
        """Return the number before a term, which must not be negative."""
        factor = float(np.prod([self._setting.number(node) for node in term.factors]))
        if not 0.0 <= factor < np.inf:
            text = self._setting.text(term.node)
            raise _NotSplit(f"`{text:.40}` has the factor {factor:g}: it is not convex")
        return factor

    # -- kinks of single variables ----------------------------------------------------------

    def _bend(self, term: _Term) -> bool:
        """Take weighted sums of `abs` and `max(…, 0)` of single variables."""
        setting = self._setting
        found = weighted(setting, term.node)
        if found is None:
            return False
        inside, weights = found
        halves = sides(setting, inside)
        if halves is None:
            return False
        entries = setting.entries(halves[0])
        if entries is None:
            return False
        factor = self._factor(term) * np.broadcast_to(weights, entries.index.shape)
        if (factor < 0.0).any():
            raise _NotSplit(f"`{setting.text(term.node):.40}` has negative weights: not convex")
        if (entries.slope == 0.0).any():
            return False
        self._add_bend(entries, factor * halves[1], factor * halves[2])
        return True

    def _add_bend(self, entries: Entries, above: Any, below: Any) -> None:
        """Add slopes where an entry is positive, and where it is negative."""
        index, slope = entries.index.ravel(), entries.slope.ravel()
        center = -entries.shift.ravel() / slope + 0.0
        size, rises = np.abs(slope), slope > 0.0
        above, below = np.ravel(above) * size, np.ravel(below) * size
        if self._in_block[index].any() or np.unique(index).size < index.size:
            raise _NotSplit("two terms with kinks share a variable")
        if (self._in_group[index] & (center != 0.0)).any():
            raise _NotSplit("a kink off zero shares a variable with a norm")
        if (self._bent[index] & (self._center[index] != center)).any():
            raise _NotSplit("a variable has kinks at two places")
        self._center[index], self._bent[index] = center, True
        self._up[index] += np.where(rises, above, below)
        self._down[index] += np.where(rises, below, above)

    # -- norms ------------------------------------------------------------------------------

    def _norms(self, term: _Term) -> bool:
        """Take Euclidean norms, alone or a weighted sum of those of the rows of a matrix."""
        setting = self._setting
        found = weighted(setting, term.node)
        if found is None:
            return False
        inside, weights = found
        rows = rooted(setting, inside)
        if rows is None:
            return False
        factor = self._factor(term) * np.broadcast_to(weights, len(rows))
        if (factor < 0.0).any():
            raise _NotSplit(f"`{setting.text(term.node):.40}` has negative weights: not convex")
        for row, weight in zip(rows, factor, strict=True):
            index, slope, shift = joined(row)
            size = float(np.abs(slope[0]))
            if shift.any() or not (np.abs(slope) == size).all():
                return False
            self._group(index)
            self._groups.append((index, weight * size))
        return True

    def _largest(self, term: _Term) -> bool:
        """Take the largest absolute value of single variables."""
        setting, graph = self._setting, self._setting.graph
        kind, args = graph.kinds[term.node], graph.args[term.node]
        if kind not in ("amax", "max") or any(graph.kinds[arg] != "abs" for arg in args):
            return False
        parts = [setting.entries(graph.args[arg][0]) for arg in args]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or (kind == "amax" and graph.shape(term.node)):
            return False
        index, slope, shift = joined(known)
        size = float(np.abs(slope[0]))
        if shift.any() or not (np.abs(slope) == size).all():
            return False
        self._claim(index)
        self._blocks.append(Largest(index, self._factor(term) * size))
        return True

    def _group(self, index: Any) -> None:
        """Put variables into a group of which each may have a kink at zero besides."""
        taken = (self._in_block | self._in_group)[index].any()
        if taken or np.unique(index).size < index.size:
            raise _NotSplit("two terms with kinks share a variable")
        if (self._bent[index] & (self._center[index] != 0.0)).any():
            raise _NotSplit("a kink off zero shares a variable with a norm")
        self._in_group[index] = True

    def _claim(self, index: Any) -> None:
        """Put variables into a block that no other term has."""
        taken = (self._in_block | self._in_group | self._bent)[index].any()
        if taken or np.unique(index).size < index.size:
            raise _NotSplit("two terms with kinks share a variable")
        self._in_block[index] = True
