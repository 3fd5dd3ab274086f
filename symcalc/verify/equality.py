"""Two formulas side by side at many points, in ball arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..balls import BallProgram, Status, precise_value, working_precision
from ..expression import Variable
from ..graph.graph import Graph, Node
from .evidence import Place, Programs, Question, sample_places
from .landmarks import landmark_places
from .sampling import is_allowed

__all__ = ["Encounter", "compare_at_points"]

N_POINTS = 24
PRECISIONS = (192, 1024, 4096)
SURE_BITS = 150
#: Coordinates at which formulas tend to differ, the plainest first.
SPECIAL = (1.0, 0.0, -1.0, 2.0, 0.5, -2.0)
MAX_SPECIAL = 36
#: Values are shown to so many digits, more when they agree in those.
SHOWN_DIGITS = (17, 50, 150, 500, 1100)


@dataclass(frozen=True, slots=True)
class Encounter:
    """What two formulas do at points.

    Attributes
    ----------
    n_points : int
        Points at which both have a value, and these agree to 45 digits.
    difference : Place or None
        A point at which they are proven to differ.
    lonely : Place or None
        A point at which only one has a value; the other is proven to have none.
    values : tuple of float
        Both values at `difference`, or else at `lonely`; NaN for none.
    digits : tuple of str
        The same in decimal.
    """

    n_points: int
    difference: Place | None = None
    lonely: Place | None = None
    values: tuple[float, ...] = ()
    digits: tuple[str, ...] = ()


def compare_at_points(
    graph: Graph, left: Node, right: Node, variables: tuple[Variable, ...], seed: int = 0
) -> Encounter:
    """Evaluate both at plain and at random points, until they are proven to differ at one."""
    question = Question(graph, left, (), (), variables, (right,))
    programs = Programs(question, (left, right))
    n_points = 0
    lonely: Encounter | None = None
    for place in _all_places(question, (left, right), seed):
        program, point = programs.at(place)
        verdict = _compare(program, point)
        if verdict == "different":
            return Encounter(n_points, place, None, *_values(program, point))
        if verdict == "equal":
            n_points += 1
        elif verdict == "lonely" and lonely is None:
            lonely = Encounter(0, None, place, *_values(program, point))
    if lonely is not None:
        return Encounter(n_points, None, lonely.lonely, lonely.values, lonely.digits)
    return Encounter(n_points)


def _all_places(question: Question, roots: Sequence[Node], seed: int) -> Iterator[Place]:
    yield from _special_places(question, seed)
    yield from itertools.islice(sample_places(question, seed), 3 * N_POINTS)
    ordinary = sample_places(question, seed)
    yield from landmark_places(question.graph, roots, question.variables, ordinary)


def _special_places(question: Question, seed: int) -> Iterator[Place]:
    """Yield places of plain numbers that the assumptions allow."""
    variables = question.variables
    if any(v.shape for v in variables) or not variables:
        return
    choices = [[x for x in SPECIAL if is_allowed(v, x)] or [1.0] for v in variables]
    if len(variables) <= 2:
        rows: list[tuple[float, ...]] = sorted(itertools.product(*choices), key=_plainness)
    else:
        random = np.random.default_rng(seed)
        drawn = [[float(random.choice(c)) for c in choices] for _ in range(MAX_SPECIAL)]
        rows = [tuple(c[0] for c in choices), *map(tuple, drawn)]
    names = [v.name for v in variables]
    for row in rows[:MAX_SPECIAL]:
        yield dict(zip(names, row, strict=True))


def _plainness(row: tuple[float, ...]) -> int:
    return sum(SPECIAL.index(x) for x in row)


def _compare(program: BallProgram, point: dict[str, float]) -> str:
    """Return "equal", "different", "lonely" (one has no value) or "unknown"."""
    for bits in PRECISIONS:
        left, right = program.evaluate(point, bits)
        if left.is_finite() and right.is_finite():
            with working_precision(bits):
                gap = left - right
                size = max(abs(left).upper(), abs(right).upper())
                if not gap.contains(0):
                    return "different"
                if gap.is_zero() or gap.abs_upper() <= size * 2.0**-SURE_BITS:
                    return "equal"
        elif left.is_finite() != right.is_finite():
            missing = 1 if left.is_finite() else 0
            if _has_no_value(program, missing, point):
                return "lonely"
    return "unknown"


def _has_no_value(program: BallProgram, index: int, point: dict[str, float]) -> bool:
    found = precise_value(program.graph, program.roots[index], point, digits=10)
    return found.status is Status.UNDEFINED


def _values(
    program: BallProgram, point: dict[str, float]
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """Return both values as doubles and in decimal."""
    found: list[Any] = []
    for digits in SHOWN_DIGITS:
        found = [precise_value(program.graph, r, point, digits=digits) for r in program.roots]
        if found[0].digits != found[1].digits:
            break
    return tuple(v.value for v in found), tuple(v.digits for v in found)
