"""How functions of the table act on bounds that hold on a ray."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..functions import CONSTANTS, TABLE
from ..graph.graph import Graph
from ..graph.terms import Term, Terms
from .scales import (
    CONSTANT,
    Bound,
    Scale,
    Size,
    add_bounds,
    constant_bound,
    is_zero,
    multiply,
    power,
)
from .values import BallProgram, NoBall

if TYPE_CHECKING:
    from flint import arb

__all__ = ["apply_atom", "exponential", "logarithm", "range_of", "times_number"]


#: Bound of the argument and start of the ray -> bound of the function.
Rule = Callable[[Bound, Any], Bound | None]
#: Bounds of exp(value), of exp(-value) and the start -> bound of a combination.
Combination = Callable[[Bound, Bound | None, Any], Bound | None]


def apply_atom(name: str, value: Bound, start: arb) -> Bound | None:
    """Return the bound of a function of one argument, None where nothing is known."""
    if name in _COMPOSED:
        return _COMPOSED[name](value, start)
    ball = range_of(value, start)
    if ball is None:
        least = None if value.low is None else _floor(value.low, start)
        if name in _FAR and least is not None and value.sign:
            return _FAR[name](value, least)
        return constant_bound(start * 0 + _unit_ball()) if name in _BOUNDED else None
    slope = _slope(name, ball) if ball.contains(0) else None
    if slope is not None:
        return multiply(constant_bound(slope), value)
    row = TABLE[name]
    if row.ball is None:
        return None
    graph = Graph()
    found = _evaluate(graph, graph.call(name, [graph.var("x")]), ball)
    return constant_bound(found) if found.is_finite() else None


def range_of(value: Bound, start: arb) -> arb | None:
    """Return a ball around all values on the ray, None where they are not seen to be bounded."""
    greatest = value.high.scale.supremum(start)
    if greatest is None:
        return None
    top = (value.high.factor * greatest).abs_upper()
    bottom = -top if not value.sign else top * 0
    if value.sign and value.low is not None:
        bottom = _floor(value.low, start) or bottom
    return -bottom.union(top) if value.sign < 0 else bottom.union(top)


def exponential(value: Bound, start: arb) -> Bound | None:
    """Return the bound of exp(value)."""
    ball = range_of(value, start)
    if ball is not None:
        return constant_bound(ball.exp())
    if value.sign == 0 or value.low is None:
        return None
    one = start * 0 + 1
    low, high = _rate(value.low, start, least=True), _rate(value.high, start, least=False)
    if value.sign < 0:
        if low is None:
            return Bound(1, None, Size(one, CONSTANT))
        floor = None if high is None else Size(one, Scale(rates={high[0]: -high[1]}))
        return Bound(1, floor, Size(one, Scale(rates={low[0]: -low[1]})))
    if high is None:
        return None
    floor = Size(one, CONSTANT if low is None else Scale(rates={low[0]: low[1]}))
    return Bound(1, floor, Size(one, Scale(rates={high[0]: high[1]})))


def _rate(size: Size, start: arb, *, least: bool) -> tuple[Any, Any] | None:
    """Return (g, c) with c*t**g below (or above) the size on the whole ray."""
    scale, factor = size.scale, size.factor
    if not scale.power > 0 or isinstance(scale.power, type(start)) or scale.rates:
        return None
    if is_zero(scale.logs):
        return scale.power, factor
    if not (scale.logs > 0 if least else scale.logs < 0):
        return None
    return scale.power, factor * start.log() ** scale.logs


def logarithm(value: Bound, start: arb) -> Bound | None:
    """Return the bound of log(value)."""
    if value.sign != 1 or value.low is None:
        return None
    low = _logarithm_of(value.low, start)
    high = low if value.low is value.high else _logarithm_of(value.high, start)
    if low is None or high is None:
        return None
    return _between(low, high, start)


def _logarithm_of(size: Size, start: arb) -> Bound | None:
    """Return the bound of log(factor*scale)."""
    scale, one = size.scale, start * 0 + 1
    constant = size.factor.log()
    total = constant_bound(constant)
    logarithm_of_t = Size(one, Scale(logs=1))
    parts = [(scale.power, logarithm_of_t)]
    parts += [(rate, Size(one, Scale(power=growth))) for growth, rate in scale.rates.items()]
    found: Bound | None = None if is_zero(constant) else total
    if not is_zero(scale.logs):
        # log(log(t)) lies between 0 and log(t)*log(log(R))/log(R) from t = exp(e) on
        share = start.log().log() / start.log()
        parts.append((scale.logs, Size(share, Scale(logs=1))))
    for number, unit in parts:
        if is_zero(number):
            continue
        low = None if unit.scale.logs == 1 and unit.factor is not one else unit
        part = times_number(Bound(1, low, unit), number)
        found = part if found is None else add_bounds(found, part, start)
        if found is None:
            return None
    return total if found is None else found


def _between(low: Bound, high: Bound, start: arb) -> Bound | None:
    """Return the bound of what lies between two bounded values."""
    if low is high:
        return low
    if low.sign == 1:
        return Bound(1, low.low, high.high)
    if high.sign == -1:
        return Bound(-1, high.low, low.high)
    wide = add_bounds(Bound(1, None, low.high), Bound(1, None, high.high), start)
    return None if wide is None else Bound(0, None, wide.high)


def times_number(value: Bound, number: Any) -> Bound:
    """Return a multiple of a value."""
    import flint

    return multiply(value, constant_bound(flint.arb(number)))


def _floor(size: Size, start: arb) -> arb | None:
    """Return a positive number below the size on the whole ray."""
    least = size.scale.infimum(start)
    if least is None:
        return None
    value = (size.factor * least).abs_lower()
    return value if value > 0 and value.is_finite() else None


def _evaluate(graph: Graph, node: int, x: arb) -> arb:
    import flint

    try:
        program = BallProgram(graph, [node])
    except NoBall:
        return flint.arb.nan()
    value: arb = program.evaluate({"x": x}, flint.ctx.prec)[0]
    return value


def _slope(name: str, ball: arb) -> arb | None:
    """Return a ball around f(w)/w for w in a ball, where f(0) = 0: around the slopes of f."""
    row = TABLE[name]
    if row.arity != (1, 1) or not row.derivatives or row.derivatives[0] is None or row.kinks:
        return None
    ball = ball.union(ball * 0)  # the slope is met somewhere between 0 and w
    graph = Graph()
    x = graph.var("x")
    y = graph.call(name, [x])
    if not _evaluate(graph, y, ball * 0).is_zero() or not _evaluate(graph, y, ball).is_finite():
        return None
    terms = Terms(graph, CONSTANTS)
    rule = row.derivatives[0](terms, Term(graph, y), Term(graph, x))
    slope = _evaluate(graph, rule.node, ball)
    return slope if slope.is_finite() else None


def _unit_ball() -> arb:
    import flint

    return flint.arb(0, 1)


def _step(method: str) -> Callable[[Bound, Any], Bound]:
    """Return the bound of an odd function that rises to its limit, far from zero."""

    def far(value: Bound, least: arb) -> Bound:
        top = least.pi() / 2 if method == "atan" else least * 0 + 1
        found = constant_bound(getattr(least, method)().union(top))
        return found if value.sign > 0 else -found

    return far


#: Functions whose values lie in [-1, 1] everywhere.
_BOUNDED = frozenset({"sin", "cos", "sinc", "tanh", "erf"})

#: Far from zero: `far(value, least)` where abs(value) >= least on the whole ray.
_FAR: dict[str, Callable[[Bound, Any], Bound]] = {
    "tanh": _step("tanh"),
    "erf": _step("erf"),
    "atan": _step("atan"),
}


def _with_exp(combine: Combination) -> Rule:
    """Return a rule that is written in exp(value) and exp(-value)."""

    def rule(value: Bound, start: arb) -> Bound | None:
        rising = exponential(value, start)
        return None if rising is None else combine(rising, exponential(-value, start), start)

    return rule


def _plus(left: Bound | None, right: Bound | None, start: arb) -> Bound | None:
    return None if left is None or right is None else add_bounds(left, right, start)


def _number(value: int, start: arb) -> Bound:
    return constant_bound(start * 0 + value)


def _inverse(value: Bound | None) -> Bound | None:
    return None if value is None else power(value, -1, is_whole=True)


def _half_sum(up: Bound, down: Bound | None, start: arb) -> Bound | None:
    total = _plus(up, down, start)
    return (
        None if total is None else multiply(total, constant_bound(start * 0 + 1 / (start * 0 + 2)))
    )


def _half_difference(up: Bound, down: Bound | None, start: arb) -> Bound | None:
    return _half_sum(up, None if down is None else -down, start)


def _log1p(value: Bound | None, start: arb) -> Bound | None:
    """Return log(1 + value): near 0 through its slope."""
    if value is None:
        return None
    ball = range_of(value, start)
    slope = None if ball is None else _slope("log1p", ball)
    if slope is not None:
        return multiply(constant_bound(slope), value)
    shifted = add_bounds(value, _number(1, start), start)
    return None if shifted is None else logarithm(shifted, start)


def _expm1(value: Bound, start: arb) -> Bound | None:
    ball = range_of(value, start)
    slope = None if ball is None else _slope("expm1", ball)
    if slope is not None:
        return multiply(constant_bound(slope), value)
    return _plus(exponential(value, start), _number(-1, start), start)


def _sine_like(name: str, combine: Combination) -> Rule:
    """Return sinh through its slope while the argument is bounded, else through exp."""

    def rule(value: Bound, start: arb) -> Bound | None:
        ball = range_of(value, start)
        slope = None if ball is None else _slope(name, ball)
        if slope is not None:
            return multiply(constant_bound(slope), value)
        return _with_exp(combine)(value, start)

    return rule


def _absolute(value: Bound, start: arb) -> Bound:
    return Bound(1, value.low, value.high)


def _complementary_error(value: Bound, start: arb) -> Bound | None:
    """Return erfc: at most exp(-x**2) for x > 0, in (0, 2) always."""
    if value.sign != 1:
        return Bound(1, None, Size(start * 0 + 2, CONSTANT))
    square = multiply(value, value)
    falling = exponential(-square, start)
    return None if falling is None else Bound(1, None, falling.high)


def _first_integral(value: Bound, start: arb) -> Bound | None:
    """Return E1: at most exp(-x)/x for x > 0."""
    falling, inverse = exponential(-value, start), _inverse(value)
    if value.sign != 1 or falling is None or inverse is None:
        return None
    return Bound(1, None, multiply(falling, inverse).high)


_COMPOSED: dict[str, Rule] = {
    "exp": exponential,
    "log": logarithm,
    "abs": _absolute,
    "log1p": _log1p,
    "expm1": _expm1,
    "softplus": lambda value, start: _log1p(exponential(value, start), start),
    "sigmoid": lambda value, start: _inverse(
        _plus(exponential(-value, start), _number(1, start), start)
    ),
    "bose": lambda value, start: _inverse(_expm1(value, start)),
    "cosh": _with_exp(_half_sum),
    "sinh": _sine_like("sinh", _half_difference),
    "sech": lambda value, start: _inverse(_with_exp(_half_sum)(value, start)),
    "csch": lambda value, start: _inverse(_sine_like("sinh", _half_difference)(value, start)),
    "erfc": _complementary_error,
    "E1": _first_integral,
}
