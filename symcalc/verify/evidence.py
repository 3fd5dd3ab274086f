"""A claimed derivative beside the true one at many points: what a diagnosis rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..balls import BallProgram, to_ball, working_precision
from ..expression import Variable
from ..graph.graph import Graph, Node
from ..graph.unroll import unroll
from ..language import assumed_range
from .landmarks import landmark_places
from .plain import PlainProgram
from .sampling import sample_points

__all__ = [
    "AGREES",
    "DIFFERS",
    "SKIPPED",
    "UNDEFINED",
    "Evidence",
    "Place",
    "Programs",
    "Question",
    "sample_places",
]

Array = NDArray[np.float64]
#: A point: a number for each variable, a list for each data column.
Place = dict[str, float | list[float]]
#: A claim in numbers: the values of all components at a place; NaN where it has none.
Function = Callable[[Place], Sequence[float]]

#: Of one component at one point: no verdict, the claim is right, wrong, or has no value.
SKIPPED, AGREES, DIFFERS, UNDEFINED = range(4)

N_POINTS = 24
MAX_TRIES = 84
#: Data columns are given so many rows, in turns, so that what depends on their number shows.
ROWS = (3, 4, 5)
#: Precisions in bits, tried until both sides are told apart or agree to `SURE_BITS`.
PRECISIONS = (256, 1024, 4096)
SURE_BITS, VERY_SURE_BITS = 150, 8000
#: A difference must be known to so many bits before its form is looked for.
GAP_BITS = 60
#: Numbers beyond these are left out: doubles cannot hold their products.
LEAST, GREATEST = 1e-120, 1e120
#: Where a claim is wrong elsewhere, it is not called right where numbers exceed this.
CALM = 1e30
#: Relative rounding error that correct code in doubles is allowed; and how much more than the
#: plain evaluation of the true formula loses.
ROUNDING, PATIENCE = 2e-12, 1e3
#: Rounding errors of so many units in the last place of the largest number on the way explain a
#: gap: nothing is then said of the point. `1 - tanh(x)**2` is such code.
UNITS = 16 * 2.0**-52


@dataclass(frozen=True)
class Question:
    """What is to be judged.

    Attributes
    ----------
    graph : Graph
        Holds all formulas; candidates may be appended to it.
    value : Node
        The function f.
    names : tuple of str
        The variables of the components.
    truths : tuple of Node
        The derivatives of f in them.
    variables : tuple of Variable
        All variables of f and of the claims.
    claims : tuple of Node
        The claimed formulas; empty when `function` claims numbers.
    function : callable or None
    """

    graph: Graph
    value: Node
    names: tuple[str, ...]
    truths: tuple[Node, ...]
    variables: tuple[Variable, ...]
    claims: tuple[Node, ...] = ()
    function: Function | None = None


@dataclass
class Evidence:
    """Both sides at the same points; arrays have a row for each component.

    Attributes
    ----------
    question : Question
    places : list of Place
    truth, claim : array
    gap : array
        claim - truth, formed before rounding where both are formulas.
    noise : array
        What rounding alone may contribute to the gap.
    state : array of int
        SKIPPED, AGREES, DIFFERS or UNDEFINED.
    n_ordinary : int
        The first so many places were drawn; those after them are landmarks of the formulas.
    """

    question: Question
    places: list[Place] = field(default_factory=list)
    truth: Array = field(default_factory=lambda: np.empty((0, 0)))
    claim: Array = field(default_factory=lambda: np.empty((0, 0)))
    gap: Array = field(default_factory=lambda: np.empty((0, 0)))
    noise: Array = field(default_factory=lambda: np.empty((0, 0)))
    state: NDArray[np.int_] = field(default_factory=lambda: np.empty((0, 0), dtype=int))
    n_ordinary: int = 0

    @classmethod
    def gather(cls, question: Question, seed: int = 0) -> Evidence:
        """Evaluate both sides at points of several scales."""
        self = cls(question)
        columns: list[list[_Side]] = []
        sides = _Sides(question)
        self._visit(sides, sample_places(question, seed), columns, N_POINTS)
        self.n_ordinary = len(columns)
        if not columns or not all(
            any(side.state == DIFFERS for side in row) for row in zip(*columns, strict=True)
        ):
            roots = (question.value, *question.truths, *question.claims)
            ordinary = sample_places(question, seed)
            beyond = landmark_places(question.graph, roots, question.variables, ordinary)
            self._visit(sides, beyond, columns, N_POINTS + MAX_TRIES)
        shape = (len(columns), len(question.names))
        numbers = np.array(
            [[(s.truth, s.claim, s.gap, s.noise) for s in column] for column in columns]
        ).reshape(*shape, 4)
        self.truth, self.claim, self.gap, self.noise = np.moveaxis(numbers, 2, 0).swapaxes(1, 2)
        states = np.array([[side.state for side in column] for column in columns], dtype=int)
        self.state = states.reshape(shape).T
        if self.is_exact:
            self._look_again(sides)
        return self

    def _visit(
        self, sides: _Sides, places: Iterator[Place], columns: list[list[_Side]], n_points: int
    ) -> None:
        """Evaluate both sides at places until there are so many points at all."""
        for place in places:
            found = sides.at(place)
            if found is not None and any(side.state != SKIPPED for side in found):
                self.places.append(place)
                columns.append(found)
            if len(columns) == n_points:
                break

    def _look_again(self, sides: _Sides) -> None:
        """Compare to more bits where a claim that is wrong elsewhere seems right.

        What differs by exp(-300) relatively is not equal.
        """
        mixed = (self.state == DIFFERS).any(axis=1)
        size = np.abs(self.truth)
        extreme = (size > CALM) | ((size > 0) & (size < 1 / CALM))
        self.state[mixed[:, None] & (self.state == AGREES) & extreme] = SKIPPED
        for index in np.flatnonzero((self.state[mixed] == AGREES).any(axis=0)):
            finer = sides.with_precision(self.places[index], VERY_SURE_BITS, 4 * PRECISIONS[-1])
            for k in np.flatnonzero(mixed & (self.state[:, index] == AGREES)):
                if finer[k].state != AGREES:
                    self.state[k, index] = SKIPPED

    @property
    def is_exact(self) -> bool:
        """Whether both sides are formulas."""
        return self.question.function is None

    def values(self, nodes: Sequence[Node]) -> Array:
        """Return formulas without rows at the same points; NaN where they have no value."""
        found = np.full((len(nodes), len(self.places)), math.nan)
        programs = Programs(self.question, nodes)
        for index, place in enumerate(self.places):
            program, point = programs.at(place)
            found[:, index] = [_float(ball) for ball in program.evaluate(point, PRECISIONS[0])]
        return found


@dataclass(frozen=True, slots=True)
class _Side:
    state: int
    truth: float = math.nan
    claim: float = math.nan
    gap: float = math.nan
    noise: float = math.nan


class Programs:
    """Some roots, ready to be evaluated at places with any of the numbers of rows."""

    def __init__(self, question: Question, roots: Sequence[Node]) -> None:
        self.graph, self.roots = question.graph, list(roots)
        self.has_rows = any(variable.shape for variable in question.variables)
        self._known: dict[int, tuple[BallProgram, dict[str, tuple[str, int]]]] = {}

    def at(self, place: Place) -> tuple[BallProgram, dict[str, float]]:
        """Return the program for a place, and the place as a point of numbers."""
        n_rows = next((len(v) for v in place.values() if isinstance(v, list)), 0)
        if n_rows not in self._known:
            self._known[n_rows] = self._build(n_rows)
        program, rows = self._known[n_rows]
        point = {name: v for name, v in place.items() if not isinstance(v, list)}
        for name, (column, row) in rows.items():
            values = place[column]
            assert isinstance(values, list)
            point[name] = values[row]
        return program, point

    def _build(self, n_rows: int) -> tuple[BallProgram, dict[str, tuple[str, int]]]:
        if not self.has_rows:
            return BallProgram(self.graph, self.roots), {}
        dimensions = {size for shape in self.graph.shapes.values() for size in shape}
        found = unroll(self.graph, self.roots, {str(size): n_rows for size in dimensions})
        graph, roots = found.graph, [next(iter(root.values())) for root in found.roots]
        names = [name for entries in found.entries.values() for name in entries.values()]
        columns = [
            self.graph.data[node]
            for node in self.graph.variables(self.roots)
            if self.graph.shape(node)
        ]
        spots = [(column, row) for column in columns for row in range(n_rows)]
        return BallProgram(graph, roots), dict(zip(names, spots, strict=True))


class _Sides:
    """Value, truths and claims at one place after the other."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.n = len(question.names)
        roots = (question.value, *question.truths, *question.claims)
        self.programs = Programs(question, roots)
        self.plain: dict[int, list[PlainProgram]] = {}

    def at(self, place: Place) -> list[_Side] | None:
        """Return both sides of each component; None where the function has no value."""
        program, point = self.programs.at(place)
        if self.question.function is None:
            return self._formulas(program, point)
        value, *truths = program.evaluate(point, PRECISIONS[0])
        if not value.is_finite():
            return None
        claimed = self.question.function(place)
        return self._numbers(program, point, [_float(t) for t in truths], claimed)

    # -- formulas -----------------------------------------------------------------------------

    def _formulas(self, program: BallProgram, point: dict[str, float]) -> list[_Side] | None:
        sides: list[_Side | None] = [None] * self.n
        for bits in PRECISIONS:
            value, *balls = program.evaluate(point, bits)
            if not value.is_finite():
                return None
            with working_precision(bits):
                for k in range(self.n):
                    if sides[k] is None:
                        sides[k] = _formula_side(balls[k], balls[self.n + k], bits, SURE_BITS)
            if all(side is not None for side in sides):
                break
        return [side or _Side(SKIPPED) for side in sides]

    def with_precision(self, place: Place, sure_bits: int, bits: int) -> list[_Side]:
        """Return both sides of each formula at one precision, equal only to `sure_bits`."""
        program, point = self.programs.at(place)
        _, *balls = program.evaluate(point, bits)
        with working_precision(bits):
            found = [
                _formula_side(balls[k], balls[self.n + k], bits, sure_bits) for k in range(self.n)
            ]
        return [side or _Side(SKIPPED) for side in found]

    # -- numbers ------------------------------------------------------------------------------

    def _numbers(
        self,
        program: BallProgram,
        point: dict[str, float],
        truths: list[float],
        claimed: Sequence[float],
    ) -> list[_Side]:
        own = self._own_errors(program, point, truths)
        coarse = UNITS * _largest(program, point)
        sides = []
        for truth, claim, error in zip(truths, claimed, own, strict=True):
            if not abs(truth) < GREATEST or 0 < abs(truth) < LEAST:
                sides.append(_Side(SKIPPED))
            elif not math.isfinite(claim):
                sides.append(_Side(UNDEFINED, truth))
            else:
                gap = claim - truth
                noise = ROUNDING * abs(truth) + PATIENCE * error
                state = AGREES if abs(gap) <= noise else DIFFERS
                if state == DIFFERS:
                    noise += coarse
                    state = SKIPPED if abs(gap) <= noise else DIFFERS
                sides.append(_Side(state, truth, claim, gap, noise))
        return sides

    def _own_errors(
        self, program: BallProgram, point: dict[str, float], truths: list[float]
    ) -> list[float]:
        """Return how far plain doubles miss each truth: what its formula itself loses."""
        key = id(program)
        if key not in self.plain:
            roots = program.roots[1 : 1 + self.n]
            self.plain[key] = [PlainProgram(program.graph, root) for root in roots]
        errors = []
        for plain, truth in zip(self.plain[key], truths, strict=True):
            error = abs(float(np.real(plain(point))) - truth)
            errors.append(error if math.isfinite(error) else 0.0)
        return errors


