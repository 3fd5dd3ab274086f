"""Bounds of a formula on a range of one variable, infinite ranges and values included.

Balls lose a quantity that spans many orders of magnitude: the ball of exp(x) on [1, 1000] contains
zero. Here lower and upper bound are numbers of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from ..graph.graph import Graph, Node
from .precision import to_ball, working_precision
from .values import BallProgram, operation_of

__all__ = ["BoundsProgram"]

#: (lower, upper), exact numbers or infinities; None is "no bound, or no value".
Bounds = tuple[Any, Any] | None

BITS = 64

#: Increasing functions: the limits at -oo and +oo, None where the domain ends before.
_RISING: dict[str, tuple[float | None, float]] = {
    "exp": (0.0, float("inf")),
    "expm1": (-1.0, float("inf")),
    "log": (None, float("inf")),
    "log1p": (None, float("inf")),
    "log2": (None, float("inf")),
    "log10": (None, float("inf")),
    "cbrt": (float("-inf"), float("inf")),
    "sinh": (float("-inf"), float("inf")),
    "tanh": (-1.0, 1.0),
    "asinh": (float("-inf"), float("inf")),
    "atan": (-1.5708, 1.5708),
    "erf": (-1.0, 1.0),
    "erfi": (float("-inf"), float("inf")),
    "sigmoid": (0.0, 1.0),
    "softplus": (0.0, float("inf")),
    "relu": (0.0, float("inf")),
    "sign": (-1.0, 1.0),
    "heaviside": (0.0, 1.0),
    "floor": (float("-inf"), float("inf")),
    "ceil": (float("-inf"), float("inf")),
}
#: Where the domain of an increasing function begins: its values there are -oo.
_BEGINS = {"log": 0, "log2": 0, "log10": 0, "log1p": -1}
#: Functions whose values are bounded.
_BOUNDED = {"sin": (-1, 1), "cos": (-1, 1), "sinc": (-1, 1), "cosm1": (-2, 0)}
#: Even functions that increase with |x|.
_EVEN_RISING = frozenset({"abs", "cosh", "logcosh"})


class BoundsProgram:
    """The steps that bound one root of a graph.

    Parameters
    ----------
    graph : Graph
    root : Node
    variable : str
        The variable that moves.
    point : mapping of str to number
        The values of all others.

    Notes
    -----
    The bounds hold where the formula has a value. A quotient whose denominator vanishes at an end
    of its bounds is bounded on one side.
    """

    def __init__(self, graph: Graph, root: Node, variable: str, point: Mapping[str, Any]) -> None:
        self.graph, self.root, self.variable = graph, root, variable
        self.order = graph.reachable([root])
        moving: set[Node] = set()
        fixed: list[Node] = []
        for node in self.order:
            named = graph.kinds[node] == "var" and graph.data[node] == variable
            if named or not moving.isdisjoint(graph.args[node]):
                moving.add(node)
            else:
                fixed.append(node)
        values = BallProgram(graph, fixed).evaluate_all(point, BITS) if fixed else {}
        with working_precision(BITS):
            self.fixed: dict[Node, Any] = {n: _ends(v) for n, v in values.items()}
        self.steps = [node for node in self.order if node in moving]

    def evaluate(self, lower: Any, upper: Any) -> Bounds:
        """Return bounds of the formula for lower <= variable <= upper."""
        with working_precision(BITS):
            found: dict[Node, Any] = dict(self.fixed)
            for node in self.steps:
                if self.graph.kinds[node] == "var":
                    found[node] = (lower, upper)
                else:
                    found[node] = self._step(node, [found[a] for a in self.graph.args[node]])
            bounds: Bounds = found[self.root]
        return bounds

    def _step(self, node: Node, args: Sequence[Any]) -> Bounds:
        kind = self.graph.kinds[node]
        if kind == "piecewise":
            return _hull([*args[:-1:2], args[-1]])
        if kind in ("compare", "and", "or", "not") or any(arg is None for arg in args):
            return None
        if kind == "add":
            total: Bounds = reduce(_sum, args)
            return total
        if kind == "mul":
            product: Bounds = reduce(_product, args)
            return product
        if kind == "pow":
            return _power(self.graph.value(self.graph.args[node][1]), *args)
        if kind in _RISING:
            return self._rising(node, kind, args[0])
        if kind in _EVEN_RISING:
            return self._even(node, args[0])
        return self._by_ball(node, kind, args)

    def _rising(self, node: Node, kind: str, bounds: tuple[Any, Any]) -> Bounds:
        low, high = bounds
        operation = operation_of(self.graph, node)
        least, greatest = _RISING[kind]
        begin = _BEGINS.get(kind)
        if begin is not None and not high > begin:
            return None
        if begin is not None and not low > begin:
            bottom = _number("-inf")
        else:
            bottom = operation([low]) if low.is_finite() else _number(least)
        top = operation([high]) if high.is_finite() else _number(greatest)
        return _clean(bottom, top)

    def _even(self, node: Node, bounds: tuple[Any, Any]) -> Bounds:
        low, high = bounds
        operation = operation_of(self.graph, node)
        far = max(abs(low), abs(high))
        near = _number(0) if low <= 0 and high >= 0 else min(abs(low), abs(high))
        values = [operation([x]) if x.is_finite() else _number("inf") for x in (near, far)]
        return _clean(*values)

    def _by_ball(self, node: Node, kind: str, args: Sequence[Any]) -> Bounds:
        """Return what the ball of the function on the hull of the bounds tells."""
        ball = None
        if all(low.is_finite() and high.is_finite() for low, high in args):
            ball = operation_of(self.graph, node)([low.union(high) for low, high in args])
        if ball is not None and ball.is_finite():
            return _ends(ball)
        if kind in _BOUNDED:
            low, high = _BOUNDED[kind]
            return _number(low), _number(high)
        return None


def _number(value: Any) -> Any:
    return to_ball(float(value))


def _ends(ball: Any) -> Bounds:
    """Return the bounds that a ball is."""
    if isinstance(ball, bool | None) or ball.is_nan():
        return None
    return ball.lower(), ball.upper()


def _clean(low: Any, high: Any) -> Bounds:
    """Return outward bounds; what is not a number is no bound."""
    bottom = _number("-inf") if low.is_nan() else low.lower()
    top = _number("inf") if high.is_nan() else high.upper()
    return bottom, top


def _hull(parts: Sequence[Bounds]) -> Bounds:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def _sum(one: tuple[Any, Any], two: tuple[Any, Any]) -> Bounds:
    return _clean(one[0] + two[0], one[1] + two[1])


def _times(a: Any, b: Any) -> Any:
    return a * b if not (a.is_zero() or b.is_zero()) else _number(0)


def _product(one: tuple[Any, Any] | None, two: tuple[Any, Any] | None) -> Bounds:
    if one is None or two is None:
        return None
    products = [_times(a, b) for a in one for b in two]
    if any(p.is_nan() for p in products):
        return None
    return min(p.lower() for p in products), max(p.upper() for p in products)


def _power(exponent: Any, base: tuple[Any, Any], power: tuple[Any, Any]) -> Bounds:
    """Return base**exponent; for an exponent that is no rational through logarithms."""
    low, high = base
    if isinstance(exponent, int):
        return _whole_power(exponent, low, high)
    if not high > 0:
        return None
    low = low if low > 0 else _number(0)
    logarithm = (
        low.log().lower() if low > 0 else _number("-inf"),
        high.log().upper() if high.is_finite() else high,
    )
    product = _product(logarithm, power)
    if product is None:
        return None
    values = [_exp(x) for x in product]
    return _clean(*values)


def _exp(x: Any) -> Any:
    if x.is_finite():
        return x.exp()
    return _number("inf") if x > 0 else _number(0)


def _whole_power(exponent: int, low: Any, high: Any) -> Bounds:
    if exponent < 0:
        return _reciprocal(_whole_power(-exponent, low, high))
    if exponent == 0:
        return _number(1), _number(1)

    def raised(x: Any) -> Any:
        return x**exponent if x.is_finite() else _infinite(x, exponent)

    if exponent % 2 or low >= 0:
        return _clean(raised(low), raised(high))
    if high <= 0:
        return _clean(raised(high), raised(low))
    return _number(0), max(raised(low), raised(high)).upper()


def _infinite(x: Any, exponent: int) -> Any:
    return _number("-inf") if x < 0 and exponent % 2 else _number("inf")


def _reciprocal(bounds: Bounds) -> Bounds:
    if bounds is None:
        return None
    low, high = bounds
    if low >= 0:
        top = 1 / low if low > 0 else _number("inf")
        return _clean(1 / high if high.is_finite() and high > 0 else _number(0), top)
    if high <= 0:
        bottom = 1 / high if high < 0 else _number("-inf")
        return _clean(bottom, 1 / low if low.is_finite() else _number(0))
    return None
