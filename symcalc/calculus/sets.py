"""Constraints that are simple sets, a simplex or a ball: they are kept by projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from ..optimize import Split
from ..optimize.bounds import Bounds
from ..optimize.proximal import Ball, Block, L1Ball, Simplex
from .constraint_reading import Link
from .entries import Setting
from .penalty_terms import joined, rooted, sides, weighted

__all__ = ["find_sets", "on_sets"]

_HALF = Fraction(1, 2)


def find_sets(
    links: Sequence[Link], start: Mapping[str, Any], data: Mapping[str, Any],
    sizes: Mapping[str, int],
) -> list[Block] | None:  # fmt: skip
    """Return the sets that constraints are, None where one of them is no such set.

    `sum(w) == 1` is a simplex where bounds keep w from being negative; `norm2(w) <= r`,
    `w@w <= r^2` and `norm1(w) <= r` are balls.
    """
    found: list[Block] = []
    for link in links:
        block = _set_of(link, Setting(link.gap, start, data, sizes))
        if block is None:
            return None
        found.append(block)
    return found


def _set_of(link: Link, setting: Setting) -> Block | None:
    """Return the set that `gap == 0` or `gap >= 0` is."""
    graph, root = setting.graph, setting.root
    if graph.shape(root):
        return None
    terms = graph.args[root] if graph.kinds[root] == "add" else (root,)
    moving = [term for term in terms if term in setting.moving]
    constant = float(sum(setting.number(term) for term in terms if term not in setting.moving))
    if link.is_equality:
        return _simplex(setting, moving, constant)
    if len(moving) != 1:
        return None
    node, factor = moving[0], 1.0
    if graph.kinds[node] == "mul":
        inside = [arg for arg in graph.args[node] if arg in setting.moving]
        if len(inside) != 1:
            return None
        factor = float(np.prod([setting.number(a) for a in graph.args[node] if a != inside[0]]))
        node = inside[0]
    return _ball(setting, node, -constant / factor) if factor < 0.0 < constant else None


def _simplex(setting: Setting, terms: Sequence[int], constant: float) -> Block | None:
    """Return the simplex on which the sum of variables is what a constant asks for."""
    parts = []
    for term in terms:
        inside = weighted(setting, term)
        entries = None if inside is None or np.ndim(inside[1]) else setting.entries(inside[0])
        if inside is None or entries is None:
            return None
        parts.append(replace(entries, slope=entries.slope * inside[1]))
        if entries.shift.any():
            return None
    index, slope, _ = joined(parts)
    total = -constant / float(slope[0])
    if total <= 0.0 or not (slope == slope[0]).all() or np.unique(index).size < index.size:
        return None
    return Simplex(index, total)


def _ball(setting: Setting, node: int, radius: float) -> Block | None:
    """Return the ball of a norm, or of a square of one."""
    graph = setting.graph
    inside = weighted(setting, node)
    halves = None if inside is None or np.ndim(inside[1]) else sides(setting, inside[0])
    if inside is not None and halves is not None and halves[1:] == (1.0, 1.0):
        entries = setting.entries(halves[0])
        parts, reach = [] if entries is None else [entries], radius / float(inside[1])
        is_diamond = True
    else:
        root = rooted(setting, node)
        is_square = root is None
        if is_square:
            root = rooted(setting, graph.pow(node, graph.const(_HALF)))
        parts = [] if root is None or len(root) > 1 else root[0]
        reach, is_diamond = radius**0.5 if is_square else radius, False
    if not parts:
        return None
    index, slope, shift = joined(parts)
    size = float(np.abs(slope[0]))
    is_even = (np.abs(slope) == size).all() and not shift.any()
    if not is_even or np.unique(index).size < index.size:
        return None
    return L1Ball(index, reach / size) if is_diamond else Ball(index, reach / size)


def on_sets(split: Split, blocks: Sequence[Block], bounds: Bounds) -> tuple[Split, Bounds] | None:
    """Return a split objective with sets, and what is left of the bounds; None where they meet."""
    lower, upper = bounds.lower.copy(), bounds.upper.copy()
    taken = split.penalty.in_blocks | split.penalty.kinks.bends
    for block in blocks:
        index = block.index
        if isinstance(block, Simplex):
            if (lower[index] != 0.0).any() or (upper[index] < block.total).any():
                return None
            lower[index], upper[index] = -np.inf, np.inf
        bounded = np.isfinite(lower[index]) | np.isfinite(upper[index])
        if taken[index].any() or bounded.any():
            return None
        taken[index] = True
    penalty = replace(split.penalty, blocks=(*split.penalty.blocks, *blocks))
    words = ", ".join(filter(None, [split.words, *(block.words for block in blocks)]))
    return replace(split, penalty=penalty, words=words), Bounds(lower, upper)