def _formula_side(truth: Any, claim: Any, bits: int, sure_bits: int) -> _Side | None:
    """Return what two balls say; None when more precision may tell more."""
    if not truth.is_finite():
        return _Side(SKIPPED) if truth.is_nan() and bits > PRECISIONS[0] else None
    if not claim.is_finite():
        return _Side(UNDEFINED, _float(truth)) if bits > PRECISIONS[0] else None
    gap = claim - truth
    size = max(abs(truth).upper(), abs(claim).upper())
    numbers = (_float(truth), _float(claim), _float(gap))
    if not gap.contains(0):
        if gap.rel_accuracy_bits() < GAP_BITS and bits < PRECISIONS[-1]:
            return None
        if not all(abs(x) < GREATEST and (x == 0 or abs(x) > LEAST) for x in numbers):
            return _Side(SKIPPED)
        return _Side(DIFFERS, *numbers, 1e-12 * abs(numbers[2]))
    if gap.is_zero() or gap.abs_upper() <= size * to_ball(2) ** -sure_bits:
        return _Side(AGREES, numbers[0], numbers[1], 0.0, 0.0)
    return None


def _largest(program: BallProgram, point: dict[str, float]) -> float:
    """Return the size of the largest number that occurs in f and its derivatives."""
    values = program.evaluate_all(point, 64)
    balls = [v for v in values.values() if v is not None and not isinstance(v, bool)]
    sizes = [abs(_float(ball)) for ball in balls]
    return max((size for size in sizes if math.isfinite(size)), default=0.0)


