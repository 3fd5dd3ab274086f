"""The ranges of a formula's parts where its variables are what is assumed of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import NamedTuple

from ..graph.graph import Graph, Node, Number
from ..language import Range

__all__ = ["Interval", "can_be_zero", "find_ranges"]


class _End(NamedTuple):
    """An end of an interval: exact, or infinite."""

    value: Fraction | float
    belongs: bool


class Interval(NamedTuple):
    """The values that a part of a formula can have; those of an array, each entry."""

    lower: _End
    upper: _End

    @property
    def is_nonnegative(self) -> bool:
        """Whether no value is negative."""
        return self.lower.value >= 0

    @property
    def is_nonpositive(self) -> bool:
        """Whether no value is positive."""
        return self.upper.value <= 0

    @property
    def is_positive(self) -> bool:
        """Whether every value is positive."""
        return self.lower.value > 0 or (self.lower.value == 0 and not self.lower.belongs)

    def has_zero(self) -> bool:
        """Whether zero is inside, or one of the ends that belong to it."""
        (low, has_low), (high, has_high) = self
        return (low < 0 or (low == 0 and has_low)) and (high > 0 or (high == 0 and has_high))


#: Ends with more bits than this are moved outwards.
MAX_BITS = 900

_NOTHING = _End(Fraction(0), True)
_ZERO, _INFINITY = _End(Fraction(0), False), _End(math.inf, False)
_ANYTHING = Interval(_End(-math.inf, False), _INFINITY)
_POSITIVE = Interval(_ZERO, _INFINITY)
_NOT_NEGATIVE = Interval(_End(Fraction(0), True), _INFINITY)

#: Ranges of functions, whatever their arguments are.
_VALUES = {
    **dict.fromkeys(("cosm1",), Interval(_End(Fraction(-2), True), _End(Fraction(0), True))),
    **dict.fromkeys(("sin", "cos"), Interval(_End(Fraction(-1), True), _End(Fraction(1), True))),
    **dict.fromkeys(("tanh", "erf"), Interval(_End(Fraction(-1), True), _End(Fraction(1), True))),
    **dict.fromkeys(("relu", "logcosh"), _NOT_NEGATIVE),
    **dict.fromkeys(("size", "dim", "eye"), _NOT_NEGATIVE),
    "exprel": _POSITIVE,
    "erfc": _NOT_NEGATIVE,
    "expm1": Interval(_End(Fraction(-1), True), _INFINITY),
    "exp": _POSITIVE,
    "softplus": _POSITIVE,
    "sigmoid": Interval(_ZERO, _End(Fraction(1), True)),
    "abs": _NOT_NEGATIVE,
    "hypot": _NOT_NEGATIVE,
    "cosh": Interval(_End(Fraction(1), True), _INFINITY),
}


def can_be_zero(graph: Graph, root: Node, known: Mapping[str, Range]) -> bool:
    """Return False where exact interval arithmetic over what is assumed excludes zero."""
    return find_ranges(graph, root, known)[root].has_zero()


def find_ranges(graph: Graph, root: Node, known: Mapping[str, Range]) -> dict[Node, Interval]:
    """Return the range of every part of a formula by exact interval arithmetic."""
    found: dict[Node, Interval] = {}
    for node in graph.reachable([root]):
        kind, args = graph.kinds[node], [found[arg] for arg in graph.args[node]]
        if kind == "const":
            end = _End(Fraction(graph.data[node]), True)
            found[node] = _short(Interval(end, end))
        elif kind == "var":
            found[node] = _assumed(known.get(graph.data[node], Range()))
        elif kind == "pow":
            found[node] = _short(_power(args[0], graph.value(graph.args[node][1])))
        elif kind in _COMBINED:
            found[node] = _short(_COMBINED[kind](args))
        else:
            found[node] = _VALUES.get(kind, _ANYTHING)
    return found


def _assumed(known: Range) -> Interval:
    ends = [e if math.isinf(e) else Fraction(e) for e in (known.lower, known.upper)]
    return Interval(_End(ends[0], known.has_lower), _End(ends[1], known.has_upper))


def _sum(a: Interval, b: Interval) -> Interval:
    return Interval(
        _End(a.lower.value + b.lower.value, a.lower.belongs and b.lower.belongs),
        _End(a.upper.value + b.upper.value, a.upper.belongs and b.upper.belongs),
    )


def _product(a: Interval, b: Interval) -> Interval:
    corners = []
    for x in a:
        for y in b:
            zeros = [end for end in (x, y) if end.value == 0]
            if zeros:
                corners.append(_End(Fraction(0), any(end.belongs for end in zeros)))
            else:
                corners.append(_End(x.value * y.value, x.belongs and y.belongs))
    return Interval(_extreme(corners, min), _extreme(corners, max))


def _total(args: Sequence[Interval]) -> Interval:
    return reduce(_sum, args)


def _whole_product(args: Sequence[Interval]) -> Interval:
    return reduce(_product, args)


def _sum_of_any_number(args: Sequence[Interval]) -> Interval:
    """Return the range of sums of terms like these, of whose range the sign is left."""
    return _of_sign(_whole_product(args))


def _of_sign(interval: Interval) -> Interval:
    """Return all numbers that have the sign of an interval, zero among them."""
    if interval.is_nonnegative:
        return _NOT_NEGATIVE
    return Interval(_End(-math.inf, False), _NOTHING) if interval.is_nonpositive else _ANYTHING


def _greatest(args: Sequence[Interval]) -> Interval:
    return Interval(
        _extreme([arg.lower for arg in args], max), _extreme([arg.upper for arg in args], max)
    )


def _least(args: Sequence[Interval]) -> Interval:
    return Interval(
        _extreme([arg.lower for arg in args], min), _extreme([arg.upper for arg in args], min)
    )


def _union(args: Sequence[Interval]) -> Interval:
    return Interval(
        _extreme([arg.lower for arg in args], min), _extreme([arg.upper for arg in args], max)
    )


def _with_sign(args: Sequence[Interval]) -> Interval:
    """Return the range of an odd, increasing function by the sign of its argument."""
    (low, has_low), (high, has_high) = args[0]
    return Interval(
        _End(Fraction(0), has_low and low == 0) if low >= 0 else _End(-math.inf, False),
        _End(Fraction(0), has_high and high == 0) if high <= 0 else _INFINITY,
    )


def _of_logarithm(args: Sequence[Interval]) -> Interval:
    """Return the sign of the logarithm of a number above one, or below."""
    if args[0].lower.value >= 1:
        return _NOT_NEGATIVE
    below = args[0].upper.value <= 1
    return Interval(_End(-math.inf, False), _NOTHING) if below else _ANYTHING


def _short(interval: Interval) -> Interval:
    """Return an interval around one whose ends have too many digits."""
    lower, upper = interval
    if _is_long(lower):
        lower = _End(Fraction(0), False) if lower.value > 0 else _End(-math.inf, False)
    if _is_long(upper):
        upper = _End(Fraction(0), False) if upper.value < 0 else _INFINITY
    return Interval(lower, upper)


def _is_long(end: _End) -> bool:
    value = end.value
    return isinstance(value, Fraction) and (
        value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS
    )


def _extreme(ends: list[_End], choose: Callable[..., Fraction | float]) -> _End:
    value = choose(end.value for end in ends)
    return _End(value, any(end.belongs for end in ends if end.value == value))


def _power(base: Interval, exponent: Number | None) -> Interval:
    """Return the range of a power; of roots and reciprocals only the sign is told."""
    is_whole = exponent is not None and exponent.denominator == 1
    if exponent is None or not is_whole or exponent < 0 or exponent > 64:
        if base.lower.value >= 0:
            apart = (exponent is not None and exponent < 0) or not base.has_zero()
            return _POSITIVE if apart else _NOT_NEGATIVE
        if exponent is None:  # a power of a negative number, where the exponent is whole
            return _ANYTHING
        if not is_whole:
            return _NOT_NEGATIVE
        if exponent % 2 == 0:
            return _POSITIVE if exponent < 0 else _NOT_NEGATIVE
        nothing = _ZERO if exponent < 0 else _NOTHING
        return Interval(_End(-math.inf, False), nothing) if base.is_nonpositive else _ANYTHING
    ends = [_End(end.value ** int(exponent), end.belongs) for end in base]
    if exponent % 2:
        return Interval(*ends)
    if base.lower.value < 0 < base.upper.value:
        ends.append(_End(Fraction(0), True))
    return Interval(_extreme(ends, min), _extreme(ends, max))


#: Ranges of kinds whose range follows from those of their arguments.
_COMBINED: dict[str, Callable[[Sequence[Interval]], Interval]] = {
    "add": _total,
    "mul": _whole_product,
    "ein": _sum_of_any_number,
    "sum": _sum_of_any_number,
    "max": _greatest,
    "min": _least,
    **dict.fromkeys(("amax", "amin", "take", "reshape", "concat"), _union),
    "log": _of_logarithm,
    **dict.fromkeys(("log1p", "sinh", "asinh", "atan", "cbrt"), _with_sign),
}
