"""A small search for a spelling of a formula that loses fewer digits.

P. Panchekha, A. Sanchez-Stern, J. Wilcox and Z. Tatlock, *Automatically improving accuracy for
floating point expressions* (2015): rewrite, measure on sampled points, keep the best, join two
spellings where each is good on its side. Ours differs in what it rewrites (rows of a table,
series with exact coefficients, SymPy's arrangements) and in that every proposal is compared in
ball arithmetic with the formula as it was, at every point.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balls import BallProgram, NoBall, Status, precise_value, working_precision
from ..errors import SymcalcError
from ..graph.graph import Graph, Node
from ..symbolic.spellings import alternatives
from .digits import Losses, Truth, compare_digits
from .doubles import columns_of, run_plain
from .regimes import best_split

__all__ = ["Candidate", "Search", "is_equivalent"]

Column = NDArray[np.float64]

ROUNDS, WIDTH = 3, 5
#: The score of a spelling: its mean loss, and a little of its worst one, its size, its steps.
WORST_WEIGHT, SIZE_WEIGHT, STEP_WEIGHT = 0.1, 0.006, 0.02
#: A spelling whose score is below this needs no further search.
GOOD_ENOUGH = 0.35
MAX_MEASURED = 400
#: Two values are equal when they agree to so many digits; a series stops at those of a double.
EXACT, ROUNDED = 1e-19, 1e-15
#: The formula as typed may lack a value at so many points where the new spelling has one.
MAX_FILLED = 2


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A spelling: its node, the rewritings that led to it, its losses."""

    root: Node
    steps: tuple[str, ...]
    losses: Losses
    size: int

    @property
    def score(self) -> float:
        """What is minimized."""
        cost = SIZE_WEIGHT * self.size + STEP_WEIGHT * len(self.steps)
        return self.losses.mean + WORST_WEIGHT * self.losses.worst + cost

    @property
    def is_series(self) -> bool:
        """Whether it holds a truncated series, which is equal to rounding only."""
        return any(step.startswith("series") for step in self.steps)


@dataclass
class Search:
    """A search over spellings of one formula, on fixed points; the graph grows with it."""

    graph: Graph
    points: Sequence[Mapping[str, float]]
    truths: Sequence[Truth]
    seconds: float = 8.0
    columns: dict[str, Column] = field(default_factory=dict)
    seen: dict[Node, Candidate | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.columns = columns_of(self.points, list(self.points[0]))
        self.end = time.thread_time() + self.seconds

    def run(self, root: Node, focus: Iterable[Node]) -> list[Candidate]:
        """Return the spellings found, the best first; the formula itself is among them."""
        focus = list(focus)
        start = self.measure(root, ())
        if start is None:
            return []
        front = [start]
        for turn in range(ROUNDS):
            fresh = [
                found
                for candidate in front
                for found in self._around(candidate, focus, widely=turn == 0 or turn == 1)
            ]
            front = sorted(fresh, key=lambda c: c.score)[:WIDTH]
            if not front or self._is_over() or front[0].score < GOOD_ENOUGH:
                break
        found = [candidate for candidate in self.seen.values() if candidate is not None]
        found.sort(key=lambda candidate: candidate.score)
        found += self._joined(found, start)
        return sorted(found, key=lambda candidate: candidate.score)

    def measure(self, root: Node, steps: tuple[str, ...]) -> Candidate | None:
        """Return the spelling with its losses; None where it was seen or cannot be compiled."""
        if root in self.seen:
            return None
        try:
            values = run_plain(self.graph, root, self.columns, len(self.points))
        except SymcalcError:
            self.seen[root] = None
            return None
        losses = compare_digits(values, self.truths)
        found = Candidate(root, steps, losses, len(self.graph.reachable([root])))
        self.seen[root] = found
        return found

    def _around(
        self, candidate: Candidate, focus: list[Node], *, widely: bool
    ) -> Iterable[Candidate]:
        """Yield what is one rewriting away and was not seen before."""
        for name, root in alternatives(self.graph, candidate.root, focus, widely=widely):
            if self._is_over():
                return
            found = self.measure(root, (*candidate.steps, name))
            if found is not None:
                yield found

    def _is_over(self) -> bool:
        return time.thread_time() > self.end or len(self.seen) > MAX_MEASURED

    def _joined(self, found: Sequence[Candidate], start: Candidate) -> list[Candidate]:
        """Return two spellings joined at a threshold, where that is better than each."""
        if not found or found[0].score < GOOD_ENOUGH:
            return []
        best: Candidate | None = None
        pool = list(dict.fromkeys([*found[:8], start], None))
        for i, one in enumerate(pool):
            for other in pool[i + 1 :]:
                split = best_split(self.columns, one.losses.lost, other.losses.lost)
                if split is None:
                    continue
                g = self.graph
                below, above = (one, other) if split.first_is_below else (other, one)
                side = g.compare("<", g.var(split.name), g.const(split.threshold))
                root = g.piecewise([(below.root, side)], above.root)
                steps = (*one.steps, *other.steps, "two branches")
                joined = self.measure(root, tuple(dict.fromkeys(steps)))
                if joined is not None and (best is None or joined.score < best.score):
                    best = joined
        return [] if best is None else [best]


def is_equivalent(
    graph: Graph,
    candidate: Candidate,
    points: Sequence[Mapping[str, float]],
    truths: Sequence[Truth],
) -> tuple[bool, int]:
    """Say whether a spelling equals the formula at all points, and where it fills gaps.

    Returns
    -------
    bool
        Whether ball arithmetic encloses the same value wherever the formula's own is known, and
        no value is made up: where the formula has none, the spelling has none either, but for
        at most two points.
    int
        The number of those points.
    """
    try:
        program = BallProgram(graph, [candidate.root])
    except NoBall:
        return False, 0
    tolerance = ROUNDED if candidate.is_series else EXACT
    n_filled = 0
    for point, truth in zip(points, truths, strict=True):
        if not truth.is_known and not truth.is_undefined:
            continue
        value = precise_value(
            graph, candidate.root, point, digits=22, max_precision=4096, program=program
        )
        if truth.is_undefined:
            n_filled += value.status is Status.PROVEN
            if n_filled > MAX_FILLED:
                return False, n_filled
        elif not _is_equal(value.ball, truth.ball, tolerance):
            return False, n_filled
    return True, n_filled


def _is_equal(ball: Any, exact: Any, tolerance: float) -> bool:
    if ball is None or not ball.is_finite():
        return False
    with working_precision(256):
        gap = abs(ball - exact)
        if exact.is_zero():
            return bool(ball.contains(0))
        return bool((gap / abs(exact)).upper() < tolerance) if math.isfinite(tolerance) else False