def _float(ball: Any) -> float:
    """Return the middle of a ball as a double; NaN where nothing is known."""
    if not ball.is_finite():
        return math.nan
    return float(ball.mid())


def sample_places(question: Question, seed: int) -> Iterator[Place]:
    """Yield places; coordinates have few digits, so that people can type them."""
    scalars = [v for v in question.variables if not v.shape]
    columns = [v for v in question.variables if v.shape]
    names = [v.name for v in scalars]
    rows = {f"{v.name}[{r}]": (v.name, r) for v in columns for r in range(ROWS[-1])}
    words = {v.name: v.assumption for v in scalars if v.assumption}
    known = {v.name: assumed_range(v.name, v.assumption) for v in columns}
    domains = {row: (known[name].lower, known[name].upper) for row, (name, _) in rows.items()}
    points = sample_points(
        [*names, *rows], seed=seed, n_tries=MAX_TRIES, assumptions=words, domains=domains
    )
    for index, point in enumerate(points):
        place: Place = {v.name: _short(point[v.name], v) for v in scalars}
        for variable in columns:
            values = [_short(point[f"{variable.name}[{r}]"], variable) for r in range(ROWS[-1])]
            place[variable.name] = values[: ROWS[index % len(ROWS)]]
        yield place
        if not names and not rows:
            return


def _short(value: float, variable: Variable) -> float:
    """Return the number in few digits, where that leaves it in the range of the variable."""
    rounded = float(f"{value:.4g}")
    known = assumed_range(variable.name, variable.assumption)
    return rounded if known.lower < rounded < known.upper else value
