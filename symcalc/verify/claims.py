"""What a closed-form derivative claims at a point, beside what values of the function say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..balls import BallProgram, NoBall, to_ball, working_precision
from ..graph.graph import Graph, Node
from ..outcome import json_float
from ..writing import partial
from .oracle import DerivativeOracle, OracleValue
from .plain import PlainProgram

__all__ = ["Claim", "Comparison", "make_claims"]

Order = Mapping[str, int]

#: Bits at which closed forms are evaluated; those cancelled by the formula must leave enough.
FORM_BITS = 320
#: Relative gap allowed between two sides that balls evaluate: the forms may hold series that
#: replace removable singularities to double precision.
TOLERANCE = 1e-13
#: Allowed where plain doubles had to serve, times the error estimate of the oracle.
SAFETY = 20.0
PLAIN_TOLERANCE = 1e-8
#: The independent side counts only when its own error is below this, relatively.
MAX_ORACLE_ERROR = 1e-5


@dataclass(frozen=True, slots=True)
class Comparison:
    """One derivative, or a directional sum of many, at one point.

    Attributes
    ----------
    label : str
    point : dict of str to float
    closed_form, independent : float
        Both sides, rounded to doubles.
    gap : float
        Relative difference.
    allowed : float
        The gap beyond which both sides disagree.
    method : str
        How the independent side was found.
    counts : bool
        Whether both sides are finite, known well enough, and not both zero by accident.
    """

    label: str
    point: dict[str, float]
    closed_form: float
    independent: float
    gap: float
    allowed: float
    method: str
    counts: bool

    @property
    def disagrees(self) -> bool:
        """Whether both sides are there and differ."""
        return self.counts and self.gap > self.allowed

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        sides = {"closed_form": self.closed_form, "independent": self.independent, "gap": self.gap}
        return {
            "label": self.label,
            "point": self.point,
            "method": self.method,
            "counts": self.counts,
            **{k: json_float(v) for k, v in sides.items()},
        }


class Forms:
    """Closed forms that share a graph, evaluated together and once at each point."""

    def __init__(self, graph: Graph, roots: Sequence[Node]) -> None:
        self._last: tuple[Any, list[Any]] = (None, [])
        self.is_rigorous = True
        try:
            program = BallProgram(graph, roots)
            self._run: Callable[[Mapping[str, float]], list[Any]] = lambda point: program.evaluate(
                point, FORM_BITS
            )
        except NoBall:
            self.is_rigorous = False
            plains = [PlainProgram(graph, root) for root in roots]
            self._run = lambda point: [to_ball(float(p(point).real)) for p in plains]

    def evaluate(self, point: Mapping[str, float]) -> list[Any]:
        """Return the balls of all forms at a point."""
        if self._last[0] is not point:
            self._last = (point, self._run(point))
        return self._last[1]


@dataclass(frozen=True, slots=True)
class Claim:
    """One derivative, or all of one order together, ready to be compared at points."""

    label: str
    orders: tuple[Order, ...]
    places: tuple[tuple[Forms, int], ...]
    is_zero: bool
    random: np.random.Generator | None = None

    def compare(self, oracle: DerivativeOracle, point: dict[str, float]) -> Comparison:
        """Evaluate both sides at a point."""
        balls = [forms.evaluate(point)[place] for forms, place in self.places]
        if self.random is None:
            form = balls[0]
            judge = oracle.partial(point, self.orders[0])
        else:
            direction = self._direction(balls, self.random)
            form = self._sum(balls, direction)
            judge = oracle.directional(point, direction, sum(self.orders[0].values()))
        is_exact = oracle.is_rigorous and all(forms.is_rigorous for forms, _ in self.places)
        return _compared(self, point, form, judge, TOLERANCE if is_exact else PLAIN_TOLERANCE)

    def _direction(self, balls: Sequence[Any], random: np.random.Generator) -> dict[str, float]:
        """Draw a direction in which no component drowns in the others."""
        sizes: dict[str, float] = {}
        for order, ball in zip(self.orders, balls, strict=True):
            size = abs(float(ball.mid())) if ball.is_finite() else 1.0
            for name in order:
                sizes[name] = max(sizes.get(name, 0.0), size)
        degree = sum(self.orders[0].values())
        return {
            name: float(random.choice((-1.0, 1.0)) * random.uniform(0.5, 1.0))
            * min(max(size or 1.0, 1e-9), 1e9) ** (-1.0 / degree)
            for name, size in sizes.items()
        }

    def _sum(self, balls: Sequence[Any], direction: Mapping[str, float]) -> Any:
        """Return the derivative along the direction, from the partial derivatives."""
        with working_precision(FORM_BITS):
            total = to_ball(0)
            for order, ball in zip(self.orders, balls, strict=True):
                weight = math.factorial(sum(order.values()))
                term = ball
                for name, n in order.items():
                    weight //= math.factorial(n)
                    term = term * to_ball(direction[name]) ** n
                total += term * weight
        return total


def make_claims(
    derivatives: Sequence[tuple[Order, Graph, Node]], max_single: int, seed: int
) -> list[Claim]:
    """Return the claims to compare: single derivatives, or sums of all that have one order.

    More than `max_single` derivatives of one order that do not cover all partial derivatives of
    that order in their variables cannot be summed; a random choice of them is compared.
    """
    places = _places(derivatives)
    by_degree: dict[int, dict[frozenset[tuple[str, int]], int]] = {}
    for index, (order, _, _) in enumerate(derivatives):
        key = frozenset((name, n) for name, n in order.items() if n)
        by_degree.setdefault(sum(order.values()), {}).setdefault(key, index)
    claims = []
    random = np.random.default_rng(seed)
    for degree, keys in by_degree.items():
        members = list(keys.values())
        if len(members) > max_single:
            if _is_complete(list(keys), degree):
                claims.append(_joint(degree, members, derivatives, places, random))
                continue
            members = sorted(random.choice(members, max_single, replace=False).tolist())
        for index in members:
            order, graph, root = derivatives[index]
            is_zero = graph.value(root) == 0
            claims.append(Claim(_label(order), (order,), (places[index],), is_zero))
    return claims


def _places(derivatives: Sequence[tuple[Order, Graph, Node]]) -> list[tuple[Forms, int]]:
    """Return for each derivative the forms it is evaluated with, and its place among them."""
    roots: dict[int, list[Node]] = {}
    graphs: dict[int, Graph] = {}
    spots = []
    for _, graph, root in derivatives:
        graphs[id(graph)] = graph
        family = roots.setdefault(id(graph), [])
        spots.append((id(graph), len(family)))
        family.append(root)
    forms = {key: Forms(graph, roots[key]) for key, graph in graphs.items()}
    return [(forms[key], place) for key, place in spots]


def _joint(
    degree: int,
    members: Sequence[int],
    derivatives: Sequence[tuple[Order, Graph, Node]],
    places: Sequence[tuple[Forms, int]],
    random: np.random.Generator,
) -> Claim:
    """Return the claim that all derivatives of one order make together."""
    orders = tuple(derivatives[index][0] for index in members)
    is_zero = all(derivatives[i][1].value(derivatives[i][2]) == 0 for i in members)
    label = f"the derivative of order {degree} along a random direction"
    return Claim(label, orders, tuple(places[index] for index in members), is_zero, random)


def _is_complete(keys: Sequence[frozenset[tuple[str, int]]], degree: int) -> bool:
    """Say whether these are all partial derivatives of that order in their variables."""
    names = {name for key in keys for name, _ in key}
    return degree <= 2 and len(keys) == math.comb(len(names) + degree - 1, degree)


def _label(order: Order) -> str:
    """Return the name of a partial derivative, `∂²f/∂x∂y`."""
    return partial([name for name, count in order.items() for _ in range(count)])


def _compared(
    claim: Claim, point: dict[str, float], form: Any, judge: OracleValue, tolerance: float
) -> Comparison:
    """Measure the gap between both sides and say whether it counts."""
    if not form.is_finite() or not judge.is_finite:
        independent = float(judge.value)
        nan = math.nan
        return Comparison(
            claim.label, point, float(form.mid()), independent, nan, nan, judge.method, False
        )
    with working_precision(FORM_BITS):
        other = to_ball(judge.value)
        size = float(max(abs(form).upper(), abs(other).upper()))
        noise = SAFETY * judge.error + float(form.rad())
        gap = _relative(abs(form - other), size)
        rounded = to_ball(float(form.mid()))
        shown = _relative(abs(rounded - other), size) if rounded.is_finite() else gap
    if size <= noise:
        shown = gap = allowed = 0.0
        counts = claim.is_zero
    else:
        allowed = tolerance + noise / size
        counts = math.isfinite(size) and allowed < MAX_ORACLE_ERROR
    return Comparison(
        claim.label,
        point,
        float(form.mid()),
        float(other.mid()),
        max(gap, shown),
        allowed,
        judge.method,
        counts,
    )


def _relative(difference: Any, size: float) -> float:
    return float(difference.mid()) / size if size > 0 else 0.0
