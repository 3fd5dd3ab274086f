"""Whether a formula can be zero where its variables are what is assumed of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

from ..graph.graph import Graph, Node, Number
from ..language import Range

__all__ = ["can_be_zero"]


class _End(NamedTuple):
    """An end of an interval: exact, or infinite."""

    value: Fraction | float
    belongs: bool


class _Interval(NamedTuple):
    lower: _End
    upper: _End

    def has_zero(self) -> bool:
        """Whether zero is inside, or one of the ends that belong to it."""
        (low, has_low), (high, has_high) = self
        return (low < 0 or (low == 0 and has_low)) and (high > 0 or (high == 0 and has_high))


_ZERO, _INFINITY = _End(Fraction(0), False), _End(math.inf, False)
_ANYTHING = _Interval(_End(-math.inf, False), _INFINITY)
_POSITIVE = _Interval(_ZERO, _INFINITY)
_NOT_NEGATIVE = _Interval(_End(Fraction(0), True), _INFINITY)

#: Ranges of functions, whatever their arguments are.
_VALUES = {
    "exp": _POSITIVE,
    "softplus": _POSITIVE,
    "sigmoid": _POSITIVE,
    "abs": _NOT_NEGATIVE,
    "hypot": _NOT_NEGATIVE,
    "cosh": _Interval(_End(Fraction(1), True), _INFINITY),
}


def can_be_zero(graph: Graph, root: Node, known: Mapping[str, Range]) -> bool:
    """Return False where exact interval arithmetic over what is assumed excludes zero."""
    found: dict[Node, _Interval] = {}
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], [found[arg] for arg in graph.args[node]]
        if kind == "const":
            end = _End(Fraction(graph.data[node]), True)
            found[node] = _Interval(end, end)
        elif kind == "var":
            found[node] = _assumed(known.get(graph.data[node], Range()))
        elif kind in ("add", "mul"):
            total = args[0]
            for arg in args[1:]:
                total = _sum(total, arg) if kind == "add" else _product(total, arg)
            found[node] = total
        elif kind == "pow":
            found[node] = _power(args[0], graph.value(graph.args[node][1]))
        else:
            found[node] = _VALUES.get(kind, _ANYTHING)
    return found[root].has_zero()


def _assumed(known: Range) -> _Interval:
    ends = [e if math.isinf(e) else Fraction(e) for e in (known.lower, known.upper)]
    return _Interval(_End(ends[0], known.has_lower), _End(ends[1], known.has_upper))


def _sum(a: _Interval, b: _Interval) -> _Interval:
    return _Interval(
        _End(a.lower.value + b.lower.value, a.lower.belongs and b.lower.belongs),
        _End(a.upper.value + b.upper.value, a.upper.belongs and b.upper.belongs),
    )


def _product(a: _Interval, b: _Interval) -> _Interval:
    corners = []
    for x in a:
        for y in b:
            zeros = [end for end in (x, y) if end.value == 0]
            if zeros:
                corners.append(_End(Fraction(0), any(end.belongs for end in zeros)))
            else:
                corners.append(_End(x.value * y.value, x.belongs and y.belongs))
    return _Interval(_extreme(corners, min), _extreme(corners, max))


def _extreme(ends: list[_End], choose: Callable[..., Fraction | float]) -> _End:
    value = choose(end.value for end in ends)
    return _End(value, any(end.belongs for end in ends if end.value == value))


def _power(base: _Interval, exponent: Number | None) -> _Interval:
    """Return the range of a power; of roots and reciprocals only the sign is told."""
    is_whole = exponent is not None and exponent.denominator == 1
    if exponent is None or not is_whole or exponent < 0 or exponent > 64:
        if base.lower.value >= 0:
            apart = (exponent is not None and exponent < 0) or not base.has_zero()
            return _POSITIVE if apart else _NOT_NEGATIVE
        if not is_whole or exponent is None:
            return _NOT_NEGATIVE
        if exponent % 2 == 0:
            return _POSITIVE if exponent < 0 else _NOT_NEGATIVE
        return _Interval(_End(-math.inf, False), _ZERO) if base.upper.value <= 0 else _ANYTHING
    ends = [_End(end.value ** int(exponent), end.belongs) for end in base]
    if exponent % 2:
        return _Interval(*ends)
    if base.lower.value < 0 < base.upper.value:
        ends.append(_End(Fraction(0), True))
    return _Interval(_extreme(ends, min), _extreme(ends, max))
